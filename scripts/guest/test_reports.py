"""What a sweep of the harness makes of counters: where they are, and where they are not."""

import csv
import io
import json
import unittest

import guest

EXECUTORS = ("threads", "processes")
ROLES = ("reference", "measured")  # Others are there for comparison, and not always counted.
SWEEP = f"""
breakeven sweep --executor {",".join(EXECUTORS)} --workers 1 --grain 100us --tasks 100 --rounds 1 \
  --counters {guest.INSTRUCTIONS},{guest.CYCLES} --quiet --db db --out report >log 2>&1
status=$?
test $status = 0 || test $status = 4 || {{ cat log; exit 1; }}
cat report/report.md
for format in json csv; do printf '\\f\\n'; breakeven export @last --db db --format $format; done
"""


def sweep(*options):
    """The report as text, configurations by executor, samples."""
    report, exported, samples = guest.run(SWEEP, *options).split("\f\n")
    configurations = json.loads(exported)["configurations"]
    rows = csv.DictReader(io.StringIO(samples))
    by_executor = {one["executor"]: one for one in configurations if one["role"] in ROLES}
    return report, by_executor, [row for row in rows if row["role"] in ROLES]


class Counters(unittest.TestCase):
    def test_come_out_as_instructions_a_task_and_per_cycle(self):
        report, configurations, rows = sweep("--shift", "1")
        self.assertRegex(report, r"\n\| threads x1 \| (.* \| )?0\.50 \|")
        serial = configurations["serial"]["counted"]["instructions_per_task"]["median"]
        for executor in ("serial", *EXECUTORS):
            counted = configurations[executor]["counted"]
            self.assertEqual(0.5, counted["instructions_per_cycle"]["median"], executor)
            instructions = counted["instructions_per_task"]["median"]
            self.assertTrue(1 <= instructions / serial < 1.1, (executor, instructions, serial))
        for row in rows:
            instructions, cycles = float(row[guest.INSTRUCTIONS]), float(row[guest.CYCLES])
            self.assertAlmostEqual(2 * instructions, cycles, places=6)

    def test_that_are_not_there_are_never_a_number(self):
        report, configurations, rows = sweep("--cpu", "cortex-a57,pmu=off")
        self.assertIn("a virtual machine needs a virtual PMU", report)
        self.assertEqual({"serial", *EXECUTORS}, set(configurations))
        for configuration in configurations.values():
            for figure in ("instructions_per_task", "instructions_per_cycle", "clock_ghz"):
                self.assertEqual({None}, set(configuration["counted"][figure].values()), figure)
        self.assertTrue(rows)
        for row in rows:
            self.assertEqual("", row[guest.INSTRUCTIONS] + row[guest.CYCLES])


guest.main()
