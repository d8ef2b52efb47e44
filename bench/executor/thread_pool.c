#include "executor/thread_pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "counter/tally.h"
#include "executor/batching.h"
#include "executor/feed.h"
#include "executor/worker.h"
#include "futex.h"

enum thread_order {
    ORDER_PASS,
    ORDER_COUNT_START,
    ORDER_COUNT_STOP,
    ORDER_LEAVE,
};

/* Its own cache lines, so that a worker's start does not disturb its neighbour's. */
struct pool_thread {
    alignas(128) struct be_executor *pool;
    uint32_t index;
    pthread_t handle;
    clockid_t cpu_clock;
    struct be_speed speed;
    struct be_batching batching;
};

/* What looking into a worker's account takes, in readings of the clock. */
enum { PASS_READINGS = 10 };

struct be_executor {
    const struct be_executor_env *env;
    be_thread_pool_pass *pass;
    void *context;
    struct pool_thread *threads;
    uint32_t started;

    /* Of passes in the timed ones, some: until a worker has begun, and from the last result on. */
    struct be_stamp passes;
    struct be_latency_histogram wakes;
    struct be_latency_histogram ends;

    /* An order is written first and then announced by a new number in `announced`. */
    enum thread_order order;
    struct be_batch batch;
    uint64_t chunk; /* no larger than the batch, or BE_CHUNK_AUTO */
    alignas(128) _Atomic uint32_t announced;
    alignas(128) _Atomic uint32_t busy; /* workers that have not yet done what was announced */
    alignas(128) _Atomic uint64_t cursor;
};

/* Takes chunks of the size given and computes them; returns how many tasks that were. */
static uint64_t chunks_work(struct be_executor *pool, struct be_worker *worker,
                            struct breakeven_turns *turns)
{
    const struct be_batch *batch = &pool->batch;
    uint64_t tasks = 0;

    /* Counted down in a register: a store before each fetch_add would be 2 % of a short message. */
    for (uint32_t quick = worker->quick;; quick--) {
        uint64_t first =
            atomic_fetch_add_explicit(&pool->cursor, pool->chunk, memory_order_relaxed);
        if (first >= batch->tasks) {
            worker->quick = quick;
            break;
        }
        uint64_t left = batch->tasks - first;
        uint64_t count = left < pool->chunk ? left : pool->chunk;
        if (quick > 0) {
            be_batch_compute(batch, pool->env->workload, first, count, turns);
        } else {
            worker->quick = 0;
            be_worker_compute_watched(worker, batch, first, count, turns);
            quick = worker->quick + 1;
        }
        tasks += count;
    }
    return tasks;
}

/* The same, each of what lasts for a while. */
static uint64_t chunks_work_auto(struct be_executor *pool, struct be_worker *worker,
                                 struct breakeven_turns *turns)
{
    const struct be_batch *batch = &pool->batch;
    struct pool_thread *thread = &pool->threads[worker->index];
    uint64_t tasks = 0;
    uint64_t before_ns = be_clock_now_ns();

    for (;;) {
        uint64_t taken = atomic_load_explicit(&pool->cursor, memory_order_relaxed);
        uint64_t left = taken < batch->tasks ? batch->tasks - taken : 0;
        uint64_t count = be_feed_chunk(&thread->speed, left, pool->env->workers);
        uint64_t first = atomic_fetch_add_explicit(&pool->cursor, count, memory_order_relaxed);
        if (first >= batch->tasks) {
            return tasks;
        }
        left = batch->tasks - first;
        count = count < left ? count : left;
        be_worker_compute(worker, batch, first, count, turns);
        uint64_t now_ns = be_clock_now_ns();
        be_speed_note(&thread->speed, count, now_ns - before_ns);
        be_batching_add(&thread->batching, count);
        before_ns = now_ns;
        tasks += count;
    }
}

void be_thread_pool_work(struct be_executor *pool, struct be_worker *worker,
                         struct breakeven_turns *turns)
{
    struct be_account *account = worker->account;
    const struct be_batching *batching = &pool->threads[worker->index].batching;
    uint64_t claims = batching->messages;
    bool is_auto = pool->chunk == BE_CHUNK_AUTO;
    uint64_t start_ns = be_clock_now_ns();

