/* Workers that are lost: replaced, their tasks run again, the guilty one failed alone. */
#include "losing.h"

#include <sched.h>
#include <stdio.h>

#include "core/clock.h"
#include "executor/process_pool.h"

/* The text follows the worker's number, which depends on who got the task. */
static void expect_reason(const struct fixture *f, uint64_t task, const char *text)
{
    char expected[96];
    bool is_right = false;

    for (int i = 0; i < WORKERS; i++) {
        snprintf(expected, sizeof(expected), "task %llu: worker %d %s", (unsigned long long)task, i,
                 text);
        is_right = is_right || strcmp(f->task_error.message, expected) == 0;
    }
    if (!is_right) {
        fail_msg("'%s' is not '%s'", f->task_error.message, expected);
    }
}

/* Where memory is shared, or a queue has no end, whoever hangs up is not heard of. */
static bool hears_of_hanging_up(void)
{
    const char *name = fixture_params[1];

    return strncmp(name, "shm-", strlen("shm-")) != 0 && strcmp(name, "mqueue") != 0;
}

static void a_task_that_kills_its_workers_fails_alone(void **state)
{
    static const struct {
        enum deed deed;
        uint64_t index;
        uint64_t tasks;
        uint64_t chunk;
        const char *retries;
        uint64_t tries;
        const char *text;
    } cases[] = {
        {DEED_KILL, 0, 1, 1, "2", 3, "was killed by signal 9"},
        {DEED_KILL, 500, 1000, 1, "2", 3, "was killed by signal 9"},
        {DEED_KILL, 500, 1000, 7, "2", 3, "was killed by signal 9"},
        {DEED_KILL, 999, 1000, 100, "1", 2, "was killed by signal 9"},
        {DEED_KILL, 998, 1000, 1, "0", 1, "was killed by signal 9"},
        {DEED_EXIT, 500, 1000, 7, "5", 6, "exited with status 3"},
        {DEED_PAUSE, 500, 1000, 7, "1", 2, "was stuck for 200ms (stuck-after)"},
        {DEED_CLOSE, 500, 1000, 1, "0", 1, "closed its connection"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (cases[i].deed == DEED_CLOSE && !hears_of_hanging_up()) {
            continue;
        }
        const char *const params[] = {"task-retries", cases[i].retries, "stuck-after",
                                      cases[i].deed == DEED_PAUSE ? "200ms" : "30s", NULL};
        struct be_batch batch =
            batch_with(&small_deeds, cases[i].deed, cases[i].index, cases[i].tasks);
        struct be_batch good = batch_alloc(&small_deeds, 100);
        struct fixture f;
        losing_start(&f, &small_deeds, params, cases[i].chunk);
        expect_all_but(&f, &batch, cases[i].index, 1);
        assert_int_equal(atomic_load(&shared->tried), cases[i].tries);
        expect_reason(&f, cases[i].index, cases[i].text);
        expect_all(&f, &good);
        fixture_end(&f);
        expect_no_child();
        batch_free(&good);
        batch_free(&batch);
    }
}

/* Without another try nobody knows which task of the message it was. */
static void a_message_that_is_not_tried_again_fails_whole(void **state)
{
    const char *const params[] = {"task-retries", "0", NULL};
    struct be_batch batch = batch_with(&small_deeds, DEED_KILL, 501, 1000);
    struct fixture f;

    (void)state;
    losing_start(&f, &small_deeds, params, 10);
    expect_all_but(&f, &batch, 500, 10);
    fixture_end(&f);
    batch_free(&batch);
}

static void a_task_that_survives_the_second_time_is_right(void **state)
{
    struct be_batch batch = batch_with(&small_deeds, DEED_KILL_ONCE, 300, 1000);
    struct fixture f;

    (void)state;
    losing_start(&f, &small_deeds, NULL, 1);
    assert_int_equal(f.ops->count(f.executor, true, &f.error), BE_OK);
    expect_all(&f, &batch);
    assert_int_equal(f.ops->count(f.executor, false, &f.error), BE_OK);
    assert_int_equal(atomic_load(&shared->tried), 2);
    assert_int_equal(f.task_error.status, BE_OK);
    assert_true(f.gauges.said[BE_GAUGE_workers_replaced].value == 1);
    assert_true(f.gauges.said[BE_GAUGE_tasks_rerun].value >= 1);
    assert_true(f.gauges.said[BE_GAUGE_tasks_given_up].value == 0);
    assert_true(f.gauges.said[BE_GAUGE_worker_replacement_p50_ns].value > 0);
    assert_false(f.gauges.said[BE_GAUGE_loss_detection_p50_ns].known);
    fixture_end(&f);
    expect_no_child();
    batch_free(&batch);
}

/* 5 deadly tasks of 3 tries each are 15 workers lost. */
static void too_many_losses_fail_the_pass(void **state)
{
    const char *const params[] = {"restarts", "14", "restart-period", "3600s", NULL};
    struct be_batch batch = batch_with(&small_deeds, DEED_KILL, 0, 100);
    struct be_batch good = batch_alloc(&small_deeds, 10);
    const char *text = "was killed by signal 9; workers are replaced at most 14 times in 3600s "
                       "(restarts, restart-period)";
    struct fixture f;

    (void)state;
    memset((void *)batch.requests, DEED_KILL, (size_t)5 * SMALL_BYTES);
    losing_start(&f, &small_deeds, params, 1);
    assert_int_equal(fixture_run(&f, &batch), BE_EWORKER);
    if (!strstr(f.error.message, text)) {
        fail_msg("'%s'", f.error.message);
    }

    /* The pool stays broken, says the same again, and still ends. */
    memset(&f.error, 0, sizeof(f.error));
    assert_int_equal(fixture_run(&f, &good), BE_EWORKER);
    assert_non_null(strstr(f.error.message, text));
    assert_int_equal(f.ops->count(f.executor, true, &f.error), BE_EWORKER);
    fixture_end(&f);
    expect_no_child();
    batch_free(&good);
    batch_free(&batch);
}

static void worker_signal(int signal)
{
    assert_int_equal(kill(atomic_load(&shared->worker), signal), 0);
}

/* Killed or stopped while it has nothing to do; the next pass or the counters find it gone. */
static void a_worker_lost_between_passes_is_replaced(void **state)
{
    static const int signals[] = {SIGKILL, SIGSTOP};
    const char *const params[] = {"stuck-after", "200ms", NULL};
    struct be_batch batch = batch_with(&small_deeds, DEED_NOTHING, 0, 500);

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fixture f;
        losing_start(&f, &small_deeds, params, 1);
        expect_all(&f, &batch);
        worker_signal(signals[i]);
        expect_all(&f, &batch);
        worker_signal(signals[i]);
        assert_int_equal(f.ops->count(f.executor, true, &f.error), BE_OK);
        expect_all(&f, &batch);
        worker_signal(signals[i]);
        assert_int_equal(f.ops->count(f.executor, false, &f.error), BE_OK);
        expect_all(&f, &batch);
        fixture_end(&f);
        expect_no_child();
    }
    batch_free(&batch);
}

