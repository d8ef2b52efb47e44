/* A configuration's own samples say how many switches and faults are usual for it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "measure/usual.h"

static void values_fill(double values[BE_VALUE_COUNT], double voluntary, double involuntary,
                        double faults)
{
    for (size_t i = 0; i < BE_VALUE_COUNT; i++) {
        values[i] = NAN;
    }
    values[BE_VALUE_voluntary_switches] = voluntary;
    values[BE_VALUE_involuntary_switches] = involuntary;
    values[BE_VALUE_major_faults] = faults;
}

static void usual_fill(struct be_usual *usual, const double *voluntary, size_t count)
{
    *usual = (struct be_usual){0};
    for (size_t i = 0; i < count; i++) {
        double values[BE_VALUE_COUNT];
        values_fill(values, voluntary[i], 0, 0);
        be_usual_add(usual, values);
    }
}

static struct be_quality_verdict judge(const struct be_usual *usual, double voluntary,
                                       double involuntary, double faults)
{
    struct be_quality_verdict verdict = {.state = BE_SAMPLE_CLEAN};
    struct be_sample sample = {0};

    values_fill(sample.values, voluntary, involuntary, faults);
    be_usual_judge(usual, &sample, &verdict);
    return verdict;
}

/* Median 100 and MAD 20: above 200 is unusual. */
static const double spread[] = {100, 60, 80, 100, 100, 120, 140, 120, 80};

static void more_than_usual_is_suspect(void **state)
{
    struct be_usual usual;
    (void)state;

    usual_fill(&usual, spread, 9);
    assert_int_equal(judge(&usual, 200, 0, 0).state, BE_SAMPLE_CLEAN);
    struct be_quality_verdict verdict = judge(&usual, 201, 0, 0);
    assert_int_equal(verdict.state, BE_SAMPLE_SUSPECT);
    assert_string_equal(verdict.reason, "201 voluntary switches, usually 100");
    assert_int_equal(judge(&usual, 0, 0, 0).state, BE_SAMPLE_CLEAN);
}

/* Equal counts have no MAD, but the next one may differ by chance. */
static void counts_are_given_their_scatter(void **state)
{
    static const double equal[] = {400, 400, 400, 400, 400, 400, 400, 400};
    struct be_usual usual;
    (void)state;

    usual_fill(&usual, equal, 8);
    assert_int_equal(judge(&usual, 500, 5, 5).state, BE_SAMPLE_CLEAN);
    assert_string_equal(judge(&usual, 501, 5, 5).reason, "501 voluntary switches, usually 400");
    assert_string_equal(judge(&usual, 400, 6, 5).reason, "6 involuntary switches, usually 0");
    assert_string_equal(judge(&usual, 400, 5, 6).reason, "6 major page faults, usually 0");
}

static void too_few_samples_judge_nothing(void **state)
{
    struct be_usual usual;
    (void)state;

    usual_fill(&usual, spread, 7);
    assert_int_equal(judge(&usual, 1e6, 1e6, 1e6).state, BE_SAMPLE_CLEAN);
    usual_fill(&usual, spread, 8);
    assert_int_equal(judge(&usual, 1e6, 1e6, 1e6).state, BE_SAMPLE_SUSPECT);
}

static void what_is_not_known_is_not_judged(void **state)
{
    static const double unknown[] = {NAN, 1, NAN, 1, NAN, 1, NAN, 1, NAN, 1, NAN, 1, 1};
    struct be_usual usual;
    (void)state;

    usual_fill(&usual, unknown, 13); /* 7 are known */
    assert_int_equal(judge(&usual, 1e6, 0, 0).state, BE_SAMPLE_CLEAN);
    usual_fill(&usual, spread, 9);
    assert_int_equal(judge(&usual, NAN, NAN, NAN).state, BE_SAMPLE_CLEAN);
}

/* A sweep's long past does not outweigh what its machine does now. */
static void the_latest_samples_count(void **state)
{
    double values[BE_USUAL_MAX + 40];
    struct be_usual usual;
    (void)state;

    for (size_t i = 0; i < 40; i++) {
        values[i] = 10;
    }
    for (size_t i = 40; i < BE_USUAL_MAX + 40; i++) {
        values[i] = 1000;
    }
    usual_fill(&usual, values, BE_USUAL_MAX + 40);
    assert_int_equal(judge(&usual, 1100, 0, 0).state, BE_SAMPLE_CLEAN);
}

