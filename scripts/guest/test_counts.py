"""Instructions that workers counted, held against what the same tasks must take."""

import itertools
import unittest

import guest

# A prime: no step but the last divides it, so that all steps of a task are alike.
PRIME = 1000003
SLICE_STEPS = 4096
STEPS = (1000, 2000, SLICE_STEPS, SLICE_STEPS + 1, 10000, 100000, 1000000)

TASKS, PASSES = 64, 3
TASK_STEPS = 50000
# What a worker may count beside its tasks: waiting, messages, starting and stopping.
BESIDE_MAX = 50000


def one_task(steps):
    return guest.spec("serial", pairs=[[PRIME, steps]])


def many_tasks(executor, tasks=TASKS, **params):
    return guest.spec(executor, pairs=[[PRIME, TASK_STEPS]] * tasks, **params)


POOLS = {
    f"{executor} x{workers} {more}": many_tasks(executor, workers=workers, chunk=8, **more)
    for executor, choices in {
        "threads": [{}],
        "threads-gil": [{}],
        "processes": [{}, {"transport": "shm-ring"}, {"start": "spawn"}],
    }.items()
    for workers in (1, 2, 4)
    for more in choices
}
# Who gets the last task of a pass is killed.
LOSING = many_tasks("processes", workers=2, chunk=8, passes=PASSES, fault=f"kill:every={TASKS}")


class Counts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        lines = {steps: one_task(steps) for steps in STEPS}
        serial = {"serial": many_tasks("serial"), "half": many_tasks("serial", TASKS // 2)}
        cls.again = guest.measure(lines)
        cls.records = guest.measure(lines | serial | POOLS | {"losing": LOSING})

    def task_instructions(self):
        whole, half = (guest.values(self.records[name])[0] for name in ("serial", "half"))
        instructions, rest = divmod(whole - half, TASKS // 2)
        self.assertEqual(0, rest)
        return instructions

    def assert_tasks(self, counted, *choices):
        """That so much is what so many tasks take, by one of the choices, and little beside."""
        beside = [counted - tasks * self.task_instructions() for tasks in choices]
        self.assertTrue(any(0 <= instructions <= BESIDE_MAX for instructions in beside), beside)

    def test_grow_by_the_same_for_each_step_and_slice(self):
        counted = {steps: guest.values(self.records[steps])[0] for steps in STEPS}
        step = (counted[2000] - counted[1000]) / 1000
        new_slice = counted[SLICE_STEPS + 1] - counted[SLICE_STEPS] - step
        for steps in STEPS:
            slices = (steps - 1) // SLICE_STEPS
            self.assertEqual(
                counted[1000] + step * (steps - 1000) + new_slice * slices, counted[steps], steps
            )

    def test_are_the_same_in_two_boots(self):
        for steps in STEPS:
            self.assertEqual(
                guest.values(self.again[steps]), guest.values(self.records[steps]), steps
            )

    def test_of_each_worker_are_those_of_its_tasks(self):
        for name in POOLS:
            with self.subTest(name):
                workers = self.records[name]["passes"][0]["workers"]
                for counted, worker in zip(guest.values(self.records[name]), workers):
                    self.assert_tasks(counted, worker["tasks"])

    def test_of_all_workers_are_those_of_serial(self):
        (serial,) = guest.values(self.records["serial"])
        for name in POOLS:
            with self.subTest(name):
                counted = guest.values(self.records[name])
                self.assertGreaterEqual(sum(counted), serial - BESIDE_MAX)
                self.assertLessEqual(sum(counted), serial + BESIDE_MAX * len(counted))

    def test_of_replaced_workers_are_kept_but_for_the_pass_of_the_loss(self):
        record = self.records["losing"]
        self.assertEqual(PASSES, record["gauges"]["workers_replaced"])
        passes_kept = 0
        for index, worker in enumerate(record["workers"]):
            value = worker["counters"][guest.INSTRUCTIONS]
            if value["state"] == "unavailable":
                self.assertEqual("a worker was replaced", value["reason"])
                continue
            share = value.get("share", 1)
            kept = round(share * PASSES)
            passes_kept += kept
            tasks = [one["workers"][index]["tasks"] for one in record["passes"]]
            choices = map(sum, itertools.combinations(tasks, kept))
            self.assert_tasks(round(value["value"] * share), *choices)
        self.assertEqual(len(record["workers"]) * PASSES - PASSES, passes_kept)


guest.main()
