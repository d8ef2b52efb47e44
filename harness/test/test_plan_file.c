#include "plan_fixture.h"

#include <stdio.h>
#include <unistd.h>

/* A folder of its own for each test. */
static int folder_make(void **state)
{
    *state = strdup("/tmp/be-plan-XXXXXX");
    return *state && mkdtemp(*state) ? 0 : -1;
}

static int folder_remove(void **state)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/p.ini", (char *)*state);
    unlink(path);
    int failed = rmdir(*state);
    free(*state);
    return failed;
}

/* Writes p.ini and loads it over the defaults; *plan is to be finished. */
static enum be_status plan_read(const char *folder, const char *text, size_t bytes,
                                struct be_plan *plan, struct be_error *error)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/p.ini", folder);
    must(be_io_write_file(path, text, bytes, error), error);
    must(be_plan_init(plan, error), error);
    return be_plan_load(plan, path, "/nowhere", error);
}

static void assert_values(const struct be_plan *plan, const char *key, const char *expected)
{
    char *joined = be_texts_join(&be_plan_axis(plan, key)->values);
    assert_string_equal(joined, expected);
    free(joined);
}

static void defaults_are_a_plan(void **state)
{
    struct be_plan plan;
    (void)state;

    plan_make(&plan, (const char *[]){NULL, NULL});
    assert_string_equal(plan.name, "custom");
    assert_string_equal(plan.summary, "");
    assert_null(plan.label);
    assert_values(&plan, "workload", "gcd-trial");
    assert_values(&plan, "executor", "serial,threads,processes");
    assert_values(&plan, "workers", "1..max*2");
    assert_values(&plan, "placement", "cores");
    assert_values(&plan, "chunk", "1");
    assert_values(&plan, "grain", "100us");
    assert_int_equal(plan.axis_count, 6);
    assert_int_equal(plan.source, BE_PLAN_GRAINS);
    assert_int_equal(plan.tasks, 0);
    assert_int_equal(plan.passes, 3);
    assert_int_equal(plan.warmup, 1);
    assert_true(plan.cold);
    assert_int_equal(plan.scaling, BE_SCALING_STRONG);
    assert_int_equal(plan.rounds, 40);
    assert_true(plan.precision == .01);
    assert_int_equal(plan.time_budget_ns, 0);
    assert_int_equal(plan.timeout_ns, 0);
    assert_int_equal(plan.seed, 1);
    assert_int_equal(plan.counters.count, 1);
    assert_string_equal(plan.counters.items[0], "default");
    assert_null(plan.published_source);
    assert_int_equal(plan.published_count, 0);
    be_plan_finish(&plan);
}

static void every_key_is_set(void **state)
{
    struct be_plan plan;
    (void)state;

    plan_make(&plan, (const char *[]){"passes",      "7",
                                      "warmup",      "0",
                                      "cold",        "off",
                                      "scaling",     "weak",
                                      "rounds",      "39",
                                      "precision",   "2.5%",
                                      "time-budget", "1.5s",
                                      "timeout",     "3min",
                                      "seed",        "18446744073709551615",
                                      "counters",    "rusage:major-faults, default",
                                      "label",       "before",
                                      "name",        "mine",
                                      "summary",     "what it says",
                                      "executor",    "threads , processes,threads",
                                      "tasks",       "12",
                                      "steps",       "500",
                                      "window",      "64, 256",
                                      NULL});
    assert_int_equal(plan.passes, 7);
    assert_int_equal(plan.warmup, 0);
    assert_false(plan.cold);
    assert_int_equal(plan.scaling, BE_SCALING_WEAK);
    assert_int_equal(plan.rounds, 39);
    assert_true(plan.precision == .025);
    assert_int_equal(plan.time_budget_ns, UINT64_C(1500000000));
    assert_int_equal(plan.timeout_ns, UINT64_C(180000000000));
    assert_int_equal(plan.seed, UINT64_MAX);
    assert_int_equal(plan.counters.count, 2);
    assert_string_equal(plan.label, "before");
    assert_string_equal(plan.name, "mine");
    assert_string_equal(plan.summary, "what it says");
    assert_values(&plan, "executor", "threads,processes");
    assert_values(&plan, "window", "64,256");
    assert_int_equal(plan.tasks, 12);
    assert_int_equal(plan.steps, 500);
    be_plan_finish(&plan);
}

