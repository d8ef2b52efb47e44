#include "executor/worker.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "busy.h"
#include "core/clock.h"
#include "migrations.h"

/* Readings of the clock for what lies between two messages: both its ends, its draw, the result. */
enum { READINGS_BETWEEN = 4 };

enum be_status be_worker_init(struct be_worker *worker, const struct be_executor_env *env,
                              uint32_t index)
{
    struct be_account *account = &env->accounts[index];

    struct be_counter_total totals[BE_COUNTERS_MAX];
    uint32_t round = account->counters.round;

    /* One that takes another's place goes on with its meter and with what its counters told. */
    *worker =
        (struct be_worker){.env = env, .index = index, .account = account, .meter = account->meter};
    memcpy(totals, account->counters.totals, sizeof(totals));
    account->thread_id = gettid();
    be_stamp_init(&worker->between, READINGS_BETWEEN * env->clock_costs.wall_ns);
    enum be_status status = be_pin_worker(env->pin, index, &account->record, &account->error);
    if (status == BE_OK) {
        status = be_counter_session_open(env->counters, &account->counters, &worker->counters,
                                         &account->error);
        memcpy(account->counters.totals, totals, sizeof(totals));
        account->counters.round = round;
    }
    return status;
}

void be_worker_finish(struct be_worker *worker)
{
    be_counter_session_close(worker->counters);
    worker->counters = NULL;
}

void be_disturbance_read(struct be_disturbance *disturbance)
{
    struct rusage usage = {0};

    getrusage(RUSAGE_THREAD, &usage);
    *disturbance = (struct be_disturbance){
        .voluntary_switches = (uint64_t)usage.ru_nvcsw,
        .involuntary_switches = (uint64_t)usage.ru_nivcsw,
        .major_faults = (uint64_t)usage.ru_majflt,
    };
    disturbance->migrations_known = be_migrations_read(&disturbance->migrations);
}

void be_disturbance_tell(const struct be_disturbance *since, struct be_worker_record *record)
{
    struct be_disturbance now;

    be_disturbance_read(&now);
    record->watched = true;
    record->disturbance = (struct be_disturbance){
        .voluntary_switches = now.voluntary_switches - since->voluntary_switches,
        .involuntary_switches = now.involuntary_switches - since->involuntary_switches,
        .major_faults = now.major_faults - since->major_faults,
        .migrations_known = now.migrations_known && since->migrations_known,
        .migrations = now.migrations - since->migrations,
    };
}

/* Its counters were not there from the beginning, and nothing was told before. */
static void counters_refuse(struct be_counter_values *values)
{
    for (uint32_t i = 0; i < values->count; i++) {
        if (values->totals[i].rounds == 0) {
            be_counter_refuse(&values->items[i], BE_COUNTER_UNAVAILABLE, "a worker was replaced");
        }
    }
}

void be_worker_count(struct be_worker *worker, bool start)
{
    struct be_account *account = worker->account;

    /* A look is not what is to be counted. */
    if (start) {
        be_pin_look(worker->env->pin, &account->record);
        if (account->counters.round == 0) {
            worker->is_watching = true;
            be_disturbance_read(&worker->disturbed);
        }
        worker->is_counting = true;
        be_counter_session_start(worker->counters);
        return;
    }
    if (worker->is_counting) {
        be_counter_session_stop(worker->counters);
    } else {
        counters_refuse(&account->counters);
    }
    if (worker->is_watching) {
        be_disturbance_tell(&worker->disturbed, &account->record);
    }
    be_pin_look(worker->env->pin, &account->record);
}

/* What lies between two messages begins now; decides whether it is timed. */
static void between_begin(struct be_worker *worker)
{
    uint32_t stands_for = be_stamp_due(&worker->between);
    const struct be_extra *extra = &worker->env->extra;

    worker->open_counts = stands_for;
    if (stands_for > 0) {
        worker->open_ns = be_clock_now_ns();
    } else if (extra->cost_ns == 0 && extra->repeats == 0) {
        /* Nothing to do until the message before the next that is timed. */
        worker->quick = worker->between.left - 1;
        worker->between.left = 1;
    }
}

static void between_end(struct be_worker *worker, uint64_t now_ns)
{
    uint64_t took_ns = now_ns - worker->open_ns;
    uint32_t stands_for = be_stamp_weight(&worker->between, took_ns, worker->open_counts);

    worker->meter.between_ns +=
        ((int64_t)took_ns - (int64_t)worker->env->clock_costs.wall_ns) * stands_for;
    worker->open_ns = 0;
    if (worker->claims) {
        uint64_t reading_ns = worker->env->clock_costs.wall_ns;
        be_latency_add(worker->claims, took_ns > reading_ns ? took_ns - reading_ns : 0);
    }
}

void be_worker_begin(struct be_worker *worker, uint64_t now_ns)
{
    worker->began_ns = now_ns;
    worker->open_ns = 0; /* of a span that brought no message and was never ended */
    if (worker->quick > 0) {
        worker->quick--;
    } else {
        between_begin(worker);
    }
}

void be_worker_end(struct be_worker *worker, uint64_t now_ns)
{
    if (worker->open_ns > 0) {
        between_end(worker, now_ns);
    }
    worker->meter.span_ns += (int64_t)(now_ns - worker->began_ns);
    worker->account->meter = worker->meter;
}

/* Whoever computes the last task repeats it. */
static void last_task_repeat(const struct be_worker *worker, const struct be_batch *batch,
                             uint64_t first, uint64_t count, struct breakeven_turns *turns)
{
    const struct be_extra *extra = &worker->env->extra;
    uint64_t last = extra->last_task - batch->index;

    if (last < first || last >= first + count) {
        return;
    }
    for (uint64_t i = 0; i < extra->repeats; i++) {
        be_batch_compute(batch, worker->env->workload, last, 1, turns);
    }
}

uint64_t be_worker_compute_watched(struct be_worker *worker, const struct be_batch *batch,
                                   uint64_t first, uint64_t count, struct breakeven_turns *turns)
{
    const struct be_extra *extra = &worker->env->extra;
    uint64_t claimed_ns = worker->open_ns;

    if (claimed_ns > 0) {
        between_end(worker, be_clock_now_ns());
    }
    uint64_t failures = be_batch_compute(batch, worker->env->workload, first, count, turns);
    if (extra->repeats > 0) {
        last_task_repeat(worker, batch, first, count, turns);
    }
    if (claimed_ns > 0 && worker->latency) {
        be_latency_add(worker->latency, be_clock_now_ns() - claimed_ns);
    }
    between_begin(worker);
    if (extra->cost_ns > 0) {
        be_busy_spend(count * extra->cost_ns);
    }
    return failures;
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
