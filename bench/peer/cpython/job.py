"""A job: a spec that was held against what there is, with its tasks in memory."""

import itertools
import os

import pools
import tasks
from failure import Failure

TASKS_MAX = 100000000
WORKERS_MAX = 4096
PASSES_MAX = 10000
PU_MAX = 1 << 20
DIGITS_MAX = 20

# Parameters that every spec may have. What the last ones say is in the input and in the PUs.
COMMON = ("chunk", "executor", "tasks", "workers", "workload", "payload", "steps", "placement")
PAIR_BYTES = "16"


def fnv_1a(numbers):
    """The checksum of results, and the identity of an input: over little-endian numbers."""
    digest = 0xCBF29CE484222325
    for byte in b"".join(number.to_bytes(8, "little") for number in numbers):
        digest = (digest ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return digest


def is_whole(value, low, high):
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def whole(value):
    """A whole number, which travels as text where it is large; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= DIGITS_MAX:
        value = int(value)
    return value if is_whole(value, 0, 2**64 - 1) else None


def member(spec, key, fallback, low, high):
    value = spec.get(key, fallback)
    if not is_whole(value, low, high):
        raise Failure("BE_EPROTOCOL", f"'{key}' is not a number from {low} to {high}")
    return value


def flag(spec, key):
    value = spec.get(key, False)
    if not isinstance(value, bool):
        raise Failure("BE_EPROTOCOL", f"'{key}' is not true or false")
    return value


def is_list_of(value, kind):
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


def csv_read(path):
    try:
        with open(path, encoding="ascii") as file:
            lines = [line.strip() for line in file]
    except (OSError, ValueError) as error:
        raise Failure("BE_ENOTFOUND", f"{path!r}: {error}") from error
    if lines and not any(letter.isdigit() for letter in lines[0]):
        lines[0] = ""
    pairs = []
    for number, line in enumerate(lines, 1):
        if line:
            pair = tuple(whole(field.strip()) for field in line.split(","))
            if len(pair) != 2 or not all(pair):
                raise Failure("BE_EINPUT", f"{path}:{number}: no pair of numbers, 1 to 2^64-1")
            pairs.append(pair)
    if not pairs:
        raise Failure("BE_EINPUT", f"{path}:1: no pair in this file; wanted is 'a,b' lines")
    return pairs


def file_read(said):
    path = said.get("path") if isinstance(said, dict) else None
    wanted = whole(said.get("hash")) if isinstance(said, dict) else None
    if not isinstance(path, str) or wanted is None:
        raise Failure("BE_EPROTOCOL", "'input' is not a path and a hash")
    pairs = csv_read(path)
    found = fnv_1a(itertools.chain.from_iterable(pairs))
    if found != wanted:
        planned = f"is not the input that was planned: its hash is {found}, not {wanted}"
        raise Failure("BE_EINPUT", f"'{path}' {planned}")
    return pairs


def given_pairs(said):
    good = said and is_list_of(said, list)
    pairs = [tuple(map(whole, pair)) for pair in said] if good else []
    if not good or any(len(pair) != 2 or None in pair for pair in pairs):
        raise Failure("BE_EPROTOCOL", "'pairs' is not an array of pairs of numbers")
    return pairs


class Job:
    def __init__(self, spec):
        if not member(spec, "protocol", None, 1, 1) or not isinstance(spec.get("params"), dict):
            raise Failure("BE_EPROTOCOL", "'params' is missing or not an object")
        self.params = {key: str(value) for key, value in spec["params"].items()}
        self.passes = member(spec, "passes", 1, 1, PASSES_MAX)
        self.warmup = member(spec, "warmup", 0, 0, PASSES_MAX)
        self.cold = flag(spec, "cold")
        self.leash = flag(spec, "leash")
        self.counters = spec.get("counters", [])
        if not is_list_of(self.counters, str):
            raise Failure("BE_EPROTOCOL", "'counters' is not an array of strings")
        self.executor = self.row("executor", pools.EXECUTORS)
        self.work = self.row("workload", tasks.WORKLOADS)
        self.check_keys()
        if self.params.get("payload", PAIR_BYTES) != PAIR_BYTES:
            raise Failure("BE_EINVAL", f"payload: a task is a pair of {PAIR_BYTES} bytes here")
        self.start = self.params.get("start", "fork")
        if self.start not in pools.START_METHODS:
            there = " ".join(pools.START_METHODS)
            raise Failure("BE_EINVAL", f"start: '{self.start}' is not one of: {there}")
        self.workers = self.number("workers", 1, WORKERS_MAX)
        auto = self.params.get("chunk") == "auto"
        self.chunk = 0 if auto else self.number("chunk", 1, 2**64 - 1)
        if self.workers > 1 and not self.executor.parallel:
            name = self.params["executor"]
            raise Failure("BE_EINVAL", f"workers: '{name}' has 1 worker, not {self.workers}")
        self.place(spec)
        self.load(spec)

    def row(self, kind, table):
        name = self.params.get(kind)
        if name not in table:
            raise Failure("BE_EINVAL", f"{kind}: '{name}' is not one of: {' '.join(table)}")
        return table[name]

    def check_keys(self):
        known = self.executor.params + COMMON
        for key in self.params:
            if key not in known:
                name = self.params["executor"]
                there = " ".join(known)
                said = f"'{key}' is no parameter of executor '{name}'; there are: {there}"
                raise Failure("BE_EINVAL", said)

    def number(self, key, fallback, high):
        value = whole(self.params.get(key, fallback))
        if value is None or not 1 <= value <= high:
            raise Failure("BE_EINVAL", f"{key}: '{self.params[key]}' is outside 1 .. {high}")
        return value

    def place(self, spec):
        self.dispatcher_pu = member(spec, "dispatcher_pu", -1, -1, PU_MAX)
        self.pus = spec.get("pus", [])
        if not isinstance(self.pus, list) or not all(is_whole(pu, 0, PU_MAX) for pu in self.pus):
            raise Failure("BE_EPROTOCOL", "'pus' is not an array of PU numbers")
        if self.pus and len(self.pus) != self.workers:
            count = len(self.pus)
            raise Failure("BE_EINVAL", f"'pus' has {count} PU numbers for {self.workers} workers")
        asked = {*self.pus, self.dispatcher_pu} - {-1}
        if not asked <= os.sched_getaffinity(0):
            missing = min(asked - os.sched_getaffinity(0))
            raise Failure("BE_EUNAVAILABLE", f"PU {missing} is none that this process may use")

    def load(self, spec):
        if "pairs" in spec:
            pairs = given_pairs(spec["pairs"])
        elif "input" in spec:
            pairs = file_read(spec["input"])
        else:
            wanted = "breakeven-bench --input makes the input of a spec"
            raise Failure("BE_EINVAL", f"'pairs' or 'input': missing; {wanted}")
        count = self.number("tasks", len(pairs), TASKS_MAX)
        self.pairs = list(itertools.islice(itertools.cycle(pairs), count))
        # What multiprocessing.Pool.map takes where nobody says: four chunks a worker.
        self.chunk = self.chunk or -(-count // (4 * self.workers))