static void moves_are_judged_where_they_are_known(void **state)
{
    struct be_usual usual = {0};
    struct be_quality_verdict verdict = {.state = BE_SAMPLE_CLEAN};
    struct be_sample sample = {0};
    (void)state;

    for (size_t i = 0; i < BE_USUAL_MIN; i++) {
        values_fill(sample.values, 0, 0, 0);
        sample.values[BE_VALUE_migrations] = (double)(i % 2);
        be_usual_add(&usual, sample.values);
    }
    be_usual_judge(&usual, &sample, &verdict);
    assert_int_equal(verdict.state, BE_SAMPLE_CLEAN);
    sample.values[BE_VALUE_migrations] = 6;
    be_usual_judge(&usual, &sample, &verdict);
    assert_int_equal(verdict.state, BE_SAMPLE_SUSPECT);
    assert_string_equal(verdict.reason, "6 moves to another CPU, usually 0");
    verdict = (struct be_quality_verdict){.state = BE_SAMPLE_CLEAN};
    sample.values[BE_VALUE_migrations] = NAN;
    be_usual_judge(&usual, &sample, &verdict);
    assert_int_equal(verdict.state, BE_SAMPLE_CLEAN);
}

/* Two cores for two passes of 25 ms: 2 % of that is 2 ms. */
static struct be_quality_verdict judge_delay(const struct be_usual *usual, double delay_ns,
                                             uint64_t wall_ns)
{
    struct be_quality_verdict verdict = {.state = BE_SAMPLE_CLEAN};
    struct be_sample sample = {.wall_ns = wall_ns};

    values_fill(sample.values, 0, 0, 0);
    sample.values[BE_VALUE_delay_ns] = delay_ns;
    sample.values[BE_VALUE_timed_passes] = 2;
    sample.values[BE_VALUE_distinct_pus] = 2;
    be_usual_judge(usual, &sample, &verdict);
    return verdict;
}

static void usual_delays(struct be_usual *usual, const double *delays_ms, size_t count)
{
    *usual = (struct be_usual){0};
    for (size_t i = 0; i < count; i++) {
        double values[BE_VALUE_COUNT];
        values_fill(values, 0, 0, 0);
        values[BE_VALUE_delay_ns] = delays_ms[i] * 1e6;
        be_usual_add(usual, values);
    }
}

/* A pool whose members share cores waits for itself: what counts is what is unusual for it. */
static void waiting_is_held_against_what_is_usual_and_the_cores_time(void **state)
{
    static const double steady[] = {40, 40, 40, 40, 40, 40, 40, 40};
    static const uint64_t pass_ns = 25000000;
    struct be_usual usual;
    (void)state;

    usual_delays(&usual, steady, 8);
    assert_int_equal(judge_delay(&usual, 41.9e6, pass_ns).state, BE_SAMPLE_CLEAN);
    struct be_quality_verdict verdict = judge_delay(&usual, 52e6, pass_ns);
    assert_int_equal(verdict.state, BE_SAMPLE_SUSPECT);
    assert_string_equal(verdict.reason, "52 ms of waiting for a core, usually 40");
    /* However short the passes, a millisecond is nothing. */
    assert_int_equal(judge_delay(&usual, 40.9e6, 1000).state, BE_SAMPLE_CLEAN);
    assert_int_equal(judge_delay(&usual, 41.1e6, 1000).state, BE_SAMPLE_SUSPECT);
    /* MAD 20 ms. */
    usual_delays(&usual, spread, 9);
    assert_int_equal(judge_delay(&usual, 200e6, pass_ns).state, BE_SAMPLE_CLEAN);
    assert_int_equal(judge_delay(&usual, 201e6, pass_ns).state, BE_SAMPLE_SUSPECT);
    assert_int_equal(judge_delay(&usual, NAN, pass_ns).state, BE_SAMPLE_CLEAN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_than_usual_is_suspect),
        cmocka_unit_test(counts_are_given_their_scatter),
        cmocka_unit_test(too_few_samples_judge_nothing),
        cmocka_unit_test(what_is_not_known_is_not_judged),
        cmocka_unit_test(the_latest_samples_count),
        cmocka_unit_test(moves_are_judged_where_they_are_known),
        cmocka_unit_test(waiting_is_held_against_what_is_usual_and_the_cores_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
