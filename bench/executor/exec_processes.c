/*
 * Executor `processes`: a persistent pool of forked workers, a stream socketpair each.
 *
 * The dispatcher keeps several tasks in flight with each worker, never blocks in a write, and waits
 * for all sockets and for workers' ends together, so that neither full buffers nor a dead worker
 * can stop it. Tasks are handed out in input order to whoever has room, and merged at their index.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/io.h"
#include "executor/channel.h"
#include "executor/child.h"
#include "executor/executor.h"
#include "executor/feed.h"
#include "executor/process_worker.h"
#include "executor/worker.h"

struct process {
    struct be_child child;
    struct be_channel channel;
    uint64_t held;     /* chunks sent to it and not yet answered */
    bool is_choked;    /* its socket is full; told to epoll */
    uint64_t answered; /* the last task that was */
    struct be_feeds feeds;
};

struct be_executor {
    const struct be_executor_env *env;
    struct process *processes;
    int epoll_fd;
    uint32_t answers;       /* frames without tasks that have come back */
    struct be_error broken; /* why nothing more can be run; BE_OK while all is well */

    /* The pass under way. */
    const struct be_batch *batch;
    uint64_t chunk;
    uint64_t window; /* in chunks */
    uint64_t start_ns;
    uint64_t next;   /* the first task that was not yet handed out */
    uint64_t merged; /* tasks */

    struct be_stamp rounds;   /* of waiting and handling what happened: where the time goes */
    struct be_lap lap;        /* in this round */
    struct be_stamp messages; /* whose time from feeding to merging is taken */
};

/* An event's data: which worker, and whether its socket or its end. */
static uint64_t event_pack(uint32_t index, bool is_end)
{
    return (uint64_t)index << 1 | is_end;
}

static enum be_status process_watch(struct be_executor *pool, uint32_t index,
                                    struct be_error *error)
{
    struct process *process = &pool->processes[index];
    struct epoll_event socket = {EPOLLIN, {.u64 = event_pack(index, false)}};
    struct epoll_event end = {EPOLLIN, {.u64 = event_pack(index, true)}};

    if (epoll_ctl(pool->epoll_fd, EPOLL_CTL_ADD, process->channel.fd, &socket) < 0 ||
        epoll_ctl(pool->epoll_fd, EPOLL_CTL_ADD, process->child.pidfd, &end) < 0) {
        return be_error_errno(error, BE_ESYSTEM, "epoll_ctl");
    }
    return BE_OK;
}

/* Writes what waits for a worker; what does not fit goes when its socket has room again. */
static enum be_status process_flush(struct be_executor *pool, uint32_t index,
                                    struct be_error *error)
{
    struct process *process = &pool->processes[index];

    if (be_channel_flush(&process->channel, NULL) != BE_OK) {
        return be_child_explain(&process->child, error);
    }
    bool is_choked = be_channel_pending(&process->channel) > 0;
    if (is_choked != process->is_choked) {
        struct epoll_event event = {is_choked ? EPOLLIN | EPOLLOUT : EPOLLIN,
                                    {.u64 = event_pack(index, false)}};
        if (epoll_ctl(pool->epoll_fd, EPOLL_CTL_MOD, process->channel.fd, &event) < 0) {
            return be_error_errno(error, BE_ESYSTEM, "epoll_ctl");
        }
        process->is_choked = is_choked;
    }
    return BE_OK;
}

static enum be_status chunk_put(struct be_executor *pool, struct process *process,
                                struct be_error *error)
{
    const struct be_batch *batch = pool->batch;
    size_t request_bytes = pool->env->workload->request_bytes;
    uint64_t left = batch->tasks - pool->next;
    uint64_t count = left < pool->chunk ? left : pool->chunk;
    struct be_frame frame = {
        .kind = BE_FRAME_TASKS,
        .first = pool->next,
        .count = (uint32_t)count,
        .bytes = count * request_bytes,
    };
    void *payload = be_channel_prepare(&process->channel, frame.bytes);

    if (!payload) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a frame");
    }
    memcpy(payload, (const char *)batch->requests + pool->next * request_bytes, frame.bytes);
    be_channel_put(&process->channel, &frame);
    process->held++;
    pool->next += count;
    return BE_OK;
}

