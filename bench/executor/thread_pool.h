/*
 * A persistent pool of threads on one atomic cursor: each worker takes the next chunk by a
 * fetch_add, so there is no queue, no lock and no message on the task path.
 *
 * The executors `threads` and `threads-gil` are this pool with different things around the work.
 * Threads: every call comes from the dispatcher but be_thread_pool_work, which a worker makes for
 * itself. The dispatcher sleeps while workers run.
 */
#ifndef BE_BENCH_THREAD_POOL_H
#define BE_BENCH_THREAD_POOL_H

#include "executor/executor.h"
#include "executor/worker.h"

/*
 * What a worker does in a pass: calls be_thread_pool_work once, with what belongs around it. Called
 * in the worker. `context` is the one given to create.
 */
typedef void be_thread_pool_pass(struct be_executor *pool, struct be_worker *worker, void *context);

/* Starts the threads. `context` is borrowed. The rest as be_executor_ops says. */
enum be_status be_thread_pool_create(const struct be_executor_env *env, be_thread_pool_pass *pass,
                                     void *context, struct be_executor **executor,
                                     struct be_error *error);

/* The callbacks of be_executor_ops of these names. */
enum be_status be_thread_pool_run(struct be_executor *pool, const struct be_batch *batch,
                                  struct be_error *error);
enum be_status be_thread_pool_count(struct be_executor *pool, bool start, struct be_error *error);
uint64_t be_thread_pool_cpu_ns(const struct be_executor *pool, uint32_t index);
void be_thread_pool_destroy(struct be_executor *pool);

/* The context given to create; NULL for no pool. */
void *be_thread_pool_context(const struct be_executor *pool);

/* Takes chunks and computes them until none is left. */
void be_thread_pool_work(struct be_executor *pool, struct be_worker *worker,
                         struct breakeven_turns *turns);

#endif
