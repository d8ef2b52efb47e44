/*
 * Sweeps over runners that crash, hang, print garbage or lie, and sweeps that are stopped. A bad
 * runner is the real one behind a shell script that misbehaves for executor `processes`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/json.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "command_run.h"
#include "scratch_folder.h"

#define SMALL                                                                                      \
    "--executor threads,processes --workers 2 --grain 20us --rounds 2 --passes 1 --warmup 0 "      \
    "--cold off --tasks 200 --lock off --quiet"

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
    {"crash", "kill -SEGV $$", "", "killed by signal 11"},
    {"exit", "echo out of luck >&2; exit 3", "", "out of luck"},
    {"silent", "exit 0", "", "without a 'done'"},
    {"hang", "exec sleep 1000", "--timeout 5s", "no end within 5"},
    {"garbage", "echo '}{'", "", "not JSON"},
    {"binary", "head -c 5000 /dev/zero", "", "line 1"},
    {"flood", "cat /dev/zero", "", "MiB"},
    {"checksum", BENT("s/\"checksum\":\"[0-9a-f]*\"/\"checksum\":\"0123456789abcdef\"/"), "",
     "wrong checksum"},
    {"tasks", BENT("s/\"tasks\":200/\"tasks\":199/"), "", "wrong task count"},
    {"zero", BENT("s/\"wall_ns\":[0-9]*/\"wall_ns\":0/"), "", "impossible times"},
    {"eternal", BENT("s/\"wall_ns\":[0-9]*/\"wall_ns\":99000000000/"), "", "impossible times"},
    {"cpu", BENT("s/\"cpu_ns\":[0-9]*/\"cpu_ns\":99000000000/"), "", "impossible times"},
    {"passes", BENT("/\"type\":\"pass\"/d"), "", "number of passes"},
    {"cut", BENT("s/\"type\":\"done\".*//"), "", "line"},
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
             "'%s' sweep " SMALL " --runner '%s/alone' --db '%s/alone-db/runs.db' >'%s/alone.out' "
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

/* Starts a sweep that takes long enough to be stopped; stdout and stderr go to a file. */
static pid_t sweep_start(const char *name, const char *rounds)
{
    char database[PATH_MAX];
    char printed[PATH_MAX];

    snprintf(database, sizeof(database), "%s/%s/runs.db", folder, name);
    snprintf(printed, sizeof(printed), "%s/%s.out", folder, name);
    pid_t pid = fork();
    if (pid == 0) {
        int out = open(printed, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        dup2(out, STDOUT_FILENO);
        dup2(out, STDERR_FILENO);
        execl(BE_BREAKEVEN, "breakeven", "sweep", "--executor", "threads,processes", "--workers",
              "2", "--grain", "100us", "--tasks", "500", "--rounds", rounds, "--lock", "off",
              "--db", database, (char *)NULL);
        _exit(127);
    }
    return pid;
}

static bool printed_has(const char *name, const char *text)
{
    char command[PATH_MAX];
    struct be_buffer output = {0};

    snprintf(command, sizeof(command), "cat '%s/%s.out'", folder, name);
    command_run(command, &output);
    bool found = strstr(be_buffer_text(&output), text) != NULL;
    be_buffer_finish(&output);
    return found;
}

/* Counts a run's samples as a filter of CSV rows leaves them. */
static long rows_count(const char *name, const char *filter)
{
    char command[PATH_MAX];
    struct be_buffer output = {0};

    snprintf(command, sizeof(command),
             "'%s' export --format csv --db '%s/%s/runs.db' 2>/dev/null | tail -n +2 | %s | wc -l",
             BE_BREAKEVEN, folder, name, filter);
    command_run(command, &output);
    long count = strtol(be_buffer_text(&output), NULL, 10);
    be_buffer_finish(&output);
    return count;
}

static long sample_count(const char *name)
{
    return rows_count(name, "cat");
}

/* By configuration and round: re-runs of blocks that other programs disturbed are not counted. */
static long distinct_count(const char *name)
{
    return rows_count(name, "cut -d, -f2,9 | sort -u");
}

static long disturbed_count(const char *name)
{
    return rows_count(name, "grep -E ',(suspect|rejected),'");
}

static void samples_await(const char *name, long wanted)
{
    struct timespec pause = {0, 50000000};

    for (int i = 0; i < 1200 && sample_count(name) < wanted; i++) {
        nanosleep(&pause, NULL);
    }
    assert_true(sample_count(name) >= wanted);
}

/* This process reaps its descendants' orphans, so it sees any that a sweep leaves behind. */
static void assert_no_process_left(void)
{
    struct timespec pause = {0, 10000000};
    pid_t pid = 0;

    for (int i = 0; i < 500 && (pid = waitpid(-1, NULL, WNOHANG)) >= 0; i++) {
        nanosleep(&pause, NULL);
    }
    assert_int_equal(pid, -1);
    assert_int_equal(errno, ECHILD);
}

static void an_interrupted_sweep_keeps_all_and_resumes(void **state)
{
    static const struct {
        int signal;
        int code;
    } ends[] = {{SIGINT, 130}, {SIGTERM, 143}};
    char name[] = "stop0";
    int status = 0;
    (void)state;

    for (size_t i = 0; i < 2; i++) {
        name[4] = (char)('0' + i);
        pid_t pid = sweep_start(name, "3");
        samples_await(name, 3);
        kill(pid, ends[i].signal);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), ends[i].code);
        assert_no_process_left();
        assert_true(printed_has(name, "all kept"));
        long kept = sample_count(name);

        pid = sweep_start(name, "3");
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status) && command_measured(WEXITSTATUS(status)));
        assert_true(printed_has(name, "resumes run 1 at"));
        /* 3 rounds of one block of serial, threads, processes and two companions: none of them
         * twice but those of the block that was stopped half-way. */
        assert_int_equal(distinct_count(name), 15);
        if (disturbed_count(name) == 0) {
            assert_true(kept < 15);
            assert_int_equal(sample_count(name), 15 + kept % 5);
        }
    }
}

