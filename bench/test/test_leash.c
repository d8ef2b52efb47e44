/*
 * A runner on a leash ends by itself when its stdin ends, and so do its workers. The jobs here take
 * years and the probes many seconds: none gets to its end, which would have another exit code.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <time.h>

#include "bench_process.h"
#include "core/clock.h"
#include "executor/executor.h"
#include "probe/probe.h"
#include "start/start.h"

struct leashed {
    pid_t pid;
    int input;  /* write end of its stdin */
    int output; /* read end of its stdout */
};

/* params: what is inside the braces. */
static struct leashed leashed_start(const char *params)
{
    struct leashed leashed;
    char spec[512];
    int input[2];
    int output[2];

    snprintf(spec, sizeof(spec), "{\"protocol\":1,\"params\":{%s},\"leash\":true}\n", params);
    assert_int_equal(pipe2(input, O_CLOEXEC), 0);
    assert_int_equal(pipe2(output, O_CLOEXEC), 0);
    leashed.pid = fork();
    assert_true(leashed.pid >= 0);
    if (leashed.pid == 0) {
        dup2(input[0], STDIN_FILENO);
        dup2(output[1], STDOUT_FILENO);
        execl(BE_RUNNER, BE_RUNNER, (char *)NULL);
        _exit(127);
    }
    close(input[0]);
    close(output[1]);
    leashed.input = input[1];
    leashed.output = output[0];
    assert_int_equal(be_io_write_all(leashed.input, spec, strlen(spec), NULL), BE_OK);
    return leashed;
}

/* A job that takes years. */
static struct leashed job_start(const char *executor, int workers)
{
    char params[256];

    snprintf(params, sizeof(params),
             "\"workload\":\"gcd-trial\",\"executor\":\"%s\",\"workers\":\"%d\","
             "\"tasks\":\"100\",\"steps\":\"9000000000000000000\"",
             executor, workers);
    return leashed_start(params);
}

/* The runner's exit code, once it and all that it left behind are gone. */
static int leashed_wait(struct leashed *leashed)
{
    int exit_code = -1;
    int wait_status = 0;
    pid_t pid;

    while ((pid = waitpid(-1, &wait_status, 0)) > 0) {
        if (pid == leashed->pid) {
            exit_code = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -1;
        }
    }
    close(leashed->output);
    return exit_code;
}

/* Whether a serial runner computes already: nothing else takes it that long. */
static void wait_until_it_computes(pid_t pid)
{
    const struct timespec pause = {0, 5000000};
    clockid_t clock;

    assert_int_equal(clock_getcpuclockid(pid, &clock), 0);
    while (be_clock_read_ns(clock) < UINT64_C(300000000)) {
        nanosleep(&pause, NULL);
    }
}

static void a_serial_pass_ends_when_stdin_ends(void **state)
{
    struct leashed leashed = job_start("serial", 1);
    (void)state;

    wait_until_it_computes(leashed.pid);
    /* More input is no end. */
    assert_int_equal(be_io_write_all(leashed.input, "\n", 1, NULL), BE_OK);
    assert_int_equal(waitpid(leashed.pid, NULL, WNOHANG), 0);
    close(leashed.input);
    assert_int_equal(leashed_wait(&leashed), be_status_exit_code(BE_EINTERRUPTED));
}

static void an_end_before_anyone_looks_is_noticed(void **state)
{
    struct leashed leashed = job_start("serial", 1);
    (void)state;

    close(leashed.input);
    assert_int_equal(leashed_wait(&leashed), be_status_exit_code(BE_EINTERRUPTED));
}

static void assert_ends_at_work(struct leashed *leashed)
{
    char hello;

    assert_int_equal(be_io_read_some(leashed->output, &hello, 1), 1);
    /* Most likely they compute by then; it has to work at any time. */
    nanosleep(&(struct timespec){0, 200000000}, NULL);
    close(leashed->input);
    assert_int_equal(leashed_wait(leashed), be_status_exit_code(BE_EINTERRUPTED));
}

static void workers_of_every_executor_end_too(void **state)
{
    (void)state;

    for (size_t i = 0; be_executor_table[i]; i++) {
        const struct be_executor_ops *row = be_executor_table[i];
        if (!(row->caps & BE_EXECUTOR_COMPUTES) || !(row->caps & BE_EXECUTOR_PARALLEL)) {
            continue;
        }
        struct leashed leashed = job_start(row->name, 2);
        assert_ends_at_work(&leashed);
    }
}

static void workers_of_every_start_method_end_too(void **state)
{
    char params[256];
    (void)state;

    for (size_t i = 0; be_start_table[i]; i++) {
        snprintf(params, sizeof(params),
                 "\"workload\":\"gcd-trial\",\"executor\":\"processes\",\"workers\":\"2\","
                 "\"start\":\"%s\",\"tasks\":\"100\",\"steps\":\"9000000000000000000\"",
                 be_start_table[i]->row.name);
        struct leashed leashed = leashed_start(params);
        assert_ends_at_work(&leashed);
    }
}

static void probes_end_too(void **state)
{
    char params[128];
    cpu_set_t set;
    (void)state;

    assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
    for (size_t i = 0; be_probe_table[i]; i++) {
        if (be_probe_workers(be_probe_table[i]) > (uint32_t)CPU_COUNT(&set)) {
            continue;
        }
        snprintf(params, sizeof(params), "\"probe\":\"%s\",\"tasks\":\"100000000\"",
                 be_probe_table[i]->name);
        struct leashed leashed = leashed_start(params);
        assert_ends_at_work(&leashed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_serial_pass_ends_when_stdin_ends),
        cmocka_unit_test(an_end_before_anyone_looks_is_noticed),
        cmocka_unit_test(workers_of_every_executor_end_too),
        cmocka_unit_test(workers_of_every_start_method_end_too),
        cmocka_unit_test(probes_end_too),
    };

    /* Orphans become children of this process, so that leashed_wait waits for them as well. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
