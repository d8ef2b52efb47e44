#include "runner.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/hash.h"
#include "core/protocol.h"
#include "counter/counter.h"
#include "executor/worker.h"
#include "memory.h"
#include "pin.h"
#include "usage.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "checksums are over little-endian results, and are taken of memory as it is");

/* What a job needs beside its pool. */
struct runner {
    const struct be_job *job;
    struct be_pin *pin;
    struct be_counter_plan *counters;
    uint32_t rounds;             /* in which they counted */
    struct be_account *accounts; /* one a worker, shared with them */
    struct be_batch batch;
    size_t reply_bytes;      /* of all tasks */
    struct be_usage *usage;  /* one a worker: when the pass began */
    struct be_delay *delays; /* one a worker, then the dispatcher's: since the timed passes began */
    struct be_meter meter;   /* the dispatcher's */
    struct be_clock_costs clock_costs;
    struct be_disturbance disturbed; /* the dispatcher, when the timed passes began */
    void *first_replies;             /* of the first pass */
    bool *differs;                   /* one a pass: its replies are not those of the first */
    struct be_sample_record record;
};

static void runner_finish(struct runner *runner)
{
    be_sample_record_finish(&runner->record);
    free(runner->differs);
    free(runner->first_replies);
    free(runner->delays);
    free(runner->usage);
    be_counter_plan_destroy(runner->counters);
    be_pin_destroy(runner->pin);
}

static enum be_status runner_init(struct runner *runner, const struct be_job *job,
                                  struct be_error *error)
{
    size_t passes = (size_t)job->spec.passes + job->spec.warmup + 1;
    const struct be_shared *memory = &job->memory;

    *runner = (struct runner){
        .job = job,
        .accounts = memory->accounts,
        .batch = {memory->requests, memory->replies, memory->failed, job->tasks},
        .reply_bytes = job->tasks * job->workload->reply_bytes,
        .usage = calloc(job->workers, sizeof(*runner->usage)),
        .delays = calloc((size_t)job->workers + 1, sizeof(*runner->delays)),
        .first_replies = calloc(job->tasks, job->workload->reply_bytes),
        .differs = calloc(passes, sizeof(*runner->differs)),
        .record = {.passes = calloc(passes, sizeof(*runner->record.passes)),
                   .workers = calloc(job->workers, sizeof(*runner->record.workers)),
                   .worker_count = job->workers},
    };
    if (!runner->usage || !runner->delays || !runner->first_replies || !runner->differs ||
        !runner->record.passes || !runner->record.workers) {
        return be_error_set(error, BE_ENOMEM,
                            "out of memory for %" PRIu64 " tasks and %" PRIu32 " workers",
                            job->tasks, job->workers);
    }
    be_clock_costs_measure(&runner->clock_costs);
    return be_pin_create(&job->spec, &runner->pin, error);
}

static enum be_status pool_create(struct runner *runner, const struct be_counter_plan *counters,
                                  struct be_executor_env *env, struct be_executor **pool,
                                  struct be_error *error)
{
    const struct be_job *job = runner->job;

    be_job_env(job, &job->memory, env);
    env->pin = runner->pin;
    env->counters = counters;
    env->meter = &runner->meter;
    env->gauges = &runner->record.gauges;
    env->task_error = &runner->record.task_error;
    env->clock_costs = runner->clock_costs;
    return job->executor->create(env, pool, error);
}

/*
 * Makes buffers and accounts as if no pass had been. Writing to all of them also brings their
 * memory in before the clock runs.
 */
static void pass_clear(struct runner *runner)
{
    memset(runner->batch.replies, 0, runner->reply_bytes);
    memset(runner->batch.failed, 0, runner->job->tasks);
    for (uint32_t i = 0; i < runner->job->workers; i++) {
        runner->accounts[i].tasks = 0;
        runner->accounts[i].start_ns = 0;
        runner->accounts[i].end_ns = 0;
    }
}

/*
 * Adds a pass to the record. Its checksum waits until all passes are over: comparing replies costs
 * a hundredth of hashing them, and the counters of a pool are running.
 */
static void pass_keep(struct runner *runner, const struct be_pass_record *pass)
{
    size_t index = runner->record.pass_count++;

    runner->record.passes[index] = *pass;
    for (uint64_t i = 0; i < pass->tasks; i++) {
        runner->record.passes[index].failed += runner->batch.failed[i];
    }
    if (index == 0) {
        memcpy(runner->first_replies, runner->batch.replies, runner->reply_bytes);
    } else if (memcmp(runner->first_replies, runner->batch.replies, runner->reply_bytes) != 0) {
        runner->differs[index] = true;
        runner->record.passes[index].checksum =
            be_hash_bytes(BE_HASH_SEED, runner->batch.replies, runner->reply_bytes);
    }
}