    be_worker_begin(worker, start_ns);
    uint64_t tasks =
        is_auto ? chunks_work_auto(pool, worker, turns) : chunks_work(pool, worker, turns);
    uint64_t end_ns = be_clock_now_ns();
    be_worker_end(worker, end_ns);
    be_tally_computed(be_tally_mine(), tasks,
                      is_auto ? batching->messages - claims
                              : (tasks + pool->chunk - 1) / pool->chunk);
    if (tasks > 0) {
        account->tasks = tasks;
        account->start_ns = start_ns;
        account->end_ns = end_ns;
    }
}

/* Tells the dispatcher that this worker has done what was announced. */
static void thread_report(struct be_executor *pool)
{
    if (atomic_fetch_sub_explicit(&pool->busy, 1, memory_order_acq_rel) == 1) {
        be_futex_wake_all(&pool->busy);
    }
}

static void thread_serve(struct be_executor *pool, struct be_worker *worker)
{
    for (uint32_t seen = 0;;) {
        uint32_t now;
        uint32_t sleeps = 0;
        while ((now = atomic_load_explicit(&pool->announced, memory_order_acquire)) == seen) {
            be_futex_wait(&pool->announced, seen);
            sleeps++;
        }
        be_tally_waited(sleeps);
        seen = now;
        switch (pool->order) {
        case ORDER_PASS:
            pool->pass(pool, worker, pool->context);
            break;
        case ORDER_COUNT_START:
        case ORDER_COUNT_STOP:
            be_worker_count(worker, pool->order == ORDER_COUNT_START);
            break;
        case ORDER_LEAVE:
            return;
        }
        thread_report(pool);
    }
}

static void *thread_main(void *argument)
{
    struct pool_thread *thread = argument;
    struct be_worker worker;

    /* One that could not start has said so in its account; it waits to be told to leave. */
    be_worker_init(&worker, thread->pool->env, thread->index);
    worker.latency = &worker.account->latency;
    worker.claims = &worker.account->claims;
    thread_report(thread->pool);
    thread_serve(thread->pool, &worker);
    be_worker_finish(&worker);
    return NULL;
}

static void pool_announce(struct be_executor *pool, enum thread_order order)
{
    pool->order = order;
    atomic_store_explicit(&pool->busy, pool->started, memory_order_relaxed);
    atomic_fetch_add_explicit(&pool->announced, 1, memory_order_release);
    be_futex_wake_all(&pool->announced);
}

static void pool_await(struct be_executor *pool)
{
    uint32_t busy;

    while ((busy = atomic_load_explicit(&pool->busy, memory_order_acquire)) > 0) {
        be_futex_wait(&pool->busy, busy);
    }
}

static enum be_status pool_start_threads(struct be_executor *pool, struct be_error *error)
{
    uint32_t workers = pool->env->workers;

    atomic_store(&pool->busy, workers);
    for (uint32_t i = 0; i < workers; i++) {
        struct pool_thread *thread = &pool->threads[i];
        thread->pool = pool;
        thread->index = i;
        int failure = pthread_create(&thread->handle, NULL, thread_main, thread);
        if (failure) {
            atomic_fetch_sub(&pool->busy, workers - i);
            errno = failure;
            return be_error_errno(error, BE_ESYSTEM, "cannot create a thread for worker %u", i);
        }
        pool->started++;
        pthread_getcpuclockid(thread->handle, &thread->cpu_clock);
    }
    return BE_OK;
}

enum be_status be_thread_pool_create(const struct be_executor_env *env, be_thread_pool_pass *pass,
                                     void *context, struct be_executor **executor,
                                     struct be_error *error)
{
    struct be_executor *pool = aligned_alloc(alignof(struct be_executor), sizeof(*pool));
    size_t bytes = env->workers * sizeof(pool->threads[0]);
    struct pool_thread *threads = aligned_alloc(alignof(struct pool_thread), bytes);

    if (!pool || !threads) {
        free(pool);
        free(threads);
        return be_error_set(error, BE_ENOMEM, "out of memory for %u threads", env->workers);
    }
    memset(pool, 0, sizeof(*pool));
    memset(threads, 0, bytes);
    pool->env = env;
    pool->pass = pass;
    pool->context = context;
    pool->threads = threads;
    be_stamp_init(&pool->passes,
                  (uint64_t)(2 + PASS_READINGS * env->workers) * env->clock_costs.wall_ns);

    enum be_status status = pool_start_threads(pool, error);
    pool_await(pool);
    if (status == BE_OK) {
        status = be_worker_check(env, error);
    }
    if (status != BE_OK) {
        be_thread_pool_destroy(pool);
        return status;
    }
    *executor = pool;
    return BE_OK;
}

