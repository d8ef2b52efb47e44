/* What is counted made into figures; every number here is worked out by hand. */
#include <math.h>

#include "near.h"
#include "summary_fixture.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define MS UINT64_C(1000000)

#define assert_figure(estimate, expected)                                                          \
    do {                                                                                           \
        if (isnan(expected)) {                                                                     \
            assert_false((estimate).known);                                                        \
        } else {                                                                                   \
            assert_true((estimate).known);                                                         \
            assert_near((estimate).median, expected, 1e-12);                                       \
        }                                                                                          \
    } while (0)

static void count_as(struct be_sample *sample, const char *name, enum be_counter_state state,
                     uint64_t count)
{
    struct be_counter_value value = {.state = state, .value = count, .share = .5};

    snprintf(value.name, sizeof(value.name), "%s", name);
    for (size_t i = 0; i < sample->record->worker_count; i++) {
        builder_count(sample, i, value);
    }
    builder_refill(&run, sample);
}

/* Each worker counts as much. */
static void count(struct be_sample *sample, const char *name, uint64_t each)
{
    count_as(sample, name, BE_COUNTER_COUNTED, each);
}

/* 10 tasks: 1 s serially at 4 GHz, 625 ms by two workers at 3.2 GHz. */
static struct be_sample *pair_add(uint32_t round, struct be_sample **threads)
{
    struct be_sample *serial = builder_add_sample(&run, SERIAL, round, 1000 * MS, 1000 * MS);

    count(serial, "papi:PAPI_TOT_INS", 8000 * MS);
    count(serial, "papi:PAPI_TOT_CYC", 4000 * MS);
    count(serial, "rusage:user-time", 1000 * MS);
    *threads = builder_add_sample(&run, THREADS, round, 625 * MS, 1250 * MS);
    count(*threads, "papi:PAPI_TOT_INS", 4500 * MS);
    count(*threads, "papi:PAPI_TOT_CYC", 2000 * MS);
    count(*threads, "rusage:user-time", 625 * MS);
    return &run.samples[run.sample_count - 2];
}

static void counts_become_figures_a_task(void **state)
{
    struct be_sample *sample;

    (void)state;
    pair_add(0, &sample);
    count(sample, "papi:PAPI_L3_TCM", 35);
    count(sample, "papi:PAPI_BR_MSP", 50);
    const struct be_summary *threads = summarize(THREADS);
    assert_figure(threads->instructions_per_task, 2 * 4500e6 / 10);
    assert_figure(threads->instructions_per_cycle, 4500 / 2000.);
    assert_figure(threads->clock_ghz, 2000 / 625.);
    assert_figure(threads->cache_misses_per_task, 2 * 35 / 10.);
    assert_figure(threads->branch_misses_per_task, 2 * 50 / 10.);
    assert_figure(summaries.items[SERIAL].instructions_per_task, 800e6);
    assert_false(summaries.items[SERIAL].cache_misses_per_task.known);
}

static void a_speedup_at_equal_frequency_leaves_the_clock_out(void **state)
{
    struct be_sample *sample;

    (void)state;
    pair_add(0, &sample);
    const struct be_summary *threads = summarize(THREADS);
    assert_figure(threads->speedup, 1.6);
    assert_figure(threads->clock_ratio, .8);
    assert_figure(threads->equal_speedup, 2.);
    assert_figure(summaries.items[SERIAL].equal_speedup, 1.);
}

/* By user time the clock would be 2 of 4 GHz; nominal cycles say .9 of 1. */
static void nominal_cycles_say_the_clock_better_than_time(void **state)
{
    struct be_sample *threads;

    (void)state;
    struct be_sample *serial = pair_add(0, &threads);
    threads->record->workers[0].counters.items[2].value = 1000 * MS;
    threads->record->workers[1].counters.items[2].value = 1000 * MS;
    count(threads, "papi:PAPI_REF_CYC", 2000 * MS);
    count(serial, "papi:PAPI_REF_CYC", 3600 * MS);
    assert_figure(summarize(THREADS)->clock_ratio, .9);
    assert_figure(summaries.items[THREADS].clock_ghz, 2.);
}

/* In one round its clock was counted and in the other the reference's: never one without both. */
static void a_ratio_needs_both_sides_of_its_round(void **state)
{
    (void)state;
    builder_add_sample(&run, SERIAL, 0, 1000, 1000);
    struct be_sample *sample = builder_add_sample(&run, THREADS, 0, 500, 1000);
    count(sample, "papi:PAPI_TOT_CYC", 2000);
    count(sample, "papi:PAPI_REF_CYC", 2000);
    sample = builder_add_sample(&run, SERIAL, 1, 1000, 1000);
    count(sample, "papi:PAPI_TOT_CYC", 2000);
    count(sample, "papi:PAPI_REF_CYC", 2000);
    builder_add_sample(&run, THREADS, 1, 500, 1000);
    const struct be_summary *threads = summarize(THREADS);
    assert_figure(threads->speedup, 2.);
    assert_false(threads->clock_ratio.known);
    assert_false(threads->equal_speedup.known);
}

