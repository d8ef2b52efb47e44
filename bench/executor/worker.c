#include "executor/worker.h"

enum be_status be_worker_init(struct be_worker *worker, const struct be_executor_env *env,
                              uint32_t index)
{
    struct be_account *account = &env->accounts[index];

    *worker = (struct be_worker){.env = env, .index = index, .account = account};
    enum be_status status = be_pin_worker(env->pin, index, &account->record, &account->error);
    if (status == BE_OK) {
        status = be_counter_session_open(env->counters, &account->counters, &worker->counters,
                                         &account->error);
    }
    return status;
}

void be_worker_finish(struct be_worker *worker)
{
    be_counter_session_close(worker->counters);
    worker->counters = NULL;
}

void be_worker_count(struct be_worker *worker, bool start)
{
    if (start) {
        be_counter_session_start(worker->counters);
    } else {
        be_counter_session_stop(worker->counters);
    }
    be_pin_look(worker->env->pin, &worker->account->record);
}

enum be_status be_worker_check(const struct be_executor_env *env, struct be_error *error)
{
    for (uint32_t i = 0; i < env->workers; i++) {
        const struct be_error *cause = &env->accounts[i].error;
        if (cause->status != BE_OK) {
            return be_error_set(error, cause->status, "worker %u: %s", i, cause->message);
        }
    }
    return BE_OK;
}
