/*
 * What the tests of schedules share: a catalogue for the whole program, and schedules made in few
 * words.
 */
#ifndef BE_TEST_SCHEDULE_FIXTURE_H
#define BE_TEST_SCHEDULE_FIXTURE_H

#include "plan_fixture.h"

#include "plan/schedule.h"

static struct be_catalog catalog;

static inline int catalog_setup(void **state)
{
    (void)state;
    catalog_make(&catalog);
    return 0;
}

static inline int catalog_teardown(void **state)
{
    (void)state;
    be_catalog_finish(&catalog);
    return 0;
}

/*
 * Checks and expands a plan as a sweep does, on a machine where a step takes 2 ns. Nothing is
 * counted unless the settings say so.
 */
static inline void schedule_make(struct be_plan *plan, const char *const *settings,
                                 struct be_schedule *schedule)
{
    struct be_grains grains;
    struct be_error error;

    plan_make(plan, (const char *[]){"counters", "none", NULL});
    for (size_t i = 0; settings[i]; i += 2) {
        must(be_plan_set(plan, settings[i], settings[i + 1], &error), &error);
    }
    must(be_plan_check(plan, &catalog, &four_workers, &error), &error);
    must(be_schedule_grains(plan, &catalog, &grains, &error), &error);
    for (size_t i = 0; i < grains.count; i++) {
        if (grains.items[i].fit) {
            must(be_grain_fit(&grains.items[i], &catalog, 2, &error), &error);
        } else {
            grains.items[i].task_ns = 2.0 * (double)grains.items[i].steps;
        }
    }
    must(be_schedule_expand(plan, &catalog, &grains, schedule, &error), &error);
    be_grains_finish(&grains);
}

static inline void assert_params(const struct be_configuration *configuration, const char *key,
                                 const char *value)
{
    const char *found = be_params_get(&configuration->params, key);

    if (!value) {
        assert_null(found);
    } else {
        assert_non_null(found);
        assert_string_equal(found, value);
    }
}

#endif
