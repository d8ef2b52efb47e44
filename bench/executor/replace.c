#include "executor/replace.h"

#include <inttypes.h>
#include <string.h>

#include "core/clock.h"
#include "core/units.h"
#include "executor/process_pool.h"
#include "executor/worker.h"

/* Looks at workers within the time after which one is stuck. */
enum { LOOKS = 4 };

/* A worker that starts has no message yet; it may take as long as that, or longer. */
#define START_NS_MIN UINT64_C(10000000000)

void be_tasks_give_up(struct be_executor *pool, const struct be_flight *tasks,
                      const struct be_error *cause)
{
    uint64_t count = tasks->end - tasks->first;
    size_t reply_bytes = pool->env->workload->reply_bytes;

    /* Where replies are written in place, the lost worker may have written some. */
    memset((char *)pool->batch->replies + tasks->first * reply_bytes, 0, count * reply_bytes);
    for (uint64_t i = tasks->first; i < tasks->end; i++) {
        pool->batch->failed[i] = 1;
    }
    if (pool->env->task_error->status == BE_OK) {
        be_error_fill(pool->env->task_error, BE_ETASK, "task %" PRIu64 ": %s", tasks->first,
                      cause->message);
    }
    pool->losses.given_up += count;
    pool->merged += count;
}

/* Puts back what was in flight; `at` is the first task of the message that the worker was at. */
static enum be_status flight_return(struct be_executor *pool, const struct be_flight *flight,
                                    uint64_t at, const struct be_error *cause,
                                    struct be_error *error)
{
    struct be_flight before = *flight;
    struct be_flight suspect = *flight;
    struct be_flight after = *flight;

    if (at < flight->first || at >= flight->end) {
        return be_again_put(&pool->again, flight, error);
    }
    before.end = suspect.first = at - (at - flight->first) % flight->count;
    suspect.end = after.first = suspect.first + flight->count;
    suspect.count = 1;
    suspect.tries++;
    enum be_status status = be_again_put(&pool->again, &after, error);
    if (status == BE_OK && suspect.tries > pool->task_retries) {
        be_tasks_give_up(pool, &suspect, cause);
    } else if (status == BE_OK) {
        status = be_again_put(&pool->again, &suspect, error);
    }
    return status == BE_OK ? be_again_put(&pool->again, &before, error) : status;
}

static enum be_status flights_return(struct be_executor *pool, uint32_t index,
                                     const struct be_error *cause, struct be_error *error)
{
    struct be_process *process = &pool->processes[index];
    uint64_t at = process->is_garbled && process->flights.messages > 0
                      ? be_flights_oldest(&process->flights)->first
                      : pool->env->accounts[index].begun;
    uint64_t before = pool->again.tasks;
    enum be_status status = BE_OK;
    struct be_flight flight;

    while (status == BE_OK && be_flights_take(&process->flights, &flight)) {
        status = flight_return(pool, &flight, at, cause, error);
    }
    pool->losses.rerun += pool->again.tasks - before;
    pool->wants_feed = true;
    return status;
}

/* Ends it for good and closes its link; what its CPU time was is kept. */
static void process_end(struct be_executor *pool, uint32_t index)
{
    struct be_process *process = &pool->processes[index];

    be_waiter_remove(&pool->waiter, index, process->child.pidfd);
    be_child_kill(&process->child);
    be_child_ends(&process->child, -1);
    process->past_cpu_ns += be_child_cpu_ns(&process->child);
    be_child_reap(&process->child);
    be_end_close(process->end);
    process->end = NULL;
    process->is_ready = false;
    process->is_choked = false;
}

/* What the next one in its place goes on with: only what was merged was its work. */
static void account_hand_on(struct be_executor *pool, uint32_t index)
{
    struct be_account *account = &pool->env->accounts[index];
    uint64_t merged = pool->processes[index].merged;

    account->tasks = merged;
    if (merged == 0) {
        account->start_ns = account->end_ns = 0;
    }
    account->begun = BE_NO_TASK;
    account->fault_ns = 0;
    account->replaced++;
}

static enum be_status replacement_allow(struct be_executor *pool, const struct be_error *cause,
                                        struct be_error *error)
{
    char period[BE_UNITS_TEXT_BYTES];

