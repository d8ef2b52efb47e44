#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/flags.h"
#include "core/kendall.h"
#include "core/values.h"
#include "near.h"
#include "simulate.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { SAMPLES_MAX = 40 };

/* Samples of 1,000 ns in which nothing is to be said, and their times over the reference's. */
struct series {
    struct be_sample samples[SAMPLES_MAX];
    const struct be_sample *pointers[SAMPLES_MAX];
    double times[SAMPLES_MAX];
    size_t count;
};

static void series_init(struct series *series, size_t count)
{
    *series = (struct series){.count = count};
    for (size_t i = 0; i < count; i++) {
        series->samples[i].wall_ns = 1000;
        be_values_clear(series->samples[i].values);
        series->pointers[i] = &series->samples[i];
        /* Near .5, spread evenly, in no order: 7 has no factor in common with the counts here. */
        series->times[i] = .5 + .0001 * (double)(7 * i % count);
    }
}

static struct be_flags_input series_input(const struct series *series)
{
    return (struct be_flags_input){.samples = series->pointers,
                                   .sample_count = series->count,
                                   .times = series->times,
                                   .time_count = series->count,
                                   .rounds = series->count,
                                   .workers = 2,
                                   .effective_cores = 2};
}

static struct be_flags input_flags(const struct be_flags_input *input)
{
    struct be_flags flags;
    assert_int_equal(be_flags_find(input, &flags, NULL), BE_OK);
    return flags;
}

static struct be_flags series_flags(const struct series *series)
{
    struct be_flags_input input = series_input(series);
    return input_flags(&input);
}

/* No flag but this one, or none at all for BE_FLAG_COUNT. */
#define assert_only_raised(flags, flag)                                                            \
    assert_int_equal((flags).raised, (flag) == BE_FLAG_COUNT ? 0 : 1U << (flag))

static void nothing_to_say(void **state)
{
    struct series series;

    (void)state;
    series_init(&series, 20);
    struct be_flags flags = series_flags(&series);
    assert_only_raised(flags, BE_FLAG_COUNT);
    assert_int_equal(flags.pass_trend.count, 0);
    assert_true(isnan(flags.pass_trend.z));
    assert_true(isnan(flags.start_skew));
    assert_int_equal(flags.round_trend.count, 20);
    assert_int_equal(flags.modes.count, 20);
    assert_near(flags.outliers, 0, 0);
}

static void passes_set(struct series *series, double passes, double s, double drift)
{
    for (size_t i = 0; i < series->count; i++) {
        series->samples[i].values[BE_VALUE_timed_passes] = passes;
        series->samples[i].values[BE_VALUE_pass_trend] = s;
        series->samples[i].values[BE_VALUE_pass_drift] = drift;
    }
}

static const struct {
    const char *name;
    double passes;
    double s;
    double drift;
    size_t judged;
    bool raised;
} pass_cases[] = {
    {"passes slow down", 8, 28, 1.02, 8, true},
    {"passes speed up", 10, -45, .97, 10, true},
    {"for certain, but by next to nothing", 8, 28, 1.005, 8, false},
    {"by much, but by chance", 8, 4, 1.05, 8, false},
    {"too few passes", 7, 21, 1.02, 0, false},
};

static void trends_by_pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(pass_cases); i++) {
        struct series series;
        series_init(&series, 10);
        passes_set(&series, pass_cases[i].passes, pass_cases[i].s, pass_cases[i].drift);
        struct be_flags flags = series_flags(&series);
        print_message("%s\n", pass_cases[i].name);
        assert_int_equal(flags.pass_trend.count, pass_cases[i].judged);
        assert_only_raised(flags, pass_cases[i].raised ? BE_FLAG_PASS_TREND : BE_FLAG_COUNT);
        if (pass_cases[i].judged > 0) {
            assert_near(flags.pass_trend.change, pass_cases[i].drift - 1, 1e-12);
            assert_near(
                flags.pass_trend.z,
                be_kendall_z(10 * pass_cases[i].s, 10 * be_kendall_variance(pass_cases[i].passes)),
                1e-12);
        }
    }
}

