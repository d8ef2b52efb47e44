/* The store: what goes in comes out, handles, the rule of resuming, where the file is. */
#include "store_fixture.h"

#include <fcntl.h>
#include <math.h>

#include "store/store_query.h"

static struct be_store *store_open(const struct fixture *fixture)
{
    struct be_store *store = NULL;

    ASSERT_OK(be_store_open(fixture->path, BE_STORE_WRITE, &store, &error));
    return store;
}

/* Stores a run with this label and status and returns its id. */
static int64_t run_store(struct be_store *store, const char *label, enum be_run_status status)
{
    struct be_run run;

    fixture_run(&run);
    run.label = label ? strdup(label) : NULL;
    run.status = status;
    ASSERT_OK(be_store_begin_run(store, &run, &error));
    int64_t id = run.id;
    be_run_finish(&run);
    return id;
}

static void assert_configurations_equal(const struct be_configuration *a,
                                        const struct be_configuration *b)
{
    assert_string_equal(a->id, b->id);
    assert_int_equal(a->params.count, b->params.count);
    assert_int_equal(a->role, b->role);
    assert_int_equal(a->block, b->block);
    assert_int_equal(a->grain_asked_ns, b->grain_asked_ns);
    assert_int_equal(a->steps, b->steps);
    assert_int_equal(a->tasks, b->tasks);
    assert_int_equal(a->workers, b->workers);
    assert_int_equal(a->pu_count, b->pu_count);
    assert_true(a->bound_order == b->bound_order);
    assert_true(a->bound_best == b->bound_best);
    assert_string_equal(a->executor, b->executor);
}

/* That the stored figures are those of the sample whose warm pass took as long. */
static void assert_figures_equal(struct be_run *run, const struct be_sample *stored,
                                 const struct be_run *loaded)
{
    struct be_buffer lines = {0};
    struct be_sample sample;

    fixture_sample(run, stored->wall_ns, &sample, &lines);
    for (size_t i = 0; i < BE_VALUE_COUNT; i++) {
        if (stored->values[i] != sample.values[i] &&
            !(isnan(stored->values[i]) && isnan(sample.values[i]))) {
            fail_msg("%s: %g", be_value_name((enum be_value)i), stored->values[i]);
        }
    }
    assert_int_equal(stored->counter_count, 2);
    assert_true(stored->counters[0].value == sample.counters[0].value);
    assert_true(isnan(stored->counters[0].share));
    assert_true(isnan(stored->counters[1].value));
    assert_string_equal(loaded->events[stored->counters[0].event].name, "rusage:user-time");
    assert_string_equal(loaded->events[stored->counters[1].event].reason, "no PMU");
    assert_int_equal(loaded->event_count, 2);
    be_buffer_finish(&lines);
    be_sample_finish(&sample);
}

static void test_run_and_samples_come_out_as_they_went_in(void **state)
{
    struct be_store *store = store_open(*state);
    struct be_run run;
    struct be_run loaded = {0};

    fixture_run(&run);
    run.label = strdup("weekly");
    ASSERT_OK(be_store_begin_run(store, &run, &error));
    ASSERT_OK(fixture_add(store, run.id, 1001, &error));
    ASSERT_OK(fixture_add(store, run.id, 1002, &error));
    ASSERT_OK(be_store_set_status(store, run.id, BE_RUN_DONE, 99, &error));
    ASSERT_OK(be_store_load_run(store, run.id, BE_STORE_RECORDS, &loaded, &error));

    assert_int_equal(loaded.id, run.id);
    assert_string_equal(loaded.plan, run.plan);
    assert_string_equal(loaded.plan_text, run.plan_text);
    assert_string_equal(loaded.label, "weekly");
    assert_string_equal(loaded.machine_key, run.machine_key);
    assert_string_equal(loaded.machine_json, run.machine_json);
    assert_string_equal(loaded.boot_id, run.boot_id);
    assert_string_equal(loaded.build_id, run.build_id);
    assert_true(loaded.seed == UINT64_MAX);
    assert_int_equal(loaded.started_at, run.started_at);
    assert_int_equal(loaded.elapsed_ns, 99);
    assert_int_equal(loaded.rounds, 12);
    assert_int_equal(loaded.status, BE_RUN_DONE);
    assert_int_equal(loaded.configuration_count, 2);
    assert_configurations_equal(&loaded.configurations[0], &run.configurations[0]);
    assert_configurations_equal(&loaded.configurations[1], &run.configurations[1]);

    assert_int_equal(loaded.sample_count, 2);
    const struct be_sample *sample = &loaded.samples[1];
    assert_int_equal(loaded.samples[0].configuration, 1);
    assert_int_equal(sample->configuration, 0);
    assert_int_equal(sample->round, 7);
    assert_int_equal(sample->state, BE_SAMPLE_CLEAN);
    assert_null(sample->reason);
    assert_int_equal(sample->started_ns, 5);
    assert_int_equal(sample->elapsed_ns, 4008);
    assert_int_equal(sample->overhead_ns, 11);
    assert_int_equal(sample->commit_ns, 0);
    assert_int_equal(sample->wall_ns, 1002);
    assert_int_equal(sample->cold_wall_ns, 2004);
    assert_int_equal(sample->cpu_ns, 1003);
    assert_int_equal(sample->record->pass_count, 21);
    assert_true(sample->record->passes[1].checksum == UINT64_MAX);
    assert_true(sample->record->complete);
    assert_figures_equal(&run, sample, &loaded);
    be_run_finish(&loaded);
    be_run_finish(&run);
    be_store_close(store);
}

