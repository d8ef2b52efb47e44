/* A sample's figures, computed by hand from what its runner said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/rng.h"
#include "near.h"
#include "run_builder.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { WORKERS = 2 };

static struct be_run run;
static struct be_sample *sample; /* of two workers; its record has no pass yet */
static struct be_sample_record *record;

static int setup(void **state)
{
    (void)state;
    builder_add_configuration(&run, BE_ROLE_MEASURED, 0, "executor=threads workers=2");
    sample = builder_add_sample(&run, 0, 0, 100, 100);
    record = sample->record;
    record->pass_count = 0;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    be_run_finish(&run);
    return 0;
}

/* Two workers of 3 and 1 tasks, stamped; all that differs from pass to pass is up to the test. */
static struct be_pass_record *pass_add(enum be_pass_kind kind, uint64_t wall_ns)
{
    record->passes = builder_grow(record->passes, record->pass_count, sizeof(*record->passes));
    struct be_pass_record *pass = &record->passes[record->pass_count++];
    struct be_pass_worker *workers = builder_grow(NULL, 0, sizeof(*workers));

    workers = builder_grow(workers, 1, sizeof(*workers));
    workers[0] = (struct be_pass_worker){3, 600, 10, 950, {500, 4, 20, 30, 0, 25}};
    workers[1] = (struct be_pass_worker){1, 100, 60, 400, {300, 5, 7, 8, 0, 0}};
    *pass = (struct be_pass_record){
        .kind = kind,
        .wall_ns = wall_ns,
        .cpu_ns = 2 * wall_ns,
        .stamped = true,
        .dispatcher = {.cpu_ns = 90, .stamps = {11, 3, 40, 50, 6, 9}},
        .workers = workers,
        .worker_count = WORKERS,
    };
    return pass;
}

static double value_of(enum be_value value)
{
    builder_refill(&run, sample);
    return sample->values[value];
}

static void all_figures_of_one_pass(void **state)
{
    static const struct {
        enum be_value value;
        double expected;
    } cases[] = {
        {BE_VALUE_dispatcher_cpu_ns, 90 - 9},
        {BE_VALUE_compute_ns, 11 + 500 + 300},
        {BE_VALUE_codec_ns, 3 + 4 + 5},
        {BE_VALUE_send_ns, 40 + 20 + 7},
        {BE_VALUE_receive_ns, 50 + 30 + 8},
        {BE_VALUE_merge_ns, 6},
        {BE_VALUE_spin_ns, 9 + 25},
        {BE_VALUE_busy_ns, (11 + 3 + 40 + 50 + 6) + (600 - 25) + (300 + 5 + 7 + 8)},
        {BE_VALUE_balance, 400.0 / 500},
        {BE_VALUE_start_skew_ns, 60 - 10},
        {BE_VALUE_start_idle_ns, 10 + 60},
        {BE_VALUE_tail_ns, 1000 - 400},
        {BE_VALUE_tail_idle_ns, (1000 - 950) + (1000 - 400)},
        {BE_VALUE_timed_passes, 1},
    };

    (void)state;
    pass_add(BE_PASS_COLD, 5000);
    pass_add(BE_PASS_WARMUP, 3000);
    pass_add(BE_PASS_TIMED, 1000);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_near(value_of(cases[i].value), cases[i].expected, 1e-12);
    }
    assert_true(isnan(value_of(BE_VALUE_pass_trend)));
    assert_true(isnan(value_of(BE_VALUE_pass_drift)));
    assert_int_equal(sample->wall_ns, 1000);
    assert_int_equal(sample->cpu_ns, 2000);
    assert_int_equal(sample->cold_wall_ns, 5000);
}

