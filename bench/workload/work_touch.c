/*
 * Reads all of its payload: the reply is the sum of its words, so that none can be left out. What
 * it measures is memory, and what a transport's copies leave in the caches.
 */
#include "breakeven/workload.h"
#include "workload/request.h"

/* Words between two checkpoints, some 10 us. */
enum { SLICE_WORDS = 1 << 13 };

static uint64_t words_sum(const uint64_t *words, size_t count)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += words[i];
    }
    return sum;
}

static size_t touch_run(const void *requests, size_t request_bytes, void *replies, size_t count,
                        struct breakeven_turns *turns)
{
    size_t words = request_bytes / sizeof(uint64_t);
    const uint64_t *request = requests;
    uint64_t *results = replies;

    for (size_t i = 0; i < count; i++, request += words) {
        uint64_t sum = 0;
        for (size_t at = 0; at < words; at += SLICE_WORDS) {
            size_t left = words - at;
            sum += words_sum(request + at, left < SLICE_WORDS ? left : SLICE_WORDS);
            breakeven_checkpoint(turns);
        }
        results[i] = sum;
    }
    return count;
}

static void touch_generate(uint64_t seed, uint64_t steps, size_t tasks, void *requests,
                           size_t request_bytes)
{
    uint64_t *words = requests;
    struct be_rng rng;
    (void)steps;

    be_rng_init(&rng, seed);
    for (size_t i = 0; i < tasks * request_bytes / sizeof(uint64_t); i++) {
        words[i] = be_rng_next(&rng);
    }
}

static uint64_t touch_count_steps(const void *request)
{
    (void)request;
    return 0;
}

const struct breakeven_workload be_workload_touch = {
    .name = "touch",
    .summary = "reads all of its payload: the reply is the sum of its words",
    .request_bytes = sizeof(struct breakeven_pair),
    .request_bytes_max = BE_REQUEST_BYTES_MAX,
    .reply_bytes = sizeof(uint64_t),
    .steps_max = 0,
    .generate = touch_generate,
    .run = touch_run,
    .count_steps = touch_count_steps,
};
