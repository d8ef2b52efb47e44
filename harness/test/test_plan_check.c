#include "plan_fixture.h"

#include <stdio.h>
#include <unistd.h>

#include "core/json.h"

static struct be_catalog catalog;

static int catalog_setup(void **state)
{
    (void)state;
    catalog_make(&catalog);
    return 0;
}

static int catalog_teardown(void **state)
{
    (void)state;
    be_catalog_finish(&catalog);
    return 0;
}

static void values_become_canonical(void **state)
{
    static const struct {
        const char *key;
        const char *written;
        const char *canonical;
    } cases[] = {
        {"workers", "1..max*2", "1,2,4"},
        {"workers", "8,1..3,max,2", "1,2,3,4,8"},
        {"grain", "1us..100us/2,1ms,1000us", "1us,3162ns,10us,31623ns,100us,1ms"},
        {"chunk", "16,016,1,auto", "16,1,auto"},
        {"placement", "smt,none", "smt,none"},
        {"switch-interval", "0.005s,100us", "5ms,100us"},
        {"start", "spawn,fork", "spawn,fork"},
        {"inject", "none,serial:5.0%,cost:2000ns", "none,serial:5%,cost:2us"},
        {"chunk", "1,016@processes,16@processes,2", "1,16@processes,2"},
        {"switch-interval", "0.005s@threads-gil", "5ms@threads-gil"},
    };
    struct be_error error;
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_plan plan;
        plan_make(&plan, (const char *[]){"executor", "threads-gil,processes", cases[i].key,
                                          cases[i].written, NULL});
        for (int again = 0; again < 2; again++) {
            must(be_plan_check(&plan, &catalog, &four_workers, &error), &error);
            char *joined = be_texts_join(&be_plan_axis(&plan, cases[i].key)->values);
            assert_string_equal(joined, cases[i].canonical);
            free(joined);
        }
        be_plan_finish(&plan);
    }
}

