/* labels: threads */
/*
 * What a pool does beyond its tasks: every parallel row of the executor table obeys, whoever wrote
 * it, and keeps account of its workers' time.
 */
#include "executor_fixture.h"

#include <signal.h>
#include <stdatomic.h>

#include "workload/workload_table.h"

/* A workload that counts its calls a task, in memory that all workers share. */
struct counted_request {
    _Atomic uint64_t *calls; /* of this task */
};

static size_t counted_run(const void *requests, size_t request_bytes, void *replies, size_t count,
                          struct breakeven_turns *turns)
{
    const struct counted_request *counted = requests;
    uint64_t *results = replies;
    (void)request_bytes;
    (void)turns;

    for (size_t i = 0; i < count; i++) {
        atomic_fetch_add(counted[i].calls, 1);
        results[i] = 7;
    }
    return count;
}

static const struct breakeven_workload counted = {
    .name = "counted",
    .request_bytes = sizeof(struct counted_request),
    .reply_bytes = 8,
    .run = counted_run,
};

enum { COUNTED = 100, REPEATS = 5 };

/* Runs a pass of counted tasks and fills in how often each was computed. */
static void counted_pass(const struct be_executor_ops *ops, uint64_t chunk,
                         const struct be_extra *extra, uint64_t calls[COUNTED])
{
    struct fixture f;
    size_t bytes = COUNTED * sizeof(uint64_t);
    _Atomic uint64_t *shared =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_ptr_not_equal(shared, MAP_FAILED);
    fixture_init(&f, ops, &counted, 3, chunk);
    f.env.extra = *extra;
    assert_int_equal(fixture_create(&f), BE_OK);
    struct be_batch batch = batch_alloc(&counted, COUNTED);
    for (size_t i = 0; i < COUNTED; i++) {
        ((struct counted_request *)batch.requests)[i].calls = &shared[i];
    }
    assert_int_equal(fixture_run(&f, &batch), BE_OK);
    for (size_t i = 0; i < COUNTED; i++) {
        calls[i] = shared[i];
        assert_int_equal(((const uint64_t *)batch.replies)[i], 7);
        assert_int_equal(batch.failed[i], 0);
    }
    batch_free(&batch);
    fixture_end(&f);
    munmap(shared, bytes);
}

static void pool_repeats_the_last_task(const struct be_executor_ops *ops)
{
    static const struct be_extra extra = {.repeats = REPEATS, .last_task = COUNTED - 1};
    const uint64_t chunks[] = {1, 7, COUNTED};

    for (size_t k = 0; k < sizeof(chunks) / sizeof(chunks[0]); k++) {
        uint64_t calls[COUNTED];
        counted_pass(ops, chunks[k], &extra, calls);
        for (size_t i = 0; i < COUNTED; i++) {
            assert_int_equal(calls[i], i == COUNTED - 1 ? 1 + REPEATS : 1);
        }
    }
}

/* All parts of a worker's time are seen, and a cost a task is among what lies between. */
static void pool_pays_a_cost(const struct be_executor_ops *ops)
{
    static const struct be_extra extra = {.cost_ns = 20000};
    const struct breakeven_workload *null = be_workload_find("null");
    struct fixture f;
    int64_t between_ns = 0;

    fixture_init(&f, ops, null, 3, 7);
    f.env.extra = extra;
    /* Clocks that cost nothing: every stretch is timed, and nothing is estimated. */
    f.env.clock_costs = (struct be_clock_costs){0};
    assert_int_equal(fixture_create(&f), BE_OK);
    struct be_batch batch = batch_alloc(null, COUNTED);
    assert_int_equal(fixture_run(&f, &batch), BE_OK);
    for (uint32_t i = 0; i < f.env.workers; i++) {
        const struct be_account *account = &f.env.accounts[i];
        assert_true(account->tasks == 0 || account->meter.span_ns > 0);
        assert_true(account->meter.between_ns <= account->meter.span_ns);
        assert_int_equal(account->meter.merge_ns, 0);
        between_ns += account->meter.between_ns;
    }
    assert_true(between_ns >= COUNTED * (int64_t)extra.cost_ns);
    batch_free(&batch);
    fixture_end(&f);
}

static void every_pool(void (*check)(const struct be_executor_ops *ops))
{
    for (size_t i = 0; be_executor_table[i]; i++) {
        if (be_executor_table[i]->caps & BE_EXECUTOR_PARALLEL) {
            check(be_executor_table[i]);
        }
    }
}

static void every_pool_repeats_the_last_task_and_no_other(void **state)
{
    (void)state;
    every_pool(pool_repeats_the_last_task);
}

static void every_pool_pays_a_cost_and_says_where_time_went(void **state)
{
    (void)state;
    every_pool(pool_pays_a_cost);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pool_repeats_the_last_task_and_no_other),
        cmocka_unit_test(every_pool_pays_a_cost_and_says_where_time_went),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
