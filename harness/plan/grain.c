/* What one task of a block is. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "core/distribution.h"
#include "core/units.h"
#include "plan/schedule.h"

void be_grains_finish(struct be_grains *grains)
{
    free(grains->items);
    *grains = (struct be_grains){0};
}

/* To two significant digits. */
static uint64_t steps_round(double steps)
{
    double unit = pow(10, fmax(floor(log10(fmax(steps, 1))) - 1, 0));
    return (uint64_t)fmax(round(steps / unit) * unit, 1);
}

enum be_status be_grain_fit(struct be_grain *grain, const struct be_catalog *catalog,
                            double ns_per_step, struct be_error *error)
{
    const struct be_catalog_row *row =
        be_catalog_find(catalog, BE_CATALOG_WORKLOAD, grain->workload);
    char asked[BE_UNITS_TEXT_BYTES];
    char longest[BE_UNITS_TEXT_BYTES];

    if (!(ns_per_step > 0 && isfinite(ns_per_step))) {
        return be_error_set(error, BE_EINVAL, "a step of %s takes %g ns", grain->workload,
                            ns_per_step);
    }
    double steps = (double)grain->asked_ns / ns_per_step;
    if (steps > (double)row->steps_max) {
        be_units_format_exact_duration(asked, grain->asked_ns);
        be_units_format_duration(longest, (double)row->steps_max * ns_per_step);
        return be_error_set(error, BE_EINVAL,
                            "grain: %s has at most %" PRIu64
                            " steps a task, %s on this machine, and cannot reach %s",
                            grain->workload, row->steps_max, longest, asked);
    }
    /* Where a step takes what it takes by definition, the grain is met exactly. */
    grain->steps = row->step_ns > 0 ? (uint64_t)fmax(steps, 1) : steps_round(steps);
    if (grain->steps > row->steps_max) {
        grain->steps = row->steps_max;
    }
    grain->task_ns = (double)grain->steps * ns_per_step;
    grain->fit = false;
    return BE_OK;
}

enum be_status be_grain_check(const struct be_params *params, const struct be_catalog *catalog,
                              struct be_error *error)
{
    const struct be_catalog_row *row =
        be_catalog_find(catalog, BE_CATALOG_WORKLOAD, be_params_get(params, "workload"));
    const char *name = be_params_get(params, "distribution");
    uint64_t mean = be_params_get_count(params, "steps", 0);
    enum be_distribution distribution = BE_DISTRIBUTION_FIXED;

    if (!name || mean == 0) {
        return BE_OK;
    }
    enum be_status status = be_distribution_parse(name, &distribution, error);
    uint64_t largest = be_distribution_largest(distribution, mean);
    if (status == BE_OK && largest > row->steps_max) {
        status = be_error_set(error, BE_EINVAL,
                              "distribution: %s around %" PRIu64 " steps goes up to %" PRIu64
                              ", and a task of %s has at most %" PRIu64,
                              name, mean, largest, row->name, row->steps_max);
    }
    return status;
}

static struct be_grain grain_of(const struct be_plan *plan, const struct be_catalog_row *row,
                                uint64_t asked_ns)
{
    struct be_grain grain = {.workload = row->name};

    if (row->steps_max > 0 && plan->source == BE_PLAN_GRAINS) {
        grain.asked_ns = asked_ns;
        grain.fit = true;
    } else if (row->steps_max > 0 && plan->source == BE_PLAN_STEPS) {
        grain.steps = plan->steps;
        grain.task_ns = (double)plan->steps * (double)row->step_ns;
    }
    return grain;
}

enum be_status be_schedule_grains(const struct be_plan *plan, const struct be_catalog *catalog,
                                  struct be_grains *grains, struct be_error *error)
{
    const struct be_texts *workloads = &be_plan_axis(plan, "workload")->values;
    const struct be_axis *asked = be_plan_axis(plan, "grain");
    size_t asked_count = asked ? asked->values.count : 1;
    struct be_grain *items = calloc(workloads->count * asked_count, sizeof(*items));
    enum be_status status = BE_OK;
    size_t count = 0;

    if (!items) {
        return be_error_set(error, BE_ENOMEM, "out of memory for grains");
    }
    for (size_t i = 0; status == BE_OK && i < workloads->count; i++) {
        const struct be_catalog_row *row =
            be_catalog_find(catalog, BE_CATALOG_WORKLOAD, workloads->items[i]);
        size_t of_row = row->steps_max > 0 ? asked_count : 1;
        for (size_t j = 0; status == BE_OK && j < of_row; j++) {
            uint64_t asked_ns = 0;
            if (asked) {
                be_units_parse_duration(asked->values.items[j], &asked_ns, NULL);
            }
            items[count] = grain_of(plan, row, asked_ns);
            if (row->step_ns > 0 && items[count].fit) {
                status = be_grain_fit(&items[count], catalog, (double)row->step_ns, error);
            }
            count++;
        }
    }
    if (status != BE_OK) {
        free(items);
        return status;
    }
    *grains = (struct be_grains){items, count};
    return BE_OK;
}
