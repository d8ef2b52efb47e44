#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/crossing.h"
#include "analysis/resample.h"
#include "core/rng.h"
#include "near.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { GRAINS = 4, ROUNDS = 20 };

static double x_ns[GRAINS][BE_RESAMPLE_COUNT];
static double y[GRAINS][BE_RESAMPLE_COUNT];

/* A curve over 1, 10, 100 and 1000 ns, each resample of which is shifted by up to `noise`. */
static struct be_crossing find(const double values[GRAINS], double noise,
                               enum be_crossing_pick pick)
{
    struct be_curve_point points[GRAINS];
    struct be_rng rng;

    be_rng_init(&rng, 5);
    for (size_t i = 0; i < BE_RESAMPLE_COUNT; i++) {
        double shift = i == 0 ? 0 : noise * (2 * be_rng_unit(&rng) - 1);
        for (size_t j = 0; j < GRAINS; j++) {
            x_ns[j][i] = pow(10, (double)j);
            y[j][i] = values[j] + shift;
        }
    }
    for (size_t j = 0; j < GRAINS; j++) {
        points[j] = (struct be_curve_point){x_ns[j], y[j], ROUNDS};
    }
    return be_crossing_find(points, GRAINS, 1, pick);
}

/* Curves through four grains, and where they reach 1 first and last. */
static const struct {
    double values[GRAINS];
    enum be_crossing_state first, last;
    double first_ns, last_ns;
    size_t crossings;
} curves[] = {
    {{0, .5, 1.5, 2},
     BE_CROSSING_INSIDE,
     BE_CROSSING_INSIDE,
     31.622776601683793,
     31.622776601683793,
     1},
    {{.75, 1, 2, 3}, BE_CROSSING_INSIDE, BE_CROSSING_INSIDE, 10, 10, 1},
    {{1, 2, 3, 4}, BE_CROSSING_ALWAYS, BE_CROSSING_ALWAYS, NAN, NAN, 0},
    {{.1, .2, .3, .99}, BE_CROSSING_NEVER, BE_CROSSING_NEVER, NAN, NAN, 0},
    {{0, 2, 0, 2},
     BE_CROSSING_INSIDE,
     BE_CROSSING_INSIDE,
     3.1622776601683795,
     316.22776601683796,
     3},
    {{0, 2, 2, 0},
     BE_CROSSING_INSIDE,
     BE_CROSSING_INSIDE,
     3.1622776601683795,
     3.1622776601683795,
     2},
    {{2, 0, 2, 2}, BE_CROSSING_ALWAYS, BE_CROSSING_INSIDE, NAN, 31.622776601683793, 2},
    {{2, 2, 0, 0}, BE_CROSSING_ALWAYS, BE_CROSSING_UNKNOWN, NAN, NAN, 1},
    {{NAN, NAN, 2, NAN}, BE_CROSSING_UNKNOWN, BE_CROSSING_UNKNOWN, NAN, NAN, 0},
    {{0, NAN, NAN, 2},
     BE_CROSSING_INSIDE,
     BE_CROSSING_INSIDE,
     31.622776601683793,
     31.622776601683793,
     1},
};

static void states_of_curves(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(curves); i++) {
        struct be_crossing first = find(curves[i].values, 0, BE_CROSSING_FIRST);
        struct be_crossing last = find(curves[i].values, 0, BE_CROSSING_LAST);
        assert_int_equal(first.state, curves[i].first);
        assert_int_equal(last.state, curves[i].last);
        assert_int_equal(last.crossings, curves[i].crossings);
        if (curves[i].first == BE_CROSSING_INSIDE) {
            assert_near(first.at_ns / curves[i].first_ns, 1, 1e-12);
        } else {
            assert_true(isnan(first.at_ns));
        }
        if (curves[i].last == BE_CROSSING_INSIDE) {
            assert_near(last.at_ns / curves[i].last_ns, 1, 1e-12);
            assert_true(last.below_ns < last.at_ns && last.at_ns < last.above_ns * (1 + 1e-12));
        } else {
            assert_true(isnan(last.at_ns));
            assert_false(last.bounded);
        }
    }
}

