#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/run.h"

static const char *const axes[][2] = {
    {"workload", "gcd-trial"}, {"executor", "threads"}, {"placement", "compact"},
    {"workers", "4"},          {"chunk", "16"},         {"tasks", "10000"},
};

enum { AXIS_COUNT = sizeof(axes) / sizeof(axes[0]) };

static void a_configuration_repeats_its_axes(void **state)
{
    struct be_configuration configuration = {0};
    char id[BE_ID_BYTES];
    (void)state;

    for (int i = 0; i < AXIS_COUNT; i++) {
        be_params_set(&configuration.params, axes[i][0], axes[i][1], NULL);
    }
    be_params_set(&configuration.params, "steps", "1234", NULL);
    assert_int_equal(be_configuration_index(&configuration, NULL), BE_OK);
    assert_string_equal(configuration.id, be_params_id(&configuration.params, id));
    assert_string_equal(configuration.workload, "gcd-trial");
    assert_string_equal(configuration.executor, "threads");
    assert_string_equal(configuration.placement, "compact");
    assert_int_equal(configuration.workers, 4);
    assert_int_equal(configuration.chunk, 16);
    assert_int_equal(configuration.tasks, 10000);
    assert_int_equal(configuration.steps, 1234);
    be_configuration_finish(&configuration);
    assert_int_equal(configuration.params.count, 0);
}

static void every_missing_axis_is_named(void **state)
{
    (void)state;

    for (int missing = 0; missing < AXIS_COUNT; missing++) {
        struct be_configuration configuration = {0};
        struct be_error error;
        for (int i = 0; i < AXIS_COUNT; i++) {
            if (i != missing) {
                be_params_set(&configuration.params, axes[i][0], axes[i][1], NULL);
            }
        }
        assert_int_equal(be_configuration_index(&configuration, &error), BE_EINTERNAL);
        assert_non_null(strstr(error.message, axes[missing][0]));
        be_configuration_finish(&configuration);
    }
}

/* The leak checker sees what is left. */
static void a_run_frees_all_that_it_owns(void **state)
{
    struct be_run run = {0};
    (void)state;

    be_run_finish(&run);
    run.configurations = calloc(1, sizeof(run.configurations[0]));
    run.configuration_count = 1;
    be_params_set(&run.configurations[0].params, "executor", "serial", NULL);
    run.samples = calloc(1, sizeof(run.samples[0]));
    run.sample_count = 1;
    run.samples[0].reason = strdup("steal 12 %");
    run.samples[0].counters = calloc(1, sizeof(struct be_counter_sum));
    struct be_sample_record *record = calloc(1, sizeof(*record));
    assert_non_null(record);
    run.samples[0].record = record;
    record->passes = calloc(1, sizeof(struct be_pass_record));
    record->pass_count = 1;
    record->passes[0].workers = calloc(1, sizeof(struct be_pass_worker));
    record->workers = calloc(1, sizeof(struct be_worker_record));
    record->worker_count = 1;
    record->workers[0].counters.items = calloc(1, sizeof(struct be_counter_value));
    run.events = calloc(1, sizeof(struct be_event));
    run.plan = strdup("quick");
    run.plan_text = strdup("{}");
    run.label = strdup("label");
    run.machine_key = strdup("key");
    run.machine_json = strdup("{}");
    run.boot_id = strdup("boot");
    run.build_id = strdup("00ff");
    be_run_finish(&run);
    assert_null(run.samples);
    assert_int_equal(run.configuration_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_configuration_repeats_its_axes),
        cmocka_unit_test(every_missing_axis_is_named),
        cmocka_unit_test(a_run_frees_all_that_it_owns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
