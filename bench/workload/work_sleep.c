/*
 * Sleeps for as many ns as it has steps: a task that needs no core, so that any number of workers
 * can do theirs at the same time, whatever the machine. Waking up takes some tens of us more, in
 * every executor alike.
 */
#include <errno.h>
#include <sys/prctl.h>

#include "breakeven/workload.h"
#include "core/clock.h"
#include "workload/timed.h"

static void sleep_task(uint64_t ns)
{
    uint64_t end_ns = be_clock_now_ns() + ns;
    struct timespec end = {.tv_sec = (time_t)(end_ns / 1000000000),
                           .tv_nsec = (long)(end_ns % 1000000000)};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR) {
    }
}

static size_t sleep_run(const void *requests, size_t request_bytes, void *replies, size_t count,
                        struct breakeven_turns *turns)
{
    const struct breakeven_pair *pairs = requests;
    uint64_t *results = replies;
    (void)request_bytes;
    (void)turns; /* the pool calls the checkpoint after each task */

    /* The kernel may otherwise be 50 us late on purpose. */
    prctl(PR_SET_TIMERSLACK, 1UL);
    for (size_t i = 0; i < count; i++) {
        sleep_task(pairs[i].a);
        results[i] = be_timed_reply(&pairs[i]);
    }
    return count;
}

const struct breakeven_workload be_workload_sleep = {
    .name = "sleep",
    .summary = "sleeps for its grain: tasks that overlap on any number of cores",
    .request_bytes = sizeof(struct breakeven_pair),
    .reply_bytes = sizeof(uint64_t),
    .steps_max = BE_TIMED_STEPS_MAX,
    .step_ns = 1,
    .generate = be_timed_generate,
    .run = sleep_run,
    .count_steps = be_timed_count_steps,
};
