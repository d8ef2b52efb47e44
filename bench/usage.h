/*
 * What a worker has used up so far, and where a pass's time went from two looks at that. Threads:
 * for the dispatcher, while no worker runs.
 */
#ifndef BE_BENCH_USAGE_H
#define BE_BENCH_USAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "delay.h"
#include "executor/executor.h"

struct be_usage {
    uint64_t cpu_ns; /* user + system */
    struct be_delay delay;
    struct be_meter meter;
    uint32_t replaced; /* how often another worker took its place */
};

/* cpu_ns: as the executor tells it. */
void be_usage_read(const struct be_account *account, uint64_t cpu_ns, struct be_usage *usage);

/*
 * Where a worker's time went between two looks, wall_ns apart; all parts together are no more than
 * that. Computing is what the span holds beyond what lies between messages. Where that, sending and
 * receiving come to more than the worker's CPU time, either another had the core, which is no
 * computing, or the tasks sleep, which is: the first if the worker's delay accounts for it. Nobody
 * spins for longer than the CPU time that the other parts leave. False: its executor keeps no
 * account of it, or that of a worker that was replaced meanwhile has gone with it; *stamps is left
 * alone.
 */
bool be_usage_stamps(const struct be_usage *before, const struct be_usage *after, uint64_t wall_ns,
                     struct be_stamps *stamps);

/* The same for the dispatcher, which used cpu_ns meanwhile: its parts are no more than that. */
void be_usage_dispatcher_stamps(const struct be_meter *before, const struct be_meter *after,
                                uint64_t cpu_ns, struct be_stamps *stamps);

#endif