/* y grows by 1 a decade around the crossing, so a shift of .1 moves it by a tenth of a decade. */
static void the_interval_follows_the_resamples(void **state)
{
    static const double values[GRAINS] = {0, .5, 1.5, 2};

    (void)state;
    struct be_crossing crossing = find(values, .1, BE_CROSSING_LAST);
    assert_true(crossing.bounded);
    assert_false(crossing.low_open || crossing.high_open);
    assert_int_equal(crossing.rounds, ROUNDS);
    assert_near(log10(crossing.low_ns), 1.5 - .095, .005);
    assert_near(log10(crossing.high_ns), 1.5 + .095, .005);
    assert_near(crossing.below_ns, 10, 1e-9);
    assert_near(crossing.above_ns, 100, 1e-9);
    assert_near(crossing.smallest_ns, 1, 0);
    assert_near(crossing.largest_ns, 1000, 0);
}

static void an_end_beyond_the_data_is_open(void **state)
{
    static const double near_the_smallest[GRAINS] = {.95, 1.95, 2.5, 3};
    static const double near_the_largest[GRAINS] = {.2, .3, .4, 1.05};

    (void)state;
    struct be_crossing low = find(near_the_smallest, .2, BE_CROSSING_LAST);
    assert_true(low.bounded && low.low_open);
    assert_false(low.high_open);
    assert_near(low.low_ns, 1, 0);
    assert_true(low.high_ns > low.at_ns && low.high_ns < 10);

    struct be_crossing high = find(near_the_largest, .2, BE_CROSSING_LAST);
    assert_true(high.bounded && high.high_open);
    assert_false(high.low_open);
    assert_near(high.high_ns, 1000, 0);
    assert_true(high.low_ns < high.at_ns && high.low_ns > 100);
}

static void too_few_rounds_give_no_interval(void **state)
{
    static const double grains[] = {10, 100};
    static const double speedups[] = {.5, 1.5};
    double x[2][BE_RESAMPLE_COUNT];
    double values[2][BE_RESAMPLE_COUNT];
    struct be_curve_point points[2];

    (void)state;
    for (size_t j = 0; j < 2; j++) {
        for (size_t i = 0; i < BE_RESAMPLE_COUNT; i++) {
            x[j][i] = grains[j];
            values[j][i] = speedups[j];
        }
        points[j] = (struct be_curve_point){x[j], values[j], j == 0 ? 5 : 50};
    }
    struct be_crossing crossing = be_crossing_find(points, 2, 1, BE_CROSSING_LAST);
    assert_int_equal(crossing.state, BE_CROSSING_INSIDE);
    assert_int_equal(crossing.rounds, 5);
    assert_false(crossing.bounded);
    points[0].rounds = 6;
    assert_true(be_crossing_find(points, 2, 1, BE_CROSSING_LAST).bounded);
}

/* The grain with too few rounds is between two others; without the last one there is no crossing.
 */
static void a_grain_with_too_few_rounds_does_not_take_the_interval(void **state)
{
    static const double speedups[GRAINS] = {.2, .5, 1.1, 1.5};
    struct be_curve_point points[GRAINS];

    (void)state;
    find(speedups, 0, BE_CROSSING_LAST);
    for (size_t j = 0; j < GRAINS; j++) {
        points[j] = (struct be_curve_point){x_ns[j], y[j], j == 2 ? 5 : 6};
    }
    struct be_crossing crossing = be_crossing_find(points, GRAINS, 1, BE_CROSSING_LAST);
    assert_int_equal(crossing.state, BE_CROSSING_INSIDE);
    assert_true(crossing.bounded);
    assert_int_equal(crossing.grains, 3);
    assert_int_equal(crossing.rounds, 6);
    assert_near(log10(crossing.at_ns), 2, 1e-9);

    points[3].rounds = 5;
    crossing = be_crossing_find(points, GRAINS, 1, BE_CROSSING_LAST);
    assert_int_equal(crossing.state, BE_CROSSING_INSIDE);
    assert_false(crossing.bounded);
    assert_int_equal(crossing.grains, 4);
}

