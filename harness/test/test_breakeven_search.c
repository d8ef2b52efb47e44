#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/breakeven.h"
#include "grain_machine.h"
#include "near.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { STAGES_MAX = 10 };

static struct synthetic synthetic;
static struct be_series_list list;
static struct be_wish *wishes;
static size_t wish_count;

static int teardown(void **state)
{
    (void)state;
    free(wishes);
    wishes = NULL;
    wish_count = 0;
    be_series_list_finish(&list);
    synthetic_finish(&synthetic);
    return 0;
}

static void wish_for(size_t goal)
{
    free(wishes);
    wishes = NULL;
    assert_int_equal(
        be_breakeven_wishes(&synthetic.run, &synthetic.summaries, goal, &wishes, &wish_count, NULL),
        BE_OK);
}

/* For the first goal that misses something. Returns which. */
static size_t wish(void)
{
    size_t goal = 0;

    synthetic_forget(&synthetic);
    synthetic_analyse(&synthetic);
    for (wish_for(goal); wish_count == 0 && goal + 1 < BE_BREAKEVEN_GOALS; wish_for(goal)) {
        goal++;
    }
    return goal;
}

/* Measures what is wished for until nothing is; returns in how many stages. */
static size_t search(const struct grain_machine *machine)
{
    size_t stages = 0;

    for (wish(); wish_count > 0; wish()) {
        assert_true(++stages < STAGES_MAX);
        for (size_t i = 0; i < wish_count; i++) {
            uint32_t workers = synthetic.run.configurations[wishes[i].configuration].workers;
            machine_measure(&synthetic, machine, wishes[i].grain_ns, &workers, 1);
        }
    }
    return stages;
}

/* What the searched series of the most workers says in the end. */
static struct be_breakeven breakeven(uint32_t workers)
{
    struct be_breakeven found = {.warm.state = BE_CROSSING_UNKNOWN};
    size_t series = 0;

    assert_int_equal(be_series_grain(&synthetic.run, &list, NULL), BE_OK);
    for (size_t i = 0; i < list.count; i++) {
        uint32_t first = list.items[i].members[0];
        if (synthetic.run.configurations[first].workers == workers) {
            struct be_grain_curves curves;
            assert_int_equal(
                be_grain_curves_create(&synthetic.resampler, &list.items[i], &curves, NULL), BE_OK);
            assert_int_equal(be_breakeven_find(&curves, &found, NULL), BE_OK);
            be_grain_curves_finish(&curves);
            series++;
        }
    }
    assert_int_equal(series, 1);
    return found;
}

static void four_grains_between_those_around_a_crossing(void **state)
{
    static const struct grain_machine machine = {.cost_ns = 4500, .start_ns = 1e12, .rounds = 6};
    static const uint32_t workers[] = {1, 2, 4};

    (void)state;
    machine_measure_range(&synthetic, &machine, (struct grain_range){100, 1e6, 1}, workers,
                          COUNT_OF(workers));
    machine_measure(&synthetic, &machine, 4000, workers, COUNT_OF(workers));
    wish();
    /* w* is 1.5 us with 4 workers; between 1 and 4 us, log-spaced. */
    static const uint64_t grains[] = {1320, 1741, 2297, 3031};
    assert_int_equal(wish_count, COUNT_OF(grains));
    for (size_t i = 0; i < wish_count; i++) {
        assert_int_equal(wishes[i].grain_ns, grains[i]);
        assert_int_equal(synthetic.run.configurations[wishes[i].configuration].workers, 4);
    }
}

