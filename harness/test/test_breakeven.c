#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/breakeven.h"
#include "analysis/metg.h"
#include "grain_machine.h"
#include "near.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const uint32_t eight[] = {8};

static struct synthetic synthetic;
static struct be_series_list list;
static struct be_grain_curves curves;

static int teardown(void **state)
{
    (void)state;
    be_grain_curves_finish(&curves);
    be_series_list_finish(&list);
    synthetic_finish(&synthetic);
    return 0;
}

/* The curves of the first grain series. */
static void curves_make(void)
{
    synthetic_analyse(&synthetic);
    assert_int_equal(be_series_grain(&synthetic.run, &list, NULL), BE_OK);
    assert_int_equal(be_grain_curves_create(&synthetic.resampler, &list.items[0], &curves, NULL),
                     BE_OK);
}

static struct be_breakeven breakeven(void)
{
    struct be_breakeven found;

    curves_make();
    assert_int_equal(be_breakeven_find(&curves, &found, NULL), BE_OK);
    return found;
}

static struct be_metg metg(void)
{
    struct be_metg found;

    curves_make();
    assert_int_equal(be_metg_find(&curves, &found, NULL), BE_OK);
    return found;
}

#define assert_crossing(crossing, expected_ns, tolerance)                                          \
    do {                                                                                           \
        assert_int_equal((crossing).state, BE_CROSSING_INSIDE);                                    \
        assert_near((crossing).at_ns / (expected_ns), 1, tolerance);                               \
    } while (0)

/* c / (P - 1); a straight line over ln w misses the curve by less, the denser the grains. */
static void breakeven_of_a_cost(void **state)
{
    static const struct grain_machine machine = {.cost_ns = 7000, .start_ns = 1e7, .rounds = 6};
    static const struct {
        double per_decade, tolerance;
        bool coarse;
    } cases[] = {{4, .04, false}, {20, .002, false}, {1, .6, true}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        machine_measure_range(&synthetic, &machine,
                              (struct grain_range){110, 1.1e5, cases[i].per_decade}, eight, 1);
        struct be_breakeven found = breakeven();
        assert_crossing(found.warm, 1000, cases[i].tolerance);
        /* Cold, a task costs P·T0/N more. */
        assert_crossing(found.cold, (7000 + 8 * 1e7 / MACHINE_TASKS) / 7, cases[i].tolerance);
        assert_int_equal(found.warm.crossings, 1);
        assert_int_equal(found.warm.coarse, cases[i].coarse);
        assert_near(found.warm.low_ns / found.warm.at_ns, 1, 1e-9);
        assert_near(found.warm.high_ns / found.warm.at_ns, 1, 1e-9);
        teardown(NULL);
    }
}

static void breakeven_under_noise_is_within_its_interval(void **state)
{
    static const struct grain_machine machine = {
        .cost_ns = 7000, .start_ns = 1e7, .noise = .02, .rounds = 20};

    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        be_rng_init(&synthetic.rng, seed);
        machine_measure_range(&synthetic, &machine, (struct grain_range){820, 1220, 20}, eight, 1);
        struct be_breakeven found = breakeven();
        assert_int_equal(found.warm.state, BE_CROSSING_INSIDE);
        assert_true(found.warm.bounded && !found.warm.low_open && !found.warm.high_open);
        assert_true(found.warm.low_ns < 1000 && found.warm.high_ns > 1000);
        assert_true(found.warm.high_ns / found.warm.low_ns < 1.1);
        assert_int_equal(found.cold.state, BE_CROSSING_NEVER);
        teardown(NULL);
    }
}

static void always_and_never_are_answers(void **state)
{
    static const struct grain_machine free = {.cost_ns = 10, .start_ns = 1e12, .rounds = 6};

    (void)state;
    machine_measure_range(&synthetic, &free, (struct grain_range){50, 5e6, 1}, eight, 1);
    struct be_breakeven found = breakeven();
    assert_int_equal(found.warm.state, BE_CROSSING_ALWAYS);
    assert_near(found.warm.smallest_ns, 50, 1e-9);
    assert_int_equal(found.cold.state, BE_CROSSING_NEVER);
    assert_near(found.cold.largest_ns, 5e6, 1e-9);
}

