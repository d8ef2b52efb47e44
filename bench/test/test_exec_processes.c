/* What worker processes hold, write, wait for and leave, and their dispatcher's end. */
#include "losing.h"

#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static void pool_start(struct fixture *f, const struct breakeven_workload *workload)
{
    fixture_start(f, be_executor_find("processes"), workload, WORKERS, 1);
}

/* Runs the batch over and over until it does not go well. */
static _Noreturn void dispatcher_run(const struct be_batch *batch)
{
    struct fixture f;

    pool_start(&f, &deeds);
    while (fixture_run(&f, batch) == BE_OK) {
    }
    _exit(1);
}

/* Forks a dispatcher and waits until its workers have come to `computed` tasks. */
static pid_t dispatcher_fork(const struct be_batch *batch, uint64_t computed)
{
    atomic_store(&shared->computed, 0);
    pid_t dispatcher = fork();

    if (dispatcher == 0) {
        dispatcher_run(batch);
    }
    assert_true(dispatcher > 0);
    while (atomic_load(&shared->computed) < computed) {
        usleep(1000);
    }
    return dispatcher;
}

/*
 * Also in the middle of a task that never ends. Orphans of the killed dispatcher come to this
 * process, which waits for them all: for ever, if one of them goes on.
 */
static void workers_die_with_their_dispatcher(void **state)
{
    struct be_batch batch = batch_with(&deeds, DEED_PAUSE, 0, WORKERS);

    (void)state;
    ((char *)batch.requests)[MESSAGE_BYTES] = DEED_PAUSE;
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    pid_t dispatcher = dispatcher_fork(&batch, WORKERS);
    assert_int_equal(kill(dispatcher, SIGKILL), 0);
    assert_int_equal(waitpid(dispatcher, NULL, 0), dispatcher);
    while (waitpid(-1, NULL, 0) > 0) {
    }
    expect_no_child();
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
    batch_free(&batch);
}

/* The first task takes long; each of the others waits, within reason, for the first one's result.
 */
static size_t patience_run(const void *requests, size_t request_bytes, void *replies, size_t count,
                           struct breakeven_turns *turns)
{
    const uint64_t *request = requests;

    (void)request_bytes;
    (void)turns;
    for (size_t i = 0; i < count; i++) {
        usleep(20000);
        for (int ms = 0; request[i] > 0 && !atomic_load(shared->replies) && ms < 10000; ms++) {
            usleep(1000);
        }
        ((uint64_t *)replies)[i] = request[i] == 0 || atomic_load(shared->replies);
    }
    return count;
}

static const struct breakeven_workload patience = {
    .name = "patience",
    .request_bytes = 8,
    .reply_bytes = 8,
    .run = patience_run,
};

static void a_long_tasks_result_does_not_wait_for_the_next_task(void **state)
{
    struct fixture f;
    struct be_batch batch = batch_alloc(&patience, PATIENT_TASKS);
    void *own = batch.replies;

    (void)state;
    memset((void *)shared->replies, 0, sizeof(shared->replies));
    batch.replies = (void *)shared->replies;
    for (uint64_t i = 0; i < PATIENT_TASKS; i++) {
        ((uint64_t *)batch.requests)[i] = i;
    }
    fixture_start(&f, be_executor_find("processes"), &patience, 1, 1);
    if (be_transport_find(be_params_get(&f.params, "transport"))->in_place) {
        fixture_end(&f);
        batch.replies = own;
        batch_free(&batch);
        skip(); /* results are there before they arrive */
    }
    assert_int_equal(fixture_run(&f, &batch), BE_OK);
    for (uint64_t i = 0; i < PATIENT_TASKS; i++) {
        assert_int_equal(atomic_load(&shared->replies[i]), 1);
    }
    fixture_end(&f);
    batch.replies = own;
    batch_free(&batch);
}

static size_t descriptors_run(const void *requests, size_t request_bytes, void *replies,
                              size_t count, struct breakeven_turns *turns)
{
    (void)requests;
    (void)request_bytes;
    (void)turns;
    for (size_t i = 0; i < count; i++) {
        ((uint64_t *)replies)[i] = (uint64_t)descriptors_open();
    }
    return count;
}

static const struct breakeven_workload descriptors = {
    .name = "descriptors",
    .request_bytes = 8,
    .reply_bytes = 8,
    .run = descriptors_run,
};

/* Also not one of the dispatcher's that lies between them, nor a sibling's. */
static void a_worker_has_no_descriptor_but_its_own(void **state)
{
    struct fixture f;
    struct be_batch batch = batch_alloc(&descriptors, 100);
    int opened = open("/dev/null", O_RDONLY);
    uint64_t standard = 0;

    (void)state;
    for (int fd = 0; fd < 3; fd++) {
        standard += fcntl(fd, F_GETFD) >= 0;
    }
    pool_start(&f, &descriptors);
    assert_int_equal(fixture_run(&f, &batch), BE_OK);
    for (uint64_t i = 0; i < batch.tasks; i++) {
        /* ".", ".." and the folder itself are counted, and its link's one or two. */
        assert_in_range(((uint64_t *)batch.replies)[i] - standard - 3, 1, 2);
    }
    fixture_end(&f);
    batch_free(&batch);
    close(opened);
}