/* Whoever stops counters that it has not started tells nothing of itself. */
static void a_replaced_workers_counters_are_unavailable(void **state)
{
    char event[] = "rusage:voluntary-switches";
    char *events[] = {event};
    struct be_batch batch = batch_with(&small_deeds, DEED_KILL_ONCE, 50, 100);
    struct be_counter_plan *plan = NULL;
    uint32_t refused = 0;
    struct fixture f;

    (void)state;
    assert_int_equal(be_counter_plan_create(events, 1, &plan, NULL), BE_OK);
    losing_init(&f, &small_deeds, NULL, 1);
    f.env.counters = plan;
    f.spec.counters = calloc(1, sizeof(*f.spec.counters));
    assert_non_null(f.spec.counters);
    f.spec.counters[f.spec.counter_count++] = strdup(event);
    if (fixture_create(&f) == BE_EUNAVAILABLE) {
        skip();
    }
    assert_int_equal(f.ops->count(f.executor, true, &f.error), BE_OK);
    expect_all(&f, &batch);
    assert_int_equal(f.ops->count(f.executor, false, &f.error), BE_OK);
    for (uint32_t i = 0; i < WORKERS; i++) {
        const struct be_counter_value *value = &f.env.accounts[i].counters.items[0];
        bool is_refused = value->state == BE_COUNTER_UNAVAILABLE;
        assert_true(is_refused || value->state == BE_COUNTER_COUNTED);
        assert_true(!is_refused || strcmp(value->reason, "a worker was replaced") == 0);
        assert_int_equal(f.env.accounts[i].replaced, is_refused ? 1 : 0);
        assert_int_equal(f.env.accounts[i].record.watched, !is_refused);
        refused += is_refused;
    }
    assert_int_equal(refused, 1);
    fixture_end(&f);
    be_counter_plan_destroy(plan);
    batch_free(&batch);
}