static void planning_can_be_interrupted(void **state)
{
    static const struct {
        const char *ender;
        int code;
    } ends[] = {{"timeout --foreground --preserve-status -s INT 2", 130},
                {"timeout --foreground --preserve-status -s TERM 2", 143},
                {"timeout --foreground --preserve-status -s HUP 2", 130}};
    char command[4096];
    (void)state;

    snprintf(command, sizeof(command), "%s/asleep", folder);
    FILE *file = fopen(command, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n[ \"$1\" = --describe ] && exec '%s' --describe\nexec sleep 100\n",
            BE_RUNNER);
    fclose(file);
    assert_int_equal(chmod(command, 0755), 0);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct be_buffer output = {0};
        snprintf(command, sizeof(command),
                 "%s '%s' sweep " SMALL " --runner '%s/asleep' --db '%s/asleep-db/runs.db' 2>&1",
                 ends[i].ender, BE_BREAKEVEN, folder, folder);
        assert_int_equal(command_run(command, &output), ends[i].code);
        assert_string_equal(be_buffer_text(&output),
                            "breakeven: timing a task of gcd-trial: interrupted\n");
        be_buffer_finish(&output);
    }
}

/* As nohup starts it. */
static void a_hangup_that_is_ignored_stops_nothing(void **state)
{
    int status = 0;
    (void)state;

    signal(SIGHUP, SIG_IGN);
    pid_t pid = sweep_start("nohup", "2");
    signal(SIGHUP, SIG_DFL);
    samples_await("nohup", 2);
    kill(pid, SIGHUP);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && command_measured(WEXITSTATUS(status)));
}

static void another_plan_is_another_run(void **state)
{
    int status = 0;
    (void)state;

    pid_t pid = sweep_start("other", "3");
    samples_await("other", 2);
    kill(pid, SIGINT);
    waitpid(pid, &status, 0);
    pid = sweep_start("other", "2");
    waitpid(pid, &status, 0);
    assert_true(WIFEXITED(status) && command_measured(WEXITSTATUS(status)));
    assert_false(printed_has("other", "resumes"));
    assert_int_equal(distinct_count("other"), 10);
}

/* Two at once on one database: no run is measured by both. */
static void a_run_under_way_is_not_resumed(void **state)
{
    int status = 0;
    (void)state;

    pid_t first = sweep_start("twice", "6");
    samples_await("twice", 2);
    pid_t second = sweep_start("twice", "6");
    assert_int_equal(waitpid(second, &status, 0), second);
    assert_true(WIFEXITED(status) && command_measured(WEXITSTATUS(status)));
    assert_false(printed_has("twice", "resumes"));
    assert_int_equal(waitpid(first, &status, 0), first);
    assert_true(WIFEXITED(status) && command_measured(WEXITSTATUS(status)));
    assert_int_equal(distinct_count("twice"), 30);
}

static void a_killed_sweep_leaves_its_samples_and_no_process(void **state)
{
    int status = 0;
    (void)state;

    pid_t pid = sweep_start("killed", "100");
    samples_await("killed", 4);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    assert_no_process_left();
    assert_true(sample_count("killed") >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bad_runner_costs_its_samples_only),
        cmocka_unit_test(without_its_companion_a_configuration_is_measured),
        cmocka_unit_test(a_sweep_in_which_nothing_succeeds_exits_4),
        cmocka_unit_test(an_interrupted_sweep_keeps_all_and_resumes),
        cmocka_unit_test(planning_can_be_interrupted),
        cmocka_unit_test(a_hangup_that_is_ignored_stops_nothing),
        cmocka_unit_test(another_plan_is_another_run),
        cmocka_unit_test(a_run_under_way_is_not_resumed),
        cmocka_unit_test(a_killed_sweep_leaves_its_samples_and_no_process),
    };

    prctl(PR_SET_CHILD_SUBREAPER, 1);
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
