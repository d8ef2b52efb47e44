/*
 * A task that is all message: requests and replies as large as those of gcd unless a larger payload
 * is asked for, and next to no computing. What an executor costs here is its overhead. The reply
 * depends on the pair that a request begins with, so that a lost or misplaced one is seen; what
 * lies behind it is never read.
 */
#include "breakeven/workload.h"
#include "core/rng.h"
#include "workload/request.h"

static size_t null_run(const void *requests, size_t request_bytes, void *replies, size_t count,
                       struct breakeven_turns *turns)
{
    uint64_t *results = replies;
    (void)turns;

    for (size_t i = 0; i < count; i++) {
        const struct breakeven_pair *pair = be_request_pair_const(requests, request_bytes, i);
        results[i] = pair->a ^ pair->b;
    }
    return count;
}

static void null_generate(uint64_t seed, uint64_t steps, size_t tasks, void *requests,
                          size_t request_bytes)
{
    struct be_rng rng;
    (void)steps;

    be_rng_init(&rng, seed);
    for (size_t i = 0; i < tasks; i++) {
        struct breakeven_pair *pair = be_request_pair(requests, request_bytes, i);
        pair->a = be_rng_next(&rng);
        pair->b = be_rng_next(&rng);
        be_request_fill(&rng, pair, request_bytes);
    }
}

static uint64_t null_count_steps(const void *request)
{
    (void)request;
    return 0;
}

const struct breakeven_workload be_workload_null = {
    .name = "null",
    .summary = "nothing but the message: the reply is one operation away from the request",
    .request_bytes = sizeof(struct breakeven_pair),
    .request_bytes_max = BE_REQUEST_BYTES_MAX,
    .reply_bytes = sizeof(uint64_t),
    .steps_max = 0,
    .generate = null_generate,
    .run = null_run,
    .count_steps = null_count_steps,
};
