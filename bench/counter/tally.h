/*
 * What a worker counts itself: plain numbers of its own thread, which it adds to whether somebody
 * asks or not. Published as software-defined events, any tool built on PAPI can read those of the
 * thread that it reads in.
 */
#ifndef BE_BENCH_TALLY_H
#define BE_BENCH_TALLY_H

#include <stdint.h>

#include "core/status.h"

/* X(member, event, meaning) */
#define BE_TALLIES(X)                                                                              \
    X(tasks, "tasks", "tasks computed")                                                            \
    X(messages, "messages", "messages computed: chunks of tasks that were handed over or claimed") \
    X(bytes, "bytes", "payload received and sent")                                                 \
    X(wake_ups, "wake-ups", "waits for work in the kernel that ended with some")                   \
    X(parks, "parks", "waits for work in the kernel")                                              \
    X(retries, "retries", "waits for work in the kernel that ended without and were made again")

struct be_tally {
#define BE_TALLY(member, event, meaning) uint64_t member;
    BE_TALLIES(BE_TALLY)
#undef BE_TALLY
};

/* Of the calling thread, for as long as it lives; a forked child goes on with a copy. */
struct be_tally *be_tally_mine(void);

static inline void be_tally_computed(struct be_tally *tally, uint64_t tasks, uint64_t messages)
{
    tally->tasks += tasks;
    tally->messages += messages;
}

/* The calling thread waited for work and has some, after so many sleeps in the kernel. */
static inline void be_tally_waited(uint32_t sleeps)
{
    if (sleeps > 0) {
        struct be_tally *tally = be_tally_mine();
        tally->parks += sleeps;
        tally->wake_ups++;
        tally->retries += sleeps - 1;
    }
}

/* What the events are called, in the order of the members; NULL-terminated. */
extern const char *const be_tally_names[];

/*
 * Publishes the tallies of this process as "sde:::breakeven::tasks" and so on, once; before PAPI is
 * loaded, which looks for such events then. Errors: BE_ENOTFOUND without libsde, BE_EUNAVAILABLE.
 */
enum be_status be_tally_publish(struct be_error *error);

#endif