static void without_cold_passes_cold_is_not_known(void **state)
{
    static const struct grain_machine machine = {.cost_ns = 7000, .rounds = 6};

    (void)state;
    machine_measure_range(&synthetic, &machine, (struct grain_range){110, 1.1e5, 4}, eight, 1);
    for (size_t i = 0; i < synthetic.run.sample_count; i++) {
        synthetic.run.samples[i].cold_wall_ns = 0;
    }
    struct be_breakeven found = breakeven();
    assert_int_equal(found.warm.state, BE_CROSSING_INSIDE);
    assert_int_equal(found.cold.state, BE_CROSSING_UNKNOWN);
    assert_int_equal(found.cold.grains, 0);
}

/* It pays from 1 us; at 10 us a pass was disturbed in every round. */
static void several_crossings_are_said(void **state)
{
    static const struct grain_machine machine = {.cost_ns = 7000, .rounds = 6};
    static const struct grain_machine disturbed = {.cost_ns = 150000, .rounds = 6};

    (void)state;
    machine_measure_range(&synthetic, &machine, (struct grain_range){100, 5000, 4}, eight, 1);
    machine_measure(&synthetic, &disturbed, 10000, eight, 1);
    machine_measure_range(&synthetic, &machine, (struct grain_range){20000, 1e5, 4}, eight, 1);
    struct be_breakeven found = breakeven();
    assert_int_equal(found.warm.state, BE_CROSSING_INSIDE);
    assert_int_equal(found.warm.crossings, 3);
    assert_true(found.warm.at_ns > 10000 && found.warm.at_ns < 20000);
}

/* g = w + c and E = w/g, so E is x at c/(1 - x). */
static void metg_of_a_constant_overhead(void **state)
{
    static const struct grain_machine machine = {.cost_ns = 1000, .start_ns = 1e6, .rounds = 6};
    static const struct {
        double per_decade, tolerance;
    } cases[] = {{4, .05}, {40, .001}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        machine_measure_range(&synthetic, &machine,
                              (struct grain_range){100, 1e5, cases[i].per_decade}, eight, 1);
        struct be_metg found = metg();
        double cold_cost_ns = 1000 + 8 * 1e6 / MACHINE_TASKS;
        assert_crossing(found.half, 2000, cases[i].tolerance);
        assert_crossing(found.ninety, 10000, cases[i].tolerance);
        assert_crossing(found.cold_half, 2 * cold_cost_ns, cases[i].tolerance);
        assert_crossing(found.cold_ninety, 10 * cold_cost_ns, cases[i].tolerance);
        assert_true(found.half.bounded);
        assert_near(found.half.high_ns / found.half.low_ns, 1, 1e-6);
        teardown(NULL);
    }
}

static void metg_beyond_the_data(void **state)
{
    static const struct grain_machine machine = {.cost_ns = 1000, .start_ns = 1e12, .rounds = 6};

    (void)state;
    machine_measure_range(&synthetic, &machine, (struct grain_range){2000, 8000, 4}, eight, 1);
    struct be_metg found = metg();
    assert_int_equal(found.half.state, BE_CROSSING_ALWAYS);
    assert_near(found.half.smallest_ns, 3000, 1e-6);
    assert_int_equal(found.ninety.state, BE_CROSSING_NEVER);
    assert_int_equal(found.cold_half.state, BE_CROSSING_NEVER);
}

/* A dispatcher that has a PU of its own counts: efficiency is S/C, granularity T·C/N. */
static void metg_counts_the_dispatcher(void **state)
{
    static const struct grain_machine machine = {.cost_ns = 1000, .rounds = 6};

    (void)state;
    machine_measure_range(&synthetic, &machine, (struct grain_range){100, 1e5, 40}, eight, 1);
    for (size_t i = 0; i < synthetic.run.sample_count; i++) {
        synthetic.run.samples[i].values[BE_VALUE_distinct_pus] = 10;
    }
    /* E = .8·w/(w + c) is .5 where w = c/.6, and g = 1.25·(w + c) there. */
    struct be_metg found = metg();
    assert_crossing(found.half, 1.25 * (1000 / .6 + 1000), .001);
}

#define breakeven_test(function) cmocka_unit_test_teardown(function, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        breakeven_test(breakeven_of_a_cost),
        breakeven_test(breakeven_under_noise_is_within_its_interval),
        breakeven_test(always_and_never_are_answers),
        breakeven_test(without_cold_passes_cold_is_not_known),
        breakeven_test(several_crossings_are_said),
        breakeven_test(metg_of_a_constant_overhead),
        breakeven_test(metg_beyond_the_data),
        breakeven_test(metg_counts_the_dispatcher),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
