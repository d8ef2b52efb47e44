/*
 * Executors: how tasks are mapped onto workers.
 *
 * An executor is one file exec_*.c and one row of executor.def. All of its calls come from the
 * dispatcher, the runner's main thread; workers are started inside create, before any other thread
 * exists. Times in accounts are be_clock_now_ns.
 */
#ifndef BE_BENCH_EXECUTOR_H
#define BE_BENCH_EXECUTOR_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "breakeven/workload.h"
#include "core/params.h"
#include "core/record.h"
#include "core/status.h"
#include "counter/counter.h"
#include "executor/latency.h"
#include "executor/stages.h"
#include "executor/stamp.h"
#include "pin.h"
#include "shared.h"

/*
 * Where the time of a worker or the dispatcher went since it started; only what lies between two
 * looks says anything. What stamps estimate may fall below 0 by what a clock's reading varies.
 */
struct be_meter {
    int64_t span_ns;    /* wall time with tasks at hand: computing them, and what lies between */
    int64_t between_ns; /* stamped, of the span: what lies between */
    int64_t send_ns;    /* stamped, CPU time: handing messages over */
    int64_t receive_ns; /* likewise: taking messages in, and sleeping until they come */
    int64_t merge_ns;   /* likewise: putting results in their place */
    int64_t encode_ns;  /* stamped, of between or of sending: numbers into bytes */
    int64_t decode_ns;  /* stamped, of between or of merging: bytes into numbers */
    int64_t spin_ns;    /* stamped, CPU time: looking for messages that are not there yet */
};

/* When a worker process came to be; 0: it did not take that step. */
struct be_start_times {
    uint64_t asked_ns;
    uint64_t begun_ns;    /* its first instruction */
    uint64_t imported_ns; /* it has loaded what it needs to compute tasks */
    uint64_t ready_ns;
};

/*
 * What one worker leaves for the dispatcher, in memory that both share (shared.h), each on cache
 * lines of its own. A worker writes its own only; the dispatcher reads it
 * after a message or a join that orders the two.
 */
struct be_account {
    alignas(128) uint64_t tasks; /* of this pass */
    uint64_t start_ns;           /* its first task of this pass began */
    uint64_t end_ns;             /* its last result of this pass was handed over */
    struct be_meter meter;       /* up to then; without a span nothing was stamped */
    uint64_t begun;              /* the first task of the message that it is at; see below */
    uint64_t fault_ns;           /* when it did what it may not survive (fault.h); 0: it did not */
    uint32_t replaced;           /* how often another worker took its place */
    int32_t thread_id;           /* as the kernel knows it; 0: unknown */
    struct be_start_times start; /* of a process */
    struct be_worker_record record; /* without counters, which are not for pointers: */
    struct be_counter_values counters;
    struct be_error error;         /* why it could not start; status BE_OK otherwise */
    struct be_stage_stamps stages; /* its own, of the last message that was stamped */
    /* Of its messages since the caller last cleared it; the dispatcher's where it sends them. */
    struct be_latency_histogram latency;
    struct be_latency_histogram claims; /* of a thread: its time from one message to the next */
};

/* In `begun`: it is at no message. */
#define BE_NO_TASK UINT64_MAX

/* What a worker does beyond its tasks (see core/inject.h). Zeroed: nothing. */
struct be_extra {
    uint64_t cost_ns;   /* CPU time after each task */
    uint64_t repeats;   /* of the task at `last_task` */
    uint64_t last_task; /* of a pass, by its index in the batch that run is given */
};

#define BE_CHUNK_AUTO 0

