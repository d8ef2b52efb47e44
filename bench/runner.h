/*
 * Runs a job: one cold pass if wanted, then a pool, warm-up passes and timed passes on it.
 */
#ifndef BE_BENCH_RUNNER_H
#define BE_BENCH_RUNNER_H

#include "core/buffer.h"
#include "core/status.h"
#include "job.h"

/*
 * Appends the `pass` and `done` lines to *lines, all of them after the last timed pass. Call it in
 * the main thread, before any other exists. On an error nothing is appended.
 * Errors: those of pin, counters and executor; BE_ENOMEM.
 */
enum be_status be_runner_run(const struct be_job *job, struct be_buffer *lines,
                             struct be_error *error);

#endif
