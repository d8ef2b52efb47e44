/* labels: threads */
/* Workers that take turns: one at a time, handed over inside tasks and between them. */
#include "executor_fixture.h"

#include <stdatomic.h>
#include <time.h>

enum deed {
    DEED_COUNT,  /* sees how many compute at once */
    DEED_WAIT,   /* ends, with a checkpoint now and then, once another task has signalled */
    DEED_PAUSE,  /* short, without a checkpoint; computes nothing once another has signalled */
    DEED_SIGNAL, /* lets the others end */
};

/* Set by the tasks; a test starts with both at 0. */
static _Atomic int computing;
static _Atomic bool signalled;

static void nap(void)
{
    struct timespec briefly = {.tv_nsec = 100000};
    nanosleep(&briefly, NULL);
}

/* How many tasks, this one included, are between here and its end. */
static uint64_t computing_count(void)
{
    uint64_t count = (uint64_t)atomic_fetch_add(&computing, 1) + 1;
    nap();
    atomic_fetch_sub(&computing, 1);
    return count;
}

static uint64_t deed_do(enum deed deed, struct breakeven_turns *turns)
{
    switch (deed) {
    case DEED_COUNT:
        return computing_count();
    case DEED_WAIT:
        while (!atomic_load(&signalled)) {
            nap();
            breakeven_checkpoint(turns);
        }
        return 1;
    case DEED_PAUSE:
        if (!atomic_load(&signalled)) {
            nap();
            return 0;
        }
        return 1;
    case DEED_SIGNAL:
        atomic_store(&signalled, true);
        return 1;
    }
    return 0;
}

static size_t deed_run(const void *requests, size_t request_bytes, void *replies, size_t count,
                       struct breakeven_turns *turns)
{
    const uint64_t *request = requests;
    uint64_t *reply = replies;
    (void)request_bytes;

    for (size_t i = 0; i < count; i++) {
        reply[i] = deed_do((enum deed)request[i], turns);
    }
    return count;
}

static const struct breakeven_workload deeds = {
    .name = "deeds",
    .request_bytes = 8,
    .reply_bytes = 8,
    .run = deed_run,
};

/* Runs all tasks of the batch on two workers with a switch interval of 1 ms. */
static void run_on_two(const struct be_batch *batch, uint64_t chunk)
{
    struct fixture f;

    atomic_store(&signalled, false);
    fixture_init(&f, be_executor_find("threads-gil"), &deeds, 2, chunk);
    assert_int_equal(be_params_set(&f.params, "switch-interval", "1ms", NULL), BE_OK);
    assert_int_equal(fixture_create(&f), BE_OK);
    assert_int_equal(fixture_run(&f, batch), BE_OK);
    fixture_end(&f);
}

static void one_worker_computes_at_a_time(void **state)
{
    struct be_batch batch = batch_alloc(&deeds, 200); /* DEED_COUNT, all of them */

    (void)state;
    run_on_two(&batch, 1);
    for (uint64_t i = 0; i < batch.tasks; i++) {
        assert_int_equal(((uint64_t *)batch.replies)[i], 1);
    }
    batch_free(&batch);
}

/* The first task does not end before the second one had the lock. */
static void a_checkpoint_hands_the_lock_over(void **state)
{
    struct be_batch batch = batch_alloc(&deeds, 2);

    (void)state;
    ((uint64_t *)batch.requests)[0] = DEED_WAIT;
    ((uint64_t *)batch.requests)[1] = DEED_SIGNAL;
    run_on_two(&batch, 1);
    assert_int_equal(((uint64_t *)batch.replies)[0], 1);
    batch_free(&batch);
}

/*
 * One chunk of tasks that would take seconds, and one task that cuts them short: its worker must
 * have had the lock before the first one was through.
 */
static void the_end_of_a_task_hands_the_lock_over(void **state)
{
    enum { CHUNK = 50000 };
    struct be_batch batch = batch_alloc(&deeds, CHUNK + 1);
    uint64_t *requests = (uint64_t *)batch.requests;

    (void)state;
    for (int i = 0; i < CHUNK; i++) {
        requests[i] = DEED_PAUSE;
    }
    requests[CHUNK] = DEED_SIGNAL;
    run_on_two(&batch, CHUNK);
    assert_int_equal(((uint64_t *)batch.replies)[CHUNK - 1], 1);
    batch_free(&batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_worker_computes_at_a_time),
        cmocka_unit_test(a_checkpoint_hands_the_lock_over),
        cmocka_unit_test(the_end_of_a_task_hands_the_lock_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
