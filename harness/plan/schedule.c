#include "plan/schedule.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "plan/axis.h"
#include "plan/uncounted.h"
#include "plan/variant.h"

enum { CHUNKS_A_WORKER = 16, TASKS_MAX = 10000000 };

/* How long a serial pass lasts: at least, and at most where more tasks balance better. */
static const double pass_ns_min = 50e6;
static const double pass_ns_max = 500e6;

/* What all configurations of a plan are made from. All borrowed but `schedule`. */
struct maker {
    const struct be_plan *plan;
    const struct be_catalog *catalog;
    const struct be_catalog_row *null_workload; /* NULL: overhead cannot be measured */
    struct be_schedule schedule;
    size_t room;
    struct be_error *error;
};

/* One block while it is made. */
struct block {
    const struct be_grain *grain;
    struct be_params params; /* what its reference and all measured ones share; owned */
};

static const struct be_texts *plan_values(const struct be_plan *plan, const char *key)
{
    return &be_plan_axis(plan, key)->values;
}

static enum be_status params_set_defaults(struct be_params *params,
                                          const struct be_catalog_row *row, struct be_error *error)
{
    enum be_status status = BE_OK;

    for (size_t i = 0; status == BE_OK && i < row->param_count; i++) {
        status = be_params_set(params, row->params[i].name, row->params[i].fallback, error);
    }
    return status;
}

/* Of those that an executor of the plan takes. */
static uint64_t values_max(const struct be_plan *plan, const char *key)
{
    const struct be_texts *executors = plan_values(plan, "executor");
    const struct be_axis *axis = be_plan_axis(plan, key);
    uint64_t max = 1;

    for (size_t i = 0; i < executors->count; i++) {
        const char *executor = executors->items[i];
        for (size_t j = be_axis_count(axis, executor); j-- > 0;) {
            char text[BE_TEXTS_ITEM_BYTES];
            uint64_t value = 0;
            be_axis_value(axis, executor, j, text);
            if (be_units_parse_count(text, &value, NULL) == BE_OK && value > max) {
                max = value;
            }
        }
    }
    return max;
}

static uint64_t clamp(double value, double low, double high)
{
    return (uint64_t)fmin(fmax(value, low), high);
}

/*
 * Of a pass on tasks that cost next to nothing: the same in the whole plan. Who says how many tasks
 * a pass has does not want more of these for the sake of a chunk.
 */
static uint64_t tasks_without_steps(const struct be_plan *plan)
{
    double most = plan->tasks > 0 ? (double)plan->tasks : TASKS_MAX;

    return clamp((double)CHUNKS_A_WORKER * (double)values_max(plan, "chunk"),
                 BE_SCHEDULE_OVERHEAD_TASKS, fmax(most, BE_SCHEDULE_OVERHEAD_TASKS));
}

/*
 * How long a task is taken to last. What was asked for is the same in every run; a measured time is
 * not, and becomes a power of two so that it nearly is. 0: not known.
 */
static double task_ns_planned(const struct be_grain *grain)
{
    if (grain->asked_ns > 0) {
        return (double)grain->asked_ns;
    }
    return grain->task_ns > 0 ? exp2(round(log2(grain->task_ns))) : 0;
}

static uint64_t tasks_wanted(const struct be_plan *plan, const struct be_grain *grain)
{
    double task_ns = task_ns_planned(grain);
    double workers = (double)values_max(plan, "workers");
    double balanced = CHUNKS_A_WORKER * workers * (double)values_max(plan, "chunk");

    if (plan->source == BE_PLAN_PAIRS || plan->source == BE_PLAN_FILE) {
        return plan->pairs.count;
    }
    if (plan->tasks > 0) {
        return plan->tasks;
    }
    if (!(task_ns > 0)) {
        return tasks_without_steps(plan);
    }
    double wanted = fmax(ceil(pass_ns_min / task_ns), fmin(balanced, pass_ns_max / task_ns));
    uint64_t most = grain->steps > 0 ? TASKS_MAX : tasks_without_steps(plan);
    return clamp(wanted, workers, (double)most);
}

/* As many of them as there may be with the payload of these parameters, if they have one. */
static uint64_t tasks_bound(const struct be_plan *plan, const struct be_params *params,
                            uint64_t tasks)
{
    uint64_t copies = plan->scaling == BE_SCALING_WEAK ? values_max(plan, "workers") : 1;
    uint64_t most = BE_SCHEDULE_INPUT_BYTES / copies / be_params_get_count(params, "payload", 1);

    most = most > 1 ? most : 1;
    return tasks < most ? tasks : most;
}