/* Events with the figures of one that is not known left out; NAN: so is the figure. */
static const struct {
    const char *name;
    struct {
        const char *name;
        enum be_counter_state state;
        uint64_t each;
    } events[4];
    double instructions_per_task;
    double instructions_per_cycle;
    double clock_ghz;
} source_cases[] = {
    {"nothing", {{0}}, NAN, NAN, NAN},
    {"unavailable is not 0",
     {{"papi:PAPI_TOT_INS", BE_COUNTER_UNAVAILABLE, 0},
      {"papi:PAPI_TOT_CYC", BE_COUNTER_NOT_COUNTING, 0},
      {"rusage:user-time", BE_COUNTER_COUNTED, 500 * MS}},
     NAN,
     NAN,
     NAN},
    {"scaled ones are taken",
     {{"papi:PAPI_TOT_INS", BE_COUNTER_SCALED, 3000},
      {"papi:PAPI_TOT_CYC", BE_COUNTER_SCALED, 1500}},
     600,
     2,
     NAN},
    {"the kernel's where PAPI has none",
     {{"papi:PAPI_TOT_INS", BE_COUNTER_UNAVAILABLE, 0},
      {"perf_event:instructions", BE_COUNTER_COUNTED, 3000 * MS},
      {"perf_event:cycles", BE_COUNTER_COUNTED, 1000 * MS},
      {"rusage:user-time", BE_COUNTER_COUNTED, 500 * MS}},
     600e6,
     3,
     2},
    {"of a user time of few ticks follows no clock",
     {{"papi:PAPI_TOT_CYC", BE_COUNTER_COUNTED, 49 * MS},
      {"rusage:user-time", BE_COUNTER_COUNTED, 49 * MS}},
     NAN,
     NAN,
     NAN},
    {"of one of 25 it does",
     {{"papi:PAPI_TOT_CYC", BE_COUNTER_COUNTED, 50 * MS},
      {"rusage:user-time", BE_COUNTER_COUNTED, 50 * MS}},
     NAN,
     NAN,
     1},
    {"no time, no clock",
     {{"papi:PAPI_TOT_CYC", BE_COUNTER_COUNTED, 1000}, {"rusage:user-time", BE_COUNTER_COUNTED, 0}},
     NAN,
     NAN,
     NAN},
};

static void figures_are_known_where_their_events_are(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(source_cases); i++) {
        print_message("%s\n", source_cases[i].name);
        struct be_sample *sample = builder_add_sample(&run, THREADS, 0, 500, 1000);
        for (size_t k = 0; k < COUNT_OF(source_cases[i].events); k++) {
            if (source_cases[i].events[k].name) {
                count_as(sample, source_cases[i].events[k].name, source_cases[i].events[k].state,
                         source_cases[i].events[k].each);
            }
        }
        const struct be_summary *threads = summarize(THREADS);
        assert_figure(threads->instructions_per_task, source_cases[i].instructions_per_task);
        assert_figure(threads->instructions_per_cycle, source_cases[i].instructions_per_cycle);
        assert_figure(threads->clock_ghz, source_cases[i].clock_ghz);
        teardown(NULL);
        setup(NULL);
    }
}

/* The level nearest to memory that any sample has, and no other level where that one is missing. */
static void misses_are_of_one_cache_in_all_samples(void **state)
{
    (void)state;
    struct be_sample *sample = builder_add_sample(&run, SERIAL, 0, 1000, 1000);
    count(sample, "papi:PAPI_L1_DCM", 900);
    count(sample, "papi:PAPI_L2_DCM", 20);
    sample = builder_add_sample(&run, THREADS, 0, 500, 1000);
    count(sample, "papi:PAPI_L1_DCM", 450);
    count_as(sample, "papi:PAPI_L2_DCM", BE_COUNTER_UNAVAILABLE, 0);
    assert_figure(summarize(SERIAL)->cache_misses_per_task, 2.);
    assert_false(summaries.items[THREADS].cache_misses_per_task.known);
}

/* Of workers and dispatcher, over the timed passes, whether or not anything was asked for. */
static void switches_are_a_task_and_of_both_kinds(void **state)
{
    (void)state;
    struct be_sample *sample = builder_add_sample(&run, THREADS, 0, 500, 1000);
    assert_false(summarize(THREADS)->switches_per_task.known);
    sample->values[BE_VALUE_voluntary_switches] = 55;
    sample->values[BE_VALUE_involuntary_switches] = 5;
    sample->values[BE_VALUE_timed_passes] = 3;
    assert_figure(summarize(THREADS)->switches_per_task, 60 / 3. / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        summary_test(counts_become_figures_a_task),
        summary_test(a_speedup_at_equal_frequency_leaves_the_clock_out),
        summary_test(nominal_cycles_say_the_clock_better_than_time),
        summary_test(a_ratio_needs_both_sides_of_its_round),
        summary_test(figures_are_known_where_their_events_are),
        summary_test(misses_are_of_one_cache_in_all_samples),
        summary_test(switches_are_a_task_and_of_both_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
