"""What one task computes: the same algorithms as in bench/workload, and what pools do with them.

Workers import this module and nothing else of the runner.
"""

import array
import fcntl
import multiprocessing
import os
import select
import signal
import termios
import time


def gcd_trial(pair):
    a, b = pair
    low = min(a, b)
    while a % low or b % low:
        low -= 1
    return low


def gcd_euclid(pair):
    a, b = pair
    while b:
        a, b = b, a % b
    return a


def null(pair):
    return pair[0] ^ pair[1]


def sleep(pair):
    time.sleep(pair[0] / 1e9)
    return pair[0] ^ pair[1]


WORKLOADS = {"gcd-trial": gcd_trial, "gcd-euclid": gcd_euclid, "null": null, "sleep": sleep}


def chunk_run(work, pairs):
    return [work(pair) for pair in pairs]


def leash_tie(fd):
    """Ends this process when the other end of a pipe is closed, whatever it is doing then."""

    def feel(*_):
        end = select.poll()
        end.register(fd, select.POLLHUP | getattr(select, "POLLRDHUP", 0))
        if end.poll(0):
            os._exit(130)

    signal.signal(signal.SIGIO, feel)
    fcntl.fcntl(fd, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_ASYNC)
    feel()  # It may have ended before anyone watched.


def pin(pu):
    if pu >= 0:
        os.sched_setaffinity(0, {pu})


def thread_begin(pus, ready):
    """Makes a worker out of a thread: on a core of its own, and there when all others are."""
    pin(pus.get())
    if ready:
        ready.wait()


def process_begin(pus, ready):
    """The same for a process, which ends when its parent does, and with it when interrupted."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    leash_tie(multiprocessing.parent_process().sentinel)
    thread_begin(pus, ready)


def pu_bytes(pu):
    return pu.to_bytes(4, "little", signed=True)


def interpreter_begin(pus, there, workers):
    """The same for an interpreter, which is given descriptors: waits until so many are there."""
    pin(int.from_bytes(os.read(pus, 4), "little", signed=True))
    os.write(there[1], b".")
    waiting = array.array("i", [0])
    while waiting[0] < workers:
        time.sleep(0.0001)
        fcntl.ioctl(there[0], termios.FIONREAD, waiting)