uint64_t be_schedule_tasks(const struct be_plan *plan, const struct be_grain *grain,
                           const struct be_params *params)
{
    return tasks_bound(plan, params, tasks_wanted(plan, grain));
}

static enum be_status schedule_add(struct maker *maker, enum be_role role,
                                   const struct be_grain *grain, struct be_params *params)
{
    struct be_schedule *schedule = &maker->schedule;
    struct be_configuration *added = &schedule->items[schedule->count];

    if (schedule->count == maker->room) {
        return be_error_set(maker->error, BE_EINTERNAL, "more configurations than counted");
    }
    *added = (struct be_configuration){.role = role,
                                       .block = schedule->block_count,
                                       .grain_asked_ns = grain->asked_ns,
                                       .params = *params};
    *params = (struct be_params){0};
    schedule->count++;
    return be_configuration_index(added, maker->error);
}

/* Whether each worker of this executor brings as many tasks as the reference has. */
static bool scales_weakly(const struct be_plan *plan, const struct be_catalog_row *executor)
{
    return executor->parallel && plan->scaling == BE_SCALING_WEAK;
}

/* The executor, its parts, and the defaults of all their parameters. */
static enum be_status variant_params(const struct maker *maker, const struct be_variant *variant,
                                     struct be_params *params)
{
    enum be_status status =
        be_params_set(params, "executor", variant->executor->name, maker->error);

    if (status == BE_OK) {
        status = params_set_defaults(params, variant->executor, maker->error);
    }
    for (size_t i = 0; status == BE_OK && i < variant->part_count; i++) {
        const struct be_variant_part *part = &variant->parts[i];
        status = be_params_set(params, part->param, part->row->name, maker->error);
        if (status == BE_OK) {
            status = params_set_defaults(params, part->row, maker->error);
        }
    }
    return status;
}

/* The part of a configuration that says how: the index-th combination of a variant. */
static enum be_status executor_params(const struct maker *maker, const struct be_variant *variant,
                                      const struct be_dimensions *dimensions, size_t index,
                                      struct be_params *params)
{
    const char *placement = plan_values(maker->plan, "placement")->items[0];
    enum be_status status = variant_params(maker, variant, params);

    if (status == BE_OK) {
        status = be_params_set(params, "placement", placement, maker->error);
    }
    if (status == BE_OK) {
        status = be_params_set(params, "workers", "1", maker->error);
    }
    if (status == BE_OK) {
        status = be_params_set(params, "chunk", "1", maker->error);
    }
    if (status == BE_OK && scales_weakly(maker->plan, variant->executor)) {
        status =
            be_params_set(params, "scaling", be_plan_scaling_name(BE_SCALING_WEAK), maker->error);
    }
    if (status == BE_OK) {
        status = be_dimensions_set(dimensions, index, params, maker->error);
    }
    const char *inject = be_params_get(params, "inject");
    if (inject && strcmp(inject, "none") == 0) {
        be_params_remove(params, "inject");
    }
    return status;
}

/* Another runner's messages cost so much that fewer of them are enough, a tenth at least. */
static uint64_t companion_tasks(const struct maker *maker, const struct be_params *params)
{
    const struct be_catalog_row *executor =
        be_catalog_find(maker->catalog, BE_CATALOG_EXECUTOR, be_params_get(params, "executor"));
    uint64_t tasks = tasks_bound(maker->plan, params, tasks_without_steps(maker->plan));
    uint64_t chunk = be_params_get_count(params, "chunk", 1);

    return executor->program ? clamp((double)CHUNKS_A_WORKER * (double)chunk,
                                     BE_SCHEDULE_OVERHEAD_TASKS / 10., (double)tasks)
                             : tasks;
}

/* The part that says what, for generated tasks of workload `null`, as large as the block's. */
static enum be_status overhead_params(const struct maker *maker, const struct block *block,
                                      struct be_params *params)
{
    const char *payload = be_params_get(&block->params, "payload");
    enum be_status status =
        be_params_set(params, "workload", maker->null_workload->name, maker->error);

    if (status == BE_OK) {
        status = be_params_set(params, "input", "seeded", maker->error);
    }
    if (status == BE_OK) {
        status = be_params_set_count(params, "steps", 0, maker->error);
    }
    if (status == BE_OK) {
        status = params_set_defaults(params, maker->null_workload, maker->error);
    }
    if (status == BE_OK && payload) {
        status = be_params_set(params, "payload", payload, maker->error);
    }
    if (status == BE_OK) {
        status = be_params_set_count(params, "tasks", companion_tasks(maker, params), maker->error);
    }
    return status;
}