static void the_search_finds_what_a_task_costs(void **state)
{
    static const struct {
        uint32_t workers;
        double cost_ns, start_ns;
        double per_decade;
    } cases[] = {
        {2, 3000, 2e7, 1}, {4, 3000, 3e8, 4}, {8, 3000, 1e6, 2},
        {64, 30000, 0, 4}, {8, 3.5e6, 0, 1},  {8, 1000, 1e4, 4},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct grain_machine machine = {
            .cost_ns = cases[i].cost_ns, .start_ns = cases[i].start_ns, .rounds = 6};
        double cost_ns = cases[i].cost_ns;
        double cold_cost_ns = cost_ns + cases[i].workers * cases[i].start_ns / MACHINE_TASKS;
        machine_measure_range(&synthetic, &machine,
                              (struct grain_range){1000, 1e6, cases[i].per_decade},
                              &cases[i].workers, 1);
        size_t stages = search(&machine);
        struct be_breakeven found = breakeven(cases[i].workers);
        assert_true(stages >= 1 && stages <= 7);
        assert_int_equal(found.warm.state, BE_CROSSING_INSIDE);
        assert_near(found.warm.at_ns * (cases[i].workers - 1) / cost_ns, 1, .003);
        assert_int_equal(found.cold.state, BE_CROSSING_INSIDE);
        assert_near(found.cold.at_ns * (cases[i].workers - 1) / cold_cost_ns, 1, .003);
        assert_false(found.warm.coarse || found.cold.coarse);
        teardown(NULL);
    }
}

/* w* is 1 us warm and 801 us cold, each between grains that are a decade apart. */
static void warm_comes_before_cold_and_coarse_before_fine(void **state)
{
    static const struct grain_machine machine = {.cost_ns = 1000, .start_ns = 4e12, .rounds = 12};
    static const uint32_t workers = 2;
    static const uint64_t below_ns[BE_BREAKEVEN_GOALS] = {400, 400000000, 631, 631000000};

    (void)state;
    machine_measure_range(&synthetic, &machine, (struct grain_range){400, 4e9, 1}, &workers, 1);
    for (size_t goal = 0; goal < BE_BREAKEVEN_GOALS; goal++) {
        assert_int_equal(wish(), goal);
        assert_int_equal(wish_count, 4);
        assert_true(wishes[0].grain_ns > below_ns[goal]);
        assert_true(wishes[3].grain_ns < 10 * below_ns[goal]);
        for (size_t i = 0; i < wish_count; i++) {
            machine_measure(&synthetic, &machine, wishes[i].grain_ns, &workers, 1);
        }
    }
    wish();
    assert_int_equal(wish_count, 0);
}

/* Four grains inside each decade, and none where noise would decide on which side of 1 they are. */
static void a_search_under_noise_ends_with_what_can_be_told_apart(void **state)
{
    static const struct grain_machine machine = {
        .cost_ns = 3000, .start_ns = 2e7, .noise = .05, .rounds = 12};
    static const uint32_t workers = 4;

    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        be_rng_init(&synthetic.rng, seed);
        machine_measure_range(&synthetic, &machine, (struct grain_range){200, 2e5, 1}, &workers, 1);
        assert_int_equal(search(&machine), 2);
        struct be_breakeven found = breakeven(workers);
        assert_int_equal(found.warm.state, BE_CROSSING_INSIDE);
        assert_int_equal(found.warm.grains, 4 + 8);
        assert_near(found.warm.at_ns / 1000, 1, .15);
        teardown(NULL);
    }
}

static void what_always_pays_is_searched_down_to_the_end(void **state)
{
    static const struct grain_machine machine = {.cost_ns = 30, .start_ns = 1e12, .rounds = 6};
    static const uint32_t workers = 4;

    (void)state;
    machine_measure_range(&synthetic, &machine, (struct grain_range){1000, 1e6, 1}, &workers, 1);
    wish();
    assert_int_equal(wish_count, 1);
    assert_int_equal(wishes[0].grain_ns, 100);
    assert_int_equal(search(&machine), 2);
    struct be_breakeven found = breakeven(workers);
    assert_int_equal(found.warm.state, BE_CROSSING_ALWAYS);
    assert_near(found.warm.smallest_ns, BE_BREAKEVEN_GRAIN_NS_MIN, 1e-9);
    assert_int_equal(found.warm.grains, 4 + 2);
}

