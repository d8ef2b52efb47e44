/*
 * Executor `processes`: a persistent pool of worker processes, a link of the chosen transport each.
 */
#include <stdlib.h>

#include "core/clock.h"
#include "executor/fault.h"
#include "executor/process_pool.h"
#include "executor/process_worker.h"
#include "executor/worker.h"
#include "start/start.h"

/* Messages under way with a worker take no more than this, unless two of them do. */
#define FLIGHT_BYTES_MAX (UINT64_C(16) << 20)

/*
 * A chunk that follows the speed of tasks, at most: tasks, and bytes with their results. Larger
 * messages cost no less a task, and leave the cache.
 */
enum { AUTO_CHUNK_MAX = 8192, AUTO_CHUNK_BYTES_MAX = 192 << 10 };

/* Messages under way with a worker, at most, where window or chunk follow the speed of tasks. */
enum { AUTO_WINDOW_MESSAGES = 4096, AUTO_CHUNK_MESSAGES = 8 };

/* To sleep at most, where stuck workers are looked for. */
enum { SLEEP_MS_MAX = 1000 };

/* Remembers an error that leaves workers in an unknown state. */
static enum be_status pool_conclude(struct be_executor *pool, enum be_status status,
                                    const struct be_error *cause, struct be_error *error)
{
    if (status != BE_OK) {
        pool->broken = *cause;
        if (error) {
            *error = *cause;
        }
    }
    return status;
}

/* Of the requests of so many tasks and their results, as they travel. */
static uint64_t message_bytes(const struct be_executor *pool, uint64_t tasks)
{
    return (be_request_numbers(pool, tasks) + be_reply_numbers(pool, tasks)) * sizeof(uint64_t);
}

/* Tasks a message, at most: no more than a pass has, nor than a frame can tell. */
static uint64_t chunk_max(const struct be_executor *pool)
{
    const struct be_executor_env *env = pool->env;
    uint64_t limit = env->tasks < UINT32_MAX ? env->tasks : UINT32_MAX;
    uint64_t chunk = env->chunk;

    if (chunk == BE_CHUNK_AUTO) {
        chunk = AUTO_CHUNK_MAX;
        while (chunk > 1 && message_bytes(pool, chunk) > AUTO_CHUNK_BYTES_MAX) {
            chunk /= 2;
        }
    }
    return chunk < limit ? chunk : limit;
}

/* Messages of such chunks that may be under way with one worker. */
static uint64_t window_max(const struct be_executor *pool, uint64_t chunk)
{
    uint64_t most = pool->env->chunk == BE_CHUNK_AUTO ? AUTO_CHUNK_MESSAGES : AUTO_WINDOW_MESSAGES;
    uint64_t window = be_params_get_count(pool->env->params, "window", most * chunk) / chunk;
    uint64_t room = FLIGHT_BYTES_MAX / message_bytes(pool, chunk);

    if (pool->env->chunk == BE_CHUNK_AUTO && window < most) {
        window = most; /* chunks become smaller than that */
    }
    room = room > 2 ? room : 2;
    window = window < pool->env->tasks ? window : pool->env->tasks;
    window = window > 1 ? window : 1;
    return window < room ? window : room;
}

static void rule_init(struct be_feed_rule *rule, const struct be_executor *pool)
{
    const struct be_executor_env *env = pool->env;

    *rule = (struct be_feed_rule){
        .workers = env->workers,
        .chunk = pool->chunk_max,
        .window = be_params_get_count(env->params, "window", pool->window * pool->chunk_max),
        .follows_chunk = env->chunk == BE_CHUNK_AUTO,
        .follows_window = be_params_get_count(env->params, "window", 0) == 0,
    };
}

static struct be_link_env link_env(const struct be_executor *pool, uint32_t index)
{
    const struct be_executor_env *env = pool->env;

    return (struct be_link_env){
        .params = env->params,
        .request_bytes =
            be_codec_room(pool->coder.codec, be_request_numbers(pool, pool->chunk_max)),
        .reply_bytes = be_codec_room(pool->coder.codec, be_reply_numbers(pool, pool->chunk_max)) +
                       be_reply_failed_bytes(pool, pool->chunk_max),
        .frames = pool->window,
        .shares_core = be_pin_shares_core(env->pin, index, env->workers),
    };
}

