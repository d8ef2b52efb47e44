/* labels: threads */
/*
 * Every row of the executor table through the same cases. A new row is tested without a change
 * here; what a row cannot do it says in its caps.
 */
#include "absent_topology.h"
#include "executor_fixture.h"
#include "large_workloads.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/rng.h"
#include "workload/workload_table.h"

enum { MANY = 10000, UNTOUCHED = 0x5a };

static const struct breakeven_workload *euclid(void)
{
    return be_workload_find("gcd-euclid");
}

/* What the batch's replies should be: the workload itself, a task at a time. */
static void expect_right(const struct fixture *f, const struct be_batch *batch)
{
    const struct breakeven_workload *workload = f->env.workload;
    struct breakeven_turns nobody = {NULL};
    unsigned char *expected = calloc(1, workload->reply_bytes);

    for (uint64_t i = 0; i < batch->tasks; i++) {
        const char *reply = (const char *)batch->replies + i * workload->reply_bytes;
        memset(expected, 0, workload->reply_bytes);
        if (f->ops->caps & BE_EXECUTOR_COMPUTES) {
            workload->run((const char *)batch->requests + i * workload->request_bytes,
                          workload->request_bytes, expected, 1, &nobody);
        }
        if (memcmp(reply, expected, workload->reply_bytes) != 0 || batch->failed[i]) {
            fail_msg("%s: task %llu of %llu came out wrong", f->ops->name, (unsigned long long)i,
                     (unsigned long long)batch->tasks);
        }
    }
    free(expected);
}

/* The accounts of a pass that ran between two instants. */
static void expect_accounted(const struct fixture *f, uint64_t tasks, uint64_t before_ns,
                             uint64_t after_ns)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < f->env.workers; i++) {
        const struct be_account *account = &f->env.accounts[i];
        sum += account->tasks;
        if (account->tasks > 0) {
            assert_in_range(account->start_ns, before_ns, after_ns);
            assert_in_range(account->end_ns, account->start_ns, after_ns);
        }
    }
    assert_int_equal(sum, tasks);
}

static void run_and_check(struct fixture *f, uint64_t tasks, uint64_t seed)
{
    struct be_batch batch = batch_alloc(f->env.workload, tasks);
    uint64_t before_ns = be_clock_now_ns();

    f->env.workload->generate(seed, 9, tasks, (void *)batch.requests,
                              f->env.workload->request_bytes);
    if (fixture_run(f, &batch) != BE_OK) {
        fail_msg("%s: %s", f->ops->name, f->error.message);
    }
    expect_accounted(f, tasks, before_ns, be_clock_now_ns());
    expect_right(f, &batch);
    batch_free(&batch);
}

static void run_shape(const struct be_executor_ops *ops, uint32_t workers, uint64_t chunk,
                      uint64_t tasks)
{
    struct fixture f;

    fixture_start(&f, ops, euclid(), workers, chunk);
    run_and_check(&f, tasks, 1);
    fixture_end(&f);
}

static void runs_no_task(void **state)
{
    run_shape(*state, 2, 1, 0);
}

static void runs_one_task(void **state)
{
    run_shape(*state, 2, 1, 1);
}

static void runs_seven_tasks(void **state)
{
    run_shape(*state, 2, 1, 7);
}

static void runs_many_tasks_in_input_order(void **state)
{
    run_shape(*state, 3, 1, MANY);
}

static void runs_on_one_worker(void **state)
{
    run_shape(*state, 1, 1, MANY);
}

static void runs_with_more_workers_than_tasks(void **state)
{
    run_shape(*state, 8, 1, 3);
}

static void runs_chunks_that_do_not_divide_the_tasks(void **state)
{
    run_shape(*state, 3, 7, MANY);
}

static void runs_one_chunk_larger_than_the_tasks(void **state)
{
    run_shape(*state, 2, UINT64_MAX, MANY);
}

