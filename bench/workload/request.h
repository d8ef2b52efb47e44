/*
 * Requests one behind the other, of a size that may have been chosen. Threads: pure functions.
 */
#ifndef BE_BENCH_REQUEST_H
#define BE_BENCH_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "breakeven/workload.h"
#include "core/rng.h"

/* The largest request of a size that can be chosen. */
enum { BE_REQUEST_BYTES_MAX = 4 << 20 };

/* The pair that a request begins with. */
static inline struct breakeven_pair *be_request_pair(void *requests, size_t request_bytes,
                                                     size_t index)
{
    return (struct breakeven_pair *)(void *)((char *)requests + index * request_bytes);
}

static inline const struct breakeven_pair *be_request_pair_const(const void *requests,
                                                                 size_t request_bytes, size_t index)
{
    return (const struct breakeven_pair *)(const void *)((const char *)requests +
                                                         index * request_bytes);
}

/* Draws all that a request has behind its pair: what nobody reads must be there to travel. */
static inline void be_request_fill(struct be_rng *rng, struct breakeven_pair *pair,
                                   size_t request_bytes)
{
    struct breakeven_pair *end = be_request_pair(pair, request_bytes, 1);

    for (uint64_t *word = (uint64_t *)(void *)(pair + 1); word < (uint64_t *)(void *)end; word++) {
        *word = be_rng_next(rng);
    }
}

#endif
