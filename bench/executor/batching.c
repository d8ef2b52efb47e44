#include "executor/batching.h"

static uint64_t most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

void be_batching_merge(struct be_batching *batching, const struct be_batching *other)
{
    batching->tasks += other->tasks;
    batching->messages += other->messages;
    batching->flushes += other->flushes;
    batching->chunk_most = most(batching->chunk_most, other->chunk_most);
    batching->held_most = most(batching->held_most, other->held_most);
}

void be_batching_tell(const struct be_batching *batching, struct be_gauges *gauges)
{
    if (batching->messages == 0) {
        return;
    }
    be_gauges_set(gauges, BE_GAUGE_chunk_mean,
                  (double)batching->tasks / (double)batching->messages);
    be_gauges_set(gauges, BE_GAUGE_chunk_most, (double)batching->chunk_most);
    if (batching->flushes > 0) {
        be_gauges_set(gauges, BE_GAUGE_window_most, (double)batching->held_most);
        be_gauges_set(gauges, BE_GAUGE_coalesce_mean,
                      (double)batching->messages / (double)batching->flushes);
    }
}
