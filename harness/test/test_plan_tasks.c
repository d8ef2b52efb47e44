/* How many tasks a pass has, and how large they are. */
#include "schedule_fixture.h"

/* A block a payload; whoever compares within one compares equal sizes, and equally many of them. */
static void all_of_a_block_have_its_payload(void **state)
{
    static const struct {
        const char *payload;
        uint64_t tasks;
        enum be_role role;
    } expected[] = {
        {"64", 20000, BE_ROLE_REFERENCE},   {"64", 80000, BE_ROLE_MEASURED},
        {"64", 20000, BE_ROLE_OVERHEAD},    {"1048576", 64, BE_ROLE_REFERENCE},
        {"1048576", 256, BE_ROLE_MEASURED}, {"1048576", 64, BE_ROLE_OVERHEAD},
    };
    struct be_schedule schedule;
    struct be_plan plan;
    (void)state;

    schedule_make(&plan,
                  (const char *[]){"executor", "threads", "workers", "4", "workload", "touch",
                                   "payload", "64,1MiB", "scaling", "weak", NULL},
                  &schedule);
    assert_int_equal(schedule.count, 6);
    for (size_t i = 0; i < 6; i++) {
        const struct be_configuration *configuration = &schedule.items[i];
        assert_int_equal(configuration->role, expected[i].role);
        assert_int_equal(configuration->block, i / 3);
        assert_params(configuration, "payload", expected[i].payload);
        assert_params(configuration, "workload",
                      configuration->role == BE_ROLE_OVERHEAD ? "null" : "touch");
        assert_int_equal(configuration->tasks, expected[i].tasks);
    }
    be_schedule_finish(&schedule);
    be_plan_finish(&plan);
}

/* P workers do P times the reference's tasks; what a message costs is measured as ever. */
static void weak_scaling_grows_the_tasks_with_the_workers(void **state)
{
    static const struct {
        enum be_role role;
        const char *executor;
        const char *tasks;
        const char *scaling;
    } expected[] = {
        {BE_ROLE_REFERENCE, "serial", "500", NULL},
        {BE_ROLE_MEASURED, "threads", "500", "weak"},
        {BE_ROLE_OVERHEAD, "threads", "20000", "weak"},
        {BE_ROLE_MEASURED, "threads", "2000", "weak"},
        {BE_ROLE_OVERHEAD, "threads", "20000", "weak"},
        {BE_ROLE_MEASURED, "null", "500", NULL},
    };
    struct be_schedule schedule;
    struct be_plan plan;
    (void)state;

    schedule_make(&plan,
                  (const char *[]){"scaling", "weak", "executor", "threads,null", "workers", "1,4",
                                   "tasks", "500", NULL},
                  &schedule);
    assert_int_equal(schedule.count, sizeof(expected) / sizeof(expected[0]));
    for (size_t i = 0; i < schedule.count; i++) {
        const struct be_configuration *configuration = &schedule.items[i];
        struct be_spec spec;
        assert_int_equal(configuration->role, expected[i].role);
        assert_params(configuration, "executor", expected[i].executor);
        assert_params(configuration, "tasks", expected[i].tasks);
        assert_params(configuration, "scaling", expected[i].scaling);
        /* A runner is told how many tasks, not why. */
        be_spec_init(&spec);
        assert_int_equal(be_plan_spec(&plan, configuration, &spec, NULL), BE_OK);
        assert_null(be_params_get(&spec.params, "scaling"));
        be_spec_finish(&spec);
    }
    be_schedule_finish(&schedule);
    be_plan_finish(&plan);
}