/* What was injected into the dispatcher, then the pool. */
static enum be_status batch_run(struct runner *runner, struct be_executor *pool,
                                uint64_t *serial_ns, struct be_error *error)
{
    const struct be_job *job = runner->job;
    const struct breakeven_workload *workload = job->workload;
    uint64_t own = be_inject_serial_tasks(&job->inject, job->tasks);
    struct breakeven_turns nobody = {NULL};
    struct be_batch rest = runner->batch;

    *serial_ns = 0;
    if (own > 0) {
        uint64_t start_ns = be_clock_now_ns();
        be_batch_compute(&runner->batch, workload, 0, own, &nobody);
        *serial_ns = be_clock_now_ns() - start_ns;
        rest.requests = (const char *)rest.requests + own * workload->request_bytes;
        rest.replies = (char *)rest.replies + own * workload->reply_bytes;
        rest.failed += own;
        rest.tasks -= own;
    }
    return job->executor->run(pool, &rest, error);
}

static void usage_read(const struct runner *runner, const struct be_executor *pool, uint32_t index,
                       struct be_usage *usage)
{
    be_usage_read(&runner->accounts[index], runner->job->executor->cpu_ns(pool, index), usage);
}

/* What each worker did in a pass that began at start_ns. */
static void pass_fill_workers(const struct runner *runner, const struct be_executor *pool,
                              uint64_t start_ns, struct be_pass_record *pass)
{
    pass->stamped = true;
    for (uint32_t i = 0; i < pass->worker_count; i++) {
        const struct be_account *account = &runner->accounts[i];
        struct be_pass_worker *worker = &pass->workers[i];
        struct be_usage usage;

        usage_read(runner, pool, i, &usage);
        if (usage.replaced != runner->usage[i].replaced) {
            usage.delay.known = false; /* two workers have one each */
        }
        be_delay_add(&runner->delays[i], &runner->usage[i].delay, &usage.delay);
        worker->cpu_ns = usage.cpu_ns - runner->usage[i].cpu_ns;
        worker->tasks = account->tasks;
        if (account->tasks > 0) {
            worker->start_ns = account->start_ns - start_ns;
            worker->end_ns = account->end_ns - start_ns;
            pass->stamped &=
                be_usage_stamps(&runner->usage[i], &usage, pass->wall_ns, &worker->stamps);
        }
    }
}

/* Begins or ends a round of counting. */
static enum be_status round_count(struct runner *runner, struct be_executor *pool, bool start,
                                  struct be_error *error)
{
    enum be_status status = runner->job->executor->count(pool, start, error);

    runner->rounds += !start;
    for (uint32_t i = 0; i < runner->job->workers; i++) {
        runner->accounts[i].counters.round = runner->rounds;
    }
    return status;
}

/* In an inline executor the thread that is counted runs this too, so its rounds are in here. */
static enum be_status pass_run(struct runner *runner, struct be_executor *pool,
                               enum be_pass_kind kind, struct be_error *error)
{
    bool is_inline = runner->job->executor->caps & BE_EXECUTOR_INLINE;
    bool counts = is_inline && kind == BE_PASS_TIMED;
    uint32_t count = runner->job->workers;
    struct be_pass_record pass = {.kind = kind, .tasks = runner->batch.tasks};
    uint64_t serial_ns = 0;

    pass.workers = calloc(count, sizeof(*pass.workers));
    pass.worker_count = count;
    if (!pass.workers) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a pass");
    }
    pass_clear(runner);
    for (uint32_t i = 0; i < count; i++) {
        usage_read(runner, pool, i, &runner->usage[i]);
    }
    struct be_meter meter = runner->meter;
    struct be_delay delay = be_delay_read(gettid());
    enum be_status status = counts ? round_count(runner, pool, true, error) : BE_OK;
    uint64_t cpu_ns = be_clock_thread_cpu_ns();
    uint64_t start_ns = be_clock_now_ns();
    if (status == BE_OK) {
        status = batch_run(runner, pool, &serial_ns, error);
    }
    pass.wall_ns = be_clock_now_ns() - start_ns;
    pass.cpu_ns = be_clock_thread_cpu_ns() - cpu_ns;
    if (status == BE_OK && counts) {
        status = round_count(runner, pool, false, error);
    }
    if (status != BE_OK) {
        free(pass.workers);
        return status;
    }
    pass_fill_workers(runner, pool, start_ns, &pass);
    if (is_inline) {
        pass.workers[0].cpu_ns = pass.cpu_ns;
    } else {
        struct be_delay now = be_delay_read(gettid());
        be_delay_add(&runner->delays[count], &delay, &now);
        pass.dispatcher.cpu_ns = pass.cpu_ns;
        pass.dispatcher.stamps.compute_ns = serial_ns;
        be_usage_dispatcher_stamps(&meter, &runner->meter, pass.cpu_ns, &pass.dispatcher.stamps);
    }
    for (uint32_t i = is_inline ? 1 : 0; i < count; i++) {
        pass.cpu_ns += pass.workers[i].cpu_ns;
    }
    pass_keep(runner, &pass);
    return BE_OK;
}

