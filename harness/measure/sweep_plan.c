/* Planning: from a checked plan to configurations that know their PUs and their bounds. */
#include "measure/sweep_plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analysis/bounds.h"
#include "core/json.h"
#include "machine/placement.h"
#include "machine/quality.h"
#include "measure/calibrate.h"
#include "measure/peer.h"
#include "measure/round_trip.h"
#include "plan/schedule.h"

static enum be_status string_copy(const char *text, char **copy, struct be_error *error)
{
    *copy = text ? strdup(text) : NULL;
    return *copy || !text ? BE_OK : be_error_set(error, BE_ENOMEM, "out of memory for a run");
}

/* Notes which signals of quality can be read here: a clean sample is clean by these alone. */
static enum be_status watched_note(const char *root, json_t *machine, struct be_error *error)
{
    struct be_quality *quality = NULL;
    struct be_quality_reading reading;
    char names[BE_QUALITY_NAMES_BYTES];
    enum be_status status = be_quality_create(root, &quality, error);

    if (status == BE_OK) {
        be_quality_read(quality, NULL, 0, -1, &reading);
        json_object_set_new(machine, "quality_watched",
                            json_string(be_quality_watched_names(reading.watched, names)));
    }
    be_quality_destroy(quality);
    return status;
}

/*
 * Notes until how many workers each placement has them on cores alike: how speedup grows beyond
 * them says something else.
 */
static enum be_status alike_note(const struct be_topology *topology, json_t *machine,
                                 struct be_error *error)
{
    json_t *counts = json_object();
    enum be_status status = BE_OK;

    for (size_t i = 0; status == BE_OK && be_placement_table[i]; i++) {
        uint32_t workers = 0;
        status = be_placement_count_alike(topology, be_placement_table[i], &workers, error);
        if (workers > 0) {
            json_object_set_new(counts, be_placement_table[i]->name, json_integer(workers));
        }
    }
    json_object_set_new(machine, "alike_workers", counts);
    return status;
}

static enum be_status texts_fill(const struct be_sweep *sweep, struct be_run *run,
                                 struct be_error *error)
{
    struct be_buffer text = {0};
    json_t *machine = be_machine_to_json(sweep->machine);
    enum be_status status = be_plan_to_text(sweep->plan, &text, error);

    if (status == BE_OK) {
        status = watched_note(sweep->root, machine, error);
    }
    if (status == BE_OK) {
        status = alike_note(sweep->topology, machine, error);
    }
    if (status == BE_OK) {
        status = be_round_trip_note(sweep, machine, error);
    }
    run->machine_json = machine ? json_dumps(machine, JSON_COMPACT) : NULL;
    json_decref(machine);
    if (status == BE_OK && !run->machine_json) {
        status = be_error_set(error, BE_ENOMEM, "out of memory for the machine");
    }
    if (status == BE_OK) {
        status = string_copy(be_buffer_text(&text), &run->plan_text, error);
    }
    be_buffer_finish(&text);
    return status;
}

enum be_status be_sweep_build_id(const struct be_sweep *sweep, struct be_buffer *text,
                                 struct be_error *error)
{
    be_peers_build_id(sweep->runner, &be_plan_axis(sweep->plan, "executor")->values, text);
    return be_buffer_check(text, error);
}

static enum be_status identity_fill(const struct be_sweep *sweep, struct be_run *run,
                                    struct be_error *error)
{
    struct be_buffer build_id = {0};

    run->seed = sweep->plan->seed;
    run->rounds = (uint32_t)sweep->plan->rounds;
    run->started_at = (int64_t)time(NULL);
    enum be_status status = texts_fill(sweep, run, error);
    if (status == BE_OK) {
        status = string_copy(sweep->plan->name, &run->plan, error);
    }
    if (status == BE_OK) {
        status = string_copy(sweep->plan->label, &run->label, error);
    }
    if (status == BE_OK) {
        status = string_copy(sweep->machine->key, &run->machine_key, error);
    }
    if (status == BE_OK) {
        const char *boot_id = sweep->machine->boot_id;
        status = string_copy(boot_id ? boot_id : "", &run->boot_id, error);
    }
    if (status == BE_OK) {
        status = be_sweep_build_id(sweep, &build_id, error);
    }
    if (status == BE_OK) {
        status = string_copy(be_buffer_text(&build_id), &run->build_id, error);
    }
    be_buffer_finish(&build_id);
    return status;
}

/* Steps of one message each: a chunk is handed out whole. The caller frees the result. */
static uint64_t *chunks_sum(const uint64_t *steps, size_t tasks, uint64_t chunk, size_t *count)
{
    *count = (tasks + chunk - 1) / chunk;
    uint64_t *sums = calloc(*count ? *count : 1, sizeof(*sums));

    for (size_t i = 0; sums && i < tasks; i++) {
        sums[i / chunk] += steps[i];
    }
    return sums;
}

static enum be_status bounds_fill(const uint64_t *steps, struct be_configuration *configuration,
                                  struct be_error *error)
{
    uint64_t chunk = configuration->chunk > 0 ? configuration->chunk : 1; /* auto may go so low */
    size_t count = 0;
    uint64_t *sums = chunks_sum(steps, configuration->tasks, chunk, &count);

