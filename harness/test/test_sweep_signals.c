/*
 * Sweeps that are stopped, and sweeps that go on: each is a process of its own, which the real
 * runner serves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

/* About 100 us, but no sweep has to find out how many steps that is. */
#define TASK "--steps=60000"

/* Starts a sweep whose stdout and stderr go to a file; 4 rounds take long enough to be stopped. */
static pid_t sweep_start(const char *name, const char *runner, const char *task, const char *rounds)
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
              "2", task, "--tasks", "500", "--passes", "2", "--warmup", "0", "--cold", "off",
              "--rounds", rounds, "--lock", "off", "--counters", "none", "--runner", runner, "--db",
              database, (char *)NULL);
        _exit(127);
    }
    return pid;
}

/* What a sweep printed, all of it; the caller finishes *output. */
static void printed_read(const char *name, struct be_buffer *output)
{
    char command[PATH_MAX];

    snprintf(command, sizeof(command), "cat '%s/%s.out'", folder, name);
    assert_int_equal(command_run(command, output), 0);
}

static bool printed_has(const char *name, const char *text)
{
    struct be_buffer output = {0};

    printed_read(name, &output);
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
        pid_t pid = sweep_start(name, BE_RUNNER, TASK, "4");
        samples_await(name, 3);
        kill(pid, ends[i].signal);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), ends[i].code);
        assert_no_process_left();
        assert_true(printed_has(name, "all kept"));
        long kept = sample_count(name);

        pid = sweep_start(name, BE_RUNNER, TASK, "4");
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status) && command_measured(WEXITSTATUS(status)));
        assert_true(printed_has(name, "resumes run 1 at"));
        /* 4 rounds of one block of serial, threads, processes and two companions: none of them
         * twice but those of the block that was stopped half-way. */
        assert_int_equal(distinct_count(name), 20);
        if (disturbed_count(name) == 0) {
            assert_true(kept < 20);
            assert_int_equal(sample_count(name), 20 + kept % 5);
        }
    }
}

/* Writes a runner that is asked for a sample and never answers, but says that it was asked. */
static void asleep_write(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
            "#!/bin/sh\n[ \"$1\" = --describe ] && exec '%s' --describe\n"
            ": >\"$0.asked\"\nexec sleep 1000\n",
            BE_RUNNER);
    fclose(file);
    assert_int_equal(chmod(path, 0755), 0);
}

static void file_await(const char *path)
{
    struct timespec pause = {0, 10000000};

    for (int i = 0; i < 6000 && access(path, F_OK) != 0; i++) {
        nanosleep(&pause, NULL);
    }
    assert_int_equal(access(path, F_OK), 0);
}

static void planning_can_be_interrupted(void **state)
{
    static const struct {
        int signal;
        int code;
    } ends[] = {{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 130}};
    char runner[PATH_MAX];
    char asked[PATH_MAX + 8];
    int status = 0;
    (void)state;

    snprintf(runner, sizeof(runner), "%s/asleep", folder);
    snprintf(asked, sizeof(asked), "%s.asked", runner);
    asleep_write(runner);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct be_buffer output = {0};
        pid_t pid = sweep_start("planning", runner, "--grain=100us", "1");
        file_await(asked);
        kill(pid, ends[i].signal);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), ends[i].code);
        printed_read("planning", &output);
        assert_string_equal(be_buffer_text(&output),
                            "breakeven: timing a task of gcd-trial: interrupted\n");
        be_buffer_finish(&output);
        assert_no_process_left();
        assert_int_equal(unlink(asked), 0);
    }
}

/* As nohup starts it. */
static void a_hangup_that_is_ignored_stops_nothing(void **state)
{
    int status = 0;
    (void)state;

    signal(SIGHUP, SIG_IGN);
    pid_t pid = sweep_start("nohup", BE_RUNNER, TASK, "2");
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

    pid_t pid = sweep_start("other", BE_RUNNER, TASK, "4");
    samples_await("other", 2);
    kill(pid, SIGINT);
    waitpid(pid, &status, 0);
    pid = sweep_start("other", BE_RUNNER, TASK, "2");
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

    pid_t first = sweep_start("twice", BE_RUNNER, TASK, "3");
    samples_await("twice", 2);
    pid_t second = sweep_start("twice", BE_RUNNER, TASK, "3");
    assert_int_equal(waitpid(second, &status, 0), second);
    assert_true(WIFEXITED(status) && command_measured(WEXITSTATUS(status)));
    assert_false(printed_has("twice", "resumes"));
    assert_int_equal(waitpid(first, &status, 0), first);
    assert_true(WIFEXITED(status) && command_measured(WEXITSTATUS(status)));
    assert_int_equal(distinct_count("twice"), 15);
}

static void a_killed_sweep_leaves_its_samples_and_no_process(void **state)
{
    int status = 0;
    (void)state;

    pid_t pid = sweep_start("killed", BE_RUNNER, TASK, "100");
    samples_await("killed", 4);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    assert_no_process_left();
    assert_true(sample_count("killed") >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
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