static void what_the_tasks_are_is_said_once(void **state)
{
    struct be_error error;
    struct be_plan plan;
    (void)state;

    plan_make(&plan, (const char *[]){"steps", "9", NULL});
    assert_int_equal(plan.source, BE_PLAN_STEPS);
    assert_null(be_plan_axis(&plan, "grain"));

    must(be_plan_set(&plan, "pairs", "4 6, 10 15", &error), &error);
    assert_int_equal(plan.source, BE_PLAN_PAIRS);
    assert_int_equal(plan.steps, 0);
    assert_int_equal(plan.pairs.count, 2);
    assert_int_equal(plan.pairs.items[1].b, 15);

    must(be_plan_set(&plan, "input", "a.csv", &error), &error);
    assert_int_equal(plan.source, BE_PLAN_FILE);
    assert_string_equal(plan.input_path, "a.csv");
    assert_int_equal(plan.pairs.count, 0);

    must(be_plan_set(&plan, "grain", "5us", &error), &error);
    assert_int_equal(plan.source, BE_PLAN_GRAINS);
    assert_null(plan.input_path);
    be_plan_finish(&plan);
}

static void a_wrong_value_is_refused_and_changes_nothing(void **state)
{
    static const struct {
        const char *key;
        const char *value;
        enum be_status status;
        const char *message;
    } cases[] = {
        {"passes", "0", BE_EINVAL, "passes: '0' is outside 1 .. 10000"},
        {"passes", "ten", BE_EINVAL, "passes: 'ten' is not a whole number"},
        {"rounds", "10001", BE_EINVAL, "rounds: "},
        {"precision", "1", BE_EINVAL, "precision: '1' is not a percentage such as 1% or 0.5%"},
        {"precision", "%", BE_EINVAL, "precision: '%' is not a percentage"},
        {"precision", "0%", BE_EINVAL, "precision: '0%' is outside 0.1% .. 50%"},
        {"precision", "50.1%", BE_EINVAL, "precision: '50.1%' is outside"},
        {"scaling", "strange", BE_EINVAL, "scaling: 'strange' is not one of: strong weak"},
        {"cold", "yes", BE_EINVAL, "cold: 'yes' is not one of: on off"},
        {"timeout", "10", BE_EINVAL, "timeout: '10' is not a duration"},
        {"tasks", "0", BE_EINVAL, "tasks: '0' is outside"},
        {"tasks", "100000001", BE_EINVAL, "tasks: "},
        {"workers", "1,,2", BE_EINVAL, "workers: an empty value"},
        {"workers", "", BE_EINVAL, "workers: an empty value"},
        {"workers", "1 2", BE_EINVAL, "workers: a value holds a blank"},
        {"executor", "thr\303\251ads", BE_EINVAL, "executor: a value holds"},
        {"pairs", "4 6, 10", BE_EINPUT, "pairs: one number"},
        {"pairs", "4 0", BE_EINPUT, "pairs: '0' is zero"},
        {"input", "", BE_EINVAL, "input: '' is not"},
        {"counters", "clock", BE_EINVAL, "counters: 'clock' is not default, none, a group or"},
        {"counters", "none,cycles", BE_EINVAL, "counters: 'none' stands alone"},
        {"counters", "papi:", BE_EINVAL, "counters: 'papi:' is not"},
        {"summary", "a\nb", BE_EINVAL, "summary: not a text"},
        {"summary", "\377", BE_EINVAL, "summary: not a text"},
        {"label", "\033[2J", BE_EINVAL, "label: not a text"},
        {"Workers", "1", BE_EUSAGE, "a key is made of a-z, 0-9 and '-'"},
        {"-x", "1", BE_EUSAGE, "a key is made of"},
    };
    struct be_buffer before = {0};
    struct be_buffer after = {0};
    struct be_plan plan;
    (void)state;

    plan_make(&plan, (const char *[]){"seed", "5", NULL});
    must(be_plan_to_text(&plan, &before, NULL), NULL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_error error = {0};
        assert_int_equal(be_plan_set(&plan, cases[i].key, cases[i].value, &error), cases[i].status);
        if (strstr(error.message, cases[i].message) != error.message) {
            fail_msg("'%s' instead of '%s'", error.message, cases[i].message);
        }
    }
    must(be_plan_to_text(&plan, &after, NULL), NULL);
    assert_string_equal(before.data, after.data);
    be_buffer_finish(&before);
    be_buffer_finish(&after);
    be_plan_finish(&plan);
}

