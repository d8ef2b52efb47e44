/*
 * A workload: what one task computes.
 *
 * This header stands alone and is the contract for built-in workloads and, later, for plug-ins. A
 * workload's functions are called from any worker thread or process, several at a time, on
 * different tasks: they keep no state of their own. They never print and never exit.
 */
#ifndef BREAKEVEN_WORKLOAD_H
#define BREAKEVEN_WORKLOAD_H

#include <stddef.h>
#include <stdint.h>

#define BREAKEVEN_WORKLOAD_ABI 1

/* Two numbers: the request of every gcd workload. */
struct breakeven_pair {
    uint64_t a;
    uint64_t b;
};

/*
 * Where a long task lets others in. A task that runs for more than some 10 us calls
 * breakeven_checkpoint about that often, so that executors that take turns can.
 */
struct breakeven_turns {
    void (*checkpoint)(struct breakeven_turns *turns); /* NULL: nobody takes turns */
};

static inline void breakeven_checkpoint(struct breakeven_turns *turns)
{
    if (turns->checkpoint) {
        turns->checkpoint(turns);
    }
}

struct breakeven_workload {
    const char *name;    /* lower case, words joined by '-' */
    const char *summary; /* one line, without a full stop */

    uint32_t request_bytes; /* of one task; a multiple of 8, at least 8 */
    uint32_t reply_bytes;   /* of one result; a multiple of 8, at least 8 */

    /*
     * The largest size of a request, where it can be chosen from request_bytes on; 0: it cannot.
     * The functions below are given what was chosen, or request_bytes.
     */
    uint32_t request_bytes_max;

    /* The largest `steps` that one task can have; 0: a task has no steps to choose. */
    uint64_t steps_max;

    /* What a step takes by definition, in ns; 0: it depends on the machine and is measured. */
    uint64_t step_ns;

    /*
     * Writes `tasks` requests of exactly `steps` steps each, the same for the same seed. A call
     * with steps in 1 .. steps_max (or any, where that is 0) cannot fail.
     */
    void (*generate)(uint64_t seed, uint64_t steps, size_t tasks, void *requests,
                     size_t request_bytes);

    /*
     * Computes `count` tasks, requests and replies packed. Returns how many came out well: less
     * than count when the task at that index failed; the caller marks it and goes on behind it.
     * A failed task's reply is left as it was.
     */
    size_t (*run)(const void *requests, size_t request_bytes, void *replies, size_t count,
                  struct breakeven_turns *turns);

    /* Steps that one request takes: the identity of its cost, as the planner counts it. */
    uint64_t (*count_steps)(const void *request);
};

#endif
