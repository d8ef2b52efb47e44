/*
 * The worker's side of a pool of processes.
 */
#ifndef BE_BENCH_PROCESS_WORKER_H
#define BE_BENCH_PROCESS_WORKER_H

#include "executor/process_pool.h"

/*
 * Serves frames of `end`, which it closes, until it is told to leave or the link breaks: binds and
 * counts as worker `index` of the pool, says that it is ready, computes what it is sent.
 */
void be_process_worker_run(const struct be_executor *pool, uint32_t index, struct be_end *end);

#endif
