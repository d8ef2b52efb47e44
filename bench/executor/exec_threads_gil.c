/*
 * Executor `threads-gil`: the pool of `threads`, with one interpreter-style lock held while
 * computing. It shows what threads are worth where an interpreter lets one of them run at a time.
 */
#include <stdlib.h>

#include "executor/gil.h"
#include "executor/thread_pool.h"

/* What a worker's checkpoints need; lives on the worker's stack for a pass. */
struct gil_turns {
    struct breakeven_turns turns; /* first, so that a checkpoint finds the rest */
    struct be_gil *gil;
    struct be_worker *worker;
};

/* Waiting for one's turn is no computing. */
static void gil_checkpoint(struct breakeven_turns *turns)
{
    struct gil_turns *mine = (struct gil_turns *)turns;
    mine->worker->meter.span_ns -= (int64_t)be_gil_yield(mine->gil, mine);
}

static void gil_pass(struct be_executor *pool, struct be_worker *worker, void *context)
{
    struct gil_turns mine = {.turns = {gil_checkpoint}, .gil = context, .worker = worker};

    be_gil_take(mine.gil, &mine);
    be_thread_pool_work(pool, worker, &mine.turns);
    be_gil_drop(mine.gil);
}

static enum be_status gil_create(const struct be_executor_env *env, struct be_executor **executor,
                                 struct be_error *error)
{
    struct be_gil *gil = malloc(sizeof(*gil));

    if (!gil) {
        return be_error_set(error, BE_ENOMEM, "out of memory for the lock of threads-gil");
    }
    be_gil_init(gil, be_params_get_count(env->params, "switch-interval", 0));
    enum be_status status = be_thread_pool_create(env, gil_pass, gil, executor, error);
    if (status != BE_OK) {
        be_gil_finish(gil);
        free(gil);
    }
    return status;
}

static void gil_destroy(struct be_executor *executor)
{
    struct be_gil *gil = be_thread_pool_context(executor);

    be_thread_pool_destroy(executor);
    if (gil) {
        be_gil_finish(gil);
        free(gil);
    }
}

static const struct be_param gil_params[] = {
    {
        .name = "switch-interval",
        .type = BE_PARAM_DURATION,
        .fallback = "5ms",
        .min = 1000,
        .max = UINT64_C(1000000000),
        .help = "how long a waiting thread waits before it asks for the lock",
    },
    {.name = NULL},
};

const struct be_executor_ops be_executor_threads_gil = {
    .name = "threads-gil",
    .summary = "the pool of threads under one lock that is handed over on request",
    .caps = BE_EXECUTOR_PARALLEL | BE_EXECUTOR_COMPUTES,
    .params = gil_params,
    .create = gil_create,
    .run = be_thread_pool_run,
    .count = be_thread_pool_count,
    .cpu_ns = be_thread_pool_cpu_ns,
    .destroy = gil_destroy,
};
