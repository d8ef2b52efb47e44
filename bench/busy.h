/*
 * Keeping a core busy for a given time. Threads: pure functions.
 */
#ifndef BE_BENCH_BUSY_H
#define BE_BENCH_BUSY_H

#include <stdint.h>

#include "core/clock.h"

/* A step of the clock longer than this was no step of ours: somebody else had the core. */
enum { BE_BUSY_STEP_NS_MAX = 2000 };

/*
 * Spends `ns` of the calling thread's own time on the core and returns how much it was: at least
 * that, and at most one reading of the clock more.
 *
 * It adds up the steps of the monotonic clock, each up to BE_BUSY_STEP_NS_MAX: what an interrupt
 * takes counts, as it does on a CPU clock, and the time of others does not. So there is no system
 * call, two threads on one core take twice as long, and an interruption costs 2 us at most.
 */
static inline uint64_t be_busy_spend(uint64_t ns)
{
    uint64_t before_ns = be_clock_now_ns();
    uint64_t spent_ns = 0;

    while (spent_ns < ns) {
        uint64_t now_ns = be_clock_now_ns();
        uint64_t step_ns = now_ns - before_ns;
        spent_ns += step_ns < BE_BUSY_STEP_NS_MAX ? step_ns : BE_BUSY_STEP_NS_MAX;
        before_ns = now_ns;
    }
    return spent_ns;
}

#endif
