/*
 * A job: a spec that was held against the tables, with its input in memory. Threads: made by the
 * main thread, then only read.
 */
#ifndef BE_BENCH_JOB_H
#define BE_BENCH_JOB_H

#include <stddef.h>
#include <stdint.h>

#include "core/inject.h"
#include "core/protocol.h"
#include "core/status.h"
#include "executor/executor.h"
#include "shared.h"

struct be_job {
    struct be_spec spec;
    const struct breakeven_workload *workload; /* `sized` */
    struct breakeven_workload sized;           /* a row, with requests as large as was chosen */
    const struct be_executor_ops *executor;
    struct be_params params; /* every parameter of both rows, canonical */
    struct be_inject inject; /* none where the executor takes one worker only */
    uint32_t workers;
    uint64_t chunk; /* at most `tasks`, or BE_CHUNK_AUTO */
    uint64_t tasks;
    struct be_shared memory; /* accounts, the requests, and room for what comes of them */
};

/*
 * Takes a spec over and leaves it empty. *job must be zeroed; the caller finishes it also after an
 * error.
 *
 * A given input is repeated from its start, or cut, to make `tasks` of it; without `tasks` it is
 * taken once.
 *
 * Errors: BE_EINVAL for a parameter that is missing, unknown or wrong, BE_EINPUT and BE_ENOTFOUND
 * for the input, BE_ENOMEM.
 */
enum be_status be_job_init(struct be_job *job, struct be_spec *spec, struct be_error *error);
void be_job_finish(struct be_job *job);

/*
 * The same for a worker that was handed the memory of a job that another process made: nothing is
 * generated or read, and the job has none of its own. The spec says `tasks`. `others`: workloads to
 * be found beside those of the table, ended by NULL; may be NULL.
 */
enum be_status be_job_init_worker(struct be_job *job, struct be_spec *spec,
                                  const struct breakeven_workload *const *others,
                                  struct be_error *error);

/* Fills in what follows from the job and leaves the rest of *env zeroed; `memory` is its own or
 * another process's. */
void be_job_env(const struct be_job *job, const struct be_shared *memory,
                struct be_executor_env *env);

#endif