static void test_values_come_without_most_records(void **state)
{
    struct be_store *store = store_open(*state);
    struct be_run run;
    struct be_run loaded = {0};

    fixture_run(&run);
    ASSERT_OK(be_store_begin_run(store, &run, &error));
    for (uint64_t wall_ns = 1000; wall_ns < 1006; wall_ns++) {
        ASSERT_OK(fixture_add(store, run.id, wall_ns, &error));
    }
    struct be_sample failed = {.configuration = 1, .state = BE_SAMPLE_FAILED, .round = 8};
    be_values_clear(failed.values);
    ASSERT_OK(be_store_add_sample(store, &run, &failed, NULL, NULL, &error));
    ASSERT_OK(be_store_load_run(store, run.id, BE_STORE_VALUES, &loaded, &error));
    assert_int_equal(loaded.sample_count, 7);
    for (size_t i = 0; i < 6; i++) {
        assert_figures_equal(&run, &loaded.samples[i], &loaded);
        assert_int_equal(loaded.samples[i].record != NULL, i >= 4);
    }
    assert_null(loaded.samples[6].record);
    assert_int_equal(loaded.samples[6].counter_count, 0);
    be_run_finish(&loaded);
    be_run_finish(&run);
    be_store_close(store);
}

/* What a program compiled with this list writes, the schema has, in the same order. */
static void test_schema_has_a_column_a_value(void **state)
{
    const char *at = strstr(be_store_schema, "    cpu_ns INTEGER,\n");

    (void)state;
    assert_non_null(at);
    at = strchr(at, '\n') + 1;
    for (size_t i = 0; i < BE_VALUE_COUNT; i++) {
        char line[64];
        int length =
            snprintf(line, sizeof(line), "    %s REAL,\n", be_value_name((enum be_value)i));
        if (strncmp(at, line, (size_t)length) != 0) {
            fail_msg("results/schema.sql lacks a line '%s'", line);
        }
        at += length;
    }
    assert_int_equal(strncmp(at, "    transcript_hash", 19), 0);
}

static void test_failed_sample_keeps_its_reason_and_any_bytes(void **state)
{
    struct be_buffer garbage = {0};
    struct be_store *store = store_open(*state);
    struct be_sample sample = {
        .state = BE_SAMPLE_FAILED, .reason = (char *)"killed by signal 9", .elapsed_ns = 3};
    struct be_run loaded = {0};
    uint64_t commit_ns = 0;
    int64_t id = run_store(store, NULL, BE_RUN_ACTIVE);
    const struct be_run run = {.id = id};

    be_values_clear(sample.values);
    be_buffer_append(&garbage, "\xff\x00{ not a line", 14);
    ASSERT_OK(be_store_add_sample(store, &run, &sample, &garbage, &commit_ns, &error));
    ASSERT_OK(be_store_add_sample(store, &run, &sample, NULL, NULL, &error));
    be_buffer_finish(&garbage);
    assert_true(commit_ns > 0);
    ASSERT_OK(be_store_load_run(store, id, BE_STORE_RECORDS, &loaded, &error));
    assert_int_equal(loaded.sample_count, 2);
    for (size_t i = 0; i < loaded.sample_count; i++) {
        assert_int_equal(loaded.samples[i].state, BE_SAMPLE_FAILED);
        assert_string_equal(loaded.samples[i].reason, "killed by signal 9");
        assert_int_equal(loaded.samples[i].wall_ns, 0);
        assert_null(loaded.samples[i].record);
    }
    be_run_finish(&loaded);
    be_store_close(store);
}

