#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "analysis/leverage.h"
#include "run_builder.h"

/* By hand: 4,088 + 8 bytes moved, w* = 2,048 ns (1,024 .. 4,096). */
static void the_break_even_is_divided_by_what_moves(void **state)
{
    const struct be_crossing breakeven = {.state = BE_CROSSING_INSIDE,
                                          .at_ns = 2048,
                                          .smallest_ns = 512,
                                          .largest_ns = 8192,
                                          .below_ns = 1500,
                                          .above_ns = 3000,
                                          .bounded = true,
                                          .high_open = true,
                                          .low_ns = 1024,
                                          .high_ns = 4096,
                                          .crossings = 1};
    struct be_run run = {0};
    (void)state;

    builder_add_configuration(&run, BE_ROLE_MEASURED, 0, "workload=spin payload=4088");
    uint64_t bytes = be_leverage_bytes(&run.configurations[0]);
    struct be_crossing leverage = be_leverage_of(&breakeven, bytes);
    assert_int_equal(bytes, 4096);
    assert_int_equal(leverage.state, BE_CROSSING_INSIDE);
    assert_true(leverage.at_ns == .5);
    assert_true(leverage.low_ns == .25 && leverage.high_ns == 1);
    assert_true(leverage.bounded && leverage.high_open && !leverage.low_open);
    assert_true(leverage.smallest_ns == .125 && leverage.largest_ns == 2);
    assert_int_equal(leverage.crossings, 1);
    be_run_finish(&run);
}

static void what_was_not_reached_has_no_leverage(void **state)
{
    const struct be_crossing never = {
        .state = BE_CROSSING_NEVER, .at_ns = NAN, .smallest_ns = 100, .largest_ns = 1000};
    (void)state;

    struct be_crossing leverage = be_leverage_of(&never, 100);
    assert_int_equal(leverage.state, BE_CROSSING_NEVER);
    assert_true(isnan(leverage.at_ns));
    assert_true(leverage.largest_ns == 10);
}

/* A pair of gcd moves too, but nobody chose how much. */
static void tasks_without_a_payload_have_none(void **state)
{
    struct be_run run = {0};
    (void)state;

    builder_add_configuration(&run, BE_ROLE_MEASURED, 0, "workload=gcd-trial");
    assert_int_equal(be_leverage_bytes(&run.configurations[0]), 0);
    be_run_finish(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_break_even_is_divided_by_what_moves),
        cmocka_unit_test(what_was_not_reached_has_no_leverage),
        cmocka_unit_test(tasks_without_a_payload_have_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
