/*
 * What counting costs: configurations a second time, without counters. Inside this folder only.
 * Threads: no shared state.
 */
#ifndef BE_PLAN_UNCOUNTED_H
#define BE_PLAN_UNCOUNTED_H

#include "core/status.h"
#include "plan/catalog.h"
#include "plan/plan.h"
#include "plan/schedule.h"

/*
 * Where the plan counts anything, adds to the block that the schedule is at the measured
 * configuration of each executor that has most workers, the first such, without counters. Another
 * runner counts nothing, and what computes nothing is no measure. The schedule has room for one
 * more of each executor of the plan. Errors: BE_ENOMEM.
 */
enum be_status be_uncounted_add(const struct be_plan *plan, const struct be_catalog *catalog,
                                struct be_schedule *schedule, struct be_error *error);

#endif
