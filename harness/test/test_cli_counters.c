/* Counters by question and by name, end to end: the real programs, as a user runs them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command_run.h"
#include "core/counter_group.h"
#include "core/json.h"
#include "scratch_folder.h"

/* The result is stdout. */
static int breakeven(const char *arguments, struct be_buffer *output)
{
    char command[1024];

    snprintf(command, sizeof(command), "cd '%s' && '%s' %s --db '%s/runs.db' 2>/dev/null", folder,
             BE_BREAKEVEN, arguments, folder);
    return command_run(command, output);
}

static void groups_are_listed_with_their_events(void **state)
{
    struct be_buffer list = {0};
    struct be_buffer help = {0};
    (void)state;

    assert_int_equal(breakeven("list counters", &list), 0);
    assert_int_equal(breakeven("run --help", &help), 0);
    assert_non_null(strstr(be_buffer_text(&list), "\ngroups of counters"));
    for (const struct be_counter_group *group = be_counter_groups; group->name; group++) {
        assert_non_null(strstr(be_buffer_text(&list), group->question));
        assert_non_null(strstr(be_buffer_text(&help), group->name));
        for (const char *const *event = group->events; *event; event++) {
            assert_non_null(strstr(be_buffer_text(&list), *event));
        }
    }
    be_buffer_finish(&list);
    be_buffer_finish(&help);
}

/* Of each configuration that was counted: as many as the plan has, with PAPI and without. */
static size_t tasks_check(const json_t *configurations)
{
    static const char *const events[] = {"sde:tasks", "papi:sde:::breakeven::tasks"};
    const json_t *configuration;
    size_t counted = 0;
    size_t i;

    json_array_foreach(configurations, i, configuration)
    {
        const json_t *counters = json_object_get(configuration, "counters");
        if (json_object_size(counters) == 0) {
            continue;
        }
        assert_non_null(json_object_get(counters, "rusage:voluntary-switches"));
        for (size_t k = 0; k < 2; k++) {
            const json_t *event = json_object_get(counters, events[k]);
            const char *told = json_string_value(json_object_get(event, "state"));
            assert_non_null(told);
            if (strcmp(told, "unavailable") != 0) {
                assert_string_equal(told, "counted");
                assert_true(json_number_value(json_object_get(event, "value")) ==
                            json_number_value(json_object_get(configuration, "tasks")));
            }
        }
        counted++;
    }
    return counted;
}

static void what_workers_did_comes_home_through_papi(void **state)
{
    struct be_buffer output = {0};
    (void)state;

    int got = breakeven("run --executor processes --workers 2 --grain 20us --tasks 200 --rounds 2 "
                        "--counters switches,sde:tasks,papi:sde:::breakeven::tasks --lock off "
                        "--quiet --json",
                        &output);
    assert_true(command_measured(got));
    if (got == 0) {
        json_t *root =
            json_loads(strchr(be_buffer_text(&output), '{'), JSON_DISABLE_EOF_CHECK, NULL);
        assert_non_null(root);
        /* The serial reference and the pool. */
        assert_true(tasks_check(json_object_get(root, "configurations")) >= 2);
        json_decref(root);
    }
    be_buffer_finish(&output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_listed_with_their_events),
        cmocka_unit_test(what_workers_did_comes_home_through_papi),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