/* How long workers took to wake, and the dispatcher after them. */
static void pass_stamp(struct be_executor *pool, uint64_t announced_ns)
{
    uint64_t now_ns = be_clock_now_ns();
    uint64_t last_ns = 0;

    for (uint32_t i = 0; i < pool->env->workers; i++) {
        const struct be_account *account = &pool->env->accounts[i];
        if (account->tasks > 0) {
            be_latency_add(&pool->wakes, account->start_ns - announced_ns);
            last_ns = account->end_ns > last_ns ? account->end_ns : last_ns;
        }
    }
    be_latency_add(&pool->ends, now_ns - last_ns);
}

enum be_status be_thread_pool_run(struct be_executor *pool, const struct be_batch *batch,
                                  struct be_error *error)
{
    (void)error; /* threads do not die one by one */
    pool->batch = *batch;
    /* No larger, so that the cursor cannot wrap around. */
    pool->chunk = pool->env->chunk < batch->tasks ? pool->env->chunk : batch->tasks;
    atomic_store_explicit(&pool->cursor, 0, memory_order_relaxed);
    if (batch->tasks > 0) {
        bool is_stamped = be_stamp_due(&pool->passes) > 0;
        uint64_t announced_ns = is_stamped ? be_clock_now_ns() : 0;
        pool_announce(pool, ORDER_PASS);
        pool_await(pool);
        if (is_stamped) {
            pass_stamp(pool, announced_ns);
        }
    }
    return BE_OK;
}

static void batching_clear(struct be_executor *pool)
{
    for (uint32_t i = 0; i < pool->started; i++) {
        pool->threads[i].batching = (struct be_batching){0};
    }
}

/* What the workers chose; a chunk that is given is none of theirs. */
static void batching_tell(const struct be_executor *pool)
{
    struct be_batching all = {0};

    for (uint32_t i = 0; i < pool->started; i++) {
        be_batching_merge(&all, &pool->threads[i].batching);
    }
    be_batching_tell(&all, pool->env->gauges);
}

static void stages_clear(struct be_executor *pool)
{
    pool->wakes = pool->ends = (struct be_latency_histogram){0};
    for (uint32_t i = 0; i < pool->env->workers; i++) {
        pool->env->accounts[i].claims = (struct be_latency_histogram){0};
    }
}

static void stage_tell(const struct be_executor *pool, enum be_gauge gauge,
                       const struct be_latency_histogram *histogram)
{
    struct be_latency took;

    be_latency_summarise(histogram, &took);
    if (took.count > 0) {
        be_gauges_set(pool->env->gauges, gauge, (double)took.p50_ns);
    }
}

static void stages_tell(const struct be_executor *pool)
{
    struct be_latency_histogram claims = {0};

    for (uint32_t i = 0; i < pool->env->workers; i++) {
        be_latency_merge(&claims, &pool->env->accounts[i].claims);
    }
    stage_tell(pool, BE_GAUGE_stage_claim_ns, &claims);
    stage_tell(pool, BE_GAUGE_stage_pass_wake_ns, &pool->wakes);
    stage_tell(pool, BE_GAUGE_stage_pass_end_ns, &pool->ends);
}

enum be_status be_thread_pool_count(struct be_executor *pool, bool start, struct be_error *error)
{
    (void)error;
    pool_announce(pool, start ? ORDER_COUNT_START : ORDER_COUNT_STOP);
    pool_await(pool);
    if (be_counting_begins(pool->env, start)) {
        stages_clear(pool);
        batching_clear(pool);
    }
    if (!start) {
        stages_tell(pool);
        batching_tell(pool);
    }
    return BE_OK;
}

void *be_thread_pool_context(const struct be_executor *pool)
{
    return pool ? pool->context : NULL;
}

uint64_t be_thread_pool_cpu_ns(const struct be_executor *pool, uint32_t index)
{
    return be_clock_read_ns(pool->threads[index].cpu_clock);
}

void be_thread_pool_destroy(struct be_executor *pool)
{
    if (!pool) {
        return;
    }
    pool_announce(pool, ORDER_LEAVE);
    for (uint32_t i = 0; i < pool->started; i++) {
        pthread_join(pool->threads[i].handle, NULL);
    }
    free(pool->threads);
    free(pool);
}