    if (!sums) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %" PRIu64 " tasks",
                            configuration->tasks);
    }
    enum be_status status =
        be_bounds_in_order(sums, count, configuration->workers, &configuration->bound_order, error);
    if (status == BE_OK) {
        status =
            be_bounds_best(sums, count, configuration->workers, &configuration->bound_best, error);
    }
    free(sums);
    return status;
}

/* Steps of tasks that the user gave, counted by the runner, which knows the workload. */
static enum be_status given_steps(const struct be_sweep *sweep,
                                  const struct be_configuration *reference, uint64_t **steps,
                                  struct be_error *error)
{
    struct be_spec spec;
    be_spec_init(&spec);
    enum be_status status = be_plan_spec(sweep->plan, reference, &spec, error);

    if (status == BE_OK) {
        status =
            be_runner_count_steps(sweep->runner, &spec, (size_t)reference->tasks, steps, error);
    }
    be_spec_finish(&spec);
    return status;
}

/*
 * Steps of each task of a block, `most` of them where its members have different numbers; *steps is
 * the caller's (free), NULL when there are none to count.
 */
static enum be_status block_steps(const struct be_sweep *sweep,
                                  const struct be_configuration *reference, uint64_t most,
                                  uint64_t **steps, struct be_error *error)
{
    enum be_plan_source source = sweep->plan->source;

    *steps = NULL;
    if (source == BE_PLAN_PAIRS || source == BE_PLAN_FILE) {
        return given_steps(sweep, reference, steps, error);
    }
    if (reference->steps == 0) {
        return BE_OK;
    }
    uint64_t *equal = calloc(most, sizeof(*equal));
    if (!equal) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %" PRIu64 " tasks", most);
    }
    for (uint64_t i = 0; i < most; i++) {
        equal[i] = reference->steps;
    }
    *steps = equal;
    return BE_OK;
}

static uint64_t steps_mean(const uint64_t *steps, uint64_t tasks)
{
    double sum = 0;

    for (uint64_t i = 0; steps && i < tasks; i++) {
        sum += (double)steps[i];
    }
    return tasks ? (uint64_t)(sum / (double)tasks + 0.5) : 0;
}

/* The most tasks of a block's members, whose reference is run->configurations[reference]. */
static uint64_t block_tasks_max(const struct be_run *run, size_t reference)
{
    const struct be_configuration *first = &run->configurations[reference];
    uint64_t most = first->tasks;

    for (size_t i = reference + 1;
         i < run->configuration_count && run->configurations[i].block == first->block; i++) {
        const struct be_configuration *member = &run->configurations[i];
        if (member->role == BE_ROLE_MEASURED && member->tasks > most) {
            most = member->tasks;
        }
    }
    return most;
}

/* A block's reference is its first member, and tasks of all but its companions are alike. */
enum be_status be_sweep_bound(const struct be_sweep *sweep, struct be_run *run, size_t first,
                              struct be_error *error)
{
    uint64_t *steps = NULL;
    uint64_t mean = 0;
    enum be_status status = BE_OK;

    for (size_t i = first; status == BE_OK && i < run->configuration_count; i++) {
        struct be_configuration *configuration = &run->configurations[i];
        if (configuration->role == BE_ROLE_REFERENCE) {
            free(steps);
            status = block_steps(sweep, configuration, block_tasks_max(run, i), &steps, error);
            mean = status == BE_OK ? steps_mean(steps, configuration->tasks) : 0;
        }
        if (status == BE_OK && mean > 0 && configuration->role != BE_ROLE_OVERHEAD) {
            configuration->steps = mean;
            status = bounds_fill(steps, configuration, error);
        }
    }
    free(steps);
    return status;
}

static enum be_status placements_fill(const struct be_sweep *sweep, struct be_run *run,
                                      struct be_error *error)
{
    enum be_status status = BE_OK;

    for (size_t i = 0; status == BE_OK && i < run->configuration_count; i++) {
        struct be_configuration *configuration = &run->configurations[i];
        struct be_placement_result placed = {0};
        status = be_placement_plan(sweep->topology, configuration->placement,
                                   configuration->workers, &placed, error);
        configuration->pu_count = placed.pu_count;
        be_placement_result_finish(&placed);
    }
    return status;
}

enum be_status be_sweep_plan(const struct be_sweep *sweep, struct be_run *run,
                             struct be_error *error)
{
    struct be_grains grains = {0};
    struct be_schedule schedule = {0};
    enum be_status status = identity_fill(sweep, run, error);

    if (status == BE_OK) {
        status = be_schedule_grains(sweep->plan, &sweep->runner->catalog, &grains, error);
    }
    if (status == BE_OK) {
        status = be_calibrate(sweep->plan, sweep->runner, &grains, error);
    }
    if (status == BE_OK) {
        status =
            be_schedule_expand(sweep->plan, &sweep->runner->catalog, &grains, &schedule, error);
    }
    be_grains_finish(&grains);
    if (status != BE_OK) {
        return status;
    }
    /* The run takes the configurations over. */
    run->configurations = schedule.items;
    run->configuration_count = schedule.count;
    status = placements_fill(sweep, run, error);
    return status == BE_OK ? be_sweep_bound(sweep, run, 0, error) : status;
}