static uint64_t timeval_ns(struct timeval time)
{
    return (uint64_t)time.tv_sec * UINT64_C(1000000000) + (uint64_t)time.tv_usec * 1000;
}

/* User and system time of this process, its threads and the children that it has reaped. */
static uint64_t process_cpu_ns(void)
{
    struct rusage self;
    struct rusage children;

    getrusage(RUSAGE_SELF, &self);
    getrusage(RUSAGE_CHILDREN, &children);
    return timeval_ns(self.ru_utime) + timeval_ns(self.ru_stime) + timeval_ns(children.ru_utime) +
           timeval_ns(children.ru_stime);
}

/* Pool start, one pass and join as one time, without counters. */
static enum be_status cold_run(struct runner *runner, struct be_error *error)
{
    const struct be_executor_ops *executor = runner->job->executor;
    struct be_pass_record pass = {.kind = BE_PASS_COLD, .tasks = runner->batch.tasks};
    struct be_executor_env env;
    struct be_executor *pool = NULL;
    uint64_t serial_ns;

    pass_clear(runner);
    uint64_t cpu_ns = process_cpu_ns();
    uint64_t start_ns = be_clock_now_ns();
    enum be_status status = pool_create(runner, NULL, &env, &pool, error);
    if (status == BE_OK) {
        status = batch_run(runner, pool, &serial_ns, error);
        executor->destroy(pool);
    }
    pass.wall_ns = be_clock_now_ns() - start_ns;
    pass.cpu_ns = process_cpu_ns() - cpu_ns;
    if (status == BE_OK) {
        pass_keep(runner, &pass);
    }
    memset(runner->accounts, 0, runner->job->workers * sizeof(*runner->accounts));
    return status;
}

/* Starts or stops whatever watches the timed passes. */
static enum be_status watch(struct runner *runner, struct be_executor *pool, bool start,
                            struct be_error *error)
{
    bool is_inline = runner->job->executor->caps & BE_EXECUTOR_INLINE;

    for (uint32_t i = 0; start && i < runner->job->workers; i++) {
        runner->accounts[i].latency = (struct be_latency_histogram){0};
    }
    for (uint32_t i = 0; start && i <= runner->job->workers; i++) {
        runner->delays[i] = (struct be_delay){.known = true};
    }
    if (!start && !is_inline) {
        be_disturbance_tell(&runner->disturbed, &runner->record.dispatcher);
    }
    enum be_status status = is_inline ? BE_OK : round_count(runner, pool, start, error);
    be_disturbance_read(&runner->disturbed);
    return status;
}

/*
 * A pool counts over all timed passes as one round, or a round a pass: where events take turns, and
 * where workers are lost on purpose, whose counts would go with them.
 */
static bool rounds_are_passes(const struct runner *runner)
{
    const char *fault = be_params_get(&runner->job->params, "fault");
    bool is_inline = runner->job->executor->caps & BE_EXECUTOR_INLINE;
    bool takes_turns = false;

    for (uint32_t i = 0; i < runner->job->workers; i++) {
        takes_turns |= runner->accounts[i].counters.turns > 1;
    }
    return runner->counters && !is_inline && (takes_turns || (fault && strcmp(fault, "none") != 0));
}

static enum be_status passes_run(struct runner *runner, struct be_executor *pool,
                                 struct be_error *error)
{
    const struct be_job *job = runner->job;
    bool by_pass = rounds_are_passes(runner);
    enum be_status status = BE_OK;

    for (uint32_t i = 0; status == BE_OK && i < job->spec.warmup; i++) {
        status = pass_run(runner, pool, BE_PASS_WARMUP, error);
    }
    if (status == BE_OK) {
        status = watch(runner, pool, true, error);
    }
    for (uint32_t i = 0; status == BE_OK && i < job->spec.passes; i++) {
        if (by_pass && i > 0) {
            status = round_count(runner, pool, false, error);
            status = status == BE_OK ? round_count(runner, pool, true, error) : status;
        }
        if (status == BE_OK) {
            status = pass_run(runner, pool, BE_PASS_TIMED, error);
        }
    }
    return status == BE_OK ? watch(runner, pool, false, error) : status;
}

static enum be_status warm_run(struct runner *runner, struct be_error *error)
{
    struct be_executor_env env;
    struct be_executor *pool = NULL;
    uint64_t start_ns = be_clock_now_ns();
    enum be_status status = pool_create(runner, runner->counters, &env, &pool, error);

