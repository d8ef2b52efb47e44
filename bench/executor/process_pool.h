/*
 * The dispatcher of a pool of processes, while tasks are under way.
 *
 * It keeps several tasks in flight with each worker, never blocks in a write, and waits for all
 * links and for workers' ends together, so that neither full buffers nor a dead worker can stop it.
 * Tasks are handed out in input order to whoever has room, and merged at their index. A worker that
 * is lost is replaced (replace.h).
 *
 * Threads: the dispatcher. Errors: BE_EWORKER, workers were lost too often; BE_ESYSTEM, BE_ENOMEM.
 * Each leaves workers in an unknown state.
 */
#ifndef BE_BENCH_PROCESS_POOL_H
#define BE_BENCH_PROCESS_POOL_H

#include "executor/again.h"
#include "executor/batching.h"
#include "executor/child.h"
#include "executor/coder.h"
#include "executor/executor.h"
#include "executor/feed.h"
#include "executor/flight.h"
#include "executor/place.h"
#include "executor/replace.h"
#include "executor/restarts.h"
#include "executor/stages.h"
#include "executor/waiter.h"
#include "transport/transport.h"

/* A worker and its link. */
struct be_process {
    struct be_child child;
    struct be_end *end; /* the dispatcher's, of its link */
    bool is_ready;      /* has said so; only then it is fed */
    bool is_choked;     /* its link is full; the waiter was told */
    bool is_garbled;    /* its answer to the oldest message made no sense */
    bool owes;          /* the frame that is awaited from all */
    uint64_t merged;    /* tasks of this pass that it answered, with those before it in its place */
    struct be_flights flights;
    struct be_speed speed;
    uint64_t answered;    /* tasks since its speed was noted */
    uint64_t noted_ns;    /* when that was */
    uint64_t past_cpu_ns; /* of those before it */
    uint64_t lost_ns;     /* when the loss of the one before it was known; 0: there was none */
    struct be_pace pace;
};

/* In stuck_after_ns. */
#define BE_NEVER_STUCK UINT64_MAX

struct be_executor {
    const struct be_executor_env *env;
    const struct be_start_ops *start_ops;
    struct be_start *start; /* NULL: that method has none, or it is not open */
    const struct be_transport_ops *transport;
    struct be_coder coder; /* the dispatcher's; a worker has its own */
    struct be_feed_rule rule;
    uint64_t chunk_max; /* tasks a message, at most */
    uint64_t window;    /* messages under way with one worker, at most */
    uint64_t coalesce;  /* messages that leave together, at most */
    uint64_t *results;  /* of one message, decoded; room for chunk_max tasks */
    struct be_process *processes;
    struct be_waiter waiter;
    enum be_frame_kind awaited; /* from every worker that owes it */
    uint32_t owing;             /* how many that are */
    struct be_error broken;     /* why nothing more can be run; BE_OK while all is well */

    bool is_up;      /* every worker was ready once: from then on, who is lost is replaced */
    bool wants_feed; /* there are tasks to be run again, and some may have nothing to do */
    uint64_t task_retries;
    uint64_t stuck_after_ns;
    uint64_t now_ns;  /* as last read */
    uint64_t look_ns; /* when to look next whether a worker is stuck */
    struct be_restarts restarts;
    struct be_again again;
    struct be_losses losses;

    /* The pass under way. */
    const struct be_batch *batch;
    uint64_t chunk;  /* tasks of the next message */
    uint64_t next;   /* the first task that was not yet handed out */
    uint64_t merged; /* tasks */

    struct be_stamp rounds;   /* of waiting and handling what happened: where the time goes */
    struct be_lap lap;        /* in this round */
    struct be_stages *stages; /* of messages, at window 1; else NULL */
    struct be_stamp messages; /* whose time from feeding to merging is taken */
    struct be_batching batching;
};

/* Numbers that a message of `count` tasks and its answer are made of. */
static inline size_t be_request_numbers(const struct be_executor *pool, uint64_t count)
{
    return pool->transport->in_place
               ? BE_PLACE_NUMBERS
               : count * pool->env->workload->request_bytes / sizeof(uint64_t);
}

static inline size_t be_reply_numbers(const struct be_executor *pool, uint64_t count)
{
    return pool->transport->in_place ? 0
                                     : count * pool->env->workload->reply_bytes / sizeof(uint64_t);
}

/* The marks of tasks that failed, where they travel with an answer. */
static inline size_t be_reply_failed_bytes(const struct be_executor *pool, uint64_t count)
{
    return pool->transport->in_place ? 0 : be_frame_failed_bytes((uint32_t)count);
}

/*
 * The numbers of a pool, and room for its processes, of which none is started: a worker that is no
 * copy of the dispatcher makes its own. NULL when out of memory.
 */
struct be_executor *be_process_pool_alloc(const struct be_executor_env *env);
void be_process_pool_free(struct be_executor *pool);

/*
 * Opens a link, starts worker `index` at its other end and waits for both from then on; its place
 * is empty. Errors: BE_EUNAVAILABLE, BE_ESYSTEM, BE_ENOMEM.
 */
enum be_status be_process_start(struct be_executor *pool, uint32_t index, struct be_error *error);

/* Runs the pass that the pool was given. */
enum be_status be_process_pool_pass(struct be_executor *pool, struct be_error *error);

/* Asks every worker for a frame of that kind, unless it comes unasked, and waits for them all. */
enum be_status be_process_pool_await(struct be_executor *pool, enum be_frame_kind kind,
                                     struct be_error *error);

#endif