static void tasks_make_a_serial_pass_of_50_to_500_ms(void **state)
{
    static const struct {
        const char *settings[7];
        uint64_t tasks;
    } cases[] = {
        {{"grain", "1us"}, 50000},                /* 50 ms */
        {{"grain", "1ms"}, 64},                   /* 16 for each of 4 workers */
        {{"grain", "1ms", "workers", "1,2"}, 50}, /* 50 ms are more than that */
        {{"grain", "1ms", "workers", "64"}, 500}, /* 1,024 would be above 500 ms */
        {{"grain", "1us", "workers", "2", "chunk", "1,10000"}, 320000}, /* 16 chunks each */
        {{"grain", "1us", "workers", "4", "chunk", "10000"}, 500000},
        {{"grain", "100ms", "workers", "8"}, 8}, /* a task a worker, though 800 ms */
        {{"grain", "2ns"}, 10000000},            /* as many as are bearable */
        {{"grain", "1us", "tasks", "77"}, 77},
        {{"steps", "500"}, 48829}, /* 1 us by measurement, taken as 1,024 ns */
        {{"steps", "500", "tasks", "9"}, 9},
        {{"pairs", "4 6, 10 15, 3 5"}, 3},
        {{"workload", "null"}, 20000},
        {{"workload", "null", "chunk", "10000"}, 160000},
        {{"workload", "null", "payload", "13424"}, 19996}, /* 256 MiB together */
        {{"workload", "null", "payload", "4MiB"}, 64},
        {{"workload", "null", "payload", "4MiB", "tasks", "63"}, 63},
        {{"workload", "null", "payload", "4MiB", "tasks", "65"}, 64},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_schedule schedule;
        struct be_plan plan;
        schedule_make(&plan, cases[i].settings, &schedule);
        for (size_t j = 0; j < schedule.count; j++) {
            if (schedule.items[j].role != BE_ROLE_OVERHEAD) {
                assert_int_equal(schedule.items[j].tasks, cases[i].tasks);
            }
        }
        be_schedule_finish(&schedule);
        be_plan_finish(&plan);
    }
}

static void companions_have_tasks_for_the_largest_chunk_but_not_more_than_the_plan(void **state)
{
    static const struct {
        const char *settings[7];
        uint64_t tasks;
    } cases[] = {
        {{"workers", "2", "chunk", "1"}, 20000},
        {{"workers", "2", "chunk", "5000"}, 80000},
        {{"workers", "2", "chunk", "5000", "tasks", "30000"}, 30000},
        {{"workers", "2", "chunk", "5000", "tasks", "100"}, 20000},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_schedule schedule;
        struct be_plan plan;
        schedule_make(&plan, cases[i].settings, &schedule);
        assert_int_equal(schedule.items[2].role, BE_ROLE_OVERHEAD);
        assert_int_equal(schedule.items[2].tasks, cases[i].tasks);
        be_schedule_finish(&schedule);
        be_plan_finish(&plan);
    }
}

static void companions_of_another_runner_are_few_where_chunks_are_small(void **state)
{
    static const struct {
        const char *chunk;
        uint64_t tasks;
    } cases[] = {{"1", 2000}, {"125", 2000}, {"500", 8000}, {"2500", 40000}};
    struct be_catalog_row *row =
        (struct be_catalog_row *)be_catalog_find(&catalog, BE_CATALOG_EXECUTOR, "threads");
    (void)state;

    row->program = "/another";
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_schedule schedule;
        struct be_plan plan;
        schedule_make(&plan, (const char *[]){"executor", "threads", "chunk", cases[i].chunk, NULL},
                      &schedule);
        assert_int_equal(schedule.items[2].role, BE_ROLE_OVERHEAD);
        assert_int_equal(schedule.items[2].tasks, cases[i].tasks);
        be_schedule_finish(&schedule);
        be_plan_finish(&plan);
    }
    row->program = NULL;
}

static void steps_are_rounded_and_bounded(void **state)
{
    static const struct {
        const char *workload;
        uint64_t asked_ns;
        double ns_per_step;
        uint64_t steps; /* 0: refused */
    } cases[] = {
        {"gcd-trial", 10000, 2, 5000},   {"gcd-trial", 10000, 1.9, 5300},
        {"gcd-trial", 10000, 3.7, 2700}, {"gcd-trial", 100, 8.1, 12},
        {"gcd-trial", 100, 30, 3},       {"gcd-trial", 1, 30, 1},
        {"gcd-trial", 995, 1, 1000},     {"gcd-euclid", 180, 2, 90},
        {"gcd-euclid", 179, 2, 90},      {"gcd-euclid", 182, 2, 0},
        {"gcd-euclid", 10000, 2, 0},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_grain grain = {
            .workload = cases[i].workload, .asked_ns = cases[i].asked_ns, .fit = true};
        struct be_error error;
        enum be_status status = be_grain_fit(&grain, &catalog, cases[i].ns_per_step, &error);
        if (cases[i].steps == 0) {
            assert_int_equal(status, BE_EINVAL);
            assert_non_null(strstr(error.message, "grain: gcd-euclid has at most 90 steps a task"));
            assert_true(grain.fit);
            continue;
        }
        must(status, &error);
        assert_int_equal(grain.steps, cases[i].steps);
        assert_float_equal(grain.task_ns, (double)cases[i].steps * cases[i].ns_per_step, 1e-9);
        assert_false(grain.fit);
    }
    struct be_grain grain = {.workload = "gcd-trial", .asked_ns = 1};
    assert_int_equal(be_grain_fit(&grain, &catalog, 0, NULL), BE_EINVAL);
}

