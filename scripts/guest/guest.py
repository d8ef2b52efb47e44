"""Runs measurements on the machine of scripts/emulated-pmu, several a boot, for unittest."""

import json
import pathlib
import subprocess
import sys
import unittest

SCRIPT = pathlib.Path(__file__).parents[1] / "emulated-pmu"
UNAVAILABLE, SKIPPED = 69, 77

INSTRUCTIONS, CYCLES = "papi:PAPI_TOT_INS", "papi:PAPI_TOT_CYC"


def run(command, *options):
    """What a command of the guest's shell prints; it has to succeed."""
    done = subprocess.run([SCRIPT, *options, command], capture_output=True, text=True, check=False)
    if done.returncode == UNAVAILABLE:
        raise unittest.SkipTest(done.stderr.splitlines()[-1])
    if done.returncode != 0:
        raise RuntimeError(f"status {done.returncode}: {done.stderr}{done.stdout[-2000:]}")
    return done.stdout


def spec(executor, counters=(INSTRUCTIONS, CYCLES), passes=1, pairs=None, **params):
    """A spec of the runner, by default for gcd-trial; of drawn tasks, if not of these pairs."""
    params = {"workload": "gcd-trial", "executor": executor, **params}
    line = {
        "protocol": 1,
        "params": {name: str(value) for name, value in params.items()},
        "passes": passes,
        "counters": list(counters),
    }
    return line | ({"pairs": pairs} if pairs else {})


def measure_command(specs):
    return "".join(f"breakeven-bench <<'E'\n{json.dumps(line)}\nE\n" for line in specs)


def measured(output):
    """Of each measurement that a command printed: its last record, with those of its passes."""
    last, passes = [], []
    for record in (json.loads(line) for line in output.splitlines() if line.startswith("{")):
        if record["type"] == "pass":
            passes.append(record)
        elif record["type"] in ("done", "error"):
            last.append(record | {"passes": passes})
            passes = []
    return last


def measure(specs, *options):
    """What each spec measured, by the names that specs have."""
    output = run(measure_command(specs.values()), *options)
    records = measured(output)
    if len(records) != len(specs):
        raise RuntimeError(output)
    return dict(zip(specs, records))


def values(record, counter=INSTRUCTIONS):
    """A counter's value of each worker; one that is not known fails."""
    counters = [worker["counters"][counter] for worker in record["workers"]]
    if any(value["state"] != "counted" for value in counters):
        raise AssertionError(f"{counter}: {counters}")
    return [value["value"] for value in counters]


def main():
    result = unittest.main(exit=False, verbosity=2).result
    if result.skipped and result.wasSuccessful():
        print(result.skipped[-1][1])
        sys.exit(SKIPPED)
    sys.exit(0 if result.wasSuccessful() else 1)
