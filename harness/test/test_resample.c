#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/resample.h"
#include "near.h"
#include "synthetic_run.h"

static struct synthetic synthetic;
static double medians[3][BE_RESAMPLE_COUNT];

static int teardown(void **state)
{
    (void)state;
    synthetic_finish(&synthetic);
    return 0;
}

/* A reference and a pool of 2 in each of two blocks: configurations 0, 1 and 2, 3. */
static int setup(void **state)
{
    static const uint32_t workers[] = {2};

    (void)state;
    synthetic_add_block(&synthetic, 0, workers, 1, 100, 10);
    synthetic_add_block(&synthetic, 1, workers, 1, 200, 10);
    return 0;
}

static void resample(uint32_t configuration, const double *values, double *into)
{
    assert_int_equal(be_resample(&synthetic.resampler, configuration, values, into, NULL), BE_OK);
}

static size_t resamples_equal(const double *values, double value)
{
    size_t count = 0;

    for (size_t i = 1; i < BE_RESAMPLE_COUNT; i++) {
        count += values[i] == value;
    }
    return count;
}

/* Of 3 draws from 3 values: 7, 13 and 7 in 27. Of 2 from 2: 1, 2 and 1 in 4. */
static void medians_fall_as_often_as_they_must(void **state)
{
    static const double three[] = {30, 10, 20};
    static const double two[] = {5, 7};

    (void)state;
    for (uint32_t round = 0; round < 3; round++) {
        synthetic_add(&synthetic, 1, round, 100, 0);
        if (round < 2) {
            synthetic_add(&synthetic, 3, round, 100, 0);
        }
    }
    synthetic_analyse(&synthetic);
    resample(1, three, medians[0]);
    assert_near(medians[0][0], 20, 0);
    assert_near((double)resamples_equal(medians[0], 10), BE_RESAMPLES * 7 / 27., 40);
    assert_near((double)resamples_equal(medians[0], 20), BE_RESAMPLES * 13 / 27., 40);
    assert_near((double)resamples_equal(medians[0], 30), BE_RESAMPLES * 7 / 27., 40);
    resample(3, two, medians[1]);
    assert_near(medians[1][0], 6, 0);
    assert_near((double)resamples_equal(medians[1], 5), BE_RESAMPLES / 4., 40);
    assert_near((double)resamples_equal(medians[1], 6), BE_RESAMPLES / 2., 40);
    assert_near((double)resamples_equal(medians[1], 7), BE_RESAMPLES / 4., 40);
}

static void rounds_of_a_block_are_drawn_together(void **state)
{
    double values[12];

    (void)state;
    for (uint32_t round = 0; round < 12; round++) {
        for (uint32_t configuration = 0; configuration < 4; configuration++) {
            synthetic_add(&synthetic, configuration, round, 100, 0);
        }
        values[round] = (round * 7) % 12;
    }
    synthetic_analyse(&synthetic);
    resample(0, values, medians[0]);
    resample(1, values, medians[1]);
    resample(3, values, medians[2]);
    assert_memory_equal(medians[0], medians[1], sizeof(medians[0]));
    assert_memory_not_equal(medians[0], medians[2], sizeof(medians[0]));

    synthetic.run.seed++;
    synthetic_forget(&synthetic);
    synthetic_analyse(&synthetic);
    resample(0, values, medians[1]);
    assert_memory_not_equal(medians[0], medians[1], sizeof(medians[0]));
    assert_near(medians[1][0], medians[0][0], 0);
}

static void a_round_that_failed_is_missing_alone(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 4; round++) {
        synthetic_add(&synthetic, 1, 10 + round, 100, 0);
        synthetic_add(&synthetic, 0, round, 100, 0);
        struct be_sample *sample = synthetic_add(&synthetic, 1, round, 100, 0);
        sample->state = round == 2 ? BE_SAMPLE_FAILED : BE_SAMPLE_CLEAN;
    }
    synthetic_analyse(&synthetic);
    const struct be_resampler_place *places = be_resampler_places(&synthetic.resampler, 1);
    assert_int_equal(synthetic.resampler.block_count, 1);
    assert_int_equal(synthetic.resampler.blocks[0].groups, 8);
    assert_int_equal(be_resampler_count(&synthetic.resampler, 1), 7);
    assert_int_equal(places[2].round, 3);
    assert_int_equal(places[6].round, 7);
    assert_int_equal(synthetic.run.samples[places[2].sample].round, 3);
    assert_int_equal(synthetic.run.samples[places[6].sample].round, 13);
}

static void a_value_that_is_not_known_is_left_out(void **state)
{
    static const double values[] = {1, NAN, NAN, 5, NAN, 9};
    static const double nothing[] = {NAN, NAN, NAN, NAN, NAN, NAN};
    size_t empty = 0;

    (void)state;
    for (uint32_t round = 0; round < 6; round++) {
        synthetic_add(&synthetic, 0, round, 100, 0);
    }
    synthetic_analyse(&synthetic);
    resample(0, values, medians[0]);
    assert_near(medians[0][0], 5, 0);
    for (size_t i = 1; i < BE_RESAMPLE_COUNT; i++) {
        empty += isnan(medians[0][i]);
        assert_true(isnan(medians[0][i]) || (medians[0][i] >= 1 && medians[0][i] <= 9));
    }
    /* None of three rounds in six draws: 1 in 64. */
    assert_true(empty > 0 && empty < 25);
    resample(0, nothing, medians[1]);
    assert_true(isnan(medians[1][0]) && isnan(medians[1][BE_RESAMPLES]));
}