static void lists_have_bounds(void **state)
{
    struct be_buffer list = {0};
    struct be_error error = {0};
    struct be_plan plan;
    char key[16];
    (void)state;

    for (int i = 0; i <= BE_TEXTS_MAX; i++) {
        be_buffer_printf(&list, i > 0 ? ",%d" : "%d", i);
    }
    plan_make(&plan, (const char *[]){NULL, NULL});
    assert_int_equal(be_plan_set(&plan, "chunk", list.data, &error), BE_EINVAL);
    assert_string_equal(error.message, "chunk: a list has at most 1024 values");

    enum be_status status = BE_OK;
    for (int i = 0; status == BE_OK && i <= BE_PLAN_AXES_MAX; i++) {
        snprintf(key, sizeof(key), "key-%d", i);
        status = be_plan_set(&plan, key, "1", &error);
    }
    assert_int_equal(status, BE_EUSAGE);
    assert_int_equal(plan.axis_count, BE_PLAN_AXES_MAX);

    /* As long as a runner takes it. */
    snprintf(list.data, list.length, "papi:%072d", 0);
    must(be_plan_set(&plan, "counters", list.data, &error), &error);
    snprintf(list.data, list.length, "papi:%073d", 0);
    assert_int_equal(be_plan_set(&plan, "counters", list.data, &error), BE_EINVAL);
    assert_string_equal(error.message, "counters: a value of 78 bytes; at most 77");

    memset(list.data, 'x', list.length);
    assert_int_equal(be_plan_set(&plan, "workload", list.data, &error), BE_EINVAL);
    be_buffer_finish(&list);
    be_plan_finish(&plan);
}

static void a_file_is_read_over_the_defaults(void **state)
{
    static const char text[] = "\xef\xbb\xbf# a comment\r\n"
                               "[plan]\r\n"
                               "summary = two words ; said so\r\n"
                               "rounds=4\n"
                               "\n"
                               "[axes]\n"
                               "executor = threads, processes\n"
                               "  ; an indented comment\n"
                               "window: 64\n"
                               "[input]\n"
                               "pairs = 4 6, 10 15\n"
                               "[published]\n"
                               "source = a book\n"
                               "serial = 1.507s\n"
                               "threads-gil = 1.749s";
    struct be_error error;
    struct be_plan plan;
    char where[160];

    must(plan_read(*state, text, sizeof(text) - 1, &plan, &error), &error);
    assert_string_equal(plan.name, "p");
    assert_string_equal(plan.summary, "two words");
    assert_int_equal(plan.rounds, 4);
    assert_int_equal(plan.passes, 3);
    assert_values(&plan, "executor", "threads,processes");
    assert_values(&plan, "workers", "1..max*2");
    assert_int_equal(plan.source, BE_PLAN_PAIRS);
    assert_int_equal(plan.pairs.count, 2);
    assert_string_equal(plan.published_source, "a book");
    assert_int_equal(plan.published_count, 2);
    assert_string_equal(plan.published[1].executor, "threads-gil");
    assert_int_equal(plan.published[1].wall_ns, UINT64_C(1749000000));

    snprintf(where, sizeof(where), "%s/p.ini:9: ", (char *)*state);
    assert_string_equal(be_plan_axis(&plan, "window")->where, where);
    assert_null(be_plan_axis(&plan, "workers")->where);
    must(be_plan_set(&plan, "window", "128", &error), &error);
    assert_null(be_plan_axis(&plan, "window")->where);
    be_plan_finish(&plan);
}