static void test_sample_of_no_run_or_configuration_is_refused(void **state)
{
    struct be_store *store = store_open(*state);
    struct be_sample sample = {.configuration = 2, .state = BE_SAMPLE_FAILED};
    int64_t id = run_store(store, NULL, BE_RUN_ACTIVE);
    const struct be_run run = {.id = id};
    const struct be_run other = {.id = id + 1};

    assert_int_equal(be_store_add_sample(store, &run, &sample, NULL, NULL, NULL), BE_EINTERNAL);
    sample.configuration = 1;
    assert_int_equal(be_store_add_sample(store, &other, &sample, NULL, NULL, NULL), BE_EINTERNAL);
    ASSERT_OK(be_store_add_sample(store, &run, &sample, NULL, NULL, &error));
    assert_int_equal(be_store_set_status(store, id + 1, BE_RUN_DONE, 1, NULL), BE_ENOTFOUND);
    be_store_close(store);
}

static void test_handles_mean_the_run_they_say(void **state)
{
    static const struct {
        const char *handle;
        enum be_status status;
        int64_t id;
    } cases[] = {
        {"1", BE_OK, 1},
        {"3", BE_OK, 3},
        {"4", BE_ENOTFOUND, 0},
        {"0", BE_ENOTFOUND, 0},
        {"99999999999999999999", BE_EUSAGE, 0},
        {"@last", BE_OK, 3},
        {"@last~0", BE_OK, 3},
        {"@last~1", BE_OK, 2},
        {"@last~2", BE_OK, 1},
        {"@last~3", BE_ENOTFOUND, 0},
        {"@nightly", BE_OK, 2},
        {"@Nightly", BE_ENOTFOUND, 0},
        {"@1", BE_ENOTFOUND, 0},
        {"@", BE_EUSAGE, 0},
        {"", BE_EUSAGE, 0},
        {"last", BE_EUSAGE, 0},
        {"-1", BE_EUSAGE, 0},
        {"1 OR 1", BE_EUSAGE, 0},
        {"@' OR 1 --", BE_ENOTFOUND, 0},
    };
    struct be_store *store = store_open(*state);

    run_store(store, "nightly", BE_RUN_DONE);
    run_store(store, "nightly", BE_RUN_DONE);
    run_store(store, NULL, BE_RUN_DONE);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t id = 0;
        enum be_status status = be_store_resolve(store, cases[i].handle, &id, NULL);
        if (status != cases[i].status || id != cases[i].id) {
            fail_msg("'%s': %s, run %d", cases[i].handle, be_status_name(status), (int)id);
        }
    }
    be_store_close(store);
}

static void test_label_that_is_a_handle_is_refused(void **state)
{
    static const char *const labels[] = {"", "last", "last~1"};
    struct be_store *store = store_open(*state);

    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        struct be_run run;
        fixture_run(&run);
        run.label = strdup(labels[i]);
        assert_int_equal(be_store_begin_run(store, &run, NULL), BE_EINVAL);
        assert_int_equal(run.id, 0);
        be_run_finish(&run);
    }
    be_store_close(store);
}