static void the_interval_is_what_lies_between_the_tails(void **state)
{
    (void)state;
    for (size_t i = 0; i < BE_RESAMPLE_COUNT; i++) {
        medians[0][i] = i == 0 ? 200 : (double)((i * 183) % 400);
    }
    memcpy(medians[1], medians[0], sizeof(medians[0]));
    struct be_estimate estimate = be_resample_interval(medians[0], 6);
    assert_true(estimate.known && estimate.bounded);
    assert_int_equal(estimate.count, 6);
    assert_near(estimate.median, 200, 0);
    assert_near(estimate.low, 10, 0);
    assert_near(estimate.high, 390, 0);

    estimate = be_resample_interval(medians[1], 5);
    assert_true(estimate.known);
    assert_false(estimate.bounded);
}

static void an_interval_bears_few_unknown_resamples(void **state)
{
    (void)state;
    for (size_t i = 0; i < BE_RESAMPLE_COUNT; i++) {
        medians[0][i] = i % 25 == 1 ? NAN : (double)i;
        medians[1][i] = i % 15 == 1 ? NAN : (double)i;
        medians[2][i] = i == 0 ? NAN : (double)i;
    }
    struct be_estimate estimate = be_resample_interval(medians[0], 10);
    assert_true(estimate.bounded && estimate.low > 5 && estimate.high < 395);
    assert_false(be_resample_interval(medians[1], 10).bounded);
    assert_false(be_resample_interval(medians[2], 10).known);
}

/* The median of 25 normal values; its interval must hold the true one 95 times in 100. */
static void intervals_cover_the_median(void **state)
{
    enum { RUNS = 400, ROUNDS = 25 };
    double values[ROUNDS];
    size_t covered = 0;

    (void)state;
    be_rng_init(&synthetic.rng, 11);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        synthetic_add(&synthetic, 0, round, 100, 0);
    }
    synthetic_analyse(&synthetic);
    for (uint64_t i = 0; i < RUNS; i++) {
        for (size_t j = 0; j < ROUNDS; j++) {
            values[j] = synthetic_normal(&synthetic);
        }
        synthetic.run.seed = i;
        synthetic_forget(&synthetic);
        synthetic_analyse(&synthetic);
        resample(0, values, medians[0]);
        struct be_estimate estimate = be_resample_interval(medians[0], ROUNDS);
        covered += estimate.low <= 0 && estimate.high >= 0;
    }
    print_message("%zu of %d intervals hold the median\n", covered, RUNS);
    assert_true(covered >= .93 * RUNS && covered < RUNS);
}

/*
 * Many rounds are drawn in groups and looked for from near the middle on: intervals are as wide as
 * theory has it, 2·1.96·sqrt(pi/2)/sqrt(n).
 */
static void many_rounds_are_as_good_as_few(void **state)
{
    enum { ROUNDS = 4000, RUNS = 12 };
    static double values[ROUNDS];
    double width = 0;

    (void)state;
    be_rng_init(&synthetic.rng, 7);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        synthetic_add(&synthetic, 0, round, 100, 0);
    }
    synthetic_analyse(&synthetic);
    assert_int_equal(synthetic.resampler.blocks[0].groups, 250);
    for (size_t i = 0; i < RUNS; i++) {
        for (uint32_t round = 0; round < ROUNDS; round++) {
            values[round] = synthetic_normal(&synthetic);
        }
        resample(0, values, medians[0]);
        struct be_estimate estimate = be_resample_interval(medians[0], ROUNDS);
        width += (estimate.high - estimate.low) / RUNS;
    }
    assert_near(width * sqrt(ROUNDS), 2 * 1.96 * sqrt(M_PI_2), .5);

    /* In ascending order a group is all below or all above: the start is often too far. */
    for (uint32_t round = 0; round < ROUNDS; round++) {
        values[round] = round;
    }
    resample(0, values, medians[0]);
    assert_near(medians[0][0], (ROUNDS - 1) / 2., 1e-9);
    struct be_estimate estimate = be_resample_interval(medians[0], ROUNDS);
    /* How many of 250 draws fall into one half has a standard deviation of sqrt(250)/2. */
    assert_near(estimate.high - estimate.low, 2 * 1.96 * sqrt(250) / 2 * 16, 100);
}

#define resample_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        resample_test(medians_fall_as_often_as_they_must),
        resample_test(rounds_of_a_block_are_drawn_together),
        resample_test(a_round_that_failed_is_missing_alone),
        resample_test(a_value_that_is_not_known_is_left_out),
        resample_test(the_interval_is_what_lies_between_the_tails),
        resample_test(an_interval_bears_few_unknown_resamples),
        resample_test(intervals_cover_the_median),
        resample_test(many_rounds_are_as_good_as_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
