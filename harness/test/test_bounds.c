#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/bounds.h"
#include "core/rng.h"
#include "near.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Steps of gcd-trial on the pairs of plan seed: min(a, b) - gcd(a, b) + 1. */
static const uint64_t notes_steps[] = {1963309, 2030677, 1551645 - 5 + 1, 2020802};

static void notes_pairs_on_two_workers(void **state)
{
    double speedup = 0;

    (void)state;
    assert_int_equal(be_bounds_in_order(notes_steps, 4, 2, &speedup, NULL), BE_OK);
    assert_near(speedup, 7566429.0 / (2030677 + 2020802), 1e-12);
    assert_near(speedup, 1.868, .0005);
    assert_int_equal(be_bounds_best(notes_steps, 4, 2, &speedup, NULL), BE_OK);
    assert_near(speedup, 7566429.0 / (1963309 + 2020802), 1e-12);
    assert_near(speedup, 1.899, .0005);
}

static const struct {
    const char *name;
    uint64_t steps[8];
    size_t tasks;
    uint32_t workers;
    double in_order;
    double best;
} cases[] = {
    {"one worker", {3, 1, 2}, 3, 1, 1, 1},
    {"one task", {7}, 1, 8, 1, 1},
    {"more workers than tasks", {4, 2, 2}, 3, UINT32_MAX, 2, 2},
    {"equal tasks divide", {5, 5, 5, 5}, 4, 2, 2, 2},
    {"the long one last", {1, 1, 1, 1, 4}, 5, 2, 8 / 6.0, 2},
    {"longest first is not the best", {3, 3, 2, 2, 2}, 5, 2, 12 / 7.0, 2},
    {"three workers", {5, 5, 4, 4, 3, 3, 3}, 7, 3, 27 / 11.0, 3},
    {"tasks of no steps", {0, 6, 0, 6, 0}, 5, 2, 2, 2},
    {"sums past 2^64", {UINT64_MAX, UINT64_MAX, UINT64_MAX}, 3, 2, 1.5, 1.5},
};

static void known_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        double in_order = 0;
        double best = 0;
        assert_int_equal(
            be_bounds_in_order(cases[i].steps, cases[i].tasks, cases[i].workers, &in_order, NULL),
            BE_OK);
        assert_int_equal(
            be_bounds_best(cases[i].steps, cases[i].tasks, cases[i].workers, &best, NULL), BE_OK);
        if (in_order != cases[i].in_order || best != cases[i].best) {
            fail_msg("%s: in order %.17g, best %.17g", cases[i].name, in_order, best);
        }
    }
}

/* The least busiest worker over all P^n ways to share the tasks. */
static uint64_t makespan_by_brute_force(const uint64_t *steps, size_t tasks, uint32_t workers)
{
    uint64_t ways = 1;
    uint64_t least = UINT64_MAX;

    for (size_t i = 0; i < tasks; i++) {
        ways *= workers;
    }
    for (uint64_t way = 0; way < ways; way++) {
        uint64_t loads[4] = {0};
        uint64_t last = 0;
        uint64_t digits = way;
        for (size_t i = 0; i < tasks; i++, digits /= workers) {
            uint64_t *load = &loads[digits % workers];
            *load += steps[i];
            last = *load > last ? *load : last;
        }
        least = last < least ? last : least;
    }
    return least;
}

static void best_order_agrees_with_brute_force(void **state)
{
    struct be_rng rng;

    (void)state;
    be_rng_init(&rng, 1);
    for (int repetition = 0; repetition < 200; repetition++) {
        uint64_t steps[7];
        uint64_t sum = 0;
        double best = 0;
        size_t tasks = 1 + be_rng_below(&rng, COUNT_OF(steps));
        uint32_t workers = 1 + (uint32_t)be_rng_below(&rng, 4);
        for (size_t i = 0; i < tasks; i++) {
            steps[i] = 1 + be_rng_below(&rng, 50);
            sum += steps[i];
        }
        assert_int_equal(be_bounds_best(steps, tasks, workers, &best, NULL), BE_OK);
        assert_near(best, (double)sum / (double)makespan_by_brute_force(steps, tasks, workers),
                    1e-12);
    }
}

static void twelve_tasks_are_exact_and_thirteen_longest_first(void **state)
{
    /* 9 + 9 against 6 + 6 + 6 is even; longest first ends at 9 + 6 + 6. */
    const uint64_t steps[13] = {9, 9, 6, 6, 6};
    double best = 0;

    (void)state;
    assert_int_equal(be_bounds_best(steps, 12, 2, &best, NULL), BE_OK);
    assert_near(best, 2, 1e-12);
    assert_int_equal(be_bounds_best(steps, 13, 2, &best, NULL), BE_OK);
    assert_near(best, 36 / 21.0, 1e-12);
}

static void many_tasks_on_many_workers(void **state)
{
    enum { TASKS = 100000, WORKERS = 4096 };
    uint64_t *steps = calloc(TASKS, sizeof(steps[0]));
    double in_order = 0;
    double best = 0;

    (void)state;
    assert_non_null(steps);
    for (size_t i = 0; i < TASKS; i++) {
        steps[i] = 7;
    }
    /* 100,000 = 24 x 4096 + 1696: the busiest workers get 25 equal tasks. */
    assert_int_equal(be_bounds_in_order(steps, TASKS, WORKERS, &in_order, NULL), BE_OK);
    assert_int_equal(be_bounds_best(steps, TASKS, WORKERS, &best, NULL), BE_OK);
    free(steps);
    assert_near(in_order, 4000, 1e-9);
    assert_near(best, 4000, 1e-9);
}

static void refuses_what_has_no_answer(void **state)
{
    const uint64_t zeros[] = {0, 0};
    double speedup = 42;
    struct be_error error;

    (void)state;
    assert_int_equal(be_bounds_in_order(notes_steps, 4, 0, &speedup, &error), BE_EINVAL);
    assert_int_equal(be_bounds_best(notes_steps, 4, 0, &speedup, &error), BE_EINVAL);
    assert_int_equal(be_bounds_in_order(NULL, 0, 2, &speedup, &error), BE_ENODATA);
    assert_int_equal(be_bounds_best(zeros, 2, 2, &speedup, &error), BE_ENODATA);
    assert_near(speedup, 42, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notes_pairs_on_two_workers),
        cmocka_unit_test(known_answers),
        cmocka_unit_test(best_order_agrees_with_brute_force),
        cmocka_unit_test(twelve_tasks_are_exact_and_thirteen_longest_first),
        cmocka_unit_test(many_tasks_on_many_workers),
        cmocka_unit_test(refuses_what_has_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