static uint64_t pool_limit(const struct be_executor *pool, uint64_t now_ns)
{
    return be_feed_limit(&(struct be_feed_state){
        .workers = pool->env->workers,
        .window = pool->window,
        .left = (pool->batch->tasks - pool->next + pool->chunk - 1) / pool->chunk,
        .merged = pool->merged / pool->chunk,
        .passed_ns = now_ns - pool->start_ns,
    });
}

/*
 * Sends a worker half of what it may hold, in one write, once there is room for that: so one half
 * is computed while the other one travels, and frames travel together.
 */
static enum be_status process_feed(struct be_executor *pool, uint32_t index, struct be_error *error)
{
    struct process *process = &pool->processes[index];
    uint64_t now_ns = be_clock_now_ns();
    uint64_t limit = pool_limit(pool, now_ns);
    uint64_t half = (limit + 1) / 2;
    enum be_status status = BE_OK;

    if (process->held + half > limit || pool->next == pool->batch->tasks || process->is_choked) {
        return BE_OK;
    }
    be_feeds_note(&process->feeds, process->answered, pool->next, now_ns);
    while (status == BE_OK && half-- > 0 && pool->next < pool->batch->tasks &&
           be_channel_pending(&process->channel) < BE_CHANNEL_BYTES) {
        status = chunk_put(pool, process, error);
    }
    return status == BE_OK ? process_flush(pool, index, error) : status;
}

static bool reply_is_sane(const struct be_executor *pool, const struct process *process,
                          const struct be_frame *frame)
{
    uint64_t bytes = (uint64_t)frame->count * pool->env->workload->reply_bytes;

    if (frame->failures) {
        bytes += be_frame_failed_bytes(frame->count);
    }
    return frame->kind == BE_FRAME_TASKS && process->held > 0 && frame->bytes == bytes &&
           frame->first < pool->next && frame->count <= pool->next - frame->first;
}

static void reply_merge(struct be_executor *pool, const struct be_frame *frame,
                        const unsigned char *payload)
{
    const struct be_batch *batch = pool->batch;
    size_t reply_bytes = pool->env->workload->reply_bytes;
    char *replies = (char *)batch->replies + frame->first * reply_bytes;
    const unsigned char *failed = payload + frame->count * reply_bytes;

    if (!frame->failures) {
        memcpy(replies, payload, frame->count * reply_bytes);
    }
    for (uint32_t i = 0; frame->failures && i < frame->count; i++) {
        if (failed[i]) {
            batch->failed[frame->first + i] = 1;
        } else {
            memcpy(replies + i * reply_bytes, payload + i * reply_bytes, reply_bytes);
        }
    }
    pool->merged += frame->count;
}

/* Takes the time since the message that has just been merged was fed. */
static void reply_time(struct be_executor *pool, uint32_t index, uint64_t first)
{
    uint64_t fed_ns = be_feeds_find(&pool->processes[index].feeds, first);
    be_latency_add(&pool->env->accounts[index].latency, be_clock_now_ns() - fed_ns);
}

/* Merges every reply that has come whole. */
static enum be_status replies_merge(struct be_executor *pool, uint32_t index,
                                    struct be_error *error)
{
    struct process *process = &pool->processes[index];
    struct be_frame frame = {0};
    const void *payload;

    while ((payload = be_channel_next(&process->channel, &frame))) {
        if (frame.kind != BE_FRAME_TASKS) {
            pool->answers++;
        } else if (reply_is_sane(pool, process, &frame)) {
            reply_merge(pool, &frame, payload);
            process->held--;
            if (be_stamp_due(&pool->messages)) {
                reply_time(pool, index, frame.first);
            }
        } else {
            return be_error_set(error, BE_EWORKER, "worker %u sent a malformed frame", index);
        }
    }
    process->answered = frame.first; /* or is about to be: all before it were */
    return BE_OK;
}

static enum be_status process_receive(struct be_executor *pool, uint32_t index,
                                      struct be_error *error)
{
    struct process *process = &pool->processes[index];
    enum be_status status = be_channel_receive(&process->channel, error);

    be_lap_end(&pool->lap, &pool->env->meter->receive_ns);
    if (status == BE_EIO) {
        return be_child_explain(&process->child, error);
    }
    if (status == BE_OK) {
        status = replies_merge(pool, index, error);
    }
    be_lap_end(&pool->lap, &pool->env->meter->merge_ns);
    return status;
}

