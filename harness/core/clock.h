/*
 * Clocks, in nanoseconds. CLOCK_MONOTONIC is the clock of every figure; CPU clocks are exact
 * (scheduler accounting), not ticks. Threads: safe. These calls cannot fail on Linux.
 */
#ifndef BE_CORE_CLOCK_H
#define BE_CORE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t be_clock_read_ns(clockid_t clock)
{
    struct timespec now = {0, 0};
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* Wall time since an arbitrary point, in ns. */
static inline uint64_t be_clock_now_ns(void)
{
    return be_clock_read_ns(CLOCK_MONOTONIC);
}

/* User and system time of the calling thread, in ns. */
static inline uint64_t be_clock_thread_cpu_ns(void)
{
    return be_clock_read_ns(CLOCK_THREAD_CPUTIME_ID);
}

#endif