/* False: messages cannot be smaller, or are not to be. */
static bool chunk_shrink(struct be_executor *pool)
{
    if (!pool->rule.follows_chunk || pool->chunk_max == 1) {
        return false;
    }
    pool->chunk_max /= 2;
    pool->rule.chunk = pool->chunk_max;
    return true;
}

enum be_status be_process_start(struct be_executor *pool, uint32_t index, struct be_error *error)
{
    struct be_process *process = &pool->processes[index];
    struct be_birth birth = {.pool = pool, .index = index, .asked_ns = be_clock_now_ns()};
    enum be_status status;

    /* What a transport carries is asked of it, by the first worker's link. */
    do {
        birth.link = link_env(pool, index);
        status = be_link_open(pool->transport, &birth.link, &process->end, birth.fds, error);
    } while (status == BE_EUNAVAILABLE && chunk_shrink(pool));

    if (status != BE_OK) {
        return status;
    }
    status = pool->start_ops->worker(pool->start, &birth, &process->child, error);
    be_link_close_fds(birth.fds);
    if (status == BE_OK) {
        status = be_waiter_add(&pool->waiter, index, process->end, process->child.pidfd, error);
    }
    return status;
}

/* Asks a worker to end; one that cannot be asked, or may not listen, is killed. */
static void process_leave(const struct be_executor *pool, const struct be_process *process)
{
    if (!process->end || pool->broken.status != BE_OK ||
        be_end_signal(process->end, BE_FRAME_LEAVE, NULL) != BE_OK) {
        be_child_kill(&process->child);
    }
}

/*
 * Waits until it has ended. One that takes too long is stopped, and killed, and so are those after
 * it, which had the time too. Returns whether it was late.
 */
static bool process_end_await(const struct be_child *child, bool is_late)
{
    if (child->pid == 0 || (!is_late && be_child_ends(child, BE_CHILD_LEAVES_MS))) {
        return is_late;
    }
    be_child_kill(child);
    return true;
}

void be_process_pool_free(struct be_executor *pool)
{
    be_stages_destroy(pool->stages);
    be_restarts_finish(&pool->restarts);
    be_again_finish(&pool->again);
    free(pool->processes);
    free(pool->results);
    free(pool);
}

static void processes_destroy(struct be_executor *pool)
{
    if (!pool) {
        return;
    }
    for (uint32_t i = 0; i < pool->env->workers; i++) {
        process_leave(pool, &pool->processes[i]);
    }
    bool is_late = false;
    for (uint32_t i = 0; i < pool->env->workers; i++) {
        is_late = process_end_await(&pool->processes[i].child, is_late);
        be_child_reap(&pool->processes[i].child);
        be_end_close(pool->processes[i].end);
        be_flights_finish(&pool->processes[i].flights);
    }
    if (pool->start) {
        pool->start_ops->close(pool->start);
    }
    be_waiter_finish(&pool->waiter);
    be_process_pool_free(pool);
}

struct be_executor *be_process_pool_alloc(const struct be_executor_env *env)
{
    struct be_executor *pool = calloc(1, sizeof(*pool));

    if (!pool) {
        return NULL;
    }
    pool->env = env;
    pool->start_ops = be_start_find(be_params_get(env->params, "start"));
    pool->transport = be_transport_find(be_params_get(env->params, "transport"));
    be_coder_init(&pool->coder, be_codec_find(be_params_get(env->params, "codec")), env->meter,
                  &env->clock_costs);
    pool->chunk_max = chunk_max(pool);
    pool->window = window_max(pool, pool->chunk_max);
    rule_init(&pool->rule, pool);
    pool->coalesce = be_params_get_count(env->params, "coalesce", UINT64_MAX);
    pool->processes = calloc(env->workers, sizeof(*pool->processes));
    pool->results = calloc(be_reply_numbers(pool, pool->chunk_max) + 1, sizeof(uint64_t));
    pool->lap.cost_ns = env->clock_costs.cpu_ns;
    be_stamp_init(&pool->rounds, env->clock_costs.wall_ns + 5 * env->clock_costs.cpu_ns);
    be_stamp_init(&pool->messages, 2 * env->clock_costs.wall_ns);
    if (pool->window == 1) {
        pool->stages = be_stages_create(env->workers, &env->clock_costs);
    }
    if (!pool->processes || !pool->results || (pool->window == 1 && !pool->stages)) {
        be_process_pool_free(pool);
        return NULL;
    }
    return pool;
}

