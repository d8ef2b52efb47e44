/* Executor `threads`: a persistent pool of threads that share nothing but the cursor. */
#include "executor/thread_pool.h"

static void threads_pass(struct be_executor *pool, struct be_worker *worker, void *context)
{
    struct breakeven_turns nobody = {NULL};

    (void)context;
    be_thread_pool_work(pool, worker, &nobody);
}

static enum be_status threads_create(const struct be_executor_env *env,
                                     struct be_executor **executor, struct be_error *error)
{
    return be_thread_pool_create(env, threads_pass, NULL, executor, error);
}

static const struct be_param threads_params[] = {{.name = NULL}};

const struct be_executor_ops be_executor_threads = {
    .name = "threads",
    .summary = "a persistent pool of threads on an atomic cursor",
    .caps = BE_EXECUTOR_PARALLEL | BE_EXECUTOR_COMPUTES,
    .params = threads_params,
    .create = threads_create,
    .run = be_thread_pool_run,
    .count = be_thread_pool_count,
    .cpu_ns = be_thread_pool_cpu_ns,
    .destroy = be_thread_pool_destroy,
};
