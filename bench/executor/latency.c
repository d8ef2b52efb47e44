#include "executor/latency.h"

enum {
    PART_BITS = 4, /* buckets an octave: 1 << PART_BITS */
    PARTS = 1 << PART_BITS,
    /* Fewer than so many times say nothing about the slowest hundredth or thousandth. */
    P99_MIN = 100,
    P999_MIN = 1000,
};

static uint32_t bucket_of(uint64_t ns)
{
    if (ns < PARTS) {
        return (uint32_t)ns;
    }
    uint32_t octave = 63 - (uint32_t)__builtin_clzll(ns) - PART_BITS;
    uint32_t part = (uint32_t)(ns >> octave) & (PARTS - 1);
    return octave < BE_LATENCY_OCTAVES ? (1 + octave) * PARTS + part : BE_LATENCY_BUCKETS - 1;
}

static uint64_t bucket_middle_ns(uint32_t bucket)
{
    if (bucket < PARTS) {
        return bucket;
    }
    uint64_t width_ns = UINT64_C(1) << (bucket / PARTS - 1);
    return (PARTS + bucket % PARTS) * width_ns + width_ns / 2;
}

void be_latency_add(struct be_latency_histogram *histogram, uint64_t ns)
{
    histogram->count++;
    histogram->buckets[bucket_of(ns)]++;
    if (ns > histogram->max_ns) {
        histogram->max_ns = ns;
    }
}

void be_latency_merge(struct be_latency_histogram *histogram,
                      const struct be_latency_histogram *from)
{
    histogram->count += from->count;
    if (from->max_ns > histogram->max_ns) {
        histogram->max_ns = from->max_ns;
    }
    for (uint32_t i = 0; i < BE_LATENCY_BUCKETS; i++) {
        histogram->buckets[i] += from->buckets[i];
    }
}

/* The time that all but `above` of every thousand do not exceed. */
static uint64_t quantile_ns(const struct be_latency_histogram *histogram, uint64_t above)
{
    uint64_t rank = histogram->count - histogram->count * above / 1000;
    uint64_t seen = 0;
    uint32_t bucket = 0;

    while (bucket < BE_LATENCY_BUCKETS && (seen += histogram->buckets[bucket]) < rank) {
        bucket++;
    }
    uint64_t middle_ns = bucket_middle_ns(bucket);
    return middle_ns < histogram->max_ns ? middle_ns : histogram->max_ns;
}

void be_latency_summarise(const struct be_latency_histogram *histogram, struct be_latency *latency)
{
    *latency = (struct be_latency){.count = histogram->count, .max_ns = histogram->max_ns};
    if (histogram->count > 0) {
        latency->p50_ns = quantile_ns(histogram, 500);
    }
    if (histogram->count >= P99_MIN) {
        latency->p99_ns = quantile_ns(histogram, 10);
    }
    if (histogram->count >= P999_MIN) {
        latency->p999_ns = quantile_ns(histogram, 1);
    }
}