static enum be_status event_handle(struct be_executor *pool, const struct epoll_event *event,
                                   struct be_error *error)
{
    uint32_t index = (uint32_t)(event->data.u64 >> 1);
    enum be_status status = BE_OK;

    if (event->data.u64 & 1) {
        return be_child_explain(&pool->processes[index].child, error);
    }
    if (event->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        status = process_receive(pool, index, error);
    }
    if (status == BE_OK && pool->processes[index].is_choked) {
        status = process_flush(pool, index, error);
    }
    if (status == BE_OK && pool->batch) {
        status = process_feed(pool, index, error);
    }
    be_lap_end(&pool->lap, &pool->env->meter->send_ns);
    return status;
}

/* Sleeps until something happens and handles what happened. */
static enum be_status pool_wait(struct be_executor *pool, struct be_error *error)
{
    struct epoll_event events[64];
    enum be_status status = BE_OK;

    be_lap_begin(&pool->lap, be_stamp_due(&pool->rounds));
    int count = epoll_wait(pool->epoll_fd, events, 64, -1);
    if (count < 0 && errno != EINTR) {
        return be_error_errno(error, BE_ESYSTEM, "epoll_wait");
    }
    for (int i = 0; status == BE_OK && i < count; i++) {
        status = event_handle(pool, &events[i], error);
    }
    return status;
}

/* Waits until every worker has answered a frame without tasks. */
static enum be_status pool_await_answers(struct be_executor *pool, struct be_error *error)
{
    enum be_status status = BE_OK;

    while (status == BE_OK && pool->answers < pool->env->workers) {
        status = pool_wait(pool, error);
    }
    pool->answers = 0;
    return status;
}

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

/* What a forked child is given. */
struct process_start {
    const struct be_executor_env *env;
    uint32_t index;
    int fd;
};

static void process_body(void *context)
{
    const struct process_start *start = context;
    be_process_worker_run(start->env, start->index, start->fd);
}

static enum be_status process_start(struct be_executor *pool, uint32_t index,
                                    struct be_error *error)
{
    struct process *process = &pool->processes[index];
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        return be_error_errno(error, BE_ESYSTEM, "socketpair of worker %u", index);
    }
    struct process_start start = {pool->env, index, pair[1]};
    be_channel_init(&process->channel, pair[0]);
    enum be_status status = be_io_set_nonblock(pair[0], error);
    if (status == BE_OK) {
        status = be_child_start(&process->child, index, pair[1], process_body, &start, error);
    }
    close(pair[1]);
    return status == BE_OK ? process_watch(pool, index, error) : status;
}

static void processes_destroy(struct be_executor *pool)
{
    if (!pool) {
        return;
    }
    for (uint32_t i = 0; i < pool->env->workers; i++) {
        if (pool->broken.status != BE_OK) {
            be_child_kill(&pool->processes[i].child);
        }
        be_channel_finish(&pool->processes[i].channel);
    }
    for (uint32_t i = 0; i < pool->env->workers; i++) {
        be_child_reap(&pool->processes[i].child);
    }
    if (pool->epoll_fd >= 0) {
        close(pool->epoll_fd);
    }
    free(pool->processes);
    free(pool);
}

static struct be_executor *pool_alloc(const struct be_executor_env *env)
{
    struct be_executor *pool = calloc(1, sizeof(*pool));
    struct process *processes = calloc(env->workers, sizeof(*processes));

    if (!pool || !processes) {
        free(pool);
        free(processes);
        return NULL;
    }
    pool->env = env;
    pool->processes = processes;
    pool->epoll_fd = -1;
    pool->lap.cost_ns = env->clock_costs.cpu_ns;
    be_stamp_init(&pool->rounds, env->clock_costs.wall_ns + 4 * env->clock_costs.cpu_ns);
    be_stamp_init(&pool->messages, 2 * env->clock_costs.wall_ns);
    return pool;
}

/* Starts all workers before it waits for any, so that they bind themselves at the same time. */
static enum be_status pool_start(struct be_executor *pool, struct be_error *error)
{
    enum be_status status = BE_OK;