/* What is read where it lies is not encoded. */
static enum be_status codec_check(const struct be_executor *pool, struct be_error *error)
{
    const char *codec = pool->coder.codec->row.name;
    const char *transport = pool->transport->row.name;

    return pool->transport->in_place && pool->coder.codec->encode
               ? be_error_set(error, BE_EUNAVAILABLE,
                              "codec '%s' is unavailable over transport '%s': tasks are computed "
                              "where they lie, as they are",
                              codec, transport)
               : BE_OK;
}

/* What is done about workers that are lost. */
static enum be_status replacing_init(struct be_executor *pool, struct be_error *error)
{
    const struct be_params *params = pool->env->params;

    pool->task_retries = be_params_get_count(params, "task-retries", 0);
    pool->stuck_after_ns = be_params_get_count(params, "stuck-after", BE_NEVER_STUCK);
    pool->now_ns = be_clock_now_ns();
    if (pool->stuck_after_ns == BE_NEVER_STUCK) {
        pool->look_ns = UINT64_MAX;
    } else {
        be_processes_pace(pool);
        uint64_t sleep_ms = (pool->look_ns - pool->now_ns) / 1000000 + 1;
        pool->waiter.timeout_ms = sleep_ms < SLEEP_MS_MAX ? (int)sleep_ms : SLEEP_MS_MAX;
    }
    return be_restarts_init(&pool->restarts, be_params_get_count(params, "restarts", 0),
                            be_params_get_count(params, "restart-period", 1), error);
}

/* Starts all workers before it waits for any, so that they bind themselves at the same time. */
static enum be_status pool_start(struct be_executor *pool, struct be_error *error)
{
    enum be_status status = be_waiter_init(&pool->waiter, pool->env->workers, error);

    if (status == BE_OK && pool->start_ops->open) {
        status = pool->start_ops->open(pool->env, &pool->start, error);
    }
    if (status == BE_OK) {
        status = replacing_init(pool, error);
    }
    for (uint32_t i = 0; status == BE_OK && i < pool->env->workers; i++) {
        status = be_flights_init(&pool->processes[i].flights, pool->window, error);
        if (status == BE_OK) {
            status = be_process_start(pool, i, error);
        }
    }
    if (status == BE_OK) {
        status = be_process_pool_await(pool, BE_FRAME_READY, error);
    }
    /* What a worker says of itself tells more than that it has ended. */
    enum be_status said = be_worker_check(pool->env, error);
    pool->is_up = said == BE_OK && status == BE_OK;
    return said == BE_OK ? status : said;
}

static enum be_status processes_create(const struct be_executor_env *env,
                                       struct be_executor **executor, struct be_error *error)
{
    struct be_executor *pool = be_process_pool_alloc(env);
    struct be_error cause;

    if (!pool) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %u processes", env->workers);
    }
    enum be_status status = codec_check(pool, error);
    if (status != BE_OK) {
        be_process_pool_free(pool);
        return status;
    }
    status = pool_start(pool, &cause);
    if (pool_conclude(pool, status, &cause, error) != BE_OK) {
        processes_destroy(pool);
        return status;
    }
    be_start_tell(env);
    *executor = pool;
    return BE_OK;
}

static enum be_status processes_run(struct be_executor *pool, const struct be_batch *batch,
                                    struct be_error *error)
{
    struct be_error cause = pool->broken;
    enum be_status status = cause.status;

