/*
 * What every worker does, whichever executor it belongs to: binds itself and counts.
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
};

/*
 * Binds the calling thread as worker `index` and opens its counters. A cause of failure also goes
 * into the account's error. Errors: those of be_pin_worker and be_counter_session_open.
 */
enum be_status be_worker_init(struct be_worker *worker, const struct be_executor_env *env,
                              uint32_t index);
void be_worker_finish(struct be_worker *worker);

/* Starts or stops the counters and looks where the worker runs. */
void be_worker_count(struct be_worker *worker, bool start);

/* The first error that a worker left in its account, if any did; BE_OK otherwise. */
enum be_status be_worker_check(const struct be_executor_env *env, struct be_error *error);

#endif
