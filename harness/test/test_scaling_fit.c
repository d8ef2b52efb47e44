#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/scaling_fit.h"
#include "near.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const double counts[] = {1, 2, 4, 8, 16, 32};

static double amdahl(double serial, double workers)
{
    return 1 / (serial + (1 - serial) / workers);
}

static double usl(double sigma, double kappa, double lambda, double n)
{
    return lambda * n / (1 + sigma * (n - 1) + kappa * n * (n - 1));
}

/* From Karp and Flatt's formula by hand. */
static void karp_flatt_table(void **state)
{
    static const struct {
        double speedup, workers, fraction;
    } cases[] = {
        {2, 2, 0},
        {1, 2, 1},
        {1.6, 2, .25},
        {4, 8, 1. / 7},
        {2.5, 4, 0.2},
        {8, 8, 0},
        {1. / .2875, 8, .18571428571428572},
        {4.5, 4, -1. / 27},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_near(be_karp_flatt(cases[i].speedup, cases[i].workers), cases[i].fraction, 1e-12);
    }
    assert_true(isnan(be_karp_flatt(1, 1)));
}

static void amdahl_is_recovered_exactly(void **state)
{
    static const double fractions[] = {0, .01, .05, .2, .5, 1};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(fractions); i++) {
        double speedups[COUNT_OF(counts)];
        for (size_t j = 0; j < COUNT_OF(counts); j++) {
            speedups[j] = amdahl(fractions[i], counts[j]);
            double seen = be_karp_flatt(speedups[j], counts[j]);
            assert_true(j == 0 ? isnan(seen) : fabs(seen - fractions[i]) < 1e-12);
        }
        assert_near(be_amdahl_fit(counts, speedups, COUNT_OF(counts)), fractions[i], 1e-12);
    }
}

static void amdahl_stays_a_fraction(void **state)
{
    static const double superlinear[] = {1, 2.1, 4.3, 8.8};
    static const double slower[] = {1, .8, .6, .5};
    static const double one[] = {1};

    (void)state;
    assert_near(be_amdahl_fit(counts, superlinear, 4), 0, 0);
    assert_near(be_amdahl_fit(counts, slower, 4), 1, 0);
    assert_true(isnan(be_amdahl_fit(counts, one, 1)));
}

static void amdahl_leaves_out_what_is_not_known(void **state)
{
    const double speedups[] = {1, amdahl(.2, 2), NAN, amdahl(.2, 8)};

    (void)state;
    assert_near(be_amdahl_fit(counts, speedups, 4), .2, 1e-12);
}

static void usl_is_recovered_exactly(void **state)
{
    static const struct {
        double sigma, kappa, lambda, peak;
    } cases[] = {
        {.05, .001, 1000, 30.822070014844883},
        {.2, 0, 3e6, INFINITY},
        {0, .01, 50, 10},
        {0, 0, 7, INFINITY},
        {.02, 2e-5, 1e5, 221.35943621178654},
        {1.5, .01, 1000, 1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        double tasks_per_s[COUNT_OF(counts)];
        for (size_t j = 0; j < COUNT_OF(counts); j++) {
            tasks_per_s[j] = usl(cases[i].sigma, cases[i].kappa, cases[i].lambda, counts[j]);
        }
        struct be_usl fit = be_usl_fit(counts, tasks_per_s, COUNT_OF(counts));
        assert_near(fit.contention, cases[i].sigma, 1e-9);
        assert_near(fit.coherency, cases[i].kappa, 1e-10);
        assert_near(fit.tasks_per_s / cases[i].lambda, 1, 1e-9);
        if (isinf(cases[i].peak)) {
            assert_true(isinf(fit.peak_workers));
        } else {
            assert_near(fit.peak_workers, cases[i].peak, 1e-4);
        }
    }
}

static void usl_is_never_negative(void **state)
{
    /* Superlinear: without a bound sigma would be below 0. */
    static const double superlinear[] = {100, 210, 430, 880, 1700, 3100};
    /* Bends up: without a bound kappa would be below 0. */
    static const double bends_up[] = {100, 150, 250, 480, 1000, 2100};

    (void)state;
    struct be_usl fit = be_usl_fit(counts, superlinear, COUNT_OF(counts));
    assert_near(fit.contention, 0, 0);
    assert_true(fit.coherency >= 0);
    assert_true(fit.tasks_per_s > 100);
    fit = be_usl_fit(counts, bends_up, COUNT_OF(counts));
    assert_true(fit.contention > 0);
    assert_near(fit.coherency, 0, 0);
}

static void usl_needs_three_points(void **state)
{
    static const double tasks_per_s[] = {100, 190, NAN, 600};

    (void)state;
    assert_true(isnan(be_usl_fit(counts, tasks_per_s, 2).contention));
    assert_true(isnan(be_usl_fit(counts, tasks_per_s, 3).coherency));
    assert_false(isnan(be_usl_fit(counts, tasks_per_s, 4).tasks_per_s));
}

/* A few resamples without a fit, and a tenth of them without a maximum. */
static void an_open_peak_ends_at_the_largest_that_is_known(void **state)
{
    double peaks[BE_RESAMPLE_COUNT] = {10};
    bool open = false;
    (void)state;

    for (size_t i = 1; i < BE_RESAMPLE_COUNT; i++) {
        peaks[i] = i % 10 == 0 ? INFINITY : 8 + (double)(i % 7);
    }
    peaks[1] = peaks[2] = peaks[3] = NAN;
    peaks[BE_RESAMPLES] = peaks[BE_RESAMPLES - 1] = 8;
    struct be_estimate peak = be_peak_interval(peaks, 20, &open);
    assert_true(peak.known && peak.bounded && open);
    assert_near(peak.median, 10, 0);
    assert_near(peak.low, 8, 0);
    assert_near(peak.high, 14, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(karp_flatt_table),
        cmocka_unit_test(amdahl_is_recovered_exactly),
        cmocka_unit_test(amdahl_stays_a_fraction),
        cmocka_unit_test(amdahl_leaves_out_what_is_not_known),
        cmocka_unit_test(usl_is_recovered_exactly),
        cmocka_unit_test(usl_is_never_negative),
        cmocka_unit_test(usl_needs_three_points),
        cmocka_unit_test(an_open_peak_ends_at_the_largest_that_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
