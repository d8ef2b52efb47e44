"""A sweep of the harness on 8 CPUs: where each worker and the dispatcher were put, and ran."""

import base64
import json
import pathlib
import sqlite3
import tempfile
import unittest

import guest

# By definition, where CPUs 0-3 and 4-7 are a package and a node each, and 2n and 2n+1 share a core.
ORDERS = {
    "compact": [0, 1, 2, 3, 4, 5, 6, 7],
    "cores": [0, 2, 4, 6, 1, 3, 5, 7],
    "spread": [0, 4, 2, 6, 1, 5, 3, 7],
    "numa": [0, 4, 2, 6, 1, 5, 3, 7],
    "smt": [0, 1, 4, 5, 2, 3, 6, 7],
}
WORKERS = (3, 8)
EXECUTORS = ("threads", "processes")

# Status 4: measured, but too much waits for a turn here for a judgement.
SWEEP = f"""
breakeven sweep --executor {",".join(EXECUTORS)} --workers {",".join(map(str, WORKERS))} \
  --placement none,{",".join(ORDERS)} --grain 100us --tasks 16 --rounds 1 --counters none \
  --quiet --db db >log 2>&1
status=$?
test $status = 0 || test $status = 4 || {{ cat log; exit 1; }}
base64 db
"""

SAMPLES = """
SELECT params, lines FROM configuration JOIN sample ON sample.run = configuration.run
  AND sample.configuration = configuration.position JOIN transcript ON sample = sample.id
"""


def samples(database):
    """Parameters and last record of each sample that ran."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "db")
        path.write_bytes(database)
        rows = sqlite3.connect(path).execute(SAMPLES).fetchall()
    return [(json.loads(params), guest.measured(lines)[0]) for params, lines in rows]


def places_planned(params):
    """CPU of each worker, then of the dispatcher; -1: any."""
    workers = int(params["workers"])
    if params["placement"] == "none":
        return [-1] * (workers + 1)
    order = ORDERS[params["placement"]]
    if params["executor"] == "serial":
        return [order[0], order[0]]
    return order[:workers] + [order[min(workers, len(order) - 1)]]


class Placements(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.samples = samples(base64.b64decode(guest.run(SWEEP, "--eight")))

    def test_cover_all_that_was_asked_for(self):
        seen = {(p["executor"], p["placement"], int(p["workers"])) for p, _ in self.samples}
        asked = {(e, p, w) for e in EXECUTORS for p in ("none", *ORDERS) for w in WORKERS}
        self.assertLessEqual(asked, seen)

    def test_put_everyone_where_the_plan_says(self):
        for params, record in self.samples:
            places = places_planned(params)
            everyone = record["workers"] + [record["dispatcher"]]
            with self.subTest(params=params):
                self.assertEqual(places, [one["pu_asked"] for one in everyone])
                self.assertEqual(places, [one["pu_bound"] for one in everyone])
                if params["placement"] != "none":
                    self.assertEqual(places, [one["pu_seen"] for one in everyone])


guest.main()
