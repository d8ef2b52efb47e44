"""What is wanted of our pools beside CPython's, and what runs of the plans for that say of it.

Reads the files that it is given, each a run as `breakeven export --format csv` writes it. A ratio
is the median, over rounds, of two times of one round; its interval is that of a speedup.
"""

import collections
import csv
import math
import statistics
import sys

EXECUTOR, CHUNK = "executor", "chunk"
FULL = {EXECUTOR: "processes", "transport": "unix-stream"}
LOOSE = {**FULL, "coalesce": "auto"}
CPYTHON = {EXECUTOR: "cpython-processes", "start": "fork"}

# Ours, theirs, and how many times as fast ours is to be. `best`: at the chunk that suits it best.
TARGETS = (
    ({**FULL, CHUNK: "1", "coalesce": "1"}, {**CPYTHON, CHUNK: "1"}, 40),
    ({**LOOSE, CHUNK: "1"}, {**CPYTHON, CHUNK: "1"}, 300),
    ({**LOOSE, CHUNK: "auto"}, {**CPYTHON, CHUNK: "best"}, 20),
    ({**LOOSE, CHUNK: "auto"}, {EXECUTOR: "threads", CHUNK: "auto"}, 0.75),
)


def times_read(file):
    """wall_ns[configuration][round], and each configuration's parameters; of what may be used."""
    params, times, spoilt = {}, collections.defaultdict(dict), {}
    for row in csv.DictReader(file):
        if row["role"] == "measured":
            name, number = row["configuration"], int(row["round"])
            params[name] = dict(pair.split("=", 1) for pair in row["params"].split(";"))
            times[name][number] = float(row["wall_ns"] or "nan")
        # A later sample of a round replaces an earlier one; one that was rejected drops its block.
        spoilt[row["configuration"], int(row["round"])] = row["state"] == "rejected"
    dropped = {number for (_, number), bad in spoilt.items() if bad}
    for rounds in times.values():
        for number in [n for n, wall_ns in rounds.items() if n in dropped or math.isnan(wall_ns)]:
            del rounds[number]
    return params, times


def configuration_find(wanted, params, times):
    """The configuration with these parameters, the fastest of those that have them; or None."""
    exact = {key: value for key, value in wanted.items() if value != "best"}
    found = [name for name in params if exact.items() <= params[name].items() and times[name]]
    return min(found, key=lambda name: statistics.median(times[name].values()), default=None)


def interval(values):
    """Of the median at 95 %: by the sign test, widened as be_stats_estimate does it."""
    count, rank, tail = len(values), 0, 1
    while 2 * tail <= 0.05 * 2**count:
        rank += 1
        tail += math.comb(count, rank)
    if rank == 0:
        return None
    middle = statistics.median(values)
    signs = [(value > middle) - (value < middle) for value in values]
    deviations = [sign - sum(signs) / count for sign in signs]
    squares = sum(deviation**2 for deviation in deviations)
    products = sum(a * b for a, b in zip(deviations, deviations[1:]))
    r = max(0, (products / squares if squares else 0) + 2 / count)
    if r >= 1:
        return min(values), max(values)
    widened = count / 2 - (count / 2 - rank) * math.sqrt((1 + r) / (1 - r))
    rank = max(1, int(widened))
    return sorted(values)[rank - 1], sorted(values)[count - rank]


def ratio_text(values, target):
    """The median with its interval, and whether that is what is wanted."""
    middle = statistics.median(values)
    low, high = interval(values) or (math.nan, math.nan)
    bounded = low <= high
    between = f"({low:.3g} .. {high:.3g})" if bounded else f"({len(values)} rounds: no interval)"
    if low >= target:
        verdict = "met"
    elif high < target:
        verdict = "not met"
    else:
        verdict = "met at the median" if middle >= target else "not met at the median"
    return f"{middle:.3g} {between}", verdict


def label(params):
    text = f"{params[EXECUTOR]}, chunk {params[CHUNK]}"
    return f"{text}, coalesce {params['coalesce']}" if "coalesce" in params else text


def row_of(runs, ours, theirs, target):
    """Of the first run that has both sides."""
    for params, times in runs:
        names = [configuration_find(wanted, params, times) for wanted in (ours, theirs)]
        if all(names):
            break
    sides = [label(params[name] if name else side) for name, side in zip(names, (ours, theirs))]
    first, second = (times.get(name, {}) for name in names)
    ratios = [second[number] / first[number] for number in sorted(first.keys() & second.keys())]
    said = ratio_text(ratios, target) if ratios else ("not measured", "")
    return (f"{sides[0]} : {sides[1]}", f">= {target:g}", *said)


def main():
    runs = []
    for path in sys.argv[1:]:
        with open(path, newline="", encoding="utf-8") as file:
            runs.append(times_read(file))
    rows = [("times as fast, 2 workers, neighbours in one round", "wanted", "measured", "")]
    rows += [row_of(runs, *target) for target in TARGETS]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


main()
