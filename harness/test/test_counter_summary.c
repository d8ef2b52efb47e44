/* Counters of workers, made into those of a configuration. */
#include <math.h>

#include "near.h"
#include "summary_fixture.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct be_counter_value counted(const char *name, uint64_t count)
{
    struct be_counter_value value = {.state = BE_COUNTER_COUNTED, .value = count};
    snprintf(value.name, sizeof(value.name), "%s", name);
    return value;
}

static void counters_are_summed_over_workers_a_pass(void **state)
{
    static const uint64_t values[][2] = {{100, 300}, {500, 700}, {50, 50}};

    (void)state;
    for (uint32_t round = 0; round < COUNT_OF(values); round++) {
        struct be_sample *sample = builder_add_sample(&run, THREADS, round, 50, 100);
        struct be_sample_record *record = sample->record;
        record->passes = builder_grow(record->passes, 1, sizeof(*record->passes));
        record->passes = builder_grow(record->passes, 2, sizeof(*record->passes));
        record->passes[1].kind = BE_PASS_TIMED;
        record->passes[2].kind = BE_PASS_WARMUP;
        record->pass_count = 3;
        builder_count(sample, 0, counted("instructions", values[round][0]));
        builder_count(sample, 1, counted("instructions", values[round][1]));
        builder_refill(&run, sample);
    }
    const struct be_summary *threads = summarize(THREADS);
    assert_int_equal(threads->counter_count, 1);
    assert_string_equal(threads->counters[0].name, "instructions");
    assert_int_equal(threads->counters[0].state, BE_COUNTER_COUNTED);
    assert_near(threads->counters[0].value, (100 + 300) / 2.0, 0);
    assert_true(isnan(threads->counters[0].share));
    assert_near(threads->counters[0].spread, 0, 0);
}

static const struct {
    const char *name;
    enum be_counter_state states[2];
    enum be_counter_state worst;
    double value;
    double share;
    const char *reason;
} counter_cases[] = {
    {"both counted", {BE_COUNTER_COUNTED, BE_COUNTER_COUNTED}, BE_COUNTER_COUNTED, 30, NAN, ""},
    {"one scaled", {BE_COUNTER_COUNTED, BE_COUNTER_SCALED}, BE_COUNTER_SCALED, 30, .75, ""},
    {"both scaled", {BE_COUNTER_SCALED, BE_COUNTER_SCALED}, BE_COUNTER_SCALED, 30, .5, ""},
    {"one stands still",
     {BE_COUNTER_SCALED, BE_COUNTER_NOT_COUNTING},
     BE_COUNTER_NOT_COUNTING,
     NAN,
     NAN,
     "reason 1"},
    {"one unavailable",
     {BE_COUNTER_UNAVAILABLE, BE_COUNTER_NOT_COUNTING},
     BE_COUNTER_UNAVAILABLE,
     NAN,
     NAN,
     "reason 0"},
};

static void assert_same(double actual, double expected)
{
    if (isnan(expected)) {
        assert_true(isnan(actual));
    } else {
        assert_near(actual, expected, 0);
    }
}

static void a_counter_is_as_good_as_its_worst_worker(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(counter_cases); i++) {
        struct be_sample *sample = builder_add_sample(&run, THREADS, 0, 50, 100);
        for (size_t worker = 0; worker < 2; worker++) {
            enum be_counter_state worker_state = counter_cases[i].states[worker];
            struct be_counter_value value = counted("cycles", 10 + 10 * worker);
            value.state = worker_state;
            value.share = .5 + .25 * (double)worker;
            if (worker_state >= BE_COUNTER_NOT_COUNTING) {
                snprintf(value.reason, sizeof(value.reason), "reason %zu", worker);
            }
            builder_count(sample, worker, value);
        }
        builder_refill(&run, sample);
        const struct be_counter_summary *counter = &summarize(THREADS)->counters[0];
        assert_int_equal(counter->state, counter_cases[i].worst);
        assert_same(counter->value, counter_cases[i].value);
        assert_same(counter->share, counter_cases[i].share);
        assert_same(counter->spread, isnan(counter_cases[i].value) ? NAN : 10 / 15.0);
        assert_string_equal(counter->reason, counter_cases[i].reason);
    }
}

static void a_counter_that_a_record_lacks_is_unavailable(void **state)
{
    (void)state;
    struct be_sample *sample = builder_add_sample(&run, THREADS, 0, 50, 100);
    builder_count(sample, 0, counted("cycles", 5));
    builder_count(sample, 1, counted("instructions", 7));
    builder_count(sample, 1, counted("cycles", 6));
    builder_refill(&run, sample);
    const struct be_summary *threads = summarize(THREADS);
    assert_int_equal(threads->counter_count, 2);
    assert_int_equal(threads->counters[0].state, BE_COUNTER_COUNTED);
    assert_near(threads->counters[0].value, 11, 0);
    assert_string_equal(threads->counters[1].name, "instructions");
    assert_int_equal(threads->counters[1].state, BE_COUNTER_UNAVAILABLE);
    assert_true(isnan(threads->counters[1].value));
    assert_string_equal(threads->counters[1].reason, "missing from a worker's record");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        summary_test(counters_are_summed_over_workers_a_pass),
        summary_test(a_counter_is_as_good_as_its_worst_worker),
        summary_test(a_counter_that_a_record_lacks_is_unavailable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