static void figures_are_medians_over_timed_passes(void **state)
{
    static const uint64_t compute_ns[] = {900, 100, 300, 700};

    (void)state;
    for (size_t i = 0; i < COUNT(compute_ns); i++) {
        struct be_pass_record *pass = pass_add(BE_PASS_TIMED, 1000 + i);
        pass->workers[0].stamps.compute_ns = compute_ns[i];
    }
    pass_add(BE_PASS_WARMUP, 1)->workers[0].stamps.compute_ns = 1;
    assert_near(value_of(BE_VALUE_compute_ns), 11 + (300 + 700) / 2.0 + 300, 1e-12);
    assert_int_equal(sample->wall_ns, 1001);
}

static void a_worker_without_tasks_never_started(void **state)
{
    (void)state;
    struct be_pass_record *pass = pass_add(BE_PASS_TIMED, 1000);
    pass->workers[1] = (struct be_pass_worker){0};
    assert_near(value_of(BE_VALUE_start_skew_ns), 0, 0);
    assert_near(value_of(BE_VALUE_start_idle_ns), 10 + 1000, 0);
    assert_near(value_of(BE_VALUE_tail_ns), 50, 0);
    assert_near(value_of(BE_VALUE_tail_idle_ns), 50, 0);
    assert_near(value_of(BE_VALUE_balance), .5, 0);
}

static void figures_of_the_whole_sample(void **state)
{
    (void)state;
    pass_add(BE_PASS_TIMED, 1000);
    record->pool_start_ns = 700;
    be_gauges_set(&record->gauges, BE_GAUGE_peak_rss_bytes, 9000);
    record->latency = (struct be_latency){1000, 10, 20, 30, 40};
    record->dispatcher.disturbance = (struct be_disturbance){1, 2, 3, true, 4, true, 5};
    for (size_t i = 0; i < WORKERS; i++) {
        record->workers[i].pss_bytes = 100 + 100 * i;
        record->workers[i].watched = true;
        record->workers[i].disturbance = (struct be_disturbance){10, 20, 30, true, 40, true, 50};
    }
    assert_near(value_of(BE_VALUE_pool_start_ns), 700, 0);
    assert_near(value_of(BE_VALUE_peak_rss_bytes), 9000, 0);
    assert_near(value_of(BE_VALUE_worker_pss_bytes), 150, 0);
    assert_near(value_of(BE_VALUE_latency_p50_ns), 10, 0);
    assert_near(value_of(BE_VALUE_latency_p99_ns), 20, 0);
    assert_near(value_of(BE_VALUE_latency_p999_ns), 30, 0);
    assert_near(value_of(BE_VALUE_latency_max_ns), 40, 0);
    assert_near(value_of(BE_VALUE_voluntary_switches), 21, 0);
    assert_near(value_of(BE_VALUE_involuntary_switches), 42, 0);
    assert_near(value_of(BE_VALUE_major_faults), 63, 0);
    assert_near(value_of(BE_VALUE_delay_ns), 84, 0);
    assert_near(value_of(BE_VALUE_migrations), 105, 0);
}

static void what_the_kernel_may_not_tell_is_known_when_it_is_of_every_member(void **state)
{
    (void)state;
    pass_add(BE_PASS_TIMED, 1000);
    for (size_t i = 0; i < WORKERS; i++) {
        record->workers[i].watched = true;
        record->workers[i].disturbance = (struct be_disturbance){0, 0, 0, true, 40 * i, true, i};
    }
    assert_near(value_of(BE_VALUE_delay_ns), 40, 0);
    assert_near(value_of(BE_VALUE_migrations), 1, 0);
    record->dispatcher.watched = true;
    assert_true(isnan(value_of(BE_VALUE_delay_ns)));
    assert_true(isnan(value_of(BE_VALUE_migrations)));
    assert_near(value_of(BE_VALUE_major_faults), 0, 0);
    record->dispatcher.disturbance = (struct be_disturbance){0, 0, 0, true, 2, true, 3};
    assert_near(value_of(BE_VALUE_delay_ns), 42, 0);
    assert_near(value_of(BE_VALUE_migrations), 4, 0);
    record->workers[0].disturbance.delay_known = false;
    assert_true(isnan(value_of(BE_VALUE_delay_ns)));
    assert_near(value_of(BE_VALUE_migrations), 4, 0);
    record->workers[1].disturbance.migrations_known = false;
    assert_true(isnan(value_of(BE_VALUE_migrations)));
}