/* One configuration, and what its messages alone cost beside it. */
static enum be_status member_add(struct maker *maker, const struct block *block, enum be_role role,
                                 const struct be_variant *variant,
                                 const struct be_dimensions *dimensions, size_t index)
{
    const struct be_catalog_row *executor = variant->executor;
    struct be_params params = {0};
    bool weak = scales_weakly(maker->plan, executor);
    bool overhead = executor->parallel && maker->null_workload &&
                    strcmp(block->grain->workload, maker->null_workload->name) != 0;
    enum be_status status = executor_params(maker, variant, dimensions, index, &params);

    if (status == BE_OK) {
        status = be_params_merge(&params, &block->params, maker->error);
    }
    if (status == BE_OK && weak) {
        uint64_t tasks = be_params_get_count(&params, "tasks", 0);
        uint64_t workers = be_params_get_count(&params, "workers", 1);
        status = be_params_set_count(&params, "tasks", tasks * workers, maker->error);
    }
    if (status == BE_OK) {
        status = schedule_add(maker, role, block->grain, &params);
    }
    if (status == BE_OK && overhead) {
        status = executor_params(maker, variant, dimensions, index, &params);
        if (status == BE_OK) {
            status = overhead_params(maker, block, &params);
        }
        if (status == BE_OK) {
            status = schedule_add(maker, BE_ROLE_OVERHEAD, block->grain, &params);
        }
    }
    be_params_finish(&params);
    return status;
}

/* Every combination of every variant of an executor. */
static enum be_status executor_add(struct maker *maker, const struct block *block,
                                   const struct be_catalog_row *executor)
{
    size_t variants = be_variants_count(maker->plan, executor);
    enum be_status status = BE_OK;

    for (size_t i = 0; status == BE_OK && i < variants; i++) {
        struct be_variant variant;
        struct be_dimensions dimensions;
        be_variant_at(maker->plan, maker->catalog, executor, i, &variant);
        be_dimensions_of_variant(maker->plan, &variant, &dimensions);
        size_t product = be_dimensions_product(&dimensions);
        for (size_t j = 0; status == BE_OK && j < product; j++) {
            status = member_add(maker, block, BE_ROLE_MEASURED, &variant, &dimensions, j);
        }
    }
    return status;
}

/* The reference, then every executor of the plan that is not it. */
static enum be_status block_add_members(struct maker *maker, const struct block *block)
{
    static const struct be_dimensions none = {0};
    const struct be_texts *executors = plan_values(maker->plan, "executor");
    const struct be_variant serial = {
        .executor = be_catalog_find(maker->catalog, BE_CATALOG_EXECUTOR, "serial")};
    enum be_status status = member_add(maker, block, BE_ROLE_REFERENCE, &serial, &none, 0);

    for (size_t i = 0; status == BE_OK && i < executors->count; i++) {
        const struct be_catalog_row *executor =
            be_catalog_find(maker->catalog, BE_CATALOG_EXECUTOR, executors->items[i]);
        if (executor != serial.executor) {
            status = executor_add(maker, block, executor);
        }
    }
    return status;
}

/* The part of a configuration that says what: the same for a whole block. */
static enum be_status block_params(const struct maker *maker, const struct be_grain *grain,
                                   struct be_params *params)
{
    const struct be_plan *plan = maker->plan;
    bool given = plan->source == BE_PLAN_PAIRS || plan->source == BE_PLAN_FILE;
    char input[BE_ID_BYTES] = "seeded";
    enum be_status status = be_params_set(params, "workload", grain->workload, maker->error);

    if (given) {
        be_params_remove(params, "distribution");
        snprintf(input, sizeof(input), "%016" PRIx64, be_pairs_hash(&plan->pairs));
    }
    if (status == BE_OK) {
        status = be_params_set(params, "input", input, maker->error);
    }
    if (status == BE_OK) {
        uint64_t tasks = be_schedule_tasks(plan, grain, params);
        status = be_params_set_count(params, "tasks", tasks, maker->error);
    }
    if (status == BE_OK && (!given || grain->steps > 0)) {
        status = be_params_set_count(params, "steps", grain->steps, maker->error);
    }
    return status;
}

/* A block for each combination of the workload's own parameters. */
static enum be_status blocks_add(struct maker *maker, const struct be_grain *grain)
{
    const struct be_catalog_row *workload =
        be_catalog_find(maker->catalog, BE_CATALOG_WORKLOAD, grain->workload);
    struct be_dimensions dimensions;
    enum be_status status = BE_OK;

