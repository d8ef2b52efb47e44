/*
 * Calibration: how long a task takes here, so that `--grain 10us` becomes steps once, when a sweep
 * is planned. Measured with executor `serial`.
 */
#ifndef BE_MEASURE_CALIBRATE_H
#define BE_MEASURE_CALIBRATE_H

#include "core/status.h"
#include "measure/runner_program.h"
#include "plan/plan.h"
#include "plan/schedule.h"

/*
 * Fills in steps and task_ns of every grain that lacks them. Errors: those of be_runner_measure;
 * BE_EINVAL from be_grain_fit.
 */
enum be_status be_calibrate(const struct be_plan *plan, const struct be_runner *runner,
                            struct be_grains *grains, struct be_error *error);

#endif