static const struct {
    const char *settings[8];
    enum be_status status;
    const char *message;
} refusals[] = {
    {{"workload", "gdc"}, BE_EINVAL, "no workload 'gdc'; there are: gcd-trial gcd-euclid"},
    {{"executor", "thread"}, BE_EINVAL, "no executor 'thread'; there are: serial threads"},
    {{"workload", "vector"},
     BE_EUNAVAILABLE,
     "workload 'vector' is unavailable: this CPU has no AVX-512"},
    {{"workers", "0"}, BE_EINVAL, "workers: '0' is not a worker count"},
    {{"workers", "4097"}, BE_EINVAL, "workers: "},
    {{"workers", "4..2"}, BE_EINVAL, "workers: "},
    {{"placement", "core"}, BE_EINVAL, "placement: 'core' is not one of: none compact"},
    {{"chunk", "0"}, BE_EINVAL, "chunk: '0' is outside 1 .. 1000000"},
    {{"inject", "serial:100%"}, BE_EINVAL, "inject: '100%' is not"},
    {{"inject", "luck"}, BE_EINVAL, "inject: "},
    {{"executor", "serial", "inject", "cost:2us"},
     BE_EUSAGE,
     "inject: 'cost:2us' is done to a pool, and the plan has none"},
    {{"scaling", "weak", "pairs", "4 6"}, BE_EUSAGE, "scaling: weak needs"},
    {{"grain", "0ns"}, BE_EINVAL, "grain: '0ns' is not a grain"},
    {{"grain", "10"}, BE_EINVAL, "grain: '10' is not a duration"},
    {{"window", "0"}, BE_EINVAL, "window: '0' is outside 1 .. 1048576"},
    {{"start", "forkserver"}, BE_EINVAL, "start: 'forkserver' is not one of: fork spawn"},
    {{"switch-interval", "5ms"},
     BE_EUSAGE,
     "'switch-interval' is a parameter of executor 'threads-gil', which the plan does not use"},
    {{"transport", "pigeon"}, BE_EINVAL, "transport: 'pigeon' is not one of: stream ring"},
    {{"wake", "spin"}, BE_EUSAGE, "'wake' is a parameter of transport 'ring', which the plan"},
    {{"executor", "threads", "transport", "ring"}, BE_EUSAGE, "'transport' is a parameter of"},
    {{"transport", "ring", "wake", "nap"}, BE_EINVAL, "wake: 'nap' is not one of: park spin"},
    {{"chunk", "1@process"}, BE_EINVAL, "no executor 'process'; there are: serial"},
    {{"chunk", "0@processes"}, BE_EINVAL, "chunk: '0' is outside 1 .. 1000000"},
    {{"chunk", "2@serial"}, BE_EUSAGE, "'2@serial': executor 'serial' has no 'chunk' of its own"},
    {{"workers", "2@processes"}, BE_EUSAGE, "'2@processes': executor 'processes' has no 'workers'"},
    {{"window", "2@threads"}, BE_EUSAGE, "'2@threads': executor 'threads' has no 'window'"},
    {{"window", "0@processes"}, BE_EINVAL, "window: '0' is outside 1 .. 1048576"},
    {{"jitter", "1"}, BE_EUSAGE, "'jitter' is a parameter of workload 'sleep'"},
    {{"chunks", "1"}, BE_EUSAGE, "no key or parameter 'chunks'; did you mean 'chunk'?"},
    {{"widnow", "1"}, BE_EUSAGE, "no key or parameter 'widnow'; did you mean 'window'?"},
    {{"runner", "./evil"}, BE_EUSAGE, "no key or parameter 'runner'; breakeven list"},
    {{"counters", "cpu:cycles"}, BE_EINVAL, "counters: no counter 'cpu'; there are: rusage"},
    {{"pairs", "4 6", "tasks", "9"}, BE_EUSAGE, "tasks: each pair of the input is one; leave"},
    {{"workload", "sleep", "pairs", "4 6"},
     BE_EUSAGE,
     "workload 'sleep' takes 8 bytes a task, not pairs"},
    {{"workload", "gcd-euclid", "steps", "91"},
     BE_EINVAL,
     "steps: gcd-euclid has at most 90 steps a task, not 91"},
    {{"payload", "64"}, BE_EUSAGE, "'payload' is a parameter of workload 'touch', which the plan"},
    {{"workload", "null", "payload", "8"}, BE_EINVAL, "payload: '8' is outside 16 .. 4194304"},
    {{"workload", "null", "payload", "20"}, BE_EINVAL, "payload: '20' is not a multiple of 8"},
    {{"workload", "null", "payload", "64", "pairs", "4 6"},
     BE_EUSAGE,
     "payload: each pair of the input has 16 bytes"},
    {{"workload", "gcd-euclid", "distribution", "normal"},
     BE_EINVAL,
     "distribution: 'normal' is not one of: fixed uniform pareto"},
    {{"workload", "null", "distribution", "pareto"},
     BE_EUSAGE,
     "'distribution' is a parameter of workload 'gcd-euclid', which the plan does not use"},
    {{"workload", "gcd-euclid", "distribution", "fixed", "pairs", "4 6"},
     BE_EUSAGE,
     "distribution: it is of generated tasks; pairs are given"},
    {{"input", "pairs.csv"}, BE_EINTERNAL, "input 'pairs.csv' has not been read"},
};

static void what_cannot_be_measured_is_refused(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct be_plan plan;
        struct be_error error = {0};
        plan_make(&plan, refusals[i].settings);
        assert_int_equal(be_plan_check(&plan, &catalog, &four_workers, &error), refusals[i].status);
        if (strstr(error.message, refusals[i].message) != error.message) {
            fail_msg("'%s' instead of '%s'", error.message, refusals[i].message);
        }
        be_plan_finish(&plan);
    }
}

static void counters_of_a_backend_that_is_unavailable_are_allowed(void **state)
{
    struct be_error error;
    struct be_plan plan;
    (void)state;

    plan_make(&plan, (const char *[]){"counters", "perf_event:cycles,default", NULL});
    must(be_plan_check(&plan, &catalog, &four_workers, &error), &error);
    must(be_plan_set(&plan, "counters", "none", &error), &error);
    assert_int_equal(plan.counters.count, 0);
    be_plan_finish(&plan);
}

