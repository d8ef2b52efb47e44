/*
 * Start methods: each brings up workers of each transport, tells what its steps took, and leaves
 * nothing behind, whoever is killed when.
 */
#include "executor_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench_process.h"
#include "core/clock.h"
#include "core/rng.h"
#include "process_of.h"
#include "start/program.h"
#include "workload/workload_table.h"

enum { TASKS = 200, WORKERS = 2 };

static void pool_start(struct fixture *f)
{
    fixture_start(f, be_executor_find("processes"), be_workload_find("gcd-euclid"), WORKERS, 1);
}

static void expect_no_child(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static struct be_batch batch_generate(const struct breakeven_workload *workload)
{
    struct be_batch batch = batch_alloc(workload, TASKS);

    workload->generate(1, 9, TASKS, (void *)batch.requests, workload->request_bytes);
    return batch;
}

static void run_and_check(struct fixture *f)
{
    struct be_batch batch = batch_generate(f->env.workload);
    struct be_batch expected = batch_generate(f->env.workload);
    struct breakeven_turns nobody = {NULL};

    assert_int_equal(fixture_run(f, &batch), BE_OK);
    assert_int_equal(be_batch_compute(&expected, f->env.workload, 0, TASKS, &nobody), 0);
    assert_memory_equal(batch.replies, expected.replies,
                        (size_t)TASKS * f->env.workload->reply_bytes);
    batch_free(&expected);
    batch_free(&batch);
}

static int transport_run(const char *name, void *start)
{
    const char *const *transport = fixture_params;
    const char *chosen[8] = {"start", start};
    struct fixture f;
    (void)name;

    for (size_t i = 0; transport[i]; i++) {
        chosen[2 + i] = transport[i];
    }
    fixture_params = chosen;
    pool_start(&f);
    run_and_check(&f);
    fixture_end(&f);
    fixture_params = transport;
    expect_no_child();
    return 0;
}

static void every_transport_is_handed_over(void **state)
{
    (void)state;
    for (size_t i = 0; be_start_table[i]; i++) {
        fixture_each_transport(transport_run, (void *)be_start_table[i]->row.name);
    }
}

static void the_steps_of_a_start_are_told(void **state)
{
    static const struct {
        const char *start;
        bool imports;
    } cases[] = {{"fork", false}, {"spawn", true}, {"forkserver", false}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *const chosen[] = {"start", cases[i].start, NULL};
        struct fixture f;
        fixture_params = chosen;
        uint64_t before_ns = be_clock_now_ns();
        pool_start(&f);
        double took_ns = (double)(be_clock_now_ns() - before_ns);
        const struct be_gauge_said *said = f.gauges.said;
        assert_true(said[BE_GAUGE_start_process_ns].known);
        assert_true(said[BE_GAUGE_start_process_ns].value > 0);
        assert_int_equal(said[BE_GAUGE_start_import_ns].known, cases[i].imports);
        assert_true(said[BE_GAUGE_start_ready_ns].value > 0);
        double sum_ns = 0;
        for (int step = BE_GAUGE_start_process_ns; step <= BE_GAUGE_start_ready_ns; step++) {
            sum_ns += said[step].known ? said[step].value : 0;
        }
        assert_true(sum_ns < took_ns);
        assert_true(!cases[i].imports || said[BE_GAUGE_start_import_ns].value > 0);
        fixture_end(&f);
        fixture_params = NULL;
    }
}

/* A worker that no pool has started, with a link of its own. */
struct lone {
    struct fixture f;
    struct be_executor *pool;
    struct be_birth birth;
    struct be_end *end;
    struct be_child child;
};

static void lone_init(struct lone *lone)
{
    struct fixture *f = &lone->f;

    fixture_init(f, be_executor_find("processes"), be_workload_find("gcd-euclid"), 1, 1);
    lone->pool = be_process_pool_alloc(&f->env);
    lone->birth = (struct be_birth){
        .pool = lone->pool,
        .link = {.params = &f->params, .request_bytes = 64, .reply_bytes = 64, .frames = 1}};
}

static void lone_open(struct lone *lone)
{
    assert_int_equal(
        be_link_open(lone->pool->transport, &lone->birth.link, &lone->end, lone->birth.fds, NULL),
        BE_OK);
}

static void lone_is_ready(struct lone *lone)
{
    struct be_frame frame = {0};
    int fds[2];

    be_link_close_fds(lone->birth.fds);
    lone->end->ops->descriptors(lone->end, fds);
    poll(&(struct pollfd){.fd = fds[0], .events = POLLIN}, 1, -1);
    assert_int_equal(lone->end->ops->receive(lone->end, NULL), BE_OK);
    assert_non_null(lone->end->ops->next(lone->end, &frame));
    assert_int_equal(frame.kind, BE_FRAME_READY);
}

static void lone_leave(struct lone *lone)
{
    be_end_signal(lone->end, BE_FRAME_LEAVE, NULL);
    be_child_reap(&lone->child);
    be_end_close(lone->end);
}

static void lone_finish(struct lone *lone)
{
    be_process_pool_free(lone->pool);
    fixture_finish(&lone->f);
    expect_no_child();
}

/* The dispatcher hangs up once it has ordered, and the program has had time to load before. */
static void a_worker_that_has_loaded_before_it_is_ordered_starts(void **state)
{
    struct be_start *start = NULL;
    struct lone lone;
    int socket = -1;
    pid_t pid = 0;

    (void)state;
    lone_init(&lone);
    lone_open(&lone);
    assert_int_equal(be_program_open(&lone.f.env, &start, NULL), BE_OK);
    assert_int_equal(be_program_start(start, &pid, &socket, NULL), BE_OK);
    assert_int_equal(be_child_watch(&lone.child, 0, pid, NULL), BE_OK);
    usleep(300000);
    assert_int_equal(be_program_order(socket, &lone.birth, -1, NULL), BE_OK);
    close(socket);
    lone_is_ready(&lone);
    lone_leave(&lone);
    be_program_close(start);
    lone_finish(&lone);
}

static void a_killed_server_is_reported_and_replaced(void **state)
{
    const struct be_start_ops *ops = be_start_find("forkserver");
    struct be_start *start = NULL;
    struct be_error error;
    struct lone lone;

    (void)state;
    lone_init(&lone);
    assert_int_equal(ops->open(&lone.f.env, &start, NULL), BE_OK);
    for (int i = 0; i < 3; i++) {
        lone_open(&lone);
        assert_int_equal(ops->worker(start, &lone.birth, &lone.child, &error), BE_OK);
        lone_is_ready(&lone);
        pid_t server = parent_of(lone.child.pid);
        assert_int_equal(parent_of(server), getpid());
        assert_int_equal(kill(server, SIGKILL), 0);
        assert_int_equal(be_child_explain(&lone.child, &error), BE_EWORKER);
        assert_string_equal(error.message, "worker 0 ended with the server that forked it");
        lone_leave(&lone);
    }
    ops->close(start);
    lone_finish(&lone);
}

static pid_t runner_fork(const char *start)
{
    char spec[512];
    int input[2];

    snprintf(spec, sizeof(spec),
             "{\"protocol\":1,\"params\":{\"workload\":\"gcd-trial\",\"executor\":\"processes\","
             "\"workers\":\"3\",\"tasks\":\"100\",\"steps\":\"9000000000000000000\","
             "\"start\":\"%s\"},\"leash\":true}\n",
             start);
    assert_int_equal(pipe2(input, O_CLOEXEC), 0);
    assert_int_equal(be_io_write_all(input[1], spec, strlen(spec), NULL), BE_OK);
    pid_t runner = fork();
    assert_true(runner >= 0);
    if (runner == 0) {
        dup2(input[0], STDIN_FILENO);
        dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
        fcntl(input[1], F_DUPFD, 100); /* its own: the leash is not what ends it here */
        execl(BE_RUNNER, BE_RUNNER, (char *)NULL);
        _exit(127);
    }
    close(input[0]);
    close(input[1]);
    return runner;
}

/*
 * The runner is killed anywhere between its first instruction and computing for ever. All that it
 * started comes to this process, its subreaper, and ends: else waitpid waits for ever.
 */
static void a_runner_killed_at_any_time_leaves_nothing(void **state)
{
    enum { KILLS = 12, LATEST_US = 120000 };
    struct be_rng rng;

    (void)state;
    be_rng_init(&rng, 4);
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    for (size_t i = 0; be_start_table[i]; i++) {
        for (int k = 0; k < KILLS; k++) {
            pid_t runner = runner_fork(be_start_table[i]->row.name);
            usleep((useconds_t)be_rng_below(&rng, LATEST_US));
            assert_int_equal(kill(runner, SIGKILL), 0);
            while (waitpid(-1, NULL, 0) > 0) {
            }
            assert_int_equal(errno, ECHILD);
        }
    }
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
}

/* The first process that the runner has started is killed before it: its workers go with that. */
static void a_server_killed_at_any_time_leaves_nothing(void **state)
{
    enum { KILLS = 12, LATEST_US = 60000 };
    struct be_rng rng;

    (void)state;
    if (access("/proc/thread-self/children", R_OK) != 0) {
        print_message("the kernel does not list a process's children\n");
        skip();
    }
    be_rng_init(&rng, 5);
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    for (int k = 0; k < KILLS; k++) {
        pid_t runner = runner_fork("forkserver");
        pid_t server = 0;
        while (server == 0) {
            char children[64];
            snprintf(children, sizeof(children), "task/%ld/children", (long)runner);
            server = number_of(runner, children, "");
        }
        usleep((useconds_t)be_rng_below(&rng, LATEST_US));
        assert_int_equal(kill(server, SIGKILL), 0);
        usleep((useconds_t)be_rng_below(&rng, LATEST_US));
        assert_int_equal(kill(runner, SIGKILL), 0); /* it may have ended, but is not reaped */
        while (waitpid(-1, NULL, 0) > 0) {
        }
        assert_int_equal(errno, ECHILD);
    }
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
}

/* What workers used is in a cold pass's CPU time, whoever reaped them. */
static void a_cold_pass_holds_its_workers_time(void **state)
{
    (void)state;
    for (size_t i = 0; be_start_table[i]; i++) {
        struct be_sample_record record;
        uint64_t workers_ns = 0;
        char spec[512];
        snprintf(
            spec, sizeof(spec),
            "{\"protocol\":1,\"params\":{\"workload\":\"gcd-trial\",\"executor\":\"processes\","
            "\"workers\":\"2\",\"tasks\":\"40\",\"steps\":\"1000000\",\"start\":\"%s\"},"
            "\"cold\":true,\"passes\":1}\n",
            be_start_table[i]->row.name);
        assert_int_equal(bench_measure(spec, &record, NULL), BE_OK);
        assert_int_equal(record.passes[0].kind, BE_PASS_COLD);
        for (size_t k = 0; k < record.passes[1].worker_count; k++) {
            workers_ns += record.passes[1].workers[k].cpu_ns;
        }
        assert_true(workers_ns > 0);
        assert_true(record.passes[0].cpu_ns > workers_ns / 2);
        be_sample_record_finish(&record);
    }
}

static void the_worker_program_is_not_for_use_by_hand(void **state)
{
    struct bench_said said = bench_run("--worker", NULL, "", 0);

    (void)state;
    assert_int_equal(said.exit_code, be_status_exit_code(BE_EUSAGE));
    assert_string_equal(said.output, "");
    assert_non_null(strstr(said.notes, "not for use by hand\n"));
    bench_said_finish(&said);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_transport_is_handed_over),
        cmocka_unit_test(the_steps_of_a_start_are_told),
        cmocka_unit_test(a_worker_that_has_loaded_before_it_is_ordered_starts),
        cmocka_unit_test(a_killed_server_is_reported_and_replaced),
        cmocka_unit_test(a_runner_killed_at_any_time_leaves_nothing),
        cmocka_unit_test(a_server_killed_at_any_time_leaves_nothing),
        cmocka_unit_test(a_cold_pass_holds_its_workers_time),
        cmocka_unit_test(the_worker_program_is_not_for_use_by_hand),
    };

    fixture_serve(argc, argv, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