/* Medians that wave around 1 within their intervals cross it once at most: .8 to 1.2. */
static void noise_around_the_level_crosses_it_once(void **state)
{
    static const struct {
        double values[GRAINS];
        size_t crossings;
    } cases[] = {
        {{.99, 1.01, .99, 1.01}, 0},
        {{.8, 1.01, .99, 1.2}, 1},
        {{.8, 1.2, .99, 1.2}, 1},
        {{.8, 1.2, .8, 1.2}, 3},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct be_crossing crossing = find(cases[i].values, .1, BE_CROSSING_LAST);
        assert_int_equal(crossing.state, BE_CROSSING_INSIDE);
        assert_int_equal(crossing.crossings, cases[i].crossings);
    }
}

static void density_is_that_around_the_crossing(void **state)
{
    /* Four grains between two that are a decade apart, one grain a decade elsewhere. */
    static const double grains[] = {1, 10, 15.8489, 25.1189, 39.8107, 63.0957, 100, 1000};
    static const double speedups[] = {.1, .4, .6, .8, 1.2, 1.4, 1.6, 1.9};
    static const double pays[] = {1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8};
    struct be_curve_point points[COUNT_OF(grains)];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(grains); i++) {
        points[i] = (struct be_curve_point){&grains[i], &speedups[i], ROUNDS};
    }
    struct be_crossing crossing = be_crossing_locate(points, COUNT_OF(grains), 1, BE_CROSSING_LAST);
    assert_int_equal(crossing.grains, 8);
    assert_near(crossing.grains_per_decade, 5, 1e-3);
    assert_false(crossing.coarse);

    points[4].y = &speedups[3]; /* now the crossing is elsewhere */
    points[5].y = &speedups[3];
    points[6].y = &speedups[3];
    crossing = be_crossing_locate(points, COUNT_OF(grains), 1, BE_CROSSING_LAST);
    assert_near(crossing.grains_per_decade, 1, 1e-9);
    assert_true(crossing.coarse);

    for (size_t i = 0; i < COUNT_OF(grains); i++) {
        points[i].y = &pays[i];
    }
    crossing = be_crossing_locate(points, COUNT_OF(grains), 1, BE_CROSSING_LAST);
    assert_near(crossing.grains_per_decade, 7 / 3., 1e-9);
    assert_true(crossing.coarse);
}

static void one_grain_says_nothing(void **state)
{
    static const double grain = 100;
    static const double speedup = 2;
    const struct be_curve_point point = {&grain, &speedup, ROUNDS};

    (void)state;
    struct be_crossing crossing = be_crossing_locate(&point, 1, 1, BE_CROSSING_LAST);
    assert_int_equal(crossing.state, BE_CROSSING_UNKNOWN);
    assert_int_equal(crossing.grains, 1);
    assert_true(isnan(crossing.grains_per_decade));
    crossing = be_crossing_locate(&point, 0, 1, BE_CROSSING_LAST);
    assert_int_equal(crossing.state, BE_CROSSING_UNKNOWN);
    assert_int_equal(crossing.rounds, 0);
    assert_true(isnan(crossing.smallest_ns));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_of_curves),
        cmocka_unit_test(the_interval_follows_the_resamples),
        cmocka_unit_test(an_end_beyond_the_data_is_open),
        cmocka_unit_test(too_few_rounds_give_no_interval),
        cmocka_unit_test(a_grain_with_too_few_rounds_does_not_take_the_interval),
        cmocka_unit_test(noise_around_the_level_crosses_it_once),
        cmocka_unit_test(density_is_that_around_the_crossing),
        cmocka_unit_test(one_grain_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
