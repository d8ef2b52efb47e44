/* p values by hand: of signed ranks, and adjusted for how many there are. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/adjust.h"
#include "analysis/signed_ranks.h"
#include "near.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static double p_of(const double *differences, size_t count)
{
    double p;

    assert_int_equal(be_signed_ranks_p(differences, count, &p, NULL), BE_OK);
    return p;
}

static void signed_ranks_by_hand(void **state)
{
    static const struct {
        double differences[10];
        size_t count;
        double p;
    } cases[] = {
        {{0}, 0, 1},
        {{0, 0}, 2, 1},
        {{5}, 1, 1},
        /* All on one side: 2 of 2^n. */
        {{1, 2, 3, 4, 5, 6}, 6, 2. / 64},
        {{-1, -2, -3, -4, -5, -6}, 6, 2. / 64},
        /* Only how they rank counts, not how far the last one is off. */
        {{1, 2, 3, 4, 5, -600}, 6, 28. / 64},
        /* Rank 2 on the other side: sums 0, 1 and 2 in a way each, twice. */
        {{1, -2, 3, 4, 5, 6}, 6, 6. / 64},
        /* Rank 3: 0, 1, 2, 3 and 1 + 2. */
        {{1, 2, -3, 4, 5, 6}, 6, 10. / 64},
        /* Both sides have 3. */
        {{1, 2, -3}, 3, 1},
        /* Ranks 1.5, 1.5, 3 with the first on the other side: 0, 1.5 and 1.5 of 8. */
        {{-2, 2, 4}, 3, 6. / 8},
        /* Zeros take ranks 1.5 and no side: of 3, 4, 5, 6 sums 0, 3, 4, 5 and 6, of 16. */
        {{0, 0, 1, 2, 3, -4}, 6, 10. / 16},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_near(p_of(cases[i].differences, cases[i].count), cases[i].p, 1e-15);
    }
}

/* Every way to give signs, one by one. */
static double p_by_enumeration(const double *differences, const double *ranks, size_t count)
{
    double seen = 0;
    unsigned at_least = 0;

    for (size_t i = 0; i < count; i++) {
        seen += copysign(ranks[i], differences[i]);
    }
    for (unsigned signs = 0; signs < 1U << count; signs++) {
        double sum = 0;
        for (size_t i = 0; i < count; i++) {
            sum += signs >> i & 1 ? ranks[i] : -ranks[i];
        }
        at_least += fabs(sum) >= fabs(seen);
    }
    return at_least / (double)(1U << count);
}

static void signed_ranks_are_those_of_all_signs(void **state)
{
    const double differences[] = {.3, -.1, .7, .2, -.2, .9, .4, .4, -.4, .1, .8, 1.1, -.6};
    const double ranks[] = {5, 1.5, 10, 3.5, 3.5, 12, 7, 7, 7, 1.5, 11, 13, 9};
    (void)state;

    assert_near(p_of(differences, COUNT_OF(differences)),
                p_by_enumeration(differences, ranks, COUNT_OF(differences)), 1e-12);
}

/* Tables have 52 as the largest smaller sum of 20 that is significant at 5 %, two-sided. */
static void signed_ranks_of_twenty_are_those_of_tables(void **state)
{
    double differences[20];
    (void)state;

    for (int i = 0; i < 20; i++) {
        differences[i] = i + 1;
    }
    /* 20 + 19 + 13 = 52, 20 + 19 + 14 = 53. */
    differences[19] = -20;
    differences[18] = -19;
    differences[12] = -13;
    assert_true(p_of(differences, 20) < .05);
    assert_true(p_of(differences, 20) > .045);
    differences[12] = 13;
    differences[13] = -14;
    assert_true(p_of(differences, 20) > .05);
}

static void adjusted_by_hand(void **state)
{
    static const struct {
        void (*adjust)(double **p, size_t count);
        double adjusted[5];
    } cases[] = {
        /* From the largest: 1, .04 x 5/4, .03 x 5/3, .01 x 5/2, .002 x 5. */
        {be_adjust_benjamini_hochberg, {.025, .05, .05, .01, 1}},
        /* From the smallest: .002 x 5, .01 x 4, .03 x 3, .04 x 2 but no less, 1. */
        {be_adjust_holm, {.04, .09, .09, .01, 1}},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        double p[] = {.01, .04, .03, .002, 1};
        double *order[] = {&p[0], &p[1], &p[2], &p[3], &p[4]};
        cases[i].adjust(order, COUNT_OF(order));
        for (size_t k = 0; k < COUNT_OF(p); k++) {
            assert_near(p[k], cases[i].adjusted[k], 1e-12);
        }
    }
}

/* The larger one is adjusted by less than the smaller one, and may not overtake it. */
static void adjusted_keep_their_order(void **state)
{
    double p[] = {.03, .04};
    double *order[] = {&p[0], &p[1]};
    (void)state;

    be_adjust_benjamini_hochberg(order, 2);
    assert_near(p[0], .04, 1e-12);
    assert_near(p[1], .04, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signed_ranks_by_hand),
        cmocka_unit_test(signed_ranks_are_those_of_all_signs),
        cmocka_unit_test(signed_ranks_of_twenty_are_those_of_tables),
        cmocka_unit_test(adjusted_by_hand),
        cmocka_unit_test(adjusted_keep_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