    pool->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (pool->epoll_fd < 0) {
        return be_error_errno(error, BE_ESYSTEM, "epoll_create1");
    }
    for (uint32_t i = 0; status == BE_OK && i < pool->env->workers; i++) {
        status = process_start(pool, i, error);
    }
    if (status == BE_OK) {
        status = pool_await_answers(pool, error);
    }
    return status == BE_OK ? be_worker_check(pool->env, error) : status;
}

static enum be_status processes_create(const struct be_executor_env *env,
                                       struct be_executor **executor, struct be_error *error)
{
    struct be_executor *pool = pool_alloc(env);
    struct be_error cause;

    if (!pool) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %u processes", env->workers);
    }
    enum be_status status = pool_start(pool, &cause);
    if (pool_conclude(pool, status, &cause, error) != BE_OK) {
        processes_destroy(pool);
        return status;
    }
    *executor = pool;
    return BE_OK;
}

static enum be_status pool_pass(struct be_executor *pool, struct be_error *error)
{
    enum be_status status = BE_OK;

    /* Twice around: one half of what each may hold, then the other. */
    be_lap_begin(&pool->lap, 1);
    for (uint32_t i = 0; status == BE_OK && i < 2 * pool->env->workers; i++) {
        status = process_feed(pool, i % pool->env->workers, error);
    }
    be_lap_end(&pool->lap, &pool->env->meter->send_ns);
    while (status == BE_OK && pool->merged < pool->batch->tasks) {
        status = pool_wait(pool, error);
    }
    return status;
}

/* No larger than the batch, nor than a frame can tell. */
static uint64_t pool_chunk(uint64_t chunk, uint64_t tasks)
{
    uint64_t limit = tasks < UINT32_MAX ? tasks : UINT32_MAX;
    return chunk < limit ? chunk : limit;
}

static enum be_status processes_run(struct be_executor *pool, const struct be_batch *batch,
                                    struct be_error *error)
{
    struct be_error cause = pool->broken;
    enum be_status status = cause.status;

    if (status == BE_OK && batch->tasks > 0) {
        uint64_t window = be_params_get_count(pool->env->params, "window", 1);
        pool->batch = batch;
        pool->chunk = pool_chunk(pool->env->chunk, batch->tasks);
        pool->window = window / pool->chunk;
        pool->start_ns = be_clock_now_ns();
        pool->next = 0;
        pool->merged = 0;
        for (uint32_t i = 0; i < pool->env->workers; i++) {
            pool->processes[i].answered = 0;
            pool->processes[i].feeds.count = 0;
        }
        status = pool_pass(pool, &cause);
        pool->batch = NULL;
    }
    return pool_conclude(pool, status, &cause, error);
}

static enum be_status processes_count(struct be_executor *pool, bool start, struct be_error *error)
{
    struct be_error cause = pool->broken;
    enum be_status status = cause.status;

    for (uint32_t i = 0; status == BE_OK && i < pool->env->workers; i++) {
        struct process *process = &pool->processes[i];
        status = be_channel_signal(&process->channel,
                                   start ? BE_FRAME_COUNT_START : BE_FRAME_COUNT_STOP, &cause);
        if (status == BE_EIO) {
            status = be_child_explain(&process->child, &cause);
        }
    }
    if (status == BE_OK) {
        status = pool_await_answers(pool, &cause);
    }
    return pool_conclude(pool, status, &cause, error);
}

static uint64_t processes_cpu_ns(const struct be_executor *pool, uint32_t index)
{
    return be_child_cpu_ns(&pool->processes[index].child);
}

static const struct be_param processes_params[] = {
    {
        .name = "window",
        .type = BE_PARAM_COUNT,
        .fallback = "1024",
        .min = 1,
        .max = 1 << 20,
        .help = "tasks in flight a worker, at most; a chunk is never split",
    },
    {.name = NULL},
};

const struct be_executor_ops be_executor_processes = {
    .name = "processes",
    .summary = "a persistent pool of forked processes, a stream socketpair each",
    .caps = BE_EXECUTOR_PARALLEL | BE_EXECUTOR_COMPUTES,
    .params = processes_params,
    .create = processes_create,
    .run = processes_run,
    .count = processes_count,
    .cpu_ns = processes_cpu_ns,
    .destroy = processes_destroy,
};
