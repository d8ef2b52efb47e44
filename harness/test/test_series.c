#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/series.h"
#include "run_builder.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct be_run run;
static struct be_series_list list;

static int teardown(void **state)
{
    (void)state;
    be_series_list_finish(&list);
    be_run_finish(&run);
    return 0;
}

static uint32_t measured(uint32_t block, const char *params)
{
    return builder_add_configuration(&run, BE_ROLE_MEASURED, block, params);
}

static void assert_members(size_t index, const uint32_t *members, size_t count)
{
    assert_true(index < list.count);
    assert_int_equal(list.items[index].count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(list.items[index].members[i], members[i]);
    }
}

static void scaling_series_ascend_in_workers(void **state)
{
    (void)state;
    builder_add_configuration(&run, BE_ROLE_REFERENCE, 0, "");
    uint32_t eight = measured(0, "executor=threads workers=8");
    uint32_t one = measured(0, "executor=threads workers=1");
    uint32_t two = measured(0, "executor=threads workers=2");
    const uint32_t threads[] = {one, two, eight};
    const uint32_t chunked[] = {measured(0, "executor=threads workers=2 chunk=16")};
    const uint32_t injected[] = {measured(0, "executor=threads workers=2 inject=cost:2us")};
    builder_add_configuration(&run, BE_ROLE_OVERHEAD, 0,
                              "executor=threads workers=2 workload=null");
    measured(0, "executor=null workers=2");

    assert_int_equal(be_series_scaling(&run, &list, NULL), BE_OK);
    assert_int_equal(list.count, 3);
    assert_members(0, threads, COUNT_OF(threads));
    assert_members(1, chunked, COUNT_OF(chunked));
    assert_members(2, injected, COUNT_OF(injected));
}

static void weak_scaling_is_one_series(void **state)
{
    (void)state;
    uint32_t one = measured(0, "executor=threads workers=1 tasks=10");
    uint32_t two = measured(0, "executor=threads workers=2 tasks=20");
    uint32_t four = measured(0, "executor=threads workers=4 tasks=40");
    const uint32_t weak[] = {one, two, four};
    assert_int_equal(be_series_scaling(&run, &list, NULL), BE_OK);
    assert_int_equal(list.count, 1);
    assert_members(0, weak, COUNT_OF(weak));
}

static void blocks_scale_apart(void **state)
{
    (void)state;
    measured(0, "executor=threads workers=1 steps=10");
    measured(0, "executor=threads workers=2 steps=10");
    measured(1, "executor=threads workers=1 steps=20");
    measured(1, "executor=threads workers=2 steps=20");
    assert_int_equal(be_series_scaling(&run, &list, NULL), BE_OK);
    assert_int_equal(list.count, 2);
    assert_int_equal(list.items[0].count, 2);
}

static void grain_series_ascend_in_steps(void **state)
{
    (void)state;
    uint32_t middle = measured(0, "executor=threads workers=2 steps=1000 tasks=500");
    uint32_t small = measured(1, "executor=threads workers=2 steps=90 tasks=5000");
    uint32_t large = measured(2, "executor=threads workers=2 steps=20000 tasks=100");
    const uint32_t two[] = {small, middle, large};
    const uint32_t four[] = {measured(0, "executor=threads workers=4 steps=1000 tasks=500")};
    const uint32_t sleep[] = {measured(3, "workload=sleep executor=threads workers=2 steps=1000")};

    assert_int_equal(be_series_grain(&run, &list, NULL), BE_OK);
    assert_int_equal(list.count, 3);
    /* In the order of their first members: the smallest grain of the first is configuration 1. */
    assert_members(0, two, COUNT_OF(two));
    assert_members(1, four, COUNT_OF(four));
    assert_members(2, sleep, COUNT_OF(sleep));
}

static void executor_series_hold_all_grains_and_workers(void **state)
{
    (void)state;
    uint32_t two = measured(0, "executor=threads workers=2 steps=10");
    uint32_t one = measured(1, "executor=threads workers=1 steps=20");
    uint32_t two_larger = measured(1, "executor=threads workers=2 steps=20");
    const uint32_t threads[] = {one, two, two_larger};
    const uint32_t processes[] = {measured(0, "executor=processes workers=2 steps=10")};
    assert_int_equal(be_series_executor(&run, &list, NULL), BE_OK);
    assert_int_equal(list.count, 2);
    assert_members(0, threads, COUNT_OF(threads));
    assert_members(1, processes, COUNT_OF(processes));
}

static void nothing_measured_is_no_series(void **state)
{
    (void)state;
    assert_int_equal(be_series_grain(&run, &list, NULL), BE_OK);
    assert_int_equal(list.count, 0);
    be_series_list_finish(&list);
    builder_add_configuration(&run, BE_ROLE_REFERENCE, 0, "");
    assert_int_equal(be_series_scaling(&run, &list, NULL), BE_OK);
    assert_int_equal(list.count, 0);
}

#define series_test(function) cmocka_unit_test_teardown(function, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        series_test(scaling_series_ascend_in_workers),
        series_test(weak_scaling_is_one_series),
        series_test(blocks_scale_apart),
        series_test(grain_series_ascend_in_steps),
        series_test(executor_series_hold_all_grains_and_workers),
        series_test(nothing_measured_is_no_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