    if (status == BE_OK && batch->tasks > 0) {
        pool->batch = batch;
        pool->next = 0;
        pool->merged = 0;
        uint64_t start_ns = be_clock_now_ns();
        for (uint32_t i = 0; i < pool->env->workers; i++) {
            pool->processes[i].noted_ns = start_ns;
            pool->processes[i].merged = 0;
            pool->processes[i].pace.since_ns = start_ns;
            pool->env->accounts[i].begun = BE_NO_TASK;
        }
        status = be_process_pool_pass(pool, &cause);
        pool->batch = NULL;
    }
    return pool_conclude(pool, status, &cause, error);
}

static enum be_status processes_count(struct be_executor *pool, bool start, struct be_error *error)
{
    enum be_frame_kind kind = start ? BE_FRAME_COUNT_START : BE_FRAME_COUNT_STOP;
    struct be_error cause = pool->broken;
    enum be_status status = cause.status;

    if (status == BE_OK) {
        status = be_process_pool_await(pool, kind, &cause);
    }
    bool begins = be_counting_begins(pool->env, start);
    if (pool->stages && begins) {
        be_stages_clear(pool->stages);
    } else if (pool->stages && !start) {
        be_stages_tell(pool->stages, pool->env->gauges);
    }
    if (begins) {
        pool->batching = (struct be_batching){0};
        pool->losses = (struct be_losses){0};
    } else if (!start) {
        be_losses_tell(&pool->losses, pool->env->gauges);
        be_batching_tell(&pool->batching, pool->env->gauges);
    }
    return pool_conclude(pool, status, &cause, error);
}

static uint64_t processes_cpu_ns(const struct be_executor *pool, uint32_t index)
{
    const struct be_process *process = &pool->processes[index];

    return process->past_cpu_ns + be_child_cpu_ns(&process->child);
}

static const struct be_param processes_params[] = {
    {
        .name = "transport",
        .type = BE_PARAM_CHOICE,
        .fallback = "unix-stream",
        .help = "how messages travel",
    },
    {
        .name = "codec",
        .type = BE_PARAM_CHOICE,
        .fallback = "raw",
        .help = "how tasks become bytes",
    },
    {
        .name = "start",
        .type = BE_PARAM_CHOICE,
        .fallback = "fork",
        .help = "how a process comes to be a worker",
    },
    {
        .name = "coalesce",
        .type = BE_PARAM_COUNT,
        .fallback = "auto",
        .min = 1,
        .max = 1 << 20,
        .choices = "auto",
        .help = "messages a system call, at most; auto: as many as are there",
    },
    {
        .name = "window",
        .type = BE_PARAM_COUNT,
        .fallback = "auto",
        .min = 1,
        .max = 1 << 20,
        .choices = "auto",
        .help = "tasks in flight a worker, at most, and 16 MiB of them; auto: what lasts 16 ms",
    },
    {
        .name = "task-retries",
        .type = BE_PARAM_COUNT,
        .fallback = "2",
        .max = 100,
        .help = "times that a task is run again whose worker was lost at it; then it fails",
    },
    {
        .name = "restarts",
        .type = BE_PARAM_COUNT,
        .fallback = "100",
        .max = 1 << 20,
        .help = "lost workers that are replaced within restart-period; one more fails the pass",
    },
    {
        .name = "restart-period",
        .type = BE_PARAM_DURATION,
        .fallback = "10s",
        .min = 1000000,
        .max = UINT64_C(3600000000000),
        .help = "see restarts",
    },
    {
        .name = "stuck-after",
        .type = BE_PARAM_DURATION,
        .fallback = "30s",
        .min = 1000000,
        .max = UINT64_C(86400000000000),
        .choices = "off",
        .help = "a worker that is at one message for longer is replaced",
    },
    {
        .name = "fault",
        .type = BE_PARAM_CHOICE,
        .fallback = "none",
        .choices = BE_FAULT_CHOICES,
        .help = "what a worker does to itself at every Nth task, the first time it is tried",
    },
    {.name = NULL},
};

const struct be_executor_ops be_executor_processes = {
    .name = "processes",
    .summary = "a persistent pool of processes, a link each",
    .caps = BE_EXECUTOR_PARALLEL | BE_EXECUTOR_COMPUTES,
    .params = processes_params,
    .create = processes_create,
    .run = processes_run,
    .count = processes_count,
    .cpu_ns = processes_cpu_ns,
    .destroy = processes_destroy,
};
