#include "plan_fixture.h"

#include <stdio.h>

static void rows_are_found_with_what_they_offer(void **state)
{
    struct be_catalog catalog;
    (void)state;

    catalog_make(&catalog);
    assert_string_equal(catalog.program, "breakeven-bench");
    assert_string_equal(catalog.build_id, "ab12");
    assert_int_equal(catalog.rows[BE_CATALOG_WORKLOAD].count, 6);
    assert_int_equal(catalog.rows[BE_CATALOG_EXECUTOR].count, 5);

    const struct be_catalog_row *trial =
        be_catalog_find(&catalog, BE_CATALOG_WORKLOAD, "gcd-trial");
    assert_int_equal(trial->request_bytes, 16);
    assert_int_equal(trial->steps_max, UINT64_MAX);
    assert_int_equal(trial->step_ns, 0);
    assert_int_equal(be_catalog_find(&catalog, BE_CATALOG_WORKLOAD, "sleep")->step_ns, 1);
    assert_null(trial->unavailable);
    assert_string_equal(be_catalog_find(&catalog, BE_CATALOG_WORKLOAD, "vector")->unavailable,
                        "this CPU has no AVX-512");

    const struct be_catalog_row *pool = be_catalog_find(&catalog, BE_CATALOG_EXECUTOR, "processes");
    assert_true(pool->parallel);
    assert_true(pool->computes);
    assert_int_equal(be_catalog_row_param(pool, "window")->max, 1048576);
    assert_string_equal(be_catalog_row_param(pool, "start")->choices, "fork spawn");
    assert_null(be_catalog_row_param(pool, "switch-interval"));
    assert_null(be_catalog_find(&catalog, BE_CATALOG_EXECUTOR, "gcd-trial"));

    const struct be_catalog_row *rusage = be_catalog_find(&catalog, BE_CATALOG_COUNTER, "rusage");
    assert_int_equal(rusage->event_count, 1);
    assert_string_equal(rusage->events[0], "rusage:major-faults");

    const struct be_catalog_row *line = be_catalog_find(&catalog, BE_CATALOG_PROBE, "cache-line");
    assert_int_equal(line->workers, 2);
    assert_int_equal(line->tasks, 10000);
    be_catalog_finish(&catalog);
}

/* The catalogue with its first `from` replaced by `to`. */
static char *catalog_edit(const char *from, const char *to)
{
    char *text = catalog_text();
    char *at = strstr(text, from);
    struct be_buffer edited = {0};

    assert_non_null(at);
    be_buffer_append(&edited, text, (size_t)(at - text));
    be_buffer_puts(&edited, to);
    be_buffer_puts(&edited, at + strlen(from));
    free(text);
    return edited.data;
}

