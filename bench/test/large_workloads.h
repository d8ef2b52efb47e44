/*
 * Workloads with messages that no buffer holds many of: what a reply holds is what the request
 * says, over and over.
 */
#ifndef BE_TEST_LARGE_WORKLOADS_H
#define BE_TEST_LARGE_WORKLOADS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "breakeven/workload.h"
#include "core/rng.h"

enum { LARGE_BYTES = 1 << 16 };

static void mirror(const void *request, void *reply, size_t bytes)
{
    for (size_t i = 0; i < bytes; i += 8) {
        memcpy((char *)reply + i, request, 8);
    }
}

static size_t large_run(const void *requests, size_t request_bytes, void *replies, size_t count,
                        struct breakeven_turns *turns)
{
    (void)request_bytes;
    (void)turns;
    for (size_t i = 0; i < count; i++) {
        mirror((const char *)requests + i * LARGE_BYTES, (char *)replies + i * LARGE_BYTES,
               LARGE_BYTES);
    }
    return count;
}

static size_t small_to_large_run(const void *requests, size_t request_bytes, void *replies,
                                 size_t count, struct breakeven_turns *turns)
{
    (void)request_bytes;
    (void)turns;
    for (size_t i = 0; i < count; i++) {
        mirror((const char *)requests + i * 8, (char *)replies + i * LARGE_BYTES, LARGE_BYTES);
    }
    return count;
}

static void numbers_generate(uint64_t seed, size_t tasks, size_t bytes, void *requests)
{
    struct be_rng rng;

    be_rng_init(&rng, seed);
    for (size_t i = 0; i < tasks; i++) {
        uint64_t number = be_rng_next(&rng);
        memcpy((char *)requests + i * bytes, &number, sizeof(number));
    }
}

static void large_generate(uint64_t seed, uint64_t steps, size_t tasks, void *requests,
                           size_t request_bytes)
{
    (void)steps;
    numbers_generate(seed, tasks, request_bytes, requests);
}

static void small_generate(uint64_t seed, uint64_t steps, size_t tasks, void *requests,
                           size_t request_bytes)
{
    (void)steps;
    numbers_generate(seed, tasks, request_bytes, requests);
}

static const struct breakeven_workload large = {
    .name = "large",
    .request_bytes = LARGE_BYTES,
    .reply_bytes = LARGE_BYTES,
    .generate = large_generate,
    .run = large_run,
};

static const struct breakeven_workload small_to_large = {
    .name = "small-to-large",
    .request_bytes = 8,
    .reply_bytes = LARGE_BYTES,
    .generate = small_generate,
    .run = small_to_large_run,
};

#endif
