/*
 * What planning shares with the search and with resuming. Inside this folder only.
 */
#ifndef BE_MEASURE_SWEEP_PLAN_H
#define BE_MEASURE_SWEEP_PLAN_H

#include <stddef.h>

#include "core/buffer.h"
#include "core/run.h"
#include "core/status.h"
#include "measure/sweep.h"

/*
 * Fills in the bounds that whole tasks allow, and the mean steps of a task, for configurations
 * first ..., which begin with a block's reference. Errors: those of be_runner_count_steps and of
 * the bounds.
 */
enum be_status be_sweep_bound(const struct be_sweep *sweep, struct be_run *run, size_t first,
                              struct be_error *error);

/* Appends the build-ids of all that a sweep runs: equal text, equal programs. Errors: BE_ENOMEM. */
enum be_status be_sweep_build_id(const struct be_sweep *sweep, struct be_buffer *text,
                                 struct be_error *error);

#endif
