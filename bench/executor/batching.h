/*
 * What became of chunk, window and coalesce over the timed passes: counted by whoever hands tasks
 * out, said at their end (core/gauge.def). Threads: one owner each.
 */
#ifndef BE_BENCH_BATCHING_H
#define BE_BENCH_BATCHING_H

#include <stdint.h>

#include "core/record.h"

/* Zeroed, nothing. */
struct be_batching {
    uint64_t tasks;
    uint64_t messages;   /* that these went in */
    uint64_t chunk_most; /* tasks of one of them */
    uint64_t flushes;    /* that messages left with; 0: they did not travel */
    uint64_t held_most;  /* tasks that one worker held; 0: likewise */
};

static inline void be_batching_add(struct be_batching *batching, uint64_t tasks)
{
    batching->tasks += tasks;
    batching->messages++;
    if (tasks > batching->chunk_most) {
        batching->chunk_most = tasks;
    }
}

/* Adds what another one counted. */
void be_batching_merge(struct be_batching *batching, const struct be_batching *other);

void be_batching_tell(const struct be_batching *batching, struct be_gauges *gauges);

#endif