static void an_input_file_lies_beside_its_plan(void **state)
{
    static const char *const outside[] = {
        "/etc/passwd", "../a.csv", "a/../../b.csv", "a/..", ".", "a//b", "./a.csv", "a/", ""};
    struct be_error error;
    struct be_plan plan;
    char text[128];
    char path[128];

    snprintf(text, sizeof(text), "[input]\ninput = sub/..a.csv\n");
    must(plan_read(*state, text, strlen(text), &plan, &error), &error);
    snprintf(path, sizeof(path), "%s/sub/..a.csv", (char *)*state);
    assert_string_equal(plan.input_path, path);
    assert_int_equal(be_plan_read_input(&plan, &error), BE_ENOTFOUND);
    be_plan_finish(&plan);

    for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
        snprintf(text, sizeof(text), "[input]\ninput = %s\n", outside[i]);
        assert_int_equal(plan_read(*state, text, strlen(text), &plan, &error), BE_EINVAL);
        assert_non_null(strstr(error.message, "p.ini:2: input: '"));
        be_plan_finish(&plan);
    }
}

static void a_bad_file_is_refused_with_its_line(void **state)
{
    static const struct {
        const char *text;
        const char *message; /* behind the path */
    } cases[] = {
        {"rounds = 3\n", ":1: 'rounds' stands before any section"},
        {"[plan]\nround = 3\n", ":2: [plan] has no key 'round'; did you mean 'rounds'?"},
        {"[plan]\nfrobnicate = 3\n", ":2: [plan] has no key 'frobnicate'"},
        {"[plan]\nworkers = 3\n", ":2: 'workers' belongs in [axes]"},
        {"[axes]\n\nseed = 3\n", ":3: 'seed' belongs in [plan]"},
        {"[plan]\nlabel = x\n", ":2: 'label' is a flag"},
        {"[plan]\nrounds = many\n", ":2: rounds: 'many' is not a whole number"},
        {"[plan]\nrounds = 3\nrounds = 4\n", ":3: 'rounds' is there twice"},
        {"[axes]\ngrain = 1us\n[input]\nsteps = 4\n", ":4: 'grain' and 'steps' both say"},
        {"[input]\npairs = 1 2\ninput = a.csv\n", ":3: 'pairs' and 'input' both say"},
        {"[axes]\nRunner = ./evil\n", ":2: a key is made of"},
        {"[run]\ncommand = ./evil\n", ":2: no section '[run]'; there are [plan]"},
        {"[plan]\nrounds\n", ":2: neither '[section]' nor 'key = value'"},
        {"[plan\n", ":1: neither '[section]' nor"},
        {"[plan]\n rounds = 3\n", ":2: a blank before the key"},
        {"[plan]\nsummary = \033[2J\n", ":2: a control character"},
        {"[plan]\nsummary = a\rb\n", ":2: a control character"},
        {"[published]\nserial = soon\n", ":2: 'soon' is not a duration"},
        {"[published]\nserial = 0s\n", ":2: a published time of 0"},
        {"[published]\nsource = a\nsource = b\n", ":3: 'source' is there twice"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_error error = {0};
        struct be_plan plan;
        char expected[256];
        enum be_status status =
            plan_read(*state, cases[i].text, strlen(cases[i].text), &plan, &error);
        snprintf(expected, sizeof(expected), "%s/p.ini%s", (char *)*state, cases[i].message);
        assert_int_equal(be_status_exit_code(status), 2);
        if (strstr(error.message, expected) != error.message) {
            fail_msg("'%s' instead of '%s'", error.message, expected);
        }
        be_plan_finish(&plan);
    }
}

static void a_hostile_file_is_refused(void **state)
{
    static const struct {
        size_t bytes;
        char fill;
        const char *message;
    } cases[] = {
        {1 << 20, 'x', ""}, /* more than a plan may have */
        {1 << 15, 'x', ":1: a line of more than 197 bytes"},
        {198, 'x', ":1: a line of more than 197 bytes"},
        {100, '\0', ""},
        {100, '[', ":1: neither"},
        {100, '\001', ":1: a control character"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_error error = {0};
        struct be_plan plan;
        char *text = malloc(cases[i].bytes);
        assert_non_null(text);
        memset(text, cases[i].fill, cases[i].bytes);
        assert_int_equal(plan_read(*state, text, cases[i].bytes, &plan, &error), BE_EINPUT);
        if (!strstr(error.message, cases[i].message)) {
            fail_msg("'%s' instead of '%s'", error.message, cases[i].message);
        }
        be_plan_finish(&plan);
        free(text);
    }
}

static void an_empty_file_is_the_defaults(void **state)
{
    struct be_error error;
    struct be_plan plan;

    must(plan_read(*state, "", 0, &plan, &error), &error);
    assert_int_equal(plan.rounds, 40);
    be_plan_finish(&plan);
}

static void a_line_of_197_bytes_is_read(void **state)
{
    struct be_error error;
    struct be_plan plan;
    char text[256] = "[plan]\nsummary = ";

    memset(text + strlen(text), 'x', 197 - strlen("summary = "));
    strncat(text, "\nrounds = 3\n", sizeof(text) - strlen(text) - 1);
    must(plan_read(*state, text, strlen(text), &plan, &error), &error);
    assert_int_equal(strlen(plan.summary), 197 - strlen("summary = "));
    assert_int_equal(plan.rounds, 3);
    be_plan_finish(&plan);
}

static void a_plan_is_found_by_name(void **state)
{
    struct be_error error;
    struct be_plan plan;
    struct be_texts names = {0};

    must(plan_read(*state, "[plan]\nrounds = 7\n", 18, &plan, &error), &error);
    be_plan_finish(&plan);
    must(be_plan_init(&plan, &error), &error);
    must(be_plan_load(&plan, "p", *state, &error), &error);
    assert_int_equal(plan.rounds, 7);

    must(be_plan_list(*state, &names, &error), &error);
    assert_int_equal(names.count, 1);
    assert_string_equal(names.items[0], "p");
    be_texts_finish(&names);

    assert_int_equal(be_plan_load(&plan, "q", *state, &error), BE_ENOTFOUND);
    assert_non_null(strstr(error.message, "no plan 'q' in "));
    assert_non_null(strstr(error.message, "; there are: p"));
    assert_int_equal(be_plan_load(&plan, "q.ini", *state, &error), BE_ENOTFOUND);
    assert_int_equal(be_plan_list("/nowhere/at/all", &names, &error), BE_ENOTFOUND);
    be_plan_finish(&plan);
}

int main(void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_a_plan),
        cmocka_unit_test(every_key_is_set),
        cmocka_unit_test(what_the_tasks_are_is_said_once),
        cmocka_unit_test(a_wrong_value_is_refused_and_changes_nothing),
        cmocka_unit_test(lists_have_bounds),
        WITH_FOLDER(a_file_is_read_over_the_defaults),
        WITH_FOLDER(an_input_file_lies_beside_its_plan),
        WITH_FOLDER(a_bad_file_is_refused_with_its_line),
        WITH_FOLDER(a_hostile_file_is_refused),
        WITH_FOLDER(an_empty_file_is_the_defaults),
        WITH_FOLDER(a_line_of_197_bytes_is_read),
        WITH_FOLDER(a_plan_is_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
