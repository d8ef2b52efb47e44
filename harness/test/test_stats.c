#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/stats.h"
#include "near.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { VALUES_MAX = 2000 };

/*
 * n values whose order says 1 .. n, so that a value is its own rank. Low and high ones alternate in
 * groups of `group`, which sets the autocorrelation of their signs; groups of 1 have none.
 */
static void ranks_fill(double *values, size_t count, size_t group)
{
    size_t low = 1;
    size_t high = count / 2 + 1;

    for (size_t i = 0; i < count; i++) {
        values[i] = i / group % 2 == 0 && low <= count / 2 ? (double)low++ : (double)high++;
    }
}

/* k of the 95 % interval x_(k), x_(n+1-k), as tables of the sign test print it (n = 6 .. 30). */
static const int published_ranks[] = {1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5,
                                      5, 6, 6, 6, 7, 7, 8, 8, 8, 9, 9, 10};

static void ranks_agree_with_published_tables(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(published_ranks); i++) {
        size_t count = i + 6;
        double values[30];
        struct be_estimate estimate;
        ranks_fill(values, count, 1);
        assert_int_equal(be_stats_estimate(values, count, .95, &estimate, NULL), BE_OK);
        assert_true(estimate.known && estimate.bounded);
        assert_int_equal(estimate.count, count);
        assert_near(estimate.median, (double)(count + 1) / 2, 0);
        assert_near(estimate.low, published_ranks[i], 0);
        assert_near(estimate.high, (double)count + 1 - published_ranks[i], 0);
    }
}

static const struct {
    const char *name;
    size_t count;
    size_t group;
    double level;
    double low;
    double high;
} rank_cases[] = {
    {"n 100, 95 %", 100, 1, .95, 40, 61},
    {"n 20, 98 %", 20, 1, .98, 5, 16},
    {"n 8, 98 %", 8, 1, .98, 1, 8},
    {"n 2000: 2^-n is no double any more", 2000, 1, .95, 956, 1045},
    /* Pairs: r = 1/20 + 2/20; 10 - 4 x sqrt(1.15/.85) = 5.3. */
    {"pairs of 20", 20, 2, .95, 5, 16},
    /* Groups of 4: r = 21/40 + 2/40; 20 - 6 x sqrt(1.575/.425) = 8.4. */
    {"fours of 40", 40, 4, .95, 8, 33},
    /* Two groups: r = 17/20 + 2/20; 10 - 4 x sqrt(1.95/.05) < 1, and nothing is below the first. */
    {"halves of 20", 20, 10, .95, 1, 20},
};

static void ranks_widen_with_autocorrelation(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rank_cases); i++) {
        static double values[VALUES_MAX];
        struct be_estimate estimate;
        ranks_fill(values, rank_cases[i].count, rank_cases[i].group);
        assert_int_equal(
            be_stats_estimate(values, rank_cases[i].count, rank_cases[i].level, &estimate, NULL),
            BE_OK);
        if (estimate.low != rank_cases[i].low || estimate.high != rank_cases[i].high) {
            fail_msg("%s: %g .. %g", rank_cases[i].name, estimate.low, estimate.high);
        }
    }
}

static void medians(void **state)
{
    double odd[] = {3, 1, 2};
    double even[] = {4, 1, 3, 2};
    double large[] = {1.7e308, 1.7e308};

    (void)state;
    assert_near(be_stats_median(odd, 3), 2, 0);
    assert_near(be_stats_median(even, 4), 2.5, 0);
    assert_near(be_stats_median(large, 2), 1.7e308, 0);
    assert_true(isnan(be_stats_median(NULL, 0)));
}

