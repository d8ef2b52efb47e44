/*
 * Sweeps over runners that crash, hang, print garbage or lie. A bad runner is the real one behind a
 * shell script that misbehaves for executor `processes`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/json.h"
#include <limits.h>
#include <sys/stat.h>

#include "command_run.h"
#include "scratch_folder.h"

#define SMALL                                                                                      \
    "--executor threads,processes --workers 2 --steps 5000 --passes 1 --warmup 0 --cold off "      \
    "--tasks 200 --lock off --quiet"

/* Writes a runner whose answer to a spec that holds `victim` is `misdeed`; $spec holds the spec. */
static void runner_write(const char *name, const char *victim, const char *misdeed)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
            "#!/bin/sh\n"
            "[ $# -gt 0 ] && exec '%s' \"$@\"\n"
            "read -r spec\n"
            "case $spec in\n"
            "*'%s'*) %s ;;\n"
            "*) printf '%%s\\n' \"$spec\" | sed 's/\"leash\":true/\"leash\":false/' | '%s' ;;\n"
            "esac\n",
            BE_RUNNER, victim, misdeed, BE_RUNNER);
    fclose(file);
    assert_int_equal(chmod(path, 0755), 0);
}

/* The real answer, bent by a sed script. */
#define BENT(script)                                                                               \
    "printf '%s\\n' \"$spec\" | sed 's/\"leash\":true/\"leash\":false/' | '" BE_RUNNER             \
    "' | sed '" script "'"

static const struct {
    const char *name;
    const char *misdeed;
    const char *flags;
    const char *reason; /* part of what the failed sample says */
} misdeeds[] = {
    {"crash", "kill -SEGV $$", "--rounds 2", "killed by signal 11"},
    {"exit", "echo out of luck >&2; exit 3", "--rounds 1", "out of luck"},
    {"silent", "exit 0", "--rounds 1", "without a 'done'"},
    {"hang", "exec sleep 1000", "--rounds 1 --timeout 3s", "no end within 3"},
    {"garbage", "echo '}{'", "--rounds 1", "not JSON"},
    {"binary", "head -c 5000 /dev/zero", "--rounds 1", "line 1"},
    {"flood", "cat /dev/zero", "--rounds 1", "MiB"},
    {"checksum", BENT("s/\"checksum\":\"[0-9a-f]*\"/\"checksum\":\"0123456789abcdef\"/"),
     "--rounds 1", "wrong checksum"},
    {"tasks", BENT("s/\"tasks\":200/\"tasks\":199/"), "--rounds 1", "wrong task count"},
    {"zero", BENT("s/\"wall_ns\":[0-9]*/\"wall_ns\":0/"), "--rounds 1", "impossible times"},
    {"eternal", BENT("s/\"wall_ns\":[0-9]*/\"wall_ns\":99000000000/"), "--rounds 1",
     "impossible times"},
    {"cpu", BENT("s/\"cpu_ns\":[0-9]*/\"cpu_ns\":99000000000/"), "--rounds 1", "impossible times"},
    {"passes", BENT("/\"type\":\"pass\"/d"), "--rounds 1", "number of passes"},
    {"cut", BENT("s/\"type\":\"done\".*//"), "--rounds 1", "line"},
};

/* The failed samples' reasons of the last run in a database: must all hold `reason`. */
static void assert_only_processes_failed(const char *name, const char *reason)
{
    char command[1024];
    struct be_buffer output = {0};

    snprintf(command, sizeof(command), "'%s' export --format json --db '%s/%s-db/runs.db'",
             BE_BREAKEVEN, folder, name);
    assert_int_equal(command_run(command, &output), 0);
    json_t *root = json_loads(be_buffer_text(&output), 0, NULL);
    assert_non_null(root);
    const json_t *configurations = json_object_get(root, "configurations");
    for (size_t i = 0; i < json_array_size(configurations); i++) {
        const json_t *configuration = json_array_get(configurations, i);
        const json_t *failures = json_object_get(configuration, "failures");
        bool bad =
            strcmp(json_string_value(json_object_get(configuration, "executor")), "processes") == 0;
        char *text = json_dumps(failures, JSON_COMPACT);
        if ((json_array_size(failures) > 0) != bad || (bad && !strstr(text, reason))) {
            fail_msg("%s: failures of '%s' are %s; wanted is '%s'", name,
                     json_string_value(json_object_get(configuration, "executor")), text,
                     bad ? reason : "none");
        }
        /* A failed sample leaves no figure behind. */
        if (bad) {
            assert_true(
                json_is_null(json_object_get(configuration, "wall_ns")) ||
                json_is_null(json_object_get(json_object_get(configuration, "wall_ns"), "median")));
        }
        free(text);
    }
    json_decref(root);
    be_buffer_finish(&output);
}

