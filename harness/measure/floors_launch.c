#include "measure/floors_launch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/nearness.h"

/* A few operations of a few ms each are over long before. */
static const uint64_t timeout_ns = UINT64_C(10000000000);

/* What is launched for one floor, and what came of it so far. */
struct target {
    const struct be_catalog_row *row;
    int32_t pus[2];
    double *values; /* one a launch */
    size_t count;
};

struct targets {
    const int32_t *between; /* only what goes between two PUs, and these are they; NULL: all */
    struct target *items;
    double *values; /* of all */
    char *topology_xml;
};

static enum be_status targets_allocate(struct targets *targets, struct be_floors *floors,
                                       size_t room, uint32_t launches, struct be_error *error)
{
    floors->items = calloc(room, sizeof(*floors->items));
    targets->items = calloc(room, sizeof(*targets->items));
    targets->values = calloc(room * launches, sizeof(*targets->values));
    return floors->items && targets->items && targets->values
               ? BE_OK
               : be_error_set(error, BE_ENOMEM, "out of memory for %zu floors", room);
}

static void targets_finish(struct targets *targets)
{
    free(targets->items);
    free(targets->values);
    free(targets->topology_xml);
}

static struct be_floor *floor_add(struct be_floors *floors, struct targets *targets,
                                  const struct be_catalog_row *row, const int32_t *pus)
{
    struct target *target = &targets->items[floors->count];
    struct be_floor *floor = &floors->items[floors->count++];

    *target = (struct target){.row = row, .pus = {pus[0], pus[1]}};
    snprintf(floor->name, sizeof(floor->name), "%s", row->name);
    if (row->unavailable) {
        snprintf(floor->unavailable, sizeof(floor->unavailable), "%s", row->unavailable);
    }
    return floor;
}

static void pairs_add(struct be_floors *floors, struct targets *targets,
                      const struct be_catalog_row *row,
                      const struct be_near_pair pairs[BE_NEARNESS_COUNT])
{
    static const int32_t none[2] = {-1, -1};
    size_t before = floors->count;

    for (int i = 0; i < BE_NEARNESS_COUNT; i++) {
        if (pairs[i].found) {
            struct be_floor *floor = floor_add(floors, targets, row, pairs[i].pus);
            floor->between = be_nearness_name((enum be_nearness)i);
            floor->siblings = i == BE_NEAR_CORE;
        }
    }
    if (floors->count == before) {
        struct be_floor *floor = floor_add(floors, targets, row, none);
        snprintf(floor->unavailable, sizeof(floor->unavailable), "one core");
    }
}

/* One probe, wherever it is to be measured. */
static void row_add(struct be_floors *floors, struct targets *targets,
                    const struct be_catalog_row *row, const struct be_topology *topology)
{
    const int32_t first[2] = {be_topology_pus(topology)[0].os_index, -1};
    struct be_near_pair pairs[BE_NEARNESS_COUNT];

    if (row->workers == 2 && targets->between) {
        floor_add(floors, targets, row, targets->between);
    } else if (row->workers == 2) {
        be_nearness_find_pairs(topology, pairs);
        pairs_add(floors, targets, row, pairs);
    } else if (!targets->between) {
        floor_add(floors, targets, row, first);
    }
}

static enum be_status targets_fill(const struct be_runner *runner,
                                   const struct be_topology *topology, uint32_t launches,
                                   struct targets *targets, struct be_floors *floors,
                                   struct be_error *error)
{
    const struct be_catalog_rows *rows = &runner->catalog.rows[BE_CATALOG_PROBE];
    enum be_status status =
        targets_allocate(targets, floors, rows->count * BE_NEARNESS_COUNT + 1, launches, error);

    if (status != BE_OK) {
        return status;
    }
    for (size_t i = 0; i < rows->count; i++) {
        row_add(floors, targets, &rows->items[i], topology);
    }
    for (size_t i = 0; i < floors->count; i++) {
        targets->items[i].values = &targets->values[i * launches];
    }
    return be_topology_export_lean_xml(topology, &targets->topology_xml, error);
}

static enum be_status spec_fill(const struct targets *targets, const struct target *target,
                                struct be_spec *spec, struct be_error *error)
{
    uint32_t workers = target->row->workers;

    /* Short and many, so that the median pass is one that nothing came in between. */
    spec->passes = 9;
    spec->warmup = 1;
    spec->leash = true;
    spec->topology_xml = strdup(targets->topology_xml);
    spec->pus = calloc(workers, sizeof(*spec->pus));
    if (!spec->topology_xml || !spec->pus) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a spec");
    }
    spec->pu_count = workers;
    memcpy(spec->pus, target->pus, workers * sizeof(*spec->pus));
    enum be_status status = be_params_set(&spec->params, "probe", target->row->name, error);
    if (status == BE_OK) {
        status = be_params_set_count(&spec->params, "workers", workers, error);
    }
    return status == BE_OK ? be_params_set_count(&spec->params, "tasks", target->row->tasks, error)
                           : status;
}

/* One launch more. What the runner cannot do is written into the floor. */
static enum be_status target_launch(const struct be_runner *runner, const struct targets *targets,
                                    struct target *target, struct be_floor *floor,
                                    struct be_error *error)
{
    struct be_outcome outcome = {0};
    struct be_spec spec;
    struct be_error cause;

    be_spec_init(&spec);
    enum be_status status = spec_fill(targets, target, &spec, error);
    if (status == BE_OK) {
        enum be_status measured = be_runner_measure(runner, &spec, timeout_ns, &outcome, &cause);
        if (measured == BE_OK) {
            target->values[target->count++] =
                (double)be_sample_record_wall_ns(&outcome.record) / (double)target->row->tasks;
        } else if (measured == BE_EINTERRUPTED || measured == BE_ENOMEM) {
            status = be_error_set(error, measured, "%s", cause.message);
        } else {
            snprintf(floor->unavailable, sizeof(floor->unavailable), "%.150s", cause.message);
        }
    }
    be_outcome_finish(&outcome);
    be_spec_finish(&spec);
    return status;
}

static enum be_status floors_measure(const struct be_runner *runner,
                                     const struct be_topology *topology, const int32_t *between,
                                     uint32_t launches, struct be_floors *floors,
                                     struct be_error *error)
{
    struct targets targets = {.between = between};
    enum be_status status = targets_fill(runner, topology, launches, &targets, floors, error);

    for (uint32_t launch = 0; launch < launches; launch++) {
        for (size_t i = 0; status == BE_OK && i < floors->count; i++) {
            if (floors->items[i].unavailable[0] == '\0') {
                status =
                    target_launch(runner, &targets, &targets.items[i], &floors->items[i], error);
            }
        }
    }
    for (size_t i = 0; status == BE_OK && i < floors->count; i++) {
        struct be_floor *floor = &floors->items[i];
        if (floor->unavailable[0] == '\0') {
            status = be_stats_estimate(targets.items[i].values, targets.items[i].count, .95,
                                       &floor->ns, error);
        }
    }
    targets_finish(&targets);
    return status;
}

enum be_status be_floors_measure(const struct be_runner *runner, const struct be_topology *topology,
                                 uint32_t launches, struct be_floors *floors,
                                 struct be_error *error)
{
    return floors_measure(runner, topology, NULL, launches, floors, error);
}

enum be_status be_floors_measure_between(const struct be_runner *runner,
                                         const struct be_topology *topology, const int32_t pus[2],
                                         uint32_t launches, struct be_floors *floors,
                                         struct be_error *error)
{
    return floors_measure(runner, topology, pus, launches, floors, error);
}
