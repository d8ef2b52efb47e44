/*
 * A histogram of times: 16 buckets an octave, so that a percentile read from it is right within
 * 3.2 %; the largest and what is below 16 ns are exact. Threads: one owner at a time. A zeroed one
 * is empty. Holds no pointer: workers fill it in shared memory.
 */
#ifndef BE_BENCH_LATENCY_H
#define BE_BENCH_LATENCY_H

#include <stdint.h>

#include "core/record.h"

/* Up to 2^42 ns, more than an hour; what is beyond goes into the last bucket. */
enum { BE_LATENCY_OCTAVES = 38, BE_LATENCY_BUCKETS = (1 + BE_LATENCY_OCTAVES) * 16 };

struct be_latency_histogram {
    uint64_t count;
    uint64_t max_ns;
    uint32_t buckets[BE_LATENCY_BUCKETS];
};

void be_latency_add(struct be_latency_histogram *histogram, uint64_t ns);

/* Adds all of `from`. */
void be_latency_merge(struct be_latency_histogram *histogram,
                      const struct be_latency_histogram *from);

/* What a sample says of it. */
void be_latency_summarise(const struct be_latency_histogram *histogram, struct be_latency *latency);

#endif