/* Time that a task spends before it is killed; it is not the last in the worker's life. */
static size_t spender_run(const void *requests, size_t request_bytes, void *replies, size_t count,
                          struct breakeven_turns *turns)
{
    (void)requests;
    (void)request_bytes;
    (void)replies;
    (void)turns;
    uint64_t start_ns = be_clock_thread_cpu_ns();
    while (be_clock_thread_cpu_ns() - start_ns < 50000000) {
    }
    if (atomic_fetch_add(&shared->tried, 1) == 0) {
        raise(SIGKILL);
    }
    return count;
}

static const struct breakeven_workload spender = {
    .name = "spender",
    .request_bytes = 8,
    .reply_bytes = 8,
    .run = spender_run,
};

static void a_lost_workers_cpu_time_is_kept(void **state)
{
    struct be_batch batch = batch_alloc(&spender, 1);
    struct fixture f;

    (void)state;
    atomic_store(&shared->tried, 0);
    fixture_start(&f, be_executor_find("processes"), &spender, 1, 1);
    uint64_t before_ns = f.ops->cpu_ns(f.executor, 0);
    assert_int_equal(fixture_run(&f, &batch), BE_OK);
    assert_true(f.ops->cpu_ns(f.executor, 0) - before_ns >= 100000000);
    fixture_end(&f);
    batch_free(&batch);
}

static void faults_on_purpose_change_no_result(void **state)
{
    static const char *const faults[] = {"kill:every=100", "stop:every=400", "garbage:every=100",
                                         "slow:every=400"};
    struct be_batch batch = batch_with(&small_deeds, DEED_NOTHING, 0, 1000);

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        /* On a busy machine another one may look as if it was stopped, too. */
        bool is_stop = i == 1;
        const char *const params[] = {"fault",       faults[i],
                                      "restarts",    is_stop ? "100" : "0",
                                      "stuck-after", is_stop ? "100ms" : "30s",
                                      NULL};
        for (uint64_t chunk = 1; chunk <= 13; chunk += 12) {
            struct fixture f;
            double strikes = i % 2 == 0 ? 10 : 2;
            losing_start(&f, &small_deeds, params, chunk);
            assert_int_equal(f.ops->count(f.executor, true, &f.error), BE_OK);
            expect_all(&f, &batch);
            assert_int_equal(f.ops->count(f.executor, false, &f.error), BE_OK);
            const struct be_gauge_said *said = f.gauges.said;
            double replaced = said[BE_GAUGE_workers_replaced].value;
            assert_true(replaced == (i == 3 ? 0 : strikes) || (is_stop && replaced > strikes));
            assert_int_equal(said[BE_GAUGE_loss_detection_p50_ns].known, i != 3);
            fixture_end(&f);
            expect_no_child();
        }
    }
    batch_free(&batch);
}

