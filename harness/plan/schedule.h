/*
 * From a checked plan to its configurations, in two steps: be_schedule_grains lists what one task
 * of each block is, the caller measures how long a step takes here and fills that in, and
 * be_schedule_expand makes the cross product. Threads: no shared state.
 */
#ifndef BE_PLAN_SCHEDULE_H
#define BE_PLAN_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/run.h"
#include "core/status.h"
#include "plan/catalog.h"
#include "plan/plan.h"

enum { BE_SCHEDULE_CONFIGURATIONS_MAX = 100000 };

/* Tasks of one pass on workload `null`: enough for a CPU time that is worth dividing. */
#define BE_SCHEDULE_OVERHEAD_TASKS 20000

/*
 * The inputs of a pass together, at most, where a task's is large: they all lie in memory, once a
 * runner. With weak scaling that holds for the most workers.
 */
#define BE_SCHEDULE_INPUT_BYTES (UINT64_C(256) << 20)

/* One task of a block. */
struct be_grain {
    const char *workload; /* owned by the catalogue */
    uint64_t asked_ns;    /* what the plan says; 0: it gives steps or an input */
    uint64_t steps;       /* mean of a given input; 0: not known yet, or nothing to count */
    double task_ns;       /* what it takes here, serially; 0: not known yet, or cannot be chosen */
    bool fit;             /* steps are to be found with be_grain_fit */
};

struct be_grains {
    struct be_grain *items; /* owned */
    size_t count;
};

/*
 * One item for each workload and grain of a checked plan; one for a workload without steps and for
 * a given input, whose steps the caller fills in if it knows them. Where a step takes what it takes
 * by definition, steps and task_ns are filled in. *grains is written on success only.
 * Errors: BE_ENOMEM, those of be_grain_fit.
 */
enum be_status be_schedule_grains(const struct be_plan *plan, const struct be_catalog *catalog,
                                  struct be_grains *grains, struct be_error *error);
void be_grains_finish(struct be_grains *grains);

/*
 * Fills in steps, to two significant digits so that they stay the same from run to run (exact where
 * the workload says what a step takes), and task_ns; `fit` becomes false. May be called again with
 * a better ns_per_step. Errors: BE_EINVAL when the grain takes more steps than the workload has.
 */
enum be_status be_grain_fit(struct be_grain *grain, const struct be_catalog *catalog,
                            double ns_per_step, struct be_error *error);

/*
 * Whether a workload has tasks as large as a configuration's parameters ask for: `steps` are their
 * mean where `distribution` says so. Errors: BE_EINVAL, saying how large they would be.
 */
enum be_status be_grain_check(const struct be_params *params, const struct be_catalog *catalog,
                              struct be_error *error);

struct be_schedule {
    struct be_configuration *items; /* owned; a block's members together, its reference first */
    size_t count;
    uint32_t block_count;
};

/*
 * The cross product. Each grain (and each value of the workload's own parameters) is a block: its
 * serial reference once, every other executor with the axes that apply to it, and beside each
 * parallel one the same on workload `null`. Executors that are not parallel have one worker, chunk
 * 1 and the first placement. A row's parameters that the plan does not name have their defaults.
 * Where the plan counts anything, its first block has each executor with its most workers a second
 * time without counters, which its parameter `counters` says; but not another runner's, which
 * counts nothing. pu_count and the bounds stay 0 for the caller to fill in. With weak scaling a
 * parallel one has as many times the reference's tasks as it has workers, and its parameter
 * `scaling` says so.
 *
 * Tasks a pass: the pairs of the input, or the plan's `tasks`, or else so many that the serial pass
 * lasts 50 ms, raised to 16 chunks a worker as far as 500 ms allow, and at least one task a worker.
 * They follow from the grain that was asked for, so they are the same in every run. On a workload
 * without steps, such as `null`, they are at most BE_SCHEDULE_OVERHEAD_TASKS, or 16 of the plan's
 * largest chunks where that is more, but no more than the plan's `tasks`; companions of another
 * runner's executors have as few as a tenth. With a payload tasks are at most
 * BE_SCHEDULE_INPUT_BYTES together. A companion has its block's payload. Grains that come to the
 * same steps make one block.
 *
 * Errors: BE_EUSAGE above BE_SCHEDULE_CONFIGURATIONS_MAX, those of be_grain_check, BE_ENOMEM.
 * *schedule is written on success only.
 */
enum be_status be_schedule_expand(const struct be_plan *plan, const struct be_catalog *catalog,
                                  const struct be_grains *grains, struct be_schedule *schedule,
                                  struct be_error *error);
void be_schedule_finish(struct be_schedule *schedule);

/*
 * The tasks of a pass: what be_schedule_expand gives a reference of this grain, whose workload has
 * these parameters.
 */
uint64_t be_schedule_tasks(const struct be_plan *plan, const struct be_grain *grain,
                           const struct be_params *params);

#endif
