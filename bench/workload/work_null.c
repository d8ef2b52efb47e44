/*
 * A task that is all message: requests and replies as large as those of gcd, and next to no
 * computing. What an executor costs here is its overhead. The reply depends on the request, so
 * that a lost or misplaced one is seen.
 */
#include "breakeven/workload.h"
#include "core/rng.h"

static size_t null_run(const void *requests, void *replies, size_t count,
                       struct breakeven_turns *turns)
{
    const struct breakeven_pair *pairs = requests;
    uint64_t *results = replies;
    (void)turns;

    for (size_t i = 0; i < count; i++) {
        results[i] = pairs[i].a ^ pairs[i].b;
    }
    return count;
}

static void null_generate(uint64_t seed, uint64_t steps, size_t tasks, void *requests)
{
    struct breakeven_pair *pairs = requests;
    struct be_rng rng;
    (void)steps;

    be_rng_init(&rng, seed);
    for (size_t i = 0; i < tasks; i++) {
        pairs[i].a = be_rng_next(&rng);
        pairs[i].b = be_rng_next(&rng);
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
    .reply_bytes = sizeof(uint64_t),
    .steps_max = 0,
    .generate = null_generate,
    .run = null_run,
    .count_steps = null_count_steps,
};
