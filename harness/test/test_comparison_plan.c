/* What rounds can see, by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/comparison.h"
#include "analysis/comparison_plan.h"
#include "near.h"

static void a_plan_that_can_never_see_is_refused(void **state)
{
    struct be_error error;
    (void)state;

    /* 2^(n - 1) >= 20 m: 20, 240, 2000, 2040, 2060. */
    assert_int_equal(be_comparison_rounds_min(1), 6);
    assert_int_equal(be_comparison_rounds_min(12), 9);
    assert_int_equal(be_comparison_rounds_min(100), 12);
    assert_int_equal(be_comparison_rounds_min(102), 12);
    assert_int_equal(be_comparison_rounds_min(103), 13);

    assert_int_equal(be_comparison_plan_check(12, 100, &error), BE_OK);
    assert_int_equal(be_comparison_plan_check(11, 100, &error), BE_EINVAL);
    assert_non_null(strstr(error.message, "12 rounds can"));
}

static void each_condition_can_be_what_takes_most(void **state)
{
    (void)state;

    /* A whole interval above 0: its 39th of 100 is, when 31 in 100 are below, .5 spreads off. */
    assert_near(be_comparison_visible(.01, 100, 1, 0), .005, 5e-5);
    /* A median above the margin: .01 + t_.95 x .01/10 x sqrt(pi/2), t = 1.6604. */
    assert_near(be_comparison_visible(.01, 100, 1, .01), .01 + .001 * 1.6604 * 1.25331, 1e-6);
    /* Significant: (t_{1 - .05/100} + t_.95) x .01/sqrt(20) x sqrt(pi/3), 19 degrees. */
    assert_near(be_comparison_visible(.01, 20, 50, 0),
                (3.8834 + 1.7291) * .01 / sqrt(20) * sqrt(M_PI / 3), 1e-5);
    /* 6 rounds: none may be below 0, each is in 1 - .95^(1/6) = .85 % of cases. */
    assert_near(be_comparison_visible(.01, 6, 1, 0), .02387, 1e-5);
}

static void what_cannot_be_seen_is_not_known(void **state)
{
    (void)state;

    assert_true(isnan(be_comparison_visible(.01, 5, 1, .01)));
    assert_true(isnan(be_comparison_visible(.01, 20, 0, .01)));
    assert_int_equal(be_comparison_rounds_to_see(.01, .01, 1, .01), 0);
    assert_int_equal(be_comparison_rounds_to_see(.0101, 1, 1, .01), 0);
}

static void so_many_rounds_see_a_change(void **state)
{
    static const double spreads[] = {.001, .01, .02, .05};
    (void)state;

    for (size_t i = 0; i < sizeof(spreads) / sizeof(spreads[0]); i++) {
        size_t rounds = be_comparison_rounds_to_see(.02, spreads[i], 12, .01);
        assert_true(be_comparison_visible(spreads[i], rounds, 12, .01) <= .02);
        assert_true(rounds == be_comparison_rounds_min(12) ||
                    be_comparison_visible(spreads[i], rounds - 1, 12, .01) > .02);
    }
    assert_int_equal(be_comparison_rounds_to_see(.02, .001, 12, .01), 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_that_can_never_see_is_refused),
        cmocka_unit_test(each_condition_can_be_what_takes_most),
        cmocka_unit_test(what_cannot_be_seen_is_not_known),
        cmocka_unit_test(so_many_rounds_see_a_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