static void nothing_is_known_without_a_record(void **state)
{
    (void)state;
    pass_add(BE_PASS_TIMED, 1000);
    builder_refill(&run, sample);
    assert_int_equal(be_sample_fill(sample, NULL, &run, NULL), BE_OK);
    for (size_t i = 0; i < BE_VALUE_COUNT; i++) {
        if (!isnan(sample->values[i])) {
            fail_msg("%s is %g", be_value_name((enum be_value)i), sample->values[i]);
        }
    }
    assert_int_equal(sample->wall_ns, 0);
}

/* A runner that leaves out all that may be left out. */
static void what_a_runner_left_out_is_unknown(void **state)
{
    static const enum be_value known[] = {
        BE_VALUE_distinct_pus, BE_VALUE_start_skew_ns, BE_VALUE_start_idle_ns,
        BE_VALUE_tail_ns,      BE_VALUE_tail_idle_ns,  BE_VALUE_timed_passes,
    };
    bool expected[BE_VALUE_COUNT] = {false};

    (void)state;
    struct be_pass_record *pass = pass_add(BE_PASS_TIMED, 1000);
    pass->stamped = false;
    pass->dispatcher = (struct be_pass_dispatcher){0};
    record->workers[0].watched = true;
    record->workers[0].pss_bytes = 5;
    for (size_t i = 0; i < COUNT(known); i++) {
        expected[known[i]] = true;
    }
    builder_refill(&run, sample);
    for (size_t i = 0; i < BE_VALUE_COUNT; i++) {
        if (isnan(sample->values[i]) == expected[i]) {
            fail_msg("%s is %g", be_value_name((enum be_value)i), sample->values[i]);
        }
    }
}

static void few_latencies_have_no_far_percentiles(void **state)
{
    (void)state;
    record->latency = (struct be_latency){.count = 20, .p50_ns = 10, .max_ns = 40};
    assert_near(value_of(BE_VALUE_latency_max_ns), 40, 0);
    assert_true(isnan(value_of(BE_VALUE_latency_p99_ns)));
    assert_true(isnan(value_of(BE_VALUE_latency_p999_ns)));
}

static const struct {
    const char *name;
    int32_t pus[2];
    int32_t dispatcher_pu;
    double distinct;
} pu_cases[] = {
    {"a PU each", {0, 1}, 2, 3},        {"dispatcher shares", {0, 1}, 1, 2},
    {"all on one", {3, 3}, 3, 1},       {"dispatcher not bound", {0, 1}, -1, 2},
    {"nothing bound", {-1, -1}, -1, 2}, {"one worker not bound", {0, -1}, 0, 2},
};

static void distinct_pus_are_counted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pu_cases); i++) {
        builder_bind(&run, sample, pu_cases[i].pus[0], pu_cases[i].pus[1],
                     pu_cases[i].dispatcher_pu);
        if (sample->values[BE_VALUE_distinct_pus] != pu_cases[i].distinct) {
            fail_msg("%s: %g", pu_cases[i].name, sample->values[BE_VALUE_distinct_pus]);
        }
    }
}

static double trend_of(const uint64_t *walls, size_t count)
{
    for (size_t i = 0; i < record->pass_count; i++) {
        be_pass_record_finish(&record->passes[i]);
    }
    record->pass_count = 0;
    for (size_t i = 0; i < count; i++) {
        pass_add(BE_PASS_TIMED, walls[i]);
    }
    return value_of(BE_VALUE_pass_trend);
}