/* S of 28, 28 and -26 by turns: a sum that eight passes ten times would not reach by chance. */
static void samples_that_disagree_have_no_trend(void **state)
{
    struct series series;

    (void)state;
    series_init(&series, 12);
    passes_set(&series, 8, 28, 1.02);
    for (size_t i = 0; i < series.count; i += 3) {
        series.samples[i].values[BE_VALUE_pass_trend] = -26;
    }
    struct be_flags flags = series_flags(&series);
    double sum = 8 * 28 - 4 * 26;
    double spread = (8 * 28 * 28 + 4 * 26 * 26 - sum * sum / 12) * 12 / 11;
    assert_true((sum - 1) / sqrt(12 * be_kendall_variance(8)) > BE_FLAG_TREND_Z);
    assert_near(flags.pass_trend.z, (sum - 1) / sqrt(spread), 1e-12);
    assert_only_raised(flags, BE_FLAG_COUNT);
}

static void a_trend_over_rounds(void **state)
{
    struct series series;

    (void)state;
    series_init(&series, 20);
    for (size_t i = 0; i < series.count; i++) {
        series.times[i] += .002 * (double)i;
    }
    struct be_flags flags = series_flags(&series);
    assert_only_raised(flags, BE_FLAG_ROUND_TREND);
    assert_int_equal(flags.round_trend.count, 20);
    assert_true(flags.round_trend.z > BE_FLAG_TREND_Z);
    /* Ten rounds of .002 on .51 */
    assert_near(flags.round_trend.change, .02 / .51, .001);

    series.count = 9;
    flags = series_flags(&series);
    assert_int_equal(flags.round_trend.count, 0);
    assert_only_raised(flags, BE_FLAG_COUNT);
}

static void two_modes_a_tenth_apart(void **state)
{
    struct series series;

    (void)state;
    series_init(&series, 20);
    for (size_t i = 0; i < series.count; i++) {
        series.times[i] *= i % 3 == 0 ? 1.1 : 1;
    }
    struct be_flags flags = series_flags(&series);
    assert_only_raised(flags, BE_FLAG_TWO_MODES);
    assert_near(flags.modes.low, .501, .001);
    assert_near(flags.modes.high, .551, .001);
    assert_near(flags.modes.high_share, 7 / 20.0, 1e-12);
}

/* What a coarse clock reads: two values, a thousandth apart. */
static void two_readings_are_no_modes(void **state)
{
    struct series series;

    (void)state;
    series_init(&series, 20);
    for (size_t i = 0; i < series.count; i++) {
        series.times[i] = i % 2 ? 1 : 1.001;
    }
    struct be_flags flags = series_flags(&series);
    assert_true(be_modes_are_two(&flags.modes));
    assert_only_raised(flags, BE_FLAG_COUNT);
}

static void outliers_on_both_sides(void **state)
{
    struct series series;

    (void)state;
    series_init(&series, 20);
    series.times[3] *= 1.2;
    series.times[11] /= 1.2;
    struct be_flags flags = series_flags(&series);
    assert_only_raised(flags, BE_FLAG_OUTLIERS);
    assert_near(flags.outliers, 2, 0);

    for (size_t i = 0; i < series.count; i++) {
        series.times[i] = 1;
    }
    assert_near(series_flags(&series).outliers, 0, 0);
    series_init(&series, 2);
    assert_true(isnan(series_flags(&series).outliers));
}

static void workers_that_start_late(void **state)
{
    struct series series;

    (void)state;
    series_init(&series, 10);
    for (size_t i = 0; i < 5; i++) {
        series.samples[i].values[BE_VALUE_start_skew_ns] = 40 + 10 * (double)i; /* 4 .. 8 % */
    }
    struct be_flags flags = series_flags(&series);
    assert_near(flags.start_skew, .06, 1e-12);
    assert_only_raised(flags, BE_FLAG_START_SKEW);
    series.samples[2].values[BE_VALUE_start_skew_ns] = 10;
    series.samples[3].values[BE_VALUE_start_skew_ns] = 10;
    flags = series_flags(&series);
    assert_near(flags.start_skew, .04, 1e-12);
    assert_only_raised(flags, BE_FLAG_COUNT);
}