/* A runner may print 32 MiB of garbage; what is kept of it is little. */
static void assert_database_is_small(const char *name)
{
    char path[PATH_MAX];
    struct stat file;

    snprintf(path, sizeof(path), "%s/%s-db/runs.db", folder, name);
    assert_int_equal(stat(path, &file), 0);
    if (file.st_size > 1 << 20) {
        fail_msg("%s: a database of %lld bytes", name, (long long)file.st_size);
    }
}

static void a_bad_runner_costs_its_samples_only(void **state)
{
    char command[4096];
    (void)state;

    for (size_t i = 0; i < sizeof(misdeeds) / sizeof(misdeeds[0]); i++) {
        struct be_buffer output = {0};
        runner_write(misdeeds[i].name, "\"executor\":\"processes\"", misdeeds[i].misdeed);
        snprintf(command, sizeof(command),
                 "'%s' sweep " SMALL " %s --runner '%s/%s' --db '%s/%s-db/runs.db' 2>&1",
                 BE_BREAKEVEN, misdeeds[i].flags, folder, misdeeds[i].name, folder,
                 misdeeds[i].name);
        int code = command_run(command, &output);
        if (!command_measured(code)) {
            fail_msg("%s: ended with %d and printed:\n%s", misdeeds[i].name, code,
                     be_buffer_text(&output));
        }
        be_buffer_finish(&output);
        assert_only_processes_failed(misdeeds[i].name, misdeeds[i].reason);
        assert_database_is_small(misdeeds[i].name);
    }
}

/* What messages cost is not known then; what was measured is. */
static void without_its_companion_a_configuration_is_measured(void **state)
{
    char command[1024];
    struct be_buffer output = {0};
    (void)state;

    runner_write("alone", "\"workload\":\"null\"", "exit 3");
    snprintf(command, sizeof(command),
             "'%s' sweep " SMALL
             " --rounds 1 --runner '%s/alone' --db '%s/alone-db/runs.db' >'%s/alone.out' "
             "2>&1; '%s' export --format csv --db '%s/alone-db/runs.db' | tail -n +2 | "
             "grep -v overhead | grep -c ',failed,'",
             BE_BREAKEVEN, folder, folder, folder, BE_BREAKEVEN, folder);
    command_run(command, &output);
    assert_string_equal(be_buffer_text(&output), "0\n");
    be_buffer_finish(&output);
}

static void a_sweep_in_which_nothing_succeeds_exits_4(void **state)
{
    char command[1024];
    struct be_buffer output = {0};
    (void)state;

    snprintf(command, sizeof(command), "%s/never", folder);
    FILE *file = fopen(command, "w");
    assert_non_null(file);
    fprintf(file,
            "#!/bin/sh\n[ \"$1\" = --describe ] && exec '%s' --describe\n"
            "echo no luck >&2\nexit 7\n",
            BE_RUNNER);
    fclose(file);
    assert_int_equal(chmod(command, 0755), 0);
    snprintf(command, sizeof(command),
             "'%s' sweep --executor threads --workers 2 --steps 100 --tasks 10 --rounds 1 --quiet "
             "--lock off --runner '%s/never' --db '%s/never-db/runs.db' 2>&1",
             BE_BREAKEVEN, folder, folder);
    assert_int_equal(command_run(command, &output), 4);
    assert_non_null(strstr(be_buffer_text(&output), "no luck"));
    be_buffer_finish(&output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bad_runner_costs_its_samples_only),
        cmocka_unit_test(without_its_companion_a_configuration_is_measured),
        cmocka_unit_test(a_sweep_in_which_nothing_succeeds_exits_4),
    };

    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
