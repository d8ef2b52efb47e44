/*
 * The worker's side of a pool of processes.
 */
#ifndef BE_BENCH_PROCESS_WORKER_H
#define BE_BENCH_PROCESS_WORKER_H

#include "executor/executor.h"
#include "transport/end.h"

/*
 * Serves frames of `end`, which it closes, until it is told to leave or the link breaks: binds and
 * counts as worker `index`, says that it is ready, computes what it is sent.
 */
void be_process_worker_run(const struct be_executor_env *env, uint32_t index, struct be_end *end);

#endif