static void runs_several_passes_on_one_pool(void **state)
{
    struct fixture f;

    fixture_start(&f, *state, euclid(), 3, 2);
    for (uint64_t pass = 0; pass < 20; pass++) {
        run_and_check(&f, pass * pass, pass);
    }
    run_and_check(&f, 0, 1);
    run_and_check(&f, MANY, 2);
    fixture_end(&f);
}

/* Tasks that cost 1 to 50,000 steps, at random: whoever is slow must not hold up the others' order.
 */
static void runs_uneven_tasks(void **state)
{
    enum { TASKS = 500 };
    struct fixture f;
    struct be_rng rng;

    fixture_start(&f, *state, be_workload_find("gcd-trial"), 3, 1);
    struct be_batch batch = batch_alloc(f.env.workload, TASKS);
    struct breakeven_pair *pairs = (struct breakeven_pair *)batch.requests;
    be_rng_init(&rng, 1);
    for (int i = 0; i < TASKS; i++) {
        uint64_t steps = be_rng_below(&rng, 10) == 0 ? 50000 : 1 + be_rng_below(&rng, 10);
        pairs[i] = (struct breakeven_pair){steps, steps + 1};
    }
    assert_int_equal(fixture_run(&f, &batch), BE_OK);
    expect_right(&f, &batch);
    batch_free(&batch);
    fixture_end(&f);
}

/* Fails the tasks of every index that `every` divides and expects just them to be flagged. */
static void fail_every(const struct be_executor_ops *ops, uint64_t chunk, uint64_t every)
{
    enum { TASKS = 100 };
    struct fixture f;
    unsigned char untouched[8];

    if (!(ops->caps & BE_EXECUTOR_COMPUTES)) {
        skip();
    }
    fixture_start(&f, ops, euclid(), 2, chunk);
    struct be_batch batch = batch_alloc(f.env.workload, TASKS);
    struct breakeven_pair *pairs = (struct breakeven_pair *)batch.requests;
    f.env.workload->generate(1, 9, TASKS, pairs, sizeof(*pairs));
    for (uint64_t i = 0; i < TASKS; i += every) {
        pairs[i].b = 0;
    }
    memset(untouched, UNTOUCHED, sizeof(untouched));
    memset(batch.replies, UNTOUCHED, (size_t)TASKS * f.env.workload->reply_bytes);
    assert_int_equal(fixture_run(&f, &batch), BE_OK);
    for (uint64_t i = 0; i < TASKS; i++) {
        const char *reply = (const char *)batch.replies + i * sizeof(untouched);
        assert_int_equal(batch.failed[i], i % every == 0);
        assert_int_equal(memcmp(reply, untouched, sizeof(untouched)) == 0, i % every == 0);
    }
    batch_free(&batch);
    fixture_end(&f);
}

/* Of MANY tiny tasks and more, which share messages; the first ones go alone. */
static void runs_chunks_that_follow_the_speed_of_tasks(void **state)
{
    struct fixture f;

    fixture_start(&f, *state, euclid(), 3, BE_CHUNK_AUTO);
    run_and_check(&f, 0, 1);
    run_and_check(&f, 1, 1);
    assert_int_equal(f.ops->count(f.executor, true, &f.error), BE_OK);
    run_and_check(&f, MANY, 1);
    run_and_check(&f, 50000, 2);
    assert_int_equal(f.ops->count(f.executor, false, &f.error), BE_OK);
    if (f.ops->caps & BE_EXECUTOR_PARALLEL) {
        const struct be_gauge_said *said = f.gauges.said;
        assert_true(said[BE_GAUGE_chunk_mean].known && said[BE_GAUGE_chunk_most].known);
        assert_true(said[BE_GAUGE_chunk_mean].value > 2);
        assert_true(said[BE_GAUGE_chunk_most].value >= said[BE_GAUGE_chunk_mean].value);
        assert_true(said[BE_GAUGE_chunk_most].value <= 50000. / 6);
    }
    fixture_end(&f);
}