/* Runs three passes; exits with 0 if they were right. */
static _Noreturn void dispatcher_run(const struct be_batch *batch)
{
    struct fixture f;
    bool is_right = true;

    losing_start(&f, &deeds, NULL, 1);
    for (int pass = 0; pass < 3; pass++) {
        memset(batch->replies, 0, batch->tasks * MESSAGE_BYTES);
        is_right = is_right && fixture_run(&f, batch) == BE_OK;
        for (uint64_t i = 0; i < batch->tasks; i++) {
            is_right = is_right && reply_is_right(f.env.workload, batch, i);
        }
    }
    fixture_end(&f);
    _exit(is_right ? 0 : 1);
}

/* Waits until no task is computed any more: the worker has nothing to read or nowhere to write. */
static void standstill_await(void)
{
    uint64_t before;
    uint64_t now = atomic_load(&shared->computed);

    do {
        before = now;
        usleep(20000);
        now = atomic_load(&shared->computed);
    } while (now != before);
}

/*
 * The dispatcher is stopped in the middle of a pass until the workers have run out of requests or
 * of room for replies; one is killed there, and the dispatcher goes on.
 */
static void a_worker_killed_behind_full_buffers_is_replaced(void **state)
{
    struct be_batch batch = batch_with(&deeds, DEED_NOTHING, 0, 2000);

    (void)state;
    for (int i = 0; i < 4; i++) {
        int status = 0;
        atomic_store(&shared->computed, 0);
        pid_t dispatcher = fork();
        if (dispatcher == 0) {
            dispatcher_run(&batch);
        }
        while (atomic_load(&shared->computed) < 100) {
            sched_yield();
        }
        assert_int_equal(kill(dispatcher, SIGSTOP), 0);
        standstill_await();
        kill(atomic_load(&shared->worker), SIGKILL); /* unless all was done before */
        assert_int_equal(kill(dispatcher, SIGCONT), 0);
        assert_int_equal(waitpid(dispatcher, &status, 0), dispatcher);
        assert_int_equal(status, 0);
    }
    batch_free(&batch);
}

static void replacing_leaves_nothing_behind(void **state)
{
    const char *const params[] = {"fault", "kill:every=10", NULL};
    struct be_batch batch = batch_with(&small_deeds, DEED_NOTHING, 0, 200);
    struct fixture f;
    int descriptors = 0;

    (void)state;
    losing_start(&f, &small_deeds, params, 1);
    for (int pass = 0; pass < 4; pass++) {
        expect_all(&f, &batch);
        /* Counting waits for all workers to be there again. */
        assert_int_equal(f.ops->count(f.executor, true, &f.error), BE_OK);
        if (pass == 0) {
            descriptors = descriptors_open();
        }
    }
    assert_int_equal(descriptors_open(), descriptors);
    fixture_end(&f);
    expect_no_child();
    batch_free(&batch);
}

static int pool_test(const char *name, void *context)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_task_that_kills_its_workers_fails_alone),
        cmocka_unit_test(a_message_that_is_not_tried_again_fails_whole),
        cmocka_unit_test(a_task_that_survives_the_second_time_is_right),
        cmocka_unit_test(too_many_losses_fail_the_pass),
        cmocka_unit_test(a_worker_lost_between_passes_is_replaced),
        cmocka_unit_test(a_replaced_workers_counters_are_unavailable),
        cmocka_unit_test(a_lost_workers_cpu_time_is_kept),
        cmocka_unit_test(faults_on_purpose_change_no_result),
        cmocka_unit_test(a_worker_killed_behind_full_buffers_is_replaced),
        cmocka_unit_test(replacing_leaves_nothing_behind),
    };

    (void)context;
    return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(int argc, char **argv)
{
    static const struct breakeven_workload *const own[] = {&deeds, &small_deeds, &spender, NULL};

    (void)signal(SIGPIPE, SIG_IGN);
    if (!shared_open()) {
        return 1;
    }
    fixture_serve(argc, argv, own);
    return fixture_each_transport(pool_test, NULL) + fixture_each_start(pool_test, NULL);
}