static void test_only_an_equal_unfinished_run_is_resumed(void **state)
{
    static const struct {
        const char *name;
        struct be_store_key key;
        enum be_run_status status;
        bool found;
    } cases[] = {
        {"interrupted", {"plan", "build", "key", "boot"}, BE_RUN_INTERRUPTED, true},
        {"its harness died", {"plan", "build", "key", "boot"}, BE_RUN_ACTIVE, true},
        {"done", {"plan", "build", "key", "boot"}, BE_RUN_DONE, false},
        {"other plan", {"full", "build", "key", "boot"}, BE_RUN_ACTIVE, false},
        {"other build", {"plan", "b", "key", "boot"}, BE_RUN_ACTIVE, false},
        {"other machine", {"plan", "build", "k", "boot"}, BE_RUN_ACTIVE, false},
        {"other boot", {"plan", "build", "key", "b"}, BE_RUN_ACTIVE, false},
    };
    struct be_store *store = store_open(*state);

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t id = run_store(store, NULL, cases[i].status);
        int64_t found = -1;
        ASSERT_OK(be_store_find_resumable(store, &cases[i].key, &found, &error));
        if (found != (cases[i].found ? id : 0)) {
            fail_msg("%s: found run %d", cases[i].name, (int)found);
        }
        ASSERT_OK(be_store_set_status(store, id, BE_RUN_DONE, 1, &error));
    }
    be_store_close(store);
}

static void test_newest_of_equal_runs_is_resumed(void **state)
{
    const struct be_store_key key = {"plan", "build", "key", "boot"};
    struct be_store *store = store_open(*state);
    int64_t found = 0;

    run_store(store, NULL, BE_RUN_ACTIVE);
    int64_t newest = run_store(store, NULL, BE_RUN_INTERRUPTED);
    ASSERT_OK(be_store_find_resumable(store, &key, &found, &error));
    assert_int_equal(found, newest);
    be_store_close(store);
}

static void test_unknown_build_is_never_resumed(void **state)
{
    const struct be_store_key key = {"plan", "", "key", "boot"};
    struct be_store *store = store_open(*state);
    struct be_run run;
    int64_t found = -1;

    fixture_run(&run);
    run.build_id[0] = '\0';
    ASSERT_OK(be_store_begin_run(store, &run, &error));
    ASSERT_OK(be_store_find_resumable(store, &key, &found, &error));
    assert_int_equal(found, 0);
    be_run_finish(&run);
    be_store_close(store);
}

static void test_list_counts_and_begins_with_the_newest(void **state)
{
    struct be_store *store = store_open(*state);
    struct be_store_row *rows = NULL;
    size_t count = 1;

    ASSERT_OK(be_store_list_runs(store, &rows, &count, &error));
    assert_int_equal(count, 0);
    run_store(store, NULL, BE_RUN_DONE);
    int64_t id = run_store(store, "weekly", BE_RUN_INTERRUPTED);
    ASSERT_OK(fixture_add(store, id, 1, &error));
    ASSERT_OK(be_store_list_runs(store, &rows, &count, &error));
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].id, id);
    assert_string_equal(rows[0].label, "weekly");
    assert_string_equal(rows[0].plan, "quick");
    assert_int_equal(rows[0].status, BE_RUN_INTERRUPTED);
    assert_int_equal(rows[0].configuration_count, 2);
    assert_int_equal(rows[0].sample_count, 1);
    assert_null(rows[1].label);
    assert_int_equal(rows[1].sample_count, 0);
    be_store_rows_finish(rows, count);
    be_store_close(store);
}

static void test_reading_makes_and_changes_nothing(void **state)
{
    const struct fixture *fixture = *state;
    struct be_store *store = NULL;
    struct be_run run;

    assert_int_equal(be_store_open(fixture->path, BE_STORE_READ, &store, NULL), BE_ENOTFOUND);
    assert_int_equal(access(fixture->path, F_OK), -1);
    fixture_database(fixture->path, 1);
    ASSERT_OK(be_store_open(fixture->path, BE_STORE_READ, &store, &error));
    fixture_run(&run);
    assert_int_not_equal(be_store_begin_run(store, &run, NULL), BE_OK);
    be_run_finish(&run);
    be_store_close(store);
}

static void test_new_database_and_its_folder(void **state)
{
    const struct fixture *fixture = *state;
    struct be_store *store = NULL;
    char path[FIXTURE_PATH_BYTES + 32];
    struct stat file;

    snprintf(path, sizeof(path), "%s/new/folder/a.db", fixture->folder);
    mode_t before = umask(0);
    ASSERT_OK(be_store_open(path, BE_STORE_WRITE, &store, &error));
    umask(before);
    assert_string_equal(be_store_path(store), path);
    be_store_close(store);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
}

