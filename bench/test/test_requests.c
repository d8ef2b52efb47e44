#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "requests.h"
#include "workload/workload_table.h"

enum { TASKS = 3000 }; /* two groups of 1024 and a rest */

static const enum be_distribution varied[] = {BE_DISTRIBUTION_UNIFORM, BE_DISTRIBUTION_PARETO};

static void generate(const char *workload, enum be_distribution distribution, uint64_t seed,
                     uint64_t steps, struct breakeven_pair *pairs)
{
    struct be_error error;

    const struct be_requests_wish wish = {distribution, seed, steps, TASKS};
    assert_int_equal(be_requests_generate(be_workload_find(workload), &wish, pairs, &error), BE_OK);
}

static void all_tasks_together_have_exactly_the_mean_times_their_number(void **state)
{
    static const struct {
        const char *workload;
        uint64_t steps;
    } cases[] = {{"gcd-trial", 1},
                 {"gcd-trial", 1000},
                 {"gcd-trial", 5000000000},
                 {"spin", 7},
                 {"sleep", 1000000}};
    struct breakeven_pair pairs[TASKS];
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct breakeven_workload *workload = be_workload_find(cases[i].workload);
        for (size_t d = 0; d < 2; d++) {
            uint64_t total = 0;
            generate(cases[i].workload, varied[d], 5, cases[i].steps, pairs);
            for (size_t k = 0; k < TASKS; k++) {
                total += workload->count_steps(&pairs[k]);
            }
            assert_int_equal(total, cases[i].steps * TASKS);
        }
    }
}

static void a_seed_gives_the_same_tasks_and_another_another_order(void **state)
{
    const struct breakeven_workload *workload = be_workload_find("gcd-trial");
    struct breakeven_pair first[TASKS];
    struct breakeven_pair again[TASKS];
    struct breakeven_pair other[TASKS];
    (void)state;

    for (size_t d = 0; d < 2; d++) {
        size_t moved = 0;
        generate("gcd-trial", varied[d], 1, 500, first);
        generate("gcd-trial", varied[d], 1, 500, again);
        generate("gcd-trial", varied[d], 2, 500, other);
        assert_memory_equal(first, again, sizeof(first));
        for (size_t k = 0; k < TASKS; k++) {
            moved += workload->count_steps(&first[k]) != workload->count_steps(&other[k]);
        }
        assert_true(moved > TASKS / 2);
    }
}

/* Sizes are made in ascending order: none of that may be left in any part. */
static void large_tasks_come_anywhere(void **state)
{
    struct breakeven_pair pairs[TASKS];
    uint64_t parts[3] = {0};
    (void)state;

    generate("spin", BE_DISTRIBUTION_UNIFORM, 3, 1000, pairs);
    for (size_t k = 0; k < TASKS; k++) {
        parts[k / (TASKS / 3)] += pairs[k].a;
    }
    for (size_t i = 0; i < 3; i++) {
        assert_in_range(parts[i], 950 * TASKS / 3, 1050 * TASKS / 3);
    }
}

static void fixed_is_what_the_workload_generates(void **state)
{
    struct breakeven_pair ours[TASKS];
    struct breakeven_pair theirs[TASKS];
    (void)state;

    generate("gcd-euclid", BE_DISTRIBUTION_FIXED, 9, 40, ours);
    be_workload_find("gcd-euclid")->generate(9, 40, TASKS, theirs, sizeof(theirs[0]));
    assert_memory_equal(ours, theirs, sizeof(ours));
}

static void a_tail_beyond_the_largest_task_is_refused(void **state)
{
    const struct breakeven_workload *euclid = be_workload_find("gcd-euclid");
    struct breakeven_pair pairs[TASKS];
    struct be_error error;
    (void)state;

    generate("gcd-euclid", BE_DISTRIBUTION_UNIFORM, 1, 46, pairs);
    const struct be_requests_wish wish = {BE_DISTRIBUTION_UNIFORM, 1, 60, TASKS};
    assert_int_equal(be_requests_generate(euclid, &wish, pairs, &error), BE_EINVAL);
    assert_non_null(strstr(error.message, "uniform around 60 steps goes up to 119"));
    assert_non_null(strstr(error.message, "at most 91"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_tasks_together_have_exactly_the_mean_times_their_number),
        cmocka_unit_test(a_seed_gives_the_same_tasks_and_another_another_order),
        cmocka_unit_test(large_tasks_come_anywhere),
        cmocka_unit_test(fixed_is_what_the_workload_generates),
        cmocka_unit_test(a_tail_beyond_the_largest_task_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