static void trends_of_short_samples(void **state)
{
    static const struct {
        uint64_t walls[5];
        double trend;
        double drift;
    } cases[] = {
        {{10, 20, 30, 40, 50}, 10, 45.0 / 15}, {{50, 40, 30, 20, 10}, -10, 15.0 / 45},
        {{10, 10, 10, 10, 10}, 0, 1},          {{10, 30, 20, 50, 40}, 6, 45.0 / 20},
        {{20, 10, 10, 20, 20}, 2, 20.0 / 15},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_near(trend_of(cases[i].walls, 5), cases[i].trend, 0);
        assert_near(value_of(BE_VALUE_pass_drift), cases[i].drift, 1e-12);
    }
}

/* Every pair looked at, for lengths around the powers of two and times with ties. */
static void trends_are_those_of_all_pairs(void **state)
{
    uint64_t walls[70];
    struct be_rng rng;

    (void)state;
    be_rng_init(&rng, 1);
    for (size_t count = 2; count <= COUNT(walls); count++) {
        double pairs = 0;
        for (size_t i = 0; i < count; i++) {
            walls[i] = 100 + be_rng_below(&rng, 20);
            for (size_t k = 0; k < i; k++) {
                pairs += (double)(walls[i] > walls[k]) - (double)(walls[i] < walls[k]);
            }
        }
        assert_near(trend_of(walls, count), pairs, 0);
    }
}

static void equal_events_are_kept_once(void **state)
{
    static const struct be_counter_value none = {
        .name = "cycles", .state = BE_COUNTER_UNAVAILABLE, .reason = "no PMU"};

    (void)state;
    for (uint32_t round = 1; round < 4; round++) {
        struct be_sample *one = builder_add_sample(&run, 0, round, 100, 100);
        struct be_counter_value some = {
            .name = "faults", .state = BE_COUNTER_COUNTED, .value = round};
        for (size_t worker = 0; worker < WORKERS; worker++) {
            builder_count(one, worker, none);
            builder_count(one, worker, some);
        }
        builder_refill(&run, one);
        assert_int_equal(one->counter_count, 2);
        assert_true(isnan(one->counters[0].value));
        assert_near(one->counters[1].value, 2 * round, 0);
        assert_string_equal(run.events[one->counters[0].event].reason, "no PMU");
        assert_string_equal(run.events[one->counters[1].event].name, "faults");
    }
    assert_int_equal(run.event_count, 2);
}

static void only_the_newest_record_is_kept(void **state)
{
    struct be_run kept = {0};

    (void)state;
    builder_add_configuration(&kept, BE_ROLE_REFERENCE, 0, "");
    builder_add_configuration(&kept, BE_ROLE_MEASURED, 0, "executor=threads workers=2");
    for (uint32_t i = 0; i < 6; i++) {
        struct be_sample one = {.configuration = i % 2, .round = i / 2};
        one.record = i == 5 ? NULL : calloc(1, sizeof(*one.record));
        assert_int_equal(be_run_add_sample(&kept, &one, NULL), BE_OK);
    }
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(kept.samples[i].record != NULL, i == 3 || i == 4);
    }
    be_run_finish(&kept);
}

#define VALUES_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        VALUES_TEST(all_figures_of_one_pass),
        VALUES_TEST(figures_are_medians_over_timed_passes),
        VALUES_TEST(a_worker_without_tasks_never_started),
        VALUES_TEST(figures_of_the_whole_sample),
        VALUES_TEST(what_the_kernel_may_not_tell_is_known_when_it_is_of_every_member),
        VALUES_TEST(nothing_is_known_without_a_record),
        VALUES_TEST(what_a_runner_left_out_is_unknown),
        VALUES_TEST(few_latencies_have_no_far_percentiles),
        VALUES_TEST(distinct_pus_are_counted),
        VALUES_TEST(trends_of_short_samples),
        VALUES_TEST(trends_are_those_of_all_pairs),
        VALUES_TEST(equal_events_are_kept_once),
        VALUES_TEST(only_the_newest_record_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