/* A pool under one lock takes as long as the reference, so noise alone moves its speedups. */
static void noise_around_one_is_not_searched(void **state)
{
    static const struct grain_machine machine = {.start_ns = 1, .noise = .02, .rounds = 12};
    static const uint32_t workers = 4;
    struct be_run *run = &synthetic.run;
    size_t above = 0;

    (void)state;
    be_rng_init(&synthetic.rng, 2);
    machine_measure_range(&synthetic, &machine, (struct grain_range){1000, 1e6, 1}, &workers, 1);
    for (size_t i = 0; i < run->sample_count; i++) {
        struct be_sample *sample = &run->samples[i];
        if (run->configurations[sample->configuration].role == BE_ROLE_MEASURED) {
            sample->wall_ns *= workers;
            sample->cold_wall_ns *= workers;
        }
    }
    wish();
    for (size_t i = 0; i < synthetic.summaries.count; i++) {
        const struct be_summary *summary = &synthetic.summaries.items[i];
        above += summary->configuration->role == BE_ROLE_MEASURED && summary->speedup.median > 1;
    }
    assert_true(above > 0);
    assert_int_equal(wish_count, 0);
}

static void what_never_pays_is_not_searched(void **state)
{
    static const struct grain_machine machine = {.cost_ns = 1e9, .rounds = 6};
    static const uint32_t workers = 4;

    (void)state;
    machine_measure_range(&synthetic, &machine, (struct grain_range){1000, 1e6, 4}, &workers, 1);
    wish();
    assert_int_equal(wish_count, 0);
    assert_null(wishes);
}

static void one_worker_or_one_pu_is_not_searched(void **state)
{
    static const struct grain_machine machine = {.cost_ns = 0, .rounds = 6};
    static const uint32_t one = 1;
    static const uint32_t two = 2;

    (void)state;
    machine_measure_range(&synthetic, &machine, (struct grain_range){1000, 1e6, 4}, &one, 1);
    wish();
    assert_int_equal(wish_count, 0);
    teardown(NULL);

    machine_measure_range(&synthetic, &machine, (struct grain_range){1000, 1e6, 4}, &two, 1);
    for (size_t i = 0; i < synthetic.run.sample_count; i++) {
        synthetic.run.samples[i].values[BE_VALUE_distinct_pus] = 1;
    }
    wish();
    assert_int_equal(wish_count, 0);
}

/* A grain that was planned and failed is there, though it says nothing: it is not asked for again.
 */
static void a_grain_that_failed_is_not_wished_for_again(void **state)
{
    static const struct grain_machine machine = {.cost_ns = 3000, .start_ns = 1e12, .rounds = 6};
    static const uint32_t workers = 4;

    (void)state;
    machine_measure_range(&synthetic, &machine, (struct grain_range){400, 4e6, 1}, &workers, 1);
    wish();
    assert_int_equal(wish_count, 4);
    uint64_t failing = wishes[1].grain_ns;
    size_t before = synthetic.run.sample_count;
    machine_measure(&synthetic, &machine, failing, &workers, 1);
    for (size_t i = before; i < synthetic.run.sample_count; i++) {
        synthetic.run.samples[i].state = BE_SAMPLE_FAILED;
    }
    wish();
    assert_int_equal(wish_count, 3);
    for (size_t i = 0; i < wish_count; i++) {
        assert_int_not_equal(wishes[i].grain_ns, failing);
    }
}

#define search_test(function) cmocka_unit_test_teardown(function, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        search_test(four_grains_between_those_around_a_crossing),
        search_test(the_search_finds_what_a_task_costs),
        search_test(warm_comes_before_cold_and_coarse_before_fine),
        search_test(a_search_under_noise_ends_with_what_can_be_told_apart),
        search_test(what_always_pays_is_searched_down_to_the_end),
        search_test(noise_around_one_is_not_searched),
        search_test(what_never_pays_is_not_searched),
        search_test(one_worker_or_one_pu_is_not_searched),
        search_test(a_grain_that_failed_is_not_wished_for_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