/* What an executor is made from. Borrowed: it all outlives the executor. */
struct be_executor_env {
    const struct breakeven_workload *workload;
    const struct be_params *params; /* validated: every parameter of the row is there */
    const struct be_spec *spec;     /* what all of this comes from */
    uint32_t workers;               /* 1 .. BE_WORKERS_MAX */
    uint64_t chunk;                 /* tasks a message; BE_CHUNK_AUTO: as the speed of tasks says */
    uint64_t tasks;                 /* of the largest batch that run will be given */
    const struct be_pin *pin;
    const struct be_counter_plan *counters; /* NULL: none */
    struct be_account *accounts;            /* one a worker, zeroed */
    const struct be_shared *memory;         /* of accounts and batch */
    struct be_meter *meter;                 /* the dispatcher's own, where it is no worker */
    struct be_gauges *gauges;               /* the dispatcher's: what it says of the timed passes */
    struct be_error
        *task_error; /* the dispatcher's: why the first task failed that none could run */
    struct be_clock_costs clock_costs;
    struct be_extra extra;
};

/* One pass: `tasks` requests and replies, packed, in input order. */
struct be_batch {
    const void *requests;
    void *replies;
    uint8_t *failed; /* one a task; an executor sets 1 where the task failed, else leaves it */
    uint64_t tasks;
    uint64_t index; /* of its first task in the pass, where it is a part of one */
};

/*
 * Computes tasks first .. first + count - 1 of the batch where it is called, in as few calls of the
 * workload as failures allow, marks those that fail and returns how many did. With a checkpoint in
 * `turns`, calls the workload once a task and the checkpoint after each.
 */
uint64_t be_batch_compute(const struct be_batch *batch, const struct breakeven_workload *workload,
                          uint64_t first, uint64_t count, struct breakeven_turns *turns);

enum be_executor_caps {
    BE_EXECUTOR_PARALLEL = 1 << 0, /* takes more than one worker */
    BE_EXECUTOR_COMPUTES = 1 << 1, /* runs the workload; else replies stay zero */
    BE_EXECUTOR_INLINE = 1 << 2,   /* its first worker is the dispatcher itself */
};

struct be_executor; /* each row's own */

struct be_executor_ops {
    const char *name;
    const char *summary;
    unsigned caps;
    const struct be_param *params; /* ended by a row whose name is NULL */

    /*
     * Starts the pool and returns when every worker is bound, has opened its counters and waits
     * for tasks; this time is part of a cold pass. On failure nothing is left behind.
     * Errors: BE_EUNAVAILABLE, BE_ESYSTEM, BE_ENOMEM, or what a worker said in its account.
     */
    enum be_status (*create)(const struct be_executor_env *env, struct be_executor **executor,
                             struct be_error *error);

    /*
     * Runs all tasks of the batch once and returns when the last result is merged in input order.
     * Each worker sets tasks, start_ns and end_ns of its account (zeroed by the caller), and goes
     * on with its meter. Parallel executors compute with be_worker_compute. Errors: BE_EWORKER when
     * a worker died, BE_ESYSTEM. A task that fails is not an error.
     */
    enum be_status (*run)(struct be_executor *executor, const struct be_batch *batch,
                          struct be_error *error);

    /*
     * Each worker starts (start) or stops its counters, in itself, and looks where it runs
     * (be_pin_look); returns when all have. Called between passes; what the executor itself counts
     * begins with be_counting_begins. Errors: as run.
     */
    enum be_status (*count)(struct be_executor *executor, bool start, struct be_error *error);

    /* CPU time (user + system, ns) that worker `index` has used since it started. */
    uint64_t (*cpu_ns)(const struct be_executor *executor, uint32_t index);

    /* Ends and joins every worker. executor may be NULL. */
    void (*destroy)(struct be_executor *executor);
};

/* Whether counters that are started now are so for the first time: in the first round. */
static inline bool be_counting_begins(const struct be_executor_env *env, bool start)
{
    return start && env->accounts[0].counters.round == 0;
}

/* The table, in the order of executor.def, NULL-terminated. */
extern const struct be_executor_ops *const be_executor_table[];

/* The row of that name, or NULL. */
const struct be_executor_ops *be_executor_find(const char *name);

#endif