    runner->record.pool_start_ns = be_clock_now_ns() - start_ns;
    if (status == BE_OK) {
        status = passes_run(runner, pool, error);
        runner->job->executor->destroy(pool);
    }
    return status;
}

/* Of this process or of a worker that it has reaped, whichever is more. */
static void peak_rss_tell(struct be_gauges *gauges)
{
    uint64_t own_bytes = be_memory_peak_bytes();
    struct rusage children;

    getrusage(RUSAGE_CHILDREN, &children);
    uint64_t worker_bytes = (uint64_t)children.ru_maxrss * 1024;
    if (own_bytes > 0) {
        be_gauges_set(gauges, BE_GAUGE_peak_rss_bytes,
                      (double)(worker_bytes > own_bytes ? worker_bytes : own_bytes));
    }
}

static void record_latency(struct runner *runner)
{
    struct be_latency_histogram all = {0};

    for (uint32_t i = 0; i < runner->job->workers; i++) {
        be_latency_merge(&all, &runner->accounts[i].latency);
    }
    be_latency_summarise(&all, &runner->record.latency);
}

static void record_delay(const struct be_delay *delay, struct be_worker_record *record)
{
    record->disturbance.delay_known = delay->known;
    record->disturbance.delay_ns = delay->ns;
}

/* What could wait until nothing is timed any more. */
static enum be_status record_complete(struct runner *runner, struct be_error *error)
{
    struct be_sample_record *record = &runner->record;
    uint64_t first = be_hash_bytes(BE_HASH_SEED, runner->first_replies, runner->reply_bytes);
    enum be_status status = BE_OK;

    for (size_t i = 0; i < record->pass_count; i++) {
        if (!runner->differs[i]) {
            record->passes[i].checksum = first;
        }
    }
    if (runner->job->executor->caps & BE_EXECUTOR_INLINE) {
        const struct be_worker_record *worker = &runner->accounts[0].record;
        record->dispatcher = (struct be_worker_record){
            .pu_asked = worker->pu_asked, .pu_bound = worker->pu_bound, .pu_seen = worker->pu_seen};
    } else {
        be_pin_look(runner->pin, &record->dispatcher);
        record_delay(&runner->delays[record->worker_count], &record->dispatcher);
    }
    for (size_t i = 0; status == BE_OK && i < record->worker_count; i++) {
        struct be_account *account = &runner->accounts[i];
        record->workers[i] = account->record;
        record_delay(&runner->delays[i], &record->workers[i]);
        be_counter_values_settle(&account->counters, runner->rounds);
        status = be_counters_copy(account->counters.items, account->counters.count,
                                  &record->workers[i].counters, error);
    }
    record_latency(runner);
    peak_rss_tell(&record->gauges);
    return status;
}

static enum be_status record_encode(const struct be_sample_record *record, struct be_buffer *lines,
                                    struct be_error *error)
{
    struct be_buffer encoded = {0};
    size_t longest = 0;

    for (size_t i = 0; i <= record->pass_count; i++) {
        size_t before = encoded.length;
        if (i < record->pass_count) {
            be_pass_encode(&record->passes[i], &encoded);
        } else {
            be_done_encode(record, &encoded);
        }
        longest = encoded.length - before > longest ? encoded.length - before : longest;
    }
    enum be_status status = be_buffer_check(&encoded, error);
    if (status == BE_OK && longest > BE_JSON_LINE_BYTES_MAX) {
        status = be_error_set(error, BE_EINVAL,
                              "a record of %zu workers takes %zu bytes, and a line has at most "
                              "%" PRIu64 "; fewer counters take less",
                              record->worker_count, longest, (uint64_t)BE_JSON_LINE_BYTES_MAX);
    }
    if (status == BE_OK) {
        be_buffer_append(lines, encoded.data, encoded.length);
    }
    be_buffer_finish(&encoded);
    return status;
}

enum be_status be_runner_run(const struct be_job *job, struct be_buffer *lines,
                             struct be_error *error)
{
    const struct be_spec *spec = &job->spec;
    struct runner runner;
    enum be_status status = runner_init(&runner, job, error);

    if (status == BE_OK && !(job->executor->caps & BE_EXECUTOR_INLINE)) {
        status = be_pin_dispatcher(runner.pin, &runner.record.dispatcher, error);
    }
    if (status == BE_OK && spec->cold) {
        status = cold_run(&runner, error);
    }
    if (status == BE_OK && spec->counter_count > 0) {
        status =
            be_counter_plan_create(spec->counters, spec->counter_count, &runner.counters, error);
    }
    if (status == BE_OK) {
        status = warm_run(&runner, error);
    }
    if (status == BE_OK) {
        status = record_complete(&runner, error);
    }
    if (status == BE_OK) {
        status = record_encode(&runner.record, lines, error);
    }
    runner_finish(&runner);
    return status;
}
