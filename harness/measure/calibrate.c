#include "measure/calibrate.h"

#include <math.h>
#include <stdlib.h>

enum {
    ROUNDS_MAX = 4,
    FIRST_STEPS = 40,
    TASKS_MAX = 100000,
};

/* Long enough for one timed pass to be good within a per cent. */
static const double pass_ns = 20e6;

static const uint64_t timeout_ns = UINT64_C(30000000000);

static enum be_status spec_fill(const struct be_plan *plan, const char *workload, uint64_t steps,
                                uint64_t tasks, struct be_spec *spec, struct be_error *error)
{
    be_spec_init(spec);
    spec->passes = 5;
    spec->warmup = 1;
    spec->seed = plan->seed;
    enum be_status status = be_params_set(&spec->params, "executor", "serial", error);
    if (status == BE_OK) {
        status = be_params_set(&spec->params, "workload", workload, error);
    }
    if (status == BE_OK) {
        status = be_params_set_count(&spec->params, "steps", steps, error);
    }
    return status == BE_OK ? be_params_set_count(&spec->params, "tasks", tasks, error) : status;
}

/* What else runs only ever makes a pass longer, so the shortest one says most about the task. */
static uint64_t pass_shortest_ns(const struct be_sample_record *record)
{
    uint64_t shortest_ns = UINT64_MAX;

    for (size_t i = 0; i < record->pass_count; i++) {
        if (record->passes[i].wall_ns < shortest_ns) {
            shortest_ns = record->passes[i].wall_ns;
        }
    }
    return shortest_ns;
}

/* What samples are taken with. */
struct calibration {
    const struct be_plan *plan;
    const struct be_runner *runner;
};

/* The time of one task of `steps` steps, from a serial sample of `tasks` tasks. */
static enum be_status task_time(const struct calibration *with, const char *workload,
                                uint64_t steps, uint64_t tasks, double *task_ns,
                                struct be_error *error)
{
    struct be_outcome outcome = {0};
    struct be_error cause;
    struct be_spec spec;
    enum be_status status = spec_fill(with->plan, workload, steps, tasks, &spec, error);

    if (status == BE_OK) {
        status = be_runner_measure(with->runner, &spec, timeout_ns, &outcome, &cause);
        if (status != BE_OK) {
            be_error_fill(error, status, "timing a task of %s: %s", workload, cause.message);
        }
    }
    if (status == BE_OK) {
        *task_ns = (double)pass_shortest_ns(&outcome.record) / (double)tasks;
    }
    be_outcome_finish(&outcome);
    be_spec_finish(&spec);
    return status;
}

static uint64_t tasks_for(double task_ns)
{
    double tasks = ceil(pass_ns / fmax(task_ns, 1));
    return (uint64_t)fmin(fmax(tasks, 1), TASKS_MAX);
}

/*
 * Converges on the steps of a grain: a task costs a little more than its steps, so a first guess
 * is measured where it lands and corrected there.
 */
static enum be_status grain_fit(const struct calibration *with, struct be_grain *grain,
                                struct be_error *error)
{
    uint64_t steps = FIRST_STEPS;
    double task_ns = 0;
    enum be_status status = task_time(with, grain->workload, steps, 20000, &task_ns, error);

    for (int i = 0; status == BE_OK && i < ROUNDS_MAX; i++) {
        status = be_grain_fit(grain, &with->runner->catalog, task_ns / (double)steps, error);
        if (status != BE_OK || grain->steps == steps) {
            break;
        }
        steps = grain->steps;
        status = task_time(with, grain->workload, steps, tasks_for((double)grain->asked_ns),
                           &task_ns, error);
    }
    if (status == BE_OK) {
        grain->task_ns = task_ns;
    }
    return status;
}

/* A task of known steps: one sample to see its size, one to time it. */
static enum be_status steps_time(const struct calibration *with, struct be_grain *grain,
                                 struct be_error *error)
{
    double rough_ns = 0;
    enum be_status status = task_time(with, grain->workload, grain->steps, 4, &rough_ns, error);

    if (status == BE_OK) {
        status = task_time(with, grain->workload, grain->steps, tasks_for(rough_ns),
                           &grain->task_ns, error);
    }
    return status;
}

enum be_status be_calibrate(const struct be_plan *plan, const struct be_runner *runner,
                            struct be_grains *grains, struct be_error *error)
{
    const struct calibration with = {.plan = plan, .runner = runner};
    enum be_status status = BE_OK;
    bool given = plan->source == BE_PLAN_PAIRS || plan->source == BE_PLAN_FILE;

    for (size_t i = 0; status == BE_OK && i < grains->count; i++) {
        struct be_grain *grain = &grains->items[i];
        if (grain->fit) {
            status = grain_fit(&with, grain, error);
        } else if (!given && grain->task_ns == 0) {
            status = steps_time(&with, grain, error);
        }
    }
    return status;
}
