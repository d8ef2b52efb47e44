#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/modes.h"
#include "near.h"
#include "simulate.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { VALUES_MAX = 160 };

static void two_places_by_hand(void **state)
{
    /* Five around 20 among ten around 10; the deviations within are 1 and 1, so that the sum of
     * squares is 8 + 4 over 13 degrees. */
    double values[] = {21, 9, 11, 10, 20, 9, 11, 19, 9, 10, 21, 11, 9, 19, 11};
    struct be_modes modes;

    (void)state;
    be_modes_find(values, COUNT_OF(values), &modes);
    assert_int_equal(modes.count, 15);
    assert_near(modes.low, 10, 0);
    assert_near(modes.high, 20, 0);
    assert_near(modes.high_share, 1 / 3.0, 1e-12);
    assert_near(modes.separation, 10 / sqrt(12 / 13.0), 1e-9);
    assert_true(be_modes_are_two(&modes));
}

static void too_few_values_are_not_judged(void **state)
{
    double values[] = {1, 1, 1, 1, 1, 9, 9, 9, 9, 9, 9};
    struct be_modes modes;

    (void)state;
    be_modes_find(values, COUNT_OF(values), &modes);
    assert_int_equal(modes.count, 0);
    assert_true(isnan(modes.separation));
    assert_false(be_modes_are_two(&modes));
}

static void a_few_far_away_are_no_mode(void **state)
{
    double values[20];
    struct be_modes modes;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        values[i] = (double)i / 100 + (i >= 17 ? 50 : 0);
    }
    be_modes_find(values, COUNT_OF(values), &modes);
    assert_false(be_modes_are_two(&modes));
}

static void values_that_do_not_vary_are_one_mode(void **state)
{
    double equal[12];
    double pairs[12];
    struct be_modes modes;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(equal); i++) {
        equal[i] = 7;
        pairs[i] = i % 2 ? 7 : 8;
    }
    be_modes_find(equal, COUNT_OF(equal), &modes);
    assert_false(be_modes_are_two(&modes));
    be_modes_find(pairs, COUNT_OF(pairs), &modes);
    assert_true(be_modes_are_two(&modes));
}

/* How many in a thousand series are said to have two modes. */
static int found_in_a_thousand(const struct noise *noise, size_t count)
{
    enum { SIMULATIONS = 2000 };
    struct source source;
    double values[VALUES_MAX];
    int found = 0;

    be_rng_init(&source.rng, count);
    for (int simulation = 0; simulation < SIMULATIONS; simulation++) {
        struct be_modes modes;
        source_begin(&source);
        for (size_t i = 0; i < count; i++) {
            values[i] = noise->draw(&source);
        }
        be_modes_find(values, count, &modes);
        found += be_modes_are_two(&modes);
    }
    return (1000 * found + SIMULATIONS - 1) / SIMULATIONS;
}

static const size_t counts[] = {12, 20, 40, 80, 160};

/* At most 1 %: the true shares are below .8 %, and of 2,000 one has a deviation of .2 %. */
static void one_mode_is_not_taken_for_two(void **state)
{
    static const struct noise *const noises[] = {&noise_normal, &noise_skewed, &noise_flat,
                                                 &noise_ar1_3, &noise_ar1_5};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(noises); i++) {
        for (size_t k = 0; k < COUNT_OF(counts); k++) {
            int found = found_in_a_thousand(noises[i], counts[k]);
            if (found > 10) {
                fail_msg("%s, %zu values: two modes in %d of 1000", noises[i]->name, counts[k],
                         found);
            }
        }
    }
}

static void two_modes_are_found(void **state)
{
    (void)state;
    for (size_t k = 1; k < COUNT_OF(counts); k++) {
        int found = found_in_a_thousand(&noise_two_modes, counts[k]);
        if (found < 950) {
            fail_msg("%zu values: found in %d of 1000", counts[k], found);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_places_by_hand),
        cmocka_unit_test(too_few_values_are_not_judged),
        cmocka_unit_test(a_few_far_away_are_no_mode),
        cmocka_unit_test(values_that_do_not_vary_are_one_mode),
        cmocka_unit_test(one_mode_is_not_taken_for_two),
        cmocka_unit_test(two_modes_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
