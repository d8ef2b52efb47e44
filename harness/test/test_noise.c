/* The smallest change that can be seen, and floors, from numbers whose answer is known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/floors.h"
#include "analysis/noise.h"
#include "core/rng.h"
#include "near.h"

enum { ROUNDS = 20 };

/* About normal, with mean 0 and spread 1: the sum of twelve uniform numbers. */
static double noise_draw(struct be_rng *rng)
{
    double sum = -6;

    for (int i = 0; i < 12; i++) {
        sum += be_rng_unit(rng);
    }
    return sum;
}

/* Half of the pairs 1 % up and half 1 % down: a spread of .01 x sqrt(20/19). */
static void a_known_spread_gives_the_change_that_can_be_seen(void **state)
{
    double ratios[ROUNDS];
    struct be_noise noise;
    (void)state;

    for (int i = 0; i < ROUNDS; i++) {
        ratios[i] = i % 2 ? .01 : -.01;
    }
    assert_int_equal(be_noise_judge(ratios, ROUNDS, &noise, NULL), BE_OK);
    assert_true(noise.known && !noise.biased);
    assert_int_equal(noise.rounds, ROUNDS);
    assert_near(noise.spread, .01 * sqrt(20. / 19), 1e-9);
    /* The 5th of 20 is above 0 when 10.4 in 100 are below: 1.26 spreads off. */
    assert_near(noise.visible, 1.26 * noise.spread, 2e-5);
    assert_near(noise.median, 0, 1e-9);
}

static void a_side_that_is_always_slower_is_told(void **state)
{
    double ratios[ROUNDS];
    struct be_noise noise;
    (void)state;

    for (int i = 0; i < ROUNDS; i++) {
        ratios[i] = .02 + (i % 2 ? .01 : -.01);
    }
    assert_int_equal(be_noise_judge(ratios, ROUNDS, &noise, NULL), BE_OK);
    assert_true(noise.biased);
    /* As sure, but too small to matter. */
    for (int i = 0; i < ROUNDS; i++) {
        ratios[i] = .005 + (i % 2 ? .001 : -.001);
    }
    assert_int_equal(be_noise_judge(ratios, ROUNDS, &noise, NULL), BE_OK);
    assert_false(noise.biased);
}

static void a_machine_without_bias_is_hardly_ever_called_biased(void **state)
{
    enum { TRIALS = 2000 };
    struct be_rng rng;
    int alarms = 0;
    (void)state;

    be_rng_init(&rng, 7);
    for (int trial = 0; trial < TRIALS; trial++) {
        double ratios[ROUNDS];
        struct be_noise noise;
        for (int i = 0; i < ROUNDS; i++) {
            ratios[i] = .04 * noise_draw(&rng);
        }
        assert_int_equal(be_noise_judge(ratios, ROUNDS, &noise, NULL), BE_OK);
        alarms += noise.biased;
    }
    assert_in_range(alarms, 0, TRIALS / 200);
}

static void what_is_no_ratio_is_refused(void **state)
{
    const double ratios[] = {0, 0, 0, INFINITY, 0, 0};
    struct be_noise noise;
    (void)state;

    assert_int_equal(be_noise_judge(ratios, 6, &noise, NULL), BE_EINVAL);
    assert_int_equal(be_noise_judge(ratios, 3, &noise, NULL), BE_EINVAL);
}

static struct be_floor floor_of(const char *name, const char *between, double ns)
{
    struct be_floor floor = {.between = between, .ns = {true, true, 9, ns, ns - 10, ns + 10}};

    strncpy(floor.name, name, sizeof(floor.name) - 1);
    return floor;
}

static void waking_is_a_turn_less_a_system_call(void **state)
{
    struct be_floor items[] = {
        floor_of("futex-wake", "SMT sibling", 900),
        floor_of("futex-wake", "same L3", 3000),
        floor_of("futex-wake", "other package", 9000),
        floor_of("syscall", NULL, 100),
    };
    struct be_floors floors = {items, 4};
    (void)state;

    items[0].siblings = true;
    struct be_floor wake = be_floors_wake(&floors);
    assert_string_equal(wake.between, "same L3");
    assert_true(wake.ns.known && wake.ns.bounded);
    assert_true(wake.ns.median == 2900 && wake.ns.low == 2890 && wake.ns.high == 2910);
    assert_null(be_floors_find(&floors, "fork"));

    floors.count = 1;
    assert_ptr_equal(be_floors_find(&floors, "futex-wake"), &items[0]);
    assert_string_equal(be_floors_wake(&floors).unavailable, "this runner has no probe 'syscall'");
}

static void a_floor_that_lacks_another_says_why(void **state)
{
    struct be_floor items[] = {
        floor_of("futex-wake", "same L3", 3000),
        {.name = "syscall", .unavailable = "the launch hung"},
    };
    const struct be_floors floors = {items, 2};
    (void)state;

    assert_false(be_floors_wake(&floors).ns.known);
    assert_string_equal(be_floors_wake(&floors).unavailable, "the launch hung");
    assert_ptr_equal(be_floors_find(&floors, "syscall"), &items[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_spread_gives_the_change_that_can_be_seen),
        cmocka_unit_test(a_side_that_is_always_slower_is_told),
        cmocka_unit_test(a_machine_without_bias_is_hardly_ever_called_biased),
        cmocka_unit_test(what_is_no_ratio_is_refused),
        cmocka_unit_test(waking_is_a_turn_less_a_system_call),
        cmocka_unit_test(a_floor_that_lacks_another_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
