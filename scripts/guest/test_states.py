"""What is said of a counter where it cannot be had: its state, and why. Never 0."""

import unittest

import guest

WORK = guest.spec("threads", workers=2, tasks=16, steps=10000)


class States(unittest.TestCase):
    def assert_states(self, record, state, reason, counters=(guest.INSTRUCTIONS, guest.CYCLES)):
        for worker in record["workers"]:
            for counter in counters:
                value = worker["counters"][counter]
                self.assertEqual(state, value["state"], value)
                self.assertIn(reason, value["reason"])
                self.assertNotIn("value", value)

    def test_without_a_pmu_counters_are_unavailable(self):
        record = guest.measure({"work": WORK}, "--cpu", "cortex-a57,pmu=off")["work"]
        self.assert_states(record, "unavailable", "a virtual machine needs a virtual PMU")

    def test_on_an_unknown_processor_counters_are_unavailable(self):
        record = guest.measure({"work": WORK}, "--cpu", "cortex-a72")["work"]
        self.assert_states(record, "unavailable", "no default PMU found")

    def test_on_an_unknown_processor_the_kernel_counts(self):
        command = f"breakeven doctor --fast; {guest.measure_command([WORK])}"
        output = guest.run(command, "--cpu", "cortex-a72")
        self.assertIn("fine     counters   instructions can be counted", output)
        (record,) = guest.measured(output)
        for counter in ("perf_event:instructions", "perf_event:cycles"):
            self.assertTrue(all(guest.values(record, counter)))

    def test_forbidden_counters_are_unavailable(self):
        command = f"""
            echo 3 >/proc/sys/kernel/perf_event_paranoid
            su user <<'USER'\n{guest.measure_command([WORK])}USER"""
        (record,) = guest.measured(guest.run(command))
        self.assert_states(record, "unavailable", "sysctl kernel.perf_event_paranoid=1")

    def test_a_counter_that_stands_still_is_not_counting(self):
        record = guest.measure({"work": WORK}, "--no-icount")["work"]
        reason = "read 0 over a pass that ran"
        self.assert_states(record, "not counting", reason, [guest.INSTRUCTIONS])
        self.assertTrue(all(guest.values(record, guest.CYCLES)))


guest.main()