static void too_few_values_have_no_interval(void **state)
{
    const double values[] = {5, 1, 4, 2, 3, 6};
    struct be_estimate estimate;

    (void)state;
    assert_int_equal(be_stats_estimate(NULL, 0, .95, &estimate, NULL), BE_OK);
    assert_false(estimate.known);
    for (size_t count = 1; count <= 5; count++) {
        assert_int_equal(be_stats_estimate(values, count, .95, &estimate, NULL), BE_OK);
        assert_true(estimate.known && !estimate.bounded);
    }
    assert_int_equal(be_stats_estimate(values, 1, .95, &estimate, NULL), BE_OK);
    assert_near(estimate.median, 5, 0);
    assert_int_equal(be_stats_estimate(values, 2, .95, &estimate, NULL), BE_OK);
    assert_near(estimate.median, 3, 0);
    assert_int_equal(be_stats_estimate(values, 6, .98, &estimate, NULL), BE_OK);
    assert_true(estimate.known && !estimate.bounded);
}

static void equal_values_have_an_interval_of_no_width(void **state)
{
    double values[20];
    struct be_estimate estimate;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        values[i] = 7;
    }
    assert_int_equal(be_stats_estimate(values, COUNT_OF(values), .95, &estimate, NULL), BE_OK);
    assert_true(estimate.known && estimate.bounded);
    assert_near(estimate.median, 7, 0);
    assert_near(estimate.low, 7, 0);
    assert_near(estimate.high, 7, 0);
}

/* Signs are 0 and 1 here: they correlate around 0, not around their mean. */
static void ties_with_the_median_do_not_widen(void **state)
{
    const double values[] = {1, 2, 1, 3, 1, 4, 5, 1, 1, 6, 1, 1, 7, 1, 1, 1, 1, 1, 1, 1};
    struct be_estimate estimate;

    (void)state;
    assert_int_equal(be_stats_estimate(values, COUNT_OF(values), .95, &estimate, NULL), BE_OK);
    assert_near(estimate.low, 1, 0);
    assert_near(estimate.high, 2, 0); /* x_(15); one rank further is 3 */
}

static void values_that_are_not_finite_are_refused(void **state)
{
    const double bad[] = {NAN, INFINITY, -INFINITY};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const double values[] = {1, bad[i], 3};
        struct be_estimate estimate = {.count = 42};
        struct be_error error;
        assert_int_equal(be_stats_estimate(values, 3, .95, &estimate, &error), BE_EINVAL);
        assert_string_equal(error.message, "value 2 of 3 is not a finite number");
        assert_int_equal(estimate.count, 42);
    }
}

/* As tables of Student's t print them. */
static const struct {
    double probability;
    size_t freedom;
    double quantile;
} t_cases[] = {
    {.975, 1, 12.7062},    {.975, 2, 4.30265},   {.975, 3, 3.18245},  {.975, 10, 2.22814},
    {.975, 19, 2.09302},   {.975, 120, 1.97993}, {.90, 19, 1.32773},  {.95, 7, 1.89458},
    {.9995, 4, 8.61030},   {.9995, 30, 3.64596}, {.999, 1, 318.3088}, {.025, 10, -2.22814},
    {.975, 1000, 1.96234}, {.5, 5, 0},
};

static void t_quantiles_agree_with_published_tables(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(t_cases); i++) {
        double quantile = be_stats_t_quantile(t_cases[i].probability, t_cases[i].freedom);
        if (fabs(quantile - t_cases[i].quantile) > 1e-5 * fmax(1, fabs(quantile))) {
            fail_msg("t of %g with %zu degrees: %.6g, not %.6g", t_cases[i].probability,
                     t_cases[i].freedom, quantile, t_cases[i].quantile);
        }
    }
}

static void spread_by_hand(void **state)
{
    const double values[] = {1, 2, 6};
    (void)state;

    /* sqrt((4 + 1 + 9) / 2) */
    assert_near(be_stats_spread(values, 3), sqrt(7), 1e-15);
    assert_true(isnan(be_stats_spread(values, 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spread_by_hand),
        cmocka_unit_test(ranks_agree_with_published_tables),
        cmocka_unit_test(ranks_widen_with_autocorrelation),
        cmocka_unit_test(medians),
        cmocka_unit_test(too_few_values_have_no_interval),
        cmocka_unit_test(equal_values_have_an_interval_of_no_width),
        cmocka_unit_test(ties_with_the_median_do_not_widen),
        cmocka_unit_test(values_that_are_not_finite_are_refused),
        cmocka_unit_test(t_quantiles_agree_with_published_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