/* Write calls of this process so far. */
static uint64_t writes_made(void)
{
    char text[512] = "";
    int fd = open("/proc/self/io", O_RDONLY | O_CLOEXEC);
    const char *at = NULL;

    if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0) {
        at = strstr(text, "syscw: ");
    }
    close(fd);
    return at ? strtoull(at + strlen("syscw: "), NULL, 10) : 0;
}

static size_t writes_run(const void *requests, size_t request_bytes, void *replies, size_t count,
                         struct breakeven_turns *turns)
{
    (void)requests;
    (void)request_bytes;
    (void)turns;
    for (size_t i = 0; i < count; i++) {
        ((uint64_t *)replies)[i] = writes_made();
    }
    return count;
}

static const struct breakeven_workload writes = {
    .name = "writes",
    .request_bytes = 8,
    .reply_bytes = 8,
    .run = writes_run,
};

/*
 * Write calls of the dispatcher and of the one worker for TASKS messages each way; over pipes,
 * since the kernel does not count what is sent to sockets.
 */
static void count_writes(const char *coalesce, uint64_t *dispatcher, uint64_t *worker)
{
    enum { TASKS = 1000 };
    const char *const chosen[] = {"transport", "pipe", "coalesce", coalesce, NULL};
    const char *const *before_params = fixture_params;
    struct be_batch batch = batch_alloc(&writes, TASKS);
    const uint64_t *seen = batch.replies;
    struct fixture f;

    fixture_params = chosen;
    fixture_start(&f, be_executor_find("processes"), &writes, 1, 1);
    uint64_t before = writes_made();
    assert_int_equal(fixture_run(&f, &batch), BE_OK);
    *dispatcher = writes_made() - before;
    *worker = seen[TASKS - 1] - seen[0];
    fixture_end(&f);
    fixture_params = before_params;
    batch_free(&batch);
}

static void messages_leave_together_as_wanted(void **state)
{
    uint64_t dispatcher;
    uint64_t worker;

    (void)state;
    if (access("/proc/self/io", R_OK) != 0) {
        print_message("the kernel keeps no account of write calls\n");
        skip();
    }
    count_writes("1", &dispatcher, &worker);
    assert_int_equal(dispatcher, 1000);
    assert_int_equal(worker, 999);
    /* Before waiting, each side sends what it has: how often that is depends on the machine. */
    count_writes("10", &dispatcher, &worker);
    assert_in_range(dispatcher, 100, 500);
    assert_in_range(worker, 99, 500);
    count_writes("auto", &dispatcher, &worker);
    assert_in_range(dispatcher, 2, 500);
    assert_in_range(worker, 1, 500);
}

/* As many requests and results under way as links have room for, and some that wait for it. */
static void buffers_full_on_both_sides_block_nobody(void **state)
{
    enum { TASKS = 5000, HELD = 10 };
    const char *const window[] = {"window", "1048576", NULL};
    struct fixture f;

    (void)state;
    losing_start(&f, &deeds, window, 1);
    struct be_batch batch = batch_with(&deeds, DEED_NOTHING, 0, TASKS);
    assert_int_equal(f.ops->count(f.executor, true, &f.error), BE_OK);
    expect_all(&f, &batch);
    assert_int_equal(f.ops->count(f.executor, false, &f.error), BE_OK);
    assert_true(f.gauges.said[BE_GAUGE_window_most].value > HELD);
    fixture_end(&f);
    batch_free(&batch);
}

/* Creates a pool of many under a limit that refuses one half-way, in a process of its own. */
static void expect_refusal(rlim_t descriptors_max)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        struct fixture f;
        struct rlimit few = {descriptors_max, descriptors_max};
        fixture_init(&f, be_executor_find("processes"), &deeds, 8, 1);
        int before = descriptors_open();
        bool is_right = setrlimit(RLIMIT_NOFILE, &few) == 0 && fixture_create(&f) != BE_OK &&
                        strstr(f.error.message, "oo many open files") &&
                        descriptors_open() == before && waitpid(-1, NULL, WNOHANG) == -1 &&
                        errno == ECHILD;
        _exit(is_right ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* Several limits in a row, since each worker takes some, and some more for a moment. */
static void too_few_descriptors_leave_nothing_behind(void **state)
{
    int lowest = open("/dev/null", O_RDONLY);

    (void)state;
    close(lowest);
    for (rlim_t more = 8; more < 14; more++) {
        expect_refusal((rlim_t)lowest + more);
    }
}

static int pool_test(const char *name, void *context)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_die_with_their_dispatcher),
        cmocka_unit_test(a_long_tasks_result_does_not_wait_for_the_next_task),
        cmocka_unit_test(a_worker_has_no_descriptor_but_its_own),
        cmocka_unit_test(buffers_full_on_both_sides_block_nobody),
        cmocka_unit_test(too_few_descriptors_leave_nothing_behind),
    };

    (void)context;
    return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(int argc, char **argv)
{
    static const struct breakeven_workload *const own[] = {&deeds, &patience, &descriptors, &writes,
                                                           NULL};
    const struct CMUnitTest tests[] = {cmocka_unit_test(messages_leave_together_as_wanted)};

    (void)signal(SIGPIPE, SIG_IGN);
    if (!shared_open()) {
        return 1;
    }
    fixture_serve(argc, argv, own);
    return fixture_each_transport(pool_test, NULL) + fixture_each_start(pool_test, NULL) +
           cmocka_run_group_tests(tests, NULL, NULL);
}