static void a_task_that_fails_fails_alone(void **state)
{
    fail_every(*state, BE_CHUNK_AUTO, 9);
    fail_every(*state, 1, 10);
    fail_every(*state, 7, 10);
    fail_every(*state, 1000, 99);
}

static void all_tasks_may_fail(void **state)
{
    fail_every(*state, 1, 1);
    fail_every(*state, 1000, 1);
}

/* 20 MiB each way through whatever buffers there are, full on both sides at once. */
static void large_messages_do_not_block(void **state)
{
    const struct breakeven_workload *const workloads[] = {&large, &small_to_large};
    const uint64_t chunks[] = {BE_CHUNK_AUTO, 1, 100};

    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < 3; j++) {
            struct fixture f;
            fixture_start(&f, *state, workloads[i], 2, chunks[j]);
            run_and_check(&f, 320, 1);
            run_and_check(&f, 320, 2);
            fixture_end(&f);
        }
    }
}

static int threads_alive(void)
{
    return entries_count("/proc/self/task");
}

static void pools_leave_nothing_behind(void **state)
{
    int descriptors = 0;
    int threads = 0;

    for (int i = 0; i < 20; i++) {
        struct fixture f;
        fixture_start(&f, *state, euclid(), 2, 1);
        if (i % 2 == 0) {
            run_and_check(&f, 10, 1);
        }
        fixture_end(&f);
        if (i == 0) {
            /* A sanitizer's own come with the first pool. */
            descriptors = descriptors_open();
            threads = threads_alive();
        }
    }
    assert_int_equal(descriptors_open(), descriptors);
    assert_int_equal(threads_alive(), threads);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

/* Creates a pool of more workers than this user may have; exits with 0 if that went well. */
static _Noreturn void refusal_try(const struct be_executor_ops *ops)
{
    struct rlimit few = {4, 4};
    struct fixture f;

    /* Root is not held to the limit; a user that nobody else is has this process only. */
    if (geteuid() == 0 && setresuid(61183, 61183, 61183) != 0) {
        _exit(77);
    }
    fixture_init(&f, ops, euclid(), 8, 1);
    int descriptors = descriptors_open();
    bool is_right = setrlimit(RLIMIT_NPROC, &few) == 0 && fixture_create(&f) == BE_ESYSTEM &&
                    strstr(f.error.message, "worker") && descriptors_open() == descriptors &&
                    waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD;
    _exit(is_right ? 0 : 1);
}

static void a_refused_worker_leaves_nothing_behind(void **state)
{
    const struct be_executor_ops *ops = *state;
    int status = 0;

    if (!(ops->caps & BE_EXECUTOR_PARALLEL)) {
        skip();
    }
    pid_t child = fork();
    if (child == 0) {
        refusal_try(ops);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        skip();
    }
    assert_int_equal(status, 0);
}

static void a_worker_that_cannot_bind_is_reported(void **state)
{
    int32_t pus[] = {4000, 4000};
    struct be_spec spec = {.pus = pus, .dispatcher_pu = -1, .topology_xml = absent_topology};
    struct fixture f;

    fixture_init(&f, *state, euclid(), 2, 1);
    spec.pu_count = f.env.workers;
    fixture_pin(&f, &spec);
    int descriptors = descriptors_open();
    assert_int_equal(fixture_create(&f), BE_EUNAVAILABLE);
    assert_non_null(strstr(f.error.message, "PU 4000"));
    assert_int_equal(descriptors_open(), descriptors);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    fixture_finish(&f);
}

static void workers_are_read_back_and_counted(void **state)
{
    struct fixture f;

    fixture_start(&f, *state, euclid(), 3, 1);
    for (uint32_t i = 0; i < f.env.workers; i++) {
        f.env.accounts[i].record.pu_seen = -1;
    }
    assert_int_equal(f.ops->count(f.executor, true, &f.error), BE_OK);
    run_and_check(&f, 100, 1);
    assert_int_equal(f.ops->count(f.executor, false, &f.error), BE_OK);
    run_and_check(&f, 100, 2);
    for (uint32_t i = 0; i < f.env.workers; i++) {
        assert_int_equal(f.env.accounts[i].record.pu_asked, -1);
        assert_true(f.env.accounts[i].record.pu_seen >= 0);
    }
    fixture_end(&f);
}

static uint64_t workers_cpu_ns(const struct fixture *f)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < f->env.workers; i++) {
        sum += f->ops->cpu_ns(f->executor, i);
    }
    return sum;
}

