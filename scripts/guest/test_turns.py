"""Events beyond the counters that there are: they take turns, and what had none says so."""

import unittest

import guest

# Six counters here, and one more for cycles.
EVENTS = ["TOT_INS", "TOT_CYC", "BR_MSP", "L1_DCM", "BR_INS", "L2_DCM", "LD_INS", "SR_INS"]
OWN = "perf_event:instructions"


def spec(counters, passes=4):
    return guest.spec("serial", counters, passes, tasks=16, steps=100000)


class Turns(unittest.TestCase):
    def test_events_that_do_not_fit_take_turns(self):
        alone, turns, single, both = guest.measure(
            {
                "alone": spec([guest.INSTRUCTIONS]),
                "turns": spec(["papi:PAPI_" + event for event in EVENTS]),
                "single": spec(["papi:PAPI_" + event for event in EVENTS], passes=1),
                "both": spec(["papi:PAPI_" + event for event in EVENTS[:7]] + [OWN]),
            }
        ).values()
        (exact,) = guest.values(alone)
        counter = turns["workers"][0]["counters"][guest.INSTRUCTIONS]
        self.assertEqual(("scaled", 0.5), (counter["state"], counter["share"]))
        self.assertAlmostEqual(exact, counter["value"], delta=exact / 1000)

        states = [value["reason"] for value in single["workers"][0]["counters"].values()
                  if value["state"] == "not counting" and "--passes 2" in value["reason"]]
        self.assertGreaterEqual(len(states), 1)

        # PAPI holds all counters of one turn: the kernel's event may not pass off its moments
        # before and behind as the whole.
        own = both["workers"][0]["counters"][OWN]
        self.assertEqual("not counting", own["state"], own)
        self.assertIn("others held them all", own["reason"])

    def test_the_kernel_stands_in_for_a_papi_that_does_not_know_the_processor(self):
        record = guest.measure({"work": spec([guest.INSTRUCTIONS])}, "--cpu", "cortex-a72")["work"]
        exact = guest.measure({"work": spec([guest.INSTRUCTIONS])})["work"]
        (own,), (papi,) = guest.values(record, OWN), guest.values(exact)
        self.assertAlmostEqual(papi, own, delta=papi / 1000)


guest.main()