static void more_workers_than_cores(void **state)
{
    static const struct {
        uint32_t workers;
        double cores;
        bool raised;
    } oversubscribed[] = {{2, 2, false}, {3, 2, true}, {2, 1.5, true}, {64, NAN, false}};
    struct series series;

    (void)state;
    series_init(&series, 10);
    for (size_t i = 0; i < COUNT_OF(oversubscribed); i++) {
        struct be_flags_input input = series_input(&series);
        input.workers = oversubscribed[i].workers;
        input.effective_cores = oversubscribed[i].cores;
        struct be_flags flags = input_flags(&input);
        assert_only_raised(flags,
                           oversubscribed[i].raised ? BE_FLAG_OVERSUBSCRIBED : BE_FLAG_COUNT);
    }
}

static void rounds_that_were_dropped(void **state)
{
    struct series series;

    (void)state;
    series_init(&series, 7);
    struct be_flags_input input = series_input(&series);
    input.rounds = 10;
    input.dropped = 3;
    assert_only_raised(input_flags(&input), BE_FLAG_COUNT);
    input.rounds = 11;
    input.dropped = 4;
    struct be_flags flags = input_flags(&input);
    assert_only_raised(flags, BE_FLAG_UNMEASURABLE);
    assert_int_equal(flags.rounds, 11);
    assert_int_equal(flags.dropped, 4);
}

static void too_few_rounds_for_an_interval(void **state)
{
    struct series series;

    (void)state;
    series_init(&series, 6);
    struct be_flags_input input = series_input(&series);
    assert_only_raised(input_flags(&input), BE_FLAG_COUNT);
    input.time_count = 5; /* its reference failed in one round */
    assert_only_raised(input_flags(&input), BE_FLAG_TOO_FEW);
}

static void nothing_measured(void **state)
{
    const struct be_flags_input input = {.rounds = 4, .dropped = 4, .effective_cores = NAN};

    (void)state;
    struct be_flags flags = input_flags(&input);
    assert_int_equal(flags.raised, 1U << BE_FLAG_TOO_FEW | 1U << BE_FLAG_UNMEASURABLE);
}

/* How many in a thousand series of rounds are flagged. */
static int raised_in_a_thousand(const struct noise *noise, size_t count, enum be_flag flag)
{
    enum { SIMULATIONS = 2000 };
    struct source source;
    struct series series;
    int raised = 0;

    series_init(&series, count);
    be_rng_init(&source.rng, count);
    for (int simulation = 0; simulation < SIMULATIONS; simulation++) {
        source_begin(&source);
        ratios_draw(&source, noise, .03, series.times, count);
        struct be_flags flags = series_flags(&series);
        raised += be_flags_raised(&flags, flag);
    }
    return (1000 * raised + SIMULATIONS - 1) / SIMULATIONS;
}

/* At most 1 % of series without a trend, and 2 % where each round depends on the one before. */
static void noise_has_no_trend(void **state)
{
    static const struct {
        const struct noise *noise;
        int most;
    } noises[] = {{&noise_normal, 10},
                  {&noise_skewed, 10},
                  {&noise_two_modes, 10},
                  {&noise_ar1_3, 10},
                  {&noise_ar1_5, 20}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(noises); i++) {
        for (size_t count = 10; count <= SAMPLES_MAX; count *= 2) {
            int raised = raised_in_a_thousand(noises[i].noise, count, BE_FLAG_ROUND_TREND);
            if (raised > noises[i].most) {
                fail_msg("%s, %zu rounds: a trend in %d of 1000", noises[i].noise->name, count,
                         raised);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_to_say),
        cmocka_unit_test(trends_by_pass),
        cmocka_unit_test(samples_that_disagree_have_no_trend),
        cmocka_unit_test(a_trend_over_rounds),
        cmocka_unit_test(two_modes_a_tenth_apart),
        cmocka_unit_test(two_readings_are_no_modes),
        cmocka_unit_test(outliers_on_both_sides),
        cmocka_unit_test(workers_that_start_late),
        cmocka_unit_test(more_workers_than_cores),
        cmocka_unit_test(rounds_that_were_dropped),
        cmocka_unit_test(too_few_rounds_for_an_interval),
        cmocka_unit_test(nothing_measured),
        cmocka_unit_test(noise_has_no_trend),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