static void a_distribution_is_the_references_too_and_stays_in_reach(void **state)
{
    static const struct {
        const char *distribution;
        const char *steps;
        enum be_status status;
    } cases[] = {
        {"uniform", "45", BE_OK},
        {"uniform", "46", BE_EINVAL}, /* up to 91, and there are 90 */
        {"pareto", "9", BE_EINVAL},
        {"fixed", "90", BE_OK},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_params params = {0};
        struct be_error error;
        be_params_set(&params, "workload", "gcd-euclid", NULL);
        be_params_set(&params, "distribution", cases[i].distribution, NULL);
        be_params_set(&params, "steps", cases[i].steps, NULL);
        assert_int_equal(be_grain_check(&params, &catalog, &error), cases[i].status);
        if (cases[i].status != BE_OK) {
            assert_non_null(strstr(error.message, "a task of gcd-euclid has at most 90"));
        }
        be_params_finish(&params);
    }
    struct be_schedule schedule;
    struct be_plan plan;
    schedule_make(&plan,
                  (const char *[]){"workload", "gcd-euclid", "steps", "9", "distribution",
                                   "uniform", "executor", "threads", "workers", "2", NULL},
                  &schedule);
    assert_string_equal(be_params_get(&schedule.items[0].params, "distribution"), "uniform");
    assert_string_equal(be_params_get(&schedule.items[1].params, "distribution"), "uniform");
    assert_null(be_params_get(&schedule.items[2].params, "distribution")); /* on `null` */
    be_schedule_finish(&schedule);
    be_plan_finish(&plan);
}

/* A step of `sleep` is a ns: nothing is left to calibrate. */
static void steps_that_are_ns_are_known_at_once(void **state)
{
    static const struct {
        const char *key;
        const char *value;
        uint64_t steps; /* 0: refused */
    } cases[] = {
        {"grain", "125ns", 125}, {"grain", "123457ns", 123457}, {"grain", "1ms", 1000000},
        {"grain", "1001us", 0},  {"steps", "777", 777},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *const settings[] = {"workload", "sleep", cases[i].key, cases[i].value, NULL};
        struct be_grains grains;
        struct be_error error;
        struct be_plan plan;
        plan_make(&plan, settings);
        must(be_plan_check(&plan, &catalog, &four_workers, &error), &error);
        enum be_status status = be_schedule_grains(&plan, &catalog, &grains, &error);
        if (cases[i].steps == 0) {
            assert_int_equal(status, BE_EINVAL);
            assert_non_null(strstr(error.message, "grain: sleep has at most 1000000 steps"));
        } else {
            must(status, &error);
            assert_int_equal(grains.count, 1);
            assert_false(grains.items[0].fit);
            assert_int_equal(grains.items[0].steps, cases[i].steps);
            assert_float_equal(grains.items[0].task_ns, (double)cases[i].steps, 0);
            be_grains_finish(&grains);
        }
        be_plan_finish(&plan);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_a_block_have_its_payload),
        cmocka_unit_test(weak_scaling_grows_the_tasks_with_the_workers),
        cmocka_unit_test(tasks_make_a_serial_pass_of_50_to_500_ms),
        cmocka_unit_test(companions_have_tasks_for_the_largest_chunk_but_not_more_than_the_plan),
        cmocka_unit_test(companions_of_another_runner_are_few_where_chunks_are_small),
        cmocka_unit_test(steps_are_rounded_and_bounded),
        cmocka_unit_test(a_distribution_is_the_references_too_and_stays_in_reach),
        cmocka_unit_test(steps_that_are_ns_are_known_at_once),
    };
    return cmocka_run_group_tests(tests, catalog_setup, catalog_teardown);
}