/* The CPU time of the workers holds that of the tasks, which the dispatcher's alone would not. */
static void workers_cpu_time_is_told(void **state)
{
    const struct be_executor_ops *ops = *state;
    struct breakeven_pair pair = {1000000, 1000001};
    uint64_t gcd;
    struct fixture f;

    if (!(ops->caps & BE_EXECUTOR_COMPUTES)) {
        skip();
    }
    fixture_start(&f, ops, be_workload_find("gcd-trial"), 2, 1);
    struct breakeven_turns nobody = {NULL};
    uint64_t alone_ns = be_clock_thread_cpu_ns();
    f.env.workload->run(&pair, sizeof(pair), &gcd, 1, &nobody);
    alone_ns = be_clock_thread_cpu_ns() - alone_ns;

    struct be_batch batch = batch_alloc(f.env.workload, 8);
    for (int i = 0; i < 8; i++) {
        memcpy((char *)batch.requests + i * sizeof(pair), &pair, sizeof(pair));
    }
    uint64_t before_ns = workers_cpu_ns(&f);
    assert_int_equal(fixture_run(&f, &batch), BE_OK);
    assert_true(workers_cpu_ns(&f) - before_ns > alone_ns);
    batch_free(&batch);
    fixture_end(&f);
}

typedef void conformance_case(void **state);

static const struct {
    const char *name;
    conformance_case *run;
} cases[] = {
#define CASE(function)                                                                             \
    {                                                                                              \
#function, function                                                                        \
    }
    CASE(runs_no_task),
    CASE(runs_one_task),
    CASE(runs_seven_tasks),
    CASE(runs_many_tasks_in_input_order),
    CASE(runs_on_one_worker),
    CASE(runs_with_more_workers_than_tasks),
    CASE(runs_chunks_that_do_not_divide_the_tasks),
    CASE(runs_one_chunk_larger_than_the_tasks),
    CASE(runs_several_passes_on_one_pool),
    CASE(runs_uneven_tasks),
    CASE(runs_chunks_that_follow_the_speed_of_tasks),
    CASE(a_task_that_fails_fails_alone),
    CASE(all_tasks_may_fail),
    CASE(large_messages_do_not_block),
    CASE(pools_leave_nothing_behind),
    CASE(a_refused_worker_leaves_nothing_behind),
    CASE(a_worker_that_cannot_bind_is_reported),
    CASE(workers_are_read_back_and_counted),
    CASE(workers_cpu_time_is_told),
};

enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

static int row_test(const char *name, void *context)
{
    struct CMUnitTest tests[CASE_COUNT];
    char names[CASE_COUNT][128];

    for (size_t i = 0; i < CASE_COUNT; i++) {
        snprintf(names[i], sizeof(names[i]), "%s: %s", name, cases[i].name);
        tests[i] = (struct CMUnitTest){
            .name = names[i],
            .test_func = cases[i].run,
            .initial_state = context,
        };
    }
    return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(int argc, char **argv)
{
    static const struct breakeven_workload *const own[] = {&large, &small_to_large, NULL};
    const struct be_executor_ops *processes = be_executor_find("processes");
    int failed = 0;

    fixture_serve(argc, argv, own);
    (void)signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; be_executor_table[i]; i++) {
        const struct be_executor_ops *ops = be_executor_table[i];
        failed += strcmp(ops->name, "processes") == 0
                      ? fixture_each_transport(row_test, (void *)ops)
                      : row_test(ops->name, (void *)ops);
    }
    failed += fixture_each_start(row_test, (void *)processes);
    return failed;
}