    be_dimensions_of_row(maker->plan, workload, &dimensions);
    size_t product = be_dimensions_product(&dimensions);
    for (size_t i = 0; status == BE_OK && i < product; i++) {
        struct block block = {.grain = grain};
        status = params_set_defaults(&block.params, workload, maker->error);
        if (status == BE_OK) {
            status = be_dimensions_set(&dimensions, i, &block.params, maker->error);
        }
        if (status == BE_OK) {
            status = block_params(maker, grain, &block.params);
        }
        if (status == BE_OK) {
            status = be_grain_check(&block.params, maker->catalog, maker->error);
        }
        if (status == BE_OK) {
            status = block_add_members(maker, &block);
        }
        if (status == BE_OK && maker->schedule.block_count == 0) {
            status = be_uncounted_add(maker->plan, maker->catalog, &maker->schedule, maker->error);
        }
        be_params_finish(&block.params);
        maker->schedule.block_count++;
    }
    return status;
}

/* Members of one block: its reference, and twice every parallel combination. */
static double members_count(const struct maker *maker)
{
    const struct be_texts *executors = plan_values(maker->plan, "executor");
    double members = 1;

    for (size_t i = 0; i < executors->count; i++) {
        const struct be_catalog_row *executor =
            be_catalog_find(maker->catalog, BE_CATALOG_EXECUTOR, executors->items[i]);
        size_t variants = be_variants_count(maker->plan, executor);
        for (size_t j = 0; j < variants; j++) {
            struct be_variant variant;
            struct be_dimensions dimensions;
            be_variant_at(maker->plan, maker->catalog, executor, j, &variant);
            be_dimensions_of_variant(maker->plan, &variant, &dimensions);
            members += (double)be_dimensions_product(&dimensions) * (executor->parallel ? 2 : 1);
        }
    }
    return members;
}

/* Makes room for all configurations; refuses too many before the first is made. */
static enum be_status room_make(struct maker *maker, const struct be_grains *grains)
{
    double members = members_count(maker);
    double total = (double)plan_values(maker->plan, "executor")->count; /* once uncounted */

    for (size_t i = 0; i < grains->count; i++) {
        struct be_dimensions dimensions;
        be_dimensions_of_row(
            maker->plan,
            be_catalog_find(maker->catalog, BE_CATALOG_WORKLOAD, grains->items[i].workload),
            &dimensions);
        total += members * (double)be_dimensions_product(&dimensions);
    }
    if (total > BE_SCHEDULE_CONFIGURATIONS_MAX) {
        return be_error_set(maker->error, BE_EUSAGE,
                            "the plan makes more than %d configurations; shorten its lists",
                            BE_SCHEDULE_CONFIGURATIONS_MAX);
    }
    maker->room = (size_t)total;
    maker->schedule.items = calloc(maker->room, sizeof(*maker->schedule.items));
    return maker->schedule.items
               ? BE_OK
               : be_error_set(maker->error, BE_ENOMEM, "out of memory for %zu configurations",
                              maker->room);
}

/* Two grains can round to the same steps; then they are one block. */
static bool grain_repeats(const struct be_grains *grains, size_t index)
{
    const struct be_grain *grain = &grains->items[index];

    for (size_t i = 0; i < index; i++) {
        const struct be_grain *earlier = &grains->items[i];
        if (grain->steps > 0 && earlier->steps == grain->steps &&
            strcmp(earlier->workload, grain->workload) == 0) {
            return true;
        }
    }
    return false;
}

enum be_status be_schedule_expand(const struct be_plan *plan, const struct be_catalog *catalog,
                                  const struct be_grains *grains, struct be_schedule *schedule,
                                  struct be_error *error)
{
    const struct be_catalog_row *null_workload =
        be_catalog_find(catalog, BE_CATALOG_WORKLOAD, "null");
    struct maker maker = {
        .plan = plan,
        .catalog = catalog,
        .null_workload = null_workload && !null_workload->unavailable ? null_workload : NULL,
        .error = error,
    };
    enum be_status status = room_make(&maker, grains);

    for (size_t i = 0; status == BE_OK && i < grains->count; i++) {
        if (!grain_repeats(grains, i)) {
            status = blocks_add(&maker, &grains->items[i]);
        }
    }
    if (status != BE_OK) {
        be_schedule_finish(&maker.schedule);
        return status;
    }
    *schedule = maker.schedule;
    return BE_OK;
}

void be_schedule_finish(struct be_schedule *schedule)
{
    for (size_t i = 0; i < schedule->count; i++) {
        be_configuration_finish(&schedule->items[i]);
    }
    free(schedule->items);
    *schedule = (struct be_schedule){0};
}
