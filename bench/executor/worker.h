/*
 * What every worker does, whichever executor it belongs to: binds itself, counts, computes, and
 * keeps account of where its time goes.
 *
 * Threads: a struct be_worker belongs to the worker itself, a thread or a forked process; whatever
 * the dispatcher may see goes into the worker's account.
 */
#ifndef BE_BENCH_WORKER_H
#define BE_BENCH_WORKER_H

#include "executor/executor.h"

struct be_worker {
    const struct be_executor_env *env;
    uint32_t index;
    struct be_account *account;
    struct be_counter_session *counters;
    bool is_counting;                /* its counters were started */
    bool is_watching;                /* and in the first round already */
    struct be_disturbance disturbed; /* so far, when that was */

    struct be_meter meter;
    struct be_stamp between;
    struct be_latency_histogram *latency; /* of its messages; NULL: others time them */
    struct be_latency_histogram *claims;  /* what lies between two of them; NULL: nobody asks */
    uint64_t began_ns;
    uint64_t open_ns;     /* when what lies between two messages began; 0: it is not timed */
    uint32_t open_counts; /* what that stands for */
    uint32_t quick;       /* messages to come that are to be computed and no more */
};

/*
 * Binds the calling thread as worker `index` and opens its counters. A cause of failure also goes
 * into the account's error. Errors: those of be_pin_worker and be_counter_session_open.
 */
enum be_status be_worker_init(struct be_worker *worker, const struct be_executor_env *env,
                              uint32_t index);
void be_worker_finish(struct be_worker *worker);

/*
 * Starts or stops counters and the watch for disturbances, and looks where the worker runs. Who
 * stops what it has not started came later, in another's place: of that round nothing is known.
 */
void be_worker_count(struct be_worker *worker, bool start);

/*
 * A span begins: from now on the worker has tasks at hand. It ends before the worker reads, writes
 * or waits; its meter is then in the account. The time between is computing, but for what lies
 * between two messages, of which some are timed: it is small and much the same, which tasks need
 * not be.
 */
void be_worker_begin(struct be_worker *worker, uint64_t now_ns);
void be_worker_end(struct be_worker *worker, uint64_t now_ns);

/* For be_worker_compute. */
uint64_t be_worker_compute_watched(struct be_worker *worker, const struct be_batch *batch,
                                   uint64_t first, uint64_t count, struct breakeven_turns *turns);

/*
 * Computes a message inside a span: be_batch_compute, and what the env and the account want beyond
 * it. That is nothing for the next `quick` messages.
 */
static inline uint64_t be_worker_compute(struct be_worker *worker, const struct be_batch *batch,
                                         uint64_t first, uint64_t count,
                                         struct breakeven_turns *turns)
{
    if (worker->quick > 0) {
        worker->quick--;
        return be_batch_compute(batch, worker->env->workload, first, count, turns);
    }
    return be_worker_compute_watched(worker, batch, first, count, turns);
}

/* The first error that a worker left in its account, if any did; BE_OK otherwise. */
enum be_status be_worker_check(const struct be_executor_env *env, struct be_error *error);

/* What the kernel did to the calling thread so far. */
void be_disturbance_read(struct be_disturbance *disturbance);

/* Fills in what happened since; `watched` becomes true. */
void be_disturbance_tell(const struct be_disturbance *since, struct be_worker_record *record);

#endif
