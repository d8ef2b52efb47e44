#include "executor/place.h"

/* What the numbers are. */
enum { REQUESTS, REPLIES, FAILED };

void be_place_tell(const struct be_executor_env *env, const struct be_batch *batch, uint64_t first,
                   uint64_t numbers[BE_PLACE_NUMBERS])
{
    const struct breakeven_workload *workload = env->workload;
    const char *requests = batch->requests;
    const char *replies = batch->replies;

    numbers[REQUESTS] = be_shared_offset(env->memory, requests + first * workload->request_bytes);
    numbers[REPLIES] = be_shared_offset(env->memory, replies + first * workload->reply_bytes);
    numbers[FAILED] = be_shared_offset(env->memory, batch->failed + first);
}

struct be_batch be_place_batch(const struct be_executor_env *env,
                               const uint64_t numbers[BE_PLACE_NUMBERS], uint64_t first,
                               uint64_t count)
{
    struct be_batch batch = {
        .requests = be_shared_at(env->memory, numbers[REQUESTS]),
        .replies = be_shared_at(env->memory, numbers[REPLIES]),
        .failed = be_shared_at(env->memory, numbers[FAILED]),
        .tasks = count,
        .index = first,
    };

    /* Written only where there are any: marks of other workers' tasks are on the same line. */
    for (uint64_t i = 0; i < count; i++) {
        if (batch.failed[i]) {
            batch.failed[i] = 0;
        }
    }
    return batch;
}
