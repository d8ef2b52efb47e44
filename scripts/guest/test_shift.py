"""Instructions per cycle on an emulated machine where an instruction takes 2^shift cycles."""

import unittest

import guest

WORK = guest.spec("serial", tasks=16, steps=10000)


class InstructionsPerCycle(unittest.TestCase):
    def test_is_two_to_the_power_of_minus_shift(self):
        for shift in range(4):
            with self.subTest(shift=shift):
                record = guest.measure({"work": WORK}, "--shift", str(shift))["work"]
                instructions, cycles = guest.values(record), guest.values(record, guest.CYCLES)
                self.assertEqual([count << shift for count in instructions], cycles)


guest.main()
