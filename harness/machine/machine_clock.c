#include <math.h>
#include <stdint.h>

#include "core/clock.h"
#include "machine/machine_parts.h"

enum { LOOPS = 5, READINGS = 1000 };

/* The best of several loops: an interruption only ever adds. */
static double read_cost_ns(void)
{
    uint64_t best = UINT64_MAX;

    for (int loop = 0; loop < LOOPS; loop++) {
        uint64_t start = be_clock_now_ns();
        uint64_t end = start;
        for (int i = 0; i < READINGS; i++) {
            end = be_clock_now_ns();
        }
        best = end - start < best ? end - start : best;
    }
    return (double)best / READINGS;
}

/* A clock that did not move over all readings has a resolution that this cannot tell. */
static double resolution_ns(void)
{
    uint64_t smallest = UINT64_MAX;
    uint64_t before = be_clock_now_ns();

    for (int i = 0; i < READINGS; i++) {
        uint64_t now = be_clock_now_ns();
        if (now > before && now - before < smallest) {
            smallest = now - before;
        }
        before = now;
    }
    return smallest == UINT64_MAX ? (double)NAN : (double)smallest;
}

void be_machine_measure_clock(struct be_machine *machine)
{
    machine->clock_read_ns = read_cost_ns();
    machine->clock_resolution_ns = resolution_ns();
}
