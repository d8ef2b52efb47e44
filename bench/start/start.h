/*
 * Start methods: how a process comes to be a worker. One file start_*.c and one row of start.def
 * each. Threads: the table is constant; the dispatcher's main thread calls.
 */
#ifndef BE_BENCH_START_H
#define BE_BENCH_START_H

#include "core/status.h"
#include "executor/child.h"
#include "executor/executor.h"
#include "executor/process_worker.h"
#include "part.h"

struct be_start; /* what a row keeps of a pool */

struct be_start_ops {
    struct be_row row;

    /*
     * Optional: NULL. Makes what the workers of a pool are started from; env is borrowed.
     * Errors: BE_ESYSTEM, BE_ENOMEM.
     */
    enum be_status (*open)(const struct be_executor_env *env, struct be_start **start,
                           struct be_error *error);

    /*
     * Starts a worker that runs be_process_worker_run; at any time, as often as wanted. It has no
     * descriptor above 2 but its own, and ends when the dispatcher does. `start` is NULL without
     * open. Errors: BE_ESYSTEM.
     */
    enum be_status (*worker)(struct be_start *start, const struct be_birth *birth,
                             struct be_child *child, struct be_error *error);

    /* With open. Every worker was reaped before. */
    void (*close)(struct be_start *start);
};

/* Says the gauges of a pool whose workers are all ready: medians of what each step took. */
void be_start_tell(const struct be_executor_env *env);

/* The table, in the order of start.def, NULL-terminated. */
extern const struct be_start_ops *const be_start_table[];

/* The row of that name, or NULL. */
const struct be_start_ops *be_start_find(const char *name);

#endif