/* What bench/peer/cpython adds to the catalogue, until it is removed again. */
static void peers_add(struct be_catalog *peers)
{
    struct be_error error;
    char *text = NULL;
    size_t bytes = 0;

    must(be_io_read_file(BE_SOURCE_DIR "/bench/peer/cpython/describe.json", 1 << 16, &text, &bytes,
                         &error),
         &error);
    must(be_catalog_parse(text, bytes, peers, &error), &error);
    must(be_catalog_add_executors(&catalog, peers, "cpython", &error), &error);
    free(text);
}

static void peers_remove(struct be_catalog *peers)
{
    be_catalog_finish(&catalog);
    be_catalog_finish(peers);
    catalog_make(&catalog);
}

static void a_workload_that_an_executor_has_not_is_refused(void **state)
{
    struct be_catalog peers;
    struct be_error error;
    struct be_plan plan;
    (void)state;

    peers_add(&peers);
    plan_make(&plan, (const char *[]){"executor", "threads,cpython-pool", "workload",
                                      "null,sleep,touch", NULL});
    assert_int_equal(be_plan_check(&plan, &catalog, &four_workers, &error), BE_EUSAGE);
    assert_string_equal(error.message, "executor 'cpython-pool' has no workload 'touch'; it has: "
                                       "gcd-trial gcd-euclid null sleep");
    must(be_plan_set(&plan, "workload", "null,sleep", &error), &error);
    must(be_plan_check(&plan, &catalog, &four_workers, &error), &error);
    be_plan_finish(&plan);
    peers_remove(&peers);
}

static void shipped_plans_are_good(void **state)
{
    static const char folder[] = BE_SOURCE_DIR "/bench/plans";
    struct be_catalog peers;
    struct be_texts names = {0};
    struct be_error error;
    (void)state;

    peers_add(&peers);

    must(be_plan_list(folder, &names, &error), &error);
    assert_true(be_texts_have(&names, "seed"));
    assert_true(be_texts_have(&names, "quick"));
    assert_true(be_texts_have(&names, "full"));
    assert_true(be_texts_have(&names, "smoke"));
    for (size_t i = 0; i < names.count; i++) {
        struct be_plan plan;
        plan_make(&plan, (const char *[]){NULL, NULL});
        must(be_plan_load(&plan, names.items[i], folder, &error), &error);
        must(be_plan_check(&plan, &catalog, &four_workers, &error), &error);
        assert_string_equal(plan.name, names.items[i]);
        assert_true(strlen(plan.summary) > 0);
        be_plan_finish(&plan);
    }
    be_texts_finish(&names);
    peers_remove(&peers);
}

static void the_message_says_where_a_value_was_written(void **state)
{
    static const char text[] = "[axes]\n\nexecutor = threadz\n";
    char folder[] = "/tmp/be-plan-XXXXXX";
    char path[64];
    char expected[128];
    struct be_error error;
    struct be_plan plan;
    (void)state;

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/p.ini", folder);
    must(be_io_write_file(path, text, strlen(text), &error), &error);
    plan_make(&plan, (const char *[]){NULL, NULL});
    must(be_plan_load(&plan, path, "", &error), &error);
    unlink(path);
    rmdir(folder);
    assert_int_equal(be_plan_check(&plan, &catalog, &four_workers, &error), BE_EINVAL);
    snprintf(expected, sizeof(expected), "%s:3: no executor 'threadz'", path);
    assert_non_null(strstr(error.message, expected));
    be_plan_finish(&plan);
}

static char *plan_text(const char *const *settings)
{
    struct be_buffer text = {0};
    struct be_error error;
    struct be_plan plan;

    plan_make(&plan, settings);
    must(be_plan_check(&plan, &catalog, &four_workers, &error), &error);
    must(be_plan_to_text(&plan, &text, &error), &error);
    be_plan_finish(&plan);
    return text.data;
}

static void the_text_is_canonical(void **state)
{
    static const char expected[] =
        "{\"axes\":{\"chunk\":[\"1\"],\"executor\":[\"serial\",\"threads\",\"processes\"],"
        "\"placement\":[\"cores\"],\"workers\":[\"1\",\"2\",\"4\"],\"workload\":[\"gcd-trial\"]},"
        "\"cold\":true,\"counters\":[\"default\"],\"input\":{\"hash\":\"b4ff64091ec5d9d9\","
        "\"kind\":\"pairs\",\"pairs\":[[4,\"18446744073709551615\"]]},\"name\":\"custom\","
        "\"passes\":3,\"precision\":0.01,\"rounds\":40,\"scaling\":\"strong\",\"seed\":1,"
        "\"summary\":\"\",\"time_budget_ns\":0,"
        "\"timeout_ns\":0,\"warmup\":1}";
    char *text = plan_text((const char *[]){"pairs", "4 18446744073709551615", NULL});
    (void)state;

    assert_string_equal(text, expected);
    free(text);
}