    if (be_restarts_allow(&pool->restarts, pool->now_ns)) {
        return BE_OK;
    }
    return be_error_set(error, BE_EWORKER,
                        "%s; workers are replaced at most %" PRIu64
                        " times in %s (restarts, restart-period)",
                        cause->message, pool->restarts.most,
                        be_units_format_exact_duration(period, pool->restarts.period_ns));
}

enum be_status be_process_replace(struct be_executor *pool, uint32_t index,
                                  const struct be_error *cause, struct be_error *error)
{
    struct be_process *process = &pool->processes[index];
    uint64_t fault_ns = pool->env->accounts[index].fault_ns;
    enum be_status status = BE_OK;

    if (!pool->is_up) {
        return be_error_set(error, cause->status, "%s", cause->message);
    }
    pool->now_ns = be_clock_now_ns();
    process->lost_ns = pool->now_ns;
    process_end(pool, index);
    if (fault_ns > 0) {
        /* It was asked for, so it tells nothing about how sound the pool is. */
        be_latency_add(&pool->losses.detection, process->lost_ns - fault_ns);
    } else {
        status = replacement_allow(pool, cause, error);
    }
    if (status == BE_OK) {
        status = flights_return(pool, index, cause, error);
    }
    if (status == BE_OK) {
        process->is_garbled = false;
        pool->losses.replaced++;
        account_hand_on(pool, index);
        process->pace.since_ns = pool->now_ns;
        status = be_process_start(pool, index, error);
    }
    return status;
}

enum be_status be_process_welcome(struct be_executor *pool, uint32_t index, struct be_error *error)
{
    struct be_process *process = &pool->processes[index];

    process->is_ready = true;
    if (process->lost_ns > 0) {
        be_latency_add(&pool->losses.replacement, be_clock_now_ns() - process->lost_ns);
        process->lost_ns = 0;
    }
    return be_worker_check(pool->env, error);
}

/* What a worker has done so far, and whether there is more to do. */
static uint64_t process_mark(const struct be_executor *pool, uint32_t index, bool has_work)
{
    /* The worker may be writing it just now. */
    return 2 * __atomic_load_n(&pool->env->accounts[index].tasks, __ATOMIC_RELAXED) + has_work;
}

enum be_status be_process_look(struct be_executor *pool, uint32_t index, struct be_error *cause)
{
    struct be_process *process = &pool->processes[index];
    bool has_work = process->flights.messages > 0 || process->owes || !process->is_ready;
    uint64_t mark = process_mark(pool, index, has_work);
    uint64_t limit_ns = pool->stuck_after_ns;
    char limit[BE_UNITS_TEXT_BYTES];

    if (!has_work || mark != process->pace.mark) {
        process->pace = (struct be_pace){mark, pool->now_ns};
        return BE_OK;
    }
    if (!process->is_ready && limit_ns < START_NS_MIN) {
        limit_ns = START_NS_MIN;
    }
    if (pool->now_ns - process->pace.since_ns < limit_ns) {
        return BE_OK;
    }
    return be_error_set(cause, BE_EWORKER, "worker %" PRIu32 " was stuck for %s (stuck-after)",
                        index, be_units_format_exact_duration(limit, limit_ns));
}

void be_processes_pace(struct be_executor *pool)
{
    bool is_late = pool->now_ns - pool->look_ns > pool->stuck_after_ns;

    /* Whoever was stopped itself does not know who else was. */
    for (uint32_t i = 0; is_late && i < pool->env->workers; i++) {
        pool->processes[i].pace.since_ns = pool->now_ns;
    }
    pool->look_ns = pool->now_ns + pool->stuck_after_ns / LOOKS;
}

void be_losses_tell(const struct be_losses *losses, struct be_gauges *gauges)
{
    struct be_latency detection;
    struct be_latency replacement;

    be_latency_summarise(&losses->detection, &detection);
    be_latency_summarise(&losses->replacement, &replacement);
    be_gauges_set(gauges, BE_GAUGE_workers_replaced, (double)losses->replaced);
    be_gauges_set(gauges, BE_GAUGE_tasks_rerun, (double)losses->rerun);
    be_gauges_set(gauges, BE_GAUGE_tasks_given_up, (double)losses->given_up);
    if (detection.count > 0) {
        be_gauges_set(gauges, BE_GAUGE_loss_detection_p50_ns, (double)detection.p50_ns);
    }
    if (replacement.count > 0) {
        be_gauges_set(gauges, BE_GAUGE_worker_replacement_p50_ns, (double)replacement.p50_ns);
    }
}
