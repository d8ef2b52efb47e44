/* The reference that speedups are over: the main thread computes all tasks in one go. */
#include <stdlib.h>

#include "core/clock.h"
#include "executor/executor.h"

struct be_executor {
    const struct be_executor_env *env;
    struct be_counter_session *counters;
};

static void serial_destroy(struct be_executor *executor)
{
    if (executor) {
        be_counter_session_close(executor->counters);
        free(executor);
    }
}

static enum be_status serial_create(const struct be_executor_env *env,
                                    struct be_executor **executor, struct be_error *error)
{
    struct be_worker_record *record = &env->accounts[0].record;
    struct be_executor *made = calloc(1, sizeof(*made));

    if (!made) {
        return be_error_set(error, BE_ENOMEM, "out of memory for an executor");
    }
    made->env = env;
    enum be_status status = be_pin_worker(env->pin, 0, record, error);
    if (status == BE_OK) {
        status = be_counter_session_open(env->counters, &env->accounts[0].counters, &made->counters,
                                         error);
    }
    if (status != BE_OK) {
        serial_destroy(made);
        return status;
    }
    *executor = made;
    return BE_OK;
}

static enum be_status serial_run(struct be_executor *executor, const struct be_batch *batch,
                                 struct be_error *error)
{
    struct be_account *account = &executor->env->accounts[0];
    struct breakeven_turns turns = {NULL};
    (void)error;

    account->start_ns = be_clock_now_ns();
    be_batch_compute(batch, executor->env->workload, 0, batch->tasks, &turns);
    account->tasks = batch->tasks;
    account->end_ns = be_clock_now_ns();
    return BE_OK;
}

static enum be_status serial_count(struct be_executor *executor, bool start, struct be_error *error)
{
    (void)error;

    if (start) {
        be_counter_session_start(executor->counters);
    } else {
        be_counter_session_stop(executor->counters);
    }
    be_pin_look(executor->env->pin, &executor->env->accounts[0].record);
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
