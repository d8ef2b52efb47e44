/*
 * Runs nothing: replies stay zero. What a sample costs here is what the harness and the runner cost
 * themselves.
 */
#include <stdlib.h>

#include "core/clock.h"
#include "executor/executor.h"

struct be_executor {
    const struct be_executor_env *env;
};

static void null_destroy(struct be_executor *executor)
{
    free(executor);
}

static enum be_status null_create(const struct be_executor_env *env, struct be_executor **executor,
                                  struct be_error *error)
{
    struct be_executor *made = calloc(1, sizeof(*made));

    if (!made) {
        return be_error_set(error, BE_ENOMEM, "out of memory for an executor");
    }
    made->env = env;
    enum be_status status = be_pin_worker(env->pin, 0, &env->accounts[0].record, error);
    if (status != BE_OK) {
        null_destroy(made);
        return status;
    }
    *executor = made;
    return BE_OK;
}

static enum be_status null_run(struct be_executor *executor, const struct be_batch *batch,
                               struct be_error *error)
{
    struct be_account *account = &executor->env->accounts[0];
    (void)error;

    account->start_ns = be_clock_now_ns();
    account->tasks = batch->tasks;
    account->end_ns = account->start_ns;
    return BE_OK;
}

static enum be_status null_count(struct be_executor *executor, bool start, struct be_error *error)
{
    (void)start;
    (void)error;
    be_pin_look(executor->env->pin, &executor->env->accounts[0].record);
    return BE_OK;
}

static uint64_t null_cpu_ns(const struct be_executor *executor, uint32_t index)
{
    (void)executor;
    (void)index;
    return be_clock_thread_cpu_ns();
}

static const struct be_param null_params[] = {{0}};

const struct be_executor_ops be_executor_null = {
    .name = "null",
    .summary = "nothing: what the harness and the runner cost themselves",
    .caps = BE_EXECUTOR_INLINE,
    .params = null_params,
    .create = null_create,
    .run = null_run,
    .count = null_count,
    .cpu_ns = null_cpu_ns,
    .destroy = null_destroy,
};
