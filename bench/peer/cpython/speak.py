"""The protocol: a spec from stdin, what came of it to stdout; and the options."""

import hashlib
import json
import os
import signal
import sys
import tempfile
import traceback
from concurrent.futures import BrokenExecutor

import leftovers
import pools
import tasks
from failure import Failure
from job import Job
from measure import Measurement

FOLDER = os.path.dirname(os.path.abspath(__file__))
LINE_BYTES_MAX = 1 << 20
HELP = """usage: breakeven-cpython [--describe | --help | --version]

Reads one JSON line that says what to measure, and writes what it measured as JSON lines, as
breakeven-bench does; that one makes the input, which is given here as `pairs` or `input`.

  --describe     print the executors there are, as JSON
"""


def identity():
    """Other interpreters or other files here make another build."""
    digest = hashlib.sha256(sys.version.encode())
    for program in filter(None, (sys.executable, pools.FreeThreads.program())):
        interpreter = os.stat(program)
        digest.update(f"{interpreter.st_size} {interpreter.st_mtime_ns}".encode())
    for name in sorted(os.listdir(FOLDER)):
        with open(os.path.join(FOLDER, name), "rb") as file:
            digest.update(file.read())
    version = "%d.%d.%d" % sys.version_info[:3] + ("t" if pools.FREE_THREADED else "")
    return {"program": "breakeven-cpython", "version": version, "build_id": digest.hexdigest()}


def describe():
    with open(os.path.join(FOLDER, "describe.json"), encoding="utf-8") as file:
        described = json.load(file)
    described.update(identity())
    for row in described["executors"]:
        row["unavailable"] = pools.EXECUTORS[row["name"]].unavailable()
    return described


def line_read(fd):
    """One line; what follows it is left alone, for the leash to feel its end."""
    line = b""
    while not line.endswith(b"\n") and len(line) <= LINE_BYTES_MAX:
        part = os.read(fd, 1 << 16)
        line += part
        if not part:
            break
    return line


def spec_read(line):
    if not line.strip():
        raise Failure("BE_EPROTOCOL", "no spec on stdin; --help says what one is")
    if len(line) > LINE_BYTES_MAX:
        raise Failure("BE_EPROTOCOL", "the spec is longer than 1 MiB")
    try:
        spec = json.loads(line.partition(b"\n")[0])
    except (ValueError, RecursionError) as error:
        raise Failure("BE_EPROTOCOL", f"not JSON: {error}") from error
    if not isinstance(spec, dict):
        raise Failure("BE_EPROTOCOL", "not an object")
    return spec


def measure(line):
    job = Job(spec_read(line))
    reason = job.executor.unavailable()
    if job.executor is pools.FreeThreads and not pools.FREE_THREADED and not reason:
        reason = f"'{pools.FreeThreads.program()}' is no free-threaded build"
    if reason:
        name = job.params["executor"]
        raise Failure("BE_EUNAVAILABLE", f"executor '{name}' is unavailable: {reason}")
    if job.leash:
        tasks.leash_tie(0)
    if job.start == "forkserver":
        tempfile.tempdir = leftovers.folder_make()
    measurement = Measurement(job)
    try:
        measurement.run()
    except BrokenExecutor as error:
        raise Failure("BE_EWORKER", f"a worker died: {error}") from error
    except ZeroDivisionError as error:
        raise Failure("BE_ETASK", "a task failed: one of its numbers is 0") from error
    return measurement.passes + [measurement.done()]


def answer(line):
    """The lines that come after hello, and the exit code."""
    try:
        return measure(line), 0
    except Failure as error:
        failure = error
    except MemoryError:
        failure = Failure("BE_ENOMEM", "out of memory")
    except Exception as error:  # Whatever it was, the harness wants a line, and people the rest.
        traceback.print_exc()
        failure = Failure("BE_EINTERNAL", repr(error))
    said = {"type": "error", "status": failure.status, "message": str(failure)}
    return [said], failure.exit_code


def write(fd, objects):
    text = "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in objects).encode()
    while text:
        text = text[os.write(fd, text) :]


def turn(line):
    """Goes on as a free-threaded build, where the spec wants one, this is none and there is one."""
    program = pools.FreeThreads.program()
    if pools.FREE_THREADED or not program or b'"cpython-free-threads"' not in line:
        return
    fd = os.memfd_create("spec", 0)
    os.write(fd, line)
    os.lseek(fd, 0, os.SEEK_SET)
    script = os.path.join(FOLDER, "cpython_runner.py")
    options = ["-I", "-S", "-B", "-W", "ignore:resource_tracker"]
    os.execv(program, [program, *options, script, "--spec", str(fd)])


def speak(line):
    # The protocol has stdout for itself: what anything else prints goes to stderr.
    fd = os.dup(1)
    os.dup2(2, 1)
    write(fd, [{"type": "hello", "protocol": 1, **identity()}])
    said, exit_code = answer(line)
    write(fd, said)
    # Nothing waits for workers that a failure has left: they end with this process.
    os._exit(exit_code)


def main(arguments):
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # It ends, and has nothing to say about it.
    if not arguments:
        line = line_read(0)
        turn(line)
        speak(line)
    elif arguments[0] == "--spec" and len(arguments) == 2:
        speak(line_read(int(arguments[1])))
    elif arguments == ["--describe"]:
        print(json.dumps(describe()))
    elif arguments == ["--help"]:
        print(HELP, end="")
    elif arguments == ["--version"]:
        print("{program} {version} (build {build_id})".format(**identity()))
    else:
        wrong = f"breakeven-cpython: '{arguments[0]}' is not what it takes; --help says what is"
        print(wrong, file=sys.stderr)
        return 2
    return 0
