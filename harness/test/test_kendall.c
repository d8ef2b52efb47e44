#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/kendall.h"
#include "core/rng.h"
#include "near.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    const char *name;
    size_t count;
    double values[10];
    double s;
    double variance;
} cases[] = {
    {"none", 0, {0}, 0, 0},
    {"one", 1, {3}, 0, 0},
    {"rising", 8, {1, 2, 3, 4, 5, 6, 7, 8}, 28, 8 * 7 * 21 / 18.0},
    {"falling", 5, {5, 4, 3, 2, 1}, -10, 5 * 4 * 15 / 18.0},
    {"one pair out of order", 4, {1, 3, 2, 4}, 4, 4 * 3 * 13 / 18.0},
    {"all equal", 4, {7, 7, 7, 7}, 0, 0},
    /* Two ties of two: (8 x 7 x 21 - 2 x 2 x 1 x 9) / 18. */
    {"ties", 8, {1, 1, 2, 3, 4, 4, 5, 6}, 26, (1176 - 36) / 18.0},
};

static void known_series(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct be_kendall kendall;
        assert_int_equal(be_kendall_compute(cases[i].values, cases[i].count, &kendall, NULL),
                         BE_OK);
        if (kendall.s != cases[i].s || fabs(kendall.variance - cases[i].variance) > 1e-9) {
            fail_msg("%s: S %g, variance %g", cases[i].name, kendall.s, kendall.variance);
        }
    }
}

/* By its definition, pair by pair. */
static double pairs_count(const double *values, size_t count)
{
    double pairs = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = i + 1; k < count; k++) {
            pairs += (values[k] > values[i]) - (values[k] < values[i]);
        }
    }
    return pairs;
}

static void merging_counts_what_pairs_count(void **state)
{
    struct be_rng rng;
    double values[60] = {0};

    (void)state;
    be_rng_init(&rng, 1);
    for (size_t count = 0; count <= COUNT_OF(values); count++) {
        struct be_kendall kendall;
        for (size_t i = 0; i < count; i++) {
            values[i] = (double)be_rng_below(&rng, 20); /* with ties */
        }
        assert_int_equal(be_kendall_compute(values, count, &kendall, NULL), BE_OK);
        assert_near(kendall.s, pairs_count(values, count), 0);
    }
}

static void z_counts_deviations_less_one_pair(void **state)
{
    (void)state;
    assert_near(be_kendall_z(28, 64), 27 / 8.0, 1e-12);
    assert_near(be_kendall_z(-28, 64), -27 / 8.0, 1e-12);
    assert_near(be_kendall_z(0, 64), 0, 0);
    assert_near(be_kendall_z(.5, 64), 0, 0);
    assert_near(be_kendall_z(0, 0), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_series),
        cmocka_unit_test(merging_counts_what_pairs_count),
        cmocka_unit_test(z_counts_deviations_less_one_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
