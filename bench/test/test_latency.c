/* The histogram of times. */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "executor/latency.h"

static struct be_latency latency_of(const uint64_t *times_ns, size_t count)
{
    struct be_latency_histogram histogram = {0};
    struct be_latency latency;

    for (size_t i = 0; i < count; i++) {
        be_latency_add(&histogram, times_ns[i]);
    }
    be_latency_summarise(&histogram, &latency);
    return latency;
}

static void no_time_is_no_latency(void **state)
{
    struct be_latency latency = latency_of(NULL, 0);
    (void)state;

    assert_int_equal(latency.count, 0);
    assert_int_equal(latency.p50_ns, 0);
    assert_int_equal(latency.max_ns, 0);
}

static void one_time_is_told_within_three_per_cent(void **state)
{
    (void)state;

    for (uint64_t ns = 16; ns < UINT64_C(1000000000000); ns += ns / 77 + 1) {
        uint64_t times_ns[2] = {ns, ns * 2};
        struct be_latency latency = latency_of(times_ns, 2);
        double off = fabs((double)latency.p50_ns - (double)times_ns[0]) / (double)times_ns[0];
        if (off > 0.032) {
            fail_msg("%" PRIu64 " ns is told as %" PRIu64, ns, latency.p50_ns);
        }
        assert_int_equal(latency.max_ns, times_ns[1]);
    }
}

static void what_no_bucket_holds_goes_into_the_last_ones(void **state)
{
    const uint64_t times_ns[] = {0, 3, UINT64_MAX};
    struct be_latency latency = latency_of(times_ns, 3);
    (void)state;

    assert_int_equal(latency.count, 3);
    assert_in_range(latency.p50_ns, 1, 16);
    assert_true(latency.max_ns == UINT64_MAX);
}

static void percentiles_are_of_rank_and_need_enough_times(void **state)
{
    uint64_t times_ns[1000];
    (void)state;

    for (uint64_t i = 0; i < 1000; i++) {
        times_ns[i] = 1000 * (i + 1);
    }
    struct be_latency latency = latency_of(times_ns, 1000);
    assert_float_equal(latency.p50_ns, 500e3, 16e3);
    assert_float_equal(latency.p99_ns, 990e3, 32e3);
    assert_float_equal(latency.p999_ns, 999e3, 32e3);
    assert_int_equal(latency.max_ns, 1000000);

    latency = latency_of(times_ns, 999);
    assert_true(latency.p99_ns > 0);
    assert_int_equal(latency.p999_ns, 0);
    latency = latency_of(times_ns, 99);
    assert_true(latency.p50_ns > 0);
    assert_int_equal(latency.p99_ns, 0);
}

static void merged_histograms_are_one(void **state)
{
    struct be_latency_histogram all = {0};
    struct be_latency_histogram one = {0};
    struct be_latency latency;
    (void)state;

    for (uint64_t i = 0; i < 150; i++) {
        be_latency_add(i % 3 == 0 ? &all : &one, 100 * (i + 1));
    }
    be_latency_merge(&all, &one);
    be_latency_summarise(&all, &latency);
    assert_int_equal(latency.count, 150);
    assert_float_equal(latency.p50_ns, 7500, 250);
    assert_int_equal(latency.max_ns, 15000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_time_is_no_latency),
        cmocka_unit_test(one_time_is_told_within_three_per_cent),
        cmocka_unit_test(what_no_bucket_holds_goes_into_the_last_ones),
        cmocka_unit_test(percentiles_are_of_rank_and_need_enough_times),
        cmocka_unit_test(merged_histograms_are_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
