/*
 * Requests and replies of the workloads whose steps are ns. Threads: pure functions.
 */
#ifndef BE_BENCH_TIMED_H
#define BE_BENCH_TIMED_H

#include <stddef.h>
#include <stdint.h>

#include "breakeven/workload.h"
#include "core/rng.h"
#include "workload/request.h"

/* The longest task: who asks for more has mistaken the unit. */
#define BE_TIMED_STEPS_MAX UINT64_C(60000000000)

/* A request begins with its steps, and a number that makes its reply its own. */
static inline void be_timed_generate(uint64_t seed, uint64_t steps, size_t tasks, void *requests,
                                     size_t request_bytes)
{
    struct be_rng rng;

    be_rng_init(&rng, seed);
    for (size_t i = 0; i < tasks; i++) {
        struct breakeven_pair *pair = be_request_pair(requests, request_bytes, i);
        *pair = (struct breakeven_pair){steps, be_rng_next(&rng)};
        be_request_fill(&rng, pair, request_bytes);
    }
}

static inline uint64_t be_timed_count_steps(const void *request)
{
    return ((const struct breakeven_pair *)request)->a;
}

static inline uint64_t be_timed_reply(const struct breakeven_pair *pair)
{
    return pair->a ^ pair->b;
}

#endif
