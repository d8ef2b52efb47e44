/* The reference that speedups are over: the main thread computes all tasks in one go. */
#include <stdlib.h>

#include "core/clock.h"
#include "counter/tally.h"
#include "executor/worker.h"

struct be_executor {
    struct be_worker worker;
};

static void serial_destroy(struct be_executor *executor)
{
    if (executor) {
        be_worker_finish(&executor->worker);
        free(executor);
    }
}

static enum be_status serial_create(const struct be_executor_env *env,
                                    struct be_executor **executor, struct be_error *error)
{
    struct be_executor *made = calloc(1, sizeof(*made));

    if (!made) {
        return be_error_set(error, BE_ENOMEM, "out of memory for an executor");
    }
    enum be_status status = be_worker_init(&made->worker, env, 0);
    if (status != BE_OK) {
        be_error_fill(error, status, "%s", env->accounts[0].error.message);
        serial_destroy(made);
        return status;
    }
    *executor = made;
    return BE_OK;
}

static enum be_status serial_run(struct be_executor *executor, const struct be_batch *batch,
                                 struct be_error *error)
{
    struct be_worker *worker = &executor->worker;
    struct be_account *account = worker->account;
    struct breakeven_turns turns = {NULL};
    (void)error;

    account->start_ns = be_clock_now_ns();
    be_worker_begin(worker, account->start_ns);
    be_worker_compute(worker, batch, 0, batch->tasks, &turns);
    account->tasks = batch->tasks;
    account->end_ns = be_clock_now_ns();
    be_worker_end(worker, account->end_ns);
    be_tally_computed(be_tally_mine(), batch->tasks, 0);
    return BE_OK;
}

static enum be_status serial_count(struct be_executor *executor, bool start, struct be_error *error)
{
    (void)error;

    be_worker_count(&executor->worker, start);
    return BE_OK;
}

static uint64_t serial_cpu_ns(const struct be_executor *executor, uint32_t index)
{
    (void)executor;
    (void)index;
    return be_clock_thread_cpu_ns();
}

static const struct be_param serial_params[] = {{0}};

const struct be_executor_ops be_executor_serial = {
    .name = "serial",
    .summary = "one task after the other in the main thread: what speedups are over",
    .caps = BE_EXECUTOR_COMPUTES | BE_EXECUTOR_INLINE,
    .params = serial_params,
    .create = serial_create,
    .run = serial_run,
    .count = serial_count,
    .cpu_ns = serial_cpu_ns,
    .destroy = serial_destroy,
};