static void equal_plans_have_equal_texts_and_others_do_not(void **state)
{
    static const struct {
        const char *a[7];
        const char *b[7];
        bool equal;
    } cases[] = {
        {{"workers", "1,2,4"}, {"workers", "1..max*2"}, true},
        {{"grain", "1000us"}, {"grain", "1ms"}, true},
        {{"label", "a"}, {"label", "b"}, true},
        {{"chunk", "1", "workers", "2"}, {"workers", "2", "chunk", "1"}, true},
        {{"steps", "5"}, {"pairs", "1 2", "steps", "5"}, true},
        {{"workers", "2"}, {"workers", "3"}, false},
        {{"window", "2"}, {NULL}, false},
        {{"steps", "5"}, {"steps", "6"}, false},
        {{"steps", "5"}, {NULL}, false},
        {{"pairs", "1 2"}, {"pairs", "2 1"}, false},
        {{"tasks", "5"}, {NULL}, false},
        {{"seed", "2"}, {NULL}, false},
        {{"cold", "off"}, {NULL}, false},
        {{"counters", "none"}, {NULL}, false},
        {{"rounds", "11"}, {NULL}, false},
        {{"precision", "1 %"}, {NULL}, true},
        {{"precision", "1.5%"}, {NULL}, false},
        {{"scaling", "weak"}, {NULL}, false},
        {{"inject", "cost:2us"}, {NULL}, false},
        {{"passes", "4"}, {NULL}, false},
        {{"warmup", "2"}, {NULL}, false},
        {{"timeout", "2s"}, {NULL}, false},
        {{"time-budget", "2s"}, {NULL}, false},
        {{"name", "other"}, {NULL}, false},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *a = plan_text(cases[i].a);
        char *b = plan_text(cases[i].b);
        if ((strcmp(a, b) == 0) != cases[i].equal) {
            fail_msg("case %zu: %s\n%s", i, a, b);
        }
        free(a);
        free(b);
    }
}

static void the_published_figures_are_in_the_text(void **state)
{
    struct be_buffer text = {0};
    struct be_error error;
    struct be_plan plan;
    (void)state;

    plan_make(&plan, (const char *[]){NULL, NULL});
    must(be_plan_load(&plan, "seed", BE_SOURCE_DIR "/bench/plans", &error), &error);
    must(be_plan_to_text(&plan, &text, &error), &error);
    json_t *parsed = json_loads(text.data, 0, NULL);
    json_t *published = json_object_get(parsed, "published");
    json_t *wall_ns = json_object_get(published, "wall_ns");
    assert_true(json_string_length(json_object_get(published, "source")) > 0);
    assert_int_equal(json_integer_value(json_object_get(wall_ns, "serial")), 1507000000);
    assert_int_equal(json_integer_value(json_object_get(wall_ns, "threads-gil")), 1749000000);
    assert_int_equal(json_integer_value(json_object_get(wall_ns, "processes")), 939000000);
    json_decref(parsed);
    be_buffer_finish(&text);
    be_plan_finish(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_become_canonical),
        cmocka_unit_test(what_cannot_be_measured_is_refused),
        cmocka_unit_test(counters_of_a_backend_that_is_unavailable_are_allowed),
        cmocka_unit_test(a_workload_that_an_executor_has_not_is_refused),
        cmocka_unit_test(shipped_plans_are_good),
        cmocka_unit_test(the_message_says_where_a_value_was_written),
        cmocka_unit_test(the_text_is_canonical),
        cmocka_unit_test(equal_plans_have_equal_texts_and_others_do_not),
        cmocka_unit_test(the_published_figures_are_in_the_text),
    };
    return cmocka_run_group_tests(tests, catalog_setup, catalog_teardown);
}