static void what_is_wrong_is_refused_and_named(void **state)
{
    static const struct {
        const char *from;
        const char *to;
        const char *message;
    } cases[] = {
        {"\"protocol\": 1", "\"protocol\": 2", "protocol 2; this program speaks 1"},
        {"\"program\"", "\"programme\"", "'program' is missing"},
        {"\"workers\": 2", "\"workers\": 3", "probe 1: 'workers' is not 1 or 2"},
        {"\"tasks\": 10000", "\"tasks\": -1", "probe 1: 'tasks' is missing"},
        {"\"workloads\"", "\"work\"", "'workloads' is missing"},
        {"\"executors\": [", "\"executors\": 1, \"more\": [", "'executors' is missing or not"},
        {"\"gcd-trial\"", "\"GCD trial\"", "workload 1: 'name' is not made of"},
        {"\"gcd-trial\"", "\"\"", "workload 1: 'name' is not made of"},
        {"\"gcd-trial\"", "\"-trial\"", "workload 1: 'name' is not made of"},
        {"\"gcd-euclid\"", "\"gcd-trial\"", "workload 2: 'gcd-trial' is there twice"},
        {"\"request_bytes\": 16", "\"request_bytes\": -1",
         "workload 1: 'request_bytes' is missing"},
        {"\"step_ns\": 0", "\"step_ns\": -1", "workload 1: 'step_ns' is missing"},
        {"\"unavailable\": null", "\"unavailable\": false", "workload 1: 'unavailable'"},
        {"\"parallel\": false", "\"parallel\": 0", "executor 1: 'parallel' is missing"},
        {"\"window\"", "\"workers\"", "executor 4: parameter 'workers' has a name that is taken"},
        {"\"window\"", "\"seed\"", "executor 4: parameter 'seed' has a name that is taken"},
        {"\"window\"", "\"start\"", "executor 4: parameter 'start' twice"},
        {"\"duration\"", "\"time\"", "executor 3: 'time' is not a type"},
        {"\"5ms\"", "\"5\"", "executor 3: default of switch-interval"},
        {"\"5ms\"", "\"5000us\"", "executor 3: default of switch-interval: '5000us' is to be"},
        {"\"256\"", "\"0\"", "executor 4: default of window: '0' is outside"},
        {"\"fork\"", "\"thread\"", "executor 4: default of start"},
        {"\"fork spawn\"", "null", "executor 4: 'choices' is missing"},
        {"[\"rusage:major-faults\"]", "[7]", "counter 1: 'events' holds what is not a string"},
        {"\"counters\"", "\"counters\": [], \"counters\"", "duplicate"},
        {"{", "[", "not JSON"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_catalog catalog = {0};
        struct be_error error = {0};
        char *text = catalog_edit(cases[i].from, cases[i].to);
        assert_int_equal(be_catalog_parse(text, strlen(text), &catalog, &error), BE_EPROTOCOL);
        if (!strstr(error.message, cases[i].message)) {
            fail_msg("'%s' instead of '%s'", error.message, cases[i].message);
        }
        assert_null(catalog.source);
        free(text);
    }
}

/* Another program that speaks the protocol has no floors to offer. */
static void a_runner_without_probes_is_one(void **state)
{
    struct be_catalog catalog = {0};
    char *text = catalog_edit("\"probes\"", "\"more\"");
    (void)state;

    assert_int_equal(be_catalog_parse(text, strlen(text), &catalog, NULL), BE_OK);
    assert_int_equal(catalog.rows[BE_CATALOG_PROBE].count, 0);
    be_catalog_finish(&catalog);
    free(text);
}

/* No prefix of a catalogue is one. */
static void a_cut_catalogue_is_refused(void **state)
{
    char *text = catalog_text();
    size_t bytes = (size_t)(strrchr(text, '}') + 1 - text);
    (void)state;

    for (size_t cut = 0; cut < bytes; cut++) {
        struct be_catalog catalog;
        assert_int_equal(be_catalog_parse(text, cut, &catalog, NULL), BE_EPROTOCOL);
    }
    free(text);
}

static void executors_of_other_runners_stand_beside_its_own(void **state)
{
    static const char text[] =
        "{\"protocol\":1,\"program\":\"toy\",\"version\":\"\",\"build_id\":\"\",\"workloads\":[],"
        "\"counters\":[],\"executors\":[{\"name\":\"%s\",\"summary\":\"\",\"parallel\":true,"
        "\"computes\":true,\"unavailable\":%s,\"params\":[]}]}";
    struct be_catalog catalog;
    struct be_catalog toys[3];
    char toy[512];
    struct be_error error;
    (void)state;

    catalog_make(&catalog);
    size_t count = catalog.rows[BE_CATALOG_EXECUTOR].count;
    for (int i = 0; i < 3; i++) {
        snprintf(toy, sizeof(toy), text, i < 2 ? "toy" : "threads", i == 1 ? "\"broken\"" : "null");
        must(be_catalog_parse(toy, strlen(toy), &toys[i], &error), &error);
    }
    must(be_catalog_add_executors(&catalog, &toys[0], "/toy", &error), &error);
    assert_string_equal(be_catalog_find(&catalog, BE_CATALOG_EXECUTOR, "toy")->program, "/toy");
    assert_null(be_catalog_find(&catalog, BE_CATALOG_EXECUTOR, "serial")->program);
    /* A later answer of the same program replaces the earlier one. */
    must(be_catalog_add_executors(&catalog, &toys[1], "/toy", &error), &error);
    assert_int_equal(catalog.rows[BE_CATALOG_EXECUTOR].count, count + 1);
    assert_string_equal(be_catalog_find(&catalog, BE_CATALOG_EXECUTOR, "toy")->unavailable,
                        "broken");
    assert_int_equal(be_catalog_add_executors(&catalog, &toys[0], "/other", &error), BE_EPROTOCOL);
    assert_int_equal(be_catalog_add_executors(&catalog, &toys[2], "/other", &error), BE_EPROTOCOL);
    assert_string_equal(error.message, "another runner has an executor 'threads' too");
    be_catalog_finish(&catalog);
    for (int i = 0; i < 3; i++) {
        be_catalog_finish(&toys[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_found_with_what_they_offer),
        cmocka_unit_test(what_is_wrong_is_refused_and_named),
        cmocka_unit_test(a_runner_without_probes_is_one),
        cmocka_unit_test(a_cut_catalogue_is_refused),
        cmocka_unit_test(executors_of_other_runners_stand_beside_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