/* Runs be_store_default_path in a folder, with these variables. */
static char *default_path(const char *folder, const char *asked, const char *state,
                          const char *home)
{
    char *path = NULL;

    assert_int_equal(chdir(folder), 0);
    state ? setenv("XDG_STATE_HOME", state, 1) : unsetenv("XDG_STATE_HOME");
    home ? setenv("HOME", home, 1) : unsetenv("HOME");
    if (be_store_default_path(asked, &path, NULL) != BE_OK) {
        assert_null(path);
    }
    return path;
}

static void assert_path(char *path, const char *expected)
{
    assert_non_null(path);
    assert_string_equal(path, expected);
    free(path);
}

static void test_default_path(void **state)
{
    const struct fixture *fixture = *state;
    char path[FIXTURE_PATH_BYTES + 64];
    char inner[FIXTURE_PATH_BYTES + 64];

    assert_path(default_path(fixture->folder, "x.db", "/s", "/h"), "x.db");
    assert_path(default_path(fixture->folder, NULL, "/s", "/h"), "/s/breakeven/breakeven.db");
    assert_path(default_path(fixture->folder, NULL, "relative", "/h"),
                "/h/.local/state/breakeven/breakeven.db");
    assert_null(default_path(fixture->folder, NULL, NULL, NULL));

    snprintf(inner, sizeof(inner), "%s/results", fixture->folder);
    assert_int_equal(mkdir(inner, 0700), 0);
    assert_path(default_path(fixture->folder, NULL, "/s", "/h"), "/s/breakeven/breakeven.db");
    snprintf(path, sizeof(path), "%s/CMakeLists.txt", fixture->folder);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs("project(breakeven C)\n", file);
    fclose(file);
    assert_path(default_path(fixture->folder, NULL, "/s", "/h"), "results/breakeven.db");
    char *found = default_path(inner, NULL, "/s", "/h");
    char *real = realpath(fixture->folder, NULL);
    snprintf(path, sizeof(path), "%s/results/breakeven.db", real);
    assert_path(found, path);
    free(real);
    assert_int_equal(chdir("/"), 0);
}

static void test_run_gets_more_configurations(void **state)
{
    const struct fixture *fixture = *state;
    struct be_store *store = NULL;
    struct be_run loaded = {0};
    struct be_run run;

    fixture_run(&run);
    ASSERT_OK(be_store_open(fixture->path, BE_STORE_WRITE, &store, &error));
    run.configuration_count = 1;
    ASSERT_OK(be_store_begin_run(store, &run, &error));
    run.configuration_count = 2;
    assert_int_equal(be_store_add_configurations(store, &run, 2, NULL), BE_ENOTFOUND);
    assert_int_equal(be_store_add_configurations(store, &run, 0, NULL), BE_ENOTFOUND);
    ASSERT_OK(be_store_add_configurations(store, &run, 1, &error));
    ASSERT_OK(be_store_load_run(store, run.id, BE_STORE_RECORDS, &loaded, &error));
    assert_int_equal(loaded.configuration_count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(loaded.configurations[i].id, run.configurations[i].id);
    }
    run.id = 17;
    assert_int_equal(be_store_add_configurations(store, &run, 1, NULL), BE_ENOTFOUND);
    be_store_close(store);
    be_run_finish(&loaded);
    be_run_finish(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        STORE_TEST(test_run_and_samples_come_out_as_they_went_in),
        STORE_TEST(test_values_come_without_most_records),
        STORE_TEST(test_schema_has_a_column_a_value),
        STORE_TEST(test_failed_sample_keeps_its_reason_and_any_bytes),
        STORE_TEST(test_run_gets_more_configurations),
        STORE_TEST(test_sample_of_no_run_or_configuration_is_refused),
        STORE_TEST(test_handles_mean_the_run_they_say),
        STORE_TEST(test_label_that_is_a_handle_is_refused),
        STORE_TEST(test_only_an_equal_unfinished_run_is_resumed),
        STORE_TEST(test_newest_of_equal_runs_is_resumed),
        STORE_TEST(test_unknown_build_is_never_resumed),
        STORE_TEST(test_list_counts_and_begins_with_the_newest),
        STORE_TEST(test_reading_makes_and_changes_nothing),
        STORE_TEST(test_new_database_and_its_folder),
        STORE_TEST(test_default_path),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
