#include "machine/placement.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"

#define BE_PLACEMENT(row) extern const struct be_placement_ops be_placement_##row;
#include "machine/placement.def"
#undef BE_PLACEMENT

const struct be_placement_ops *const be_placement_table[] = {
#define BE_PLACEMENT(row) &be_placement_##row,
#include "machine/placement.def"
#undef BE_PLACEMENT
    NULL,
};

const struct be_placement_ops *be_placement_find(const char *name)
{
    for (size_t i = 0; be_placement_table[i]; i++) {
        if (strcmp(be_placement_table[i]->name, name) == 0) {
            return be_placement_table[i];
        }
    }
    return NULL;
}

static enum be_status unknown_name(const char *name, struct be_error *error)
{
    struct be_buffer names = {0};

    for (size_t i = 0; be_placement_table[i]; i++) {
        be_buffer_printf(&names, " %s", be_placement_table[i]->name);
    }
    enum be_status status = be_error_set(error, BE_ENOTFOUND, "no placement '%s'; there are:%s",
                                         name, be_buffer_text(&names));
    be_buffer_finish(&names);
    return status;
}

static enum be_status plan_pinned(const struct be_placement_ops *ops,
                                  const struct be_topology *topology, uint32_t workers,
                                  struct be_placement_result *result, struct be_error *error)
{
    const struct be_pu *pus = be_topology_pus(topology);
    uint32_t pu_count = be_topology_counts(topology)->pus;
    uint32_t used = workers < pu_count ? workers + 1 : pu_count;
    uint32_t *order = calloc(used, sizeof(*order));
    int32_t *worker_pus = calloc(workers, sizeof(*worker_pus));

    if (!order || !worker_pus) {
        free(order);
        free(worker_pus);
        return be_error_set(error, BE_ENOMEM, "out of memory placing %u workers", workers);
    }
    enum be_status status = ops->order(topology, used, order, error);
    if (status != BE_OK) {
        free(order);
        free(worker_pus);
        return status;
    }
    for (uint32_t i = 0; i < workers; i++) {
        worker_pus[i] = pus[order[i % pu_count]].os_index;
    }
    result->pus = worker_pus;
    result->workers = workers;
    result->dispatcher_pu =
        workers < pu_count ? pus[order[workers]].os_index : worker_pus[workers - 1];
    result->pu_count = used;
    free(order);
    return BE_OK;
}

enum be_status be_placement_plan(const struct be_topology *topology, const char *name,
                                 uint32_t workers, struct be_placement_result *result,
                                 struct be_error *error)
{
    const struct be_placement_ops *ops = be_placement_find(name);
    if (!ops) {
        return unknown_name(name, error);
    }
    if (workers == 0) {
        return be_error_set(error, BE_EINVAL, "0 workers cannot be placed: at least 1");
    }
    struct be_placement_result planned = {.dispatcher_pu = -1};
    if (ops->order) {
        enum be_status status = plan_pinned(ops, topology, workers, &planned, error);
        if (status != BE_OK) {
            return status;
        }
    }
    *result = planned;
    return BE_OK;
}

/* Whether the next PU of an order is of no core before it, and like the first. */
static bool is_alike(const struct be_pu *pus, const uint32_t *order, uint32_t next)
{
    const struct be_pu *pu = &pus[order[next]];
    const struct be_pu *first = &pus[order[0]];

    for (uint32_t i = 0; i < next; i++) {
        if (pus[order[i]].core == pu->core) {
            return false;
        }
    }
    return pu->kind == first->kind && pu->package == first->package;
}

enum be_status be_placement_count_alike(const struct be_topology *topology,
                                        const struct be_placement_ops *placement, uint32_t *workers,
                                        struct be_error *error)
{
    uint32_t pu_count = be_topology_counts(topology)->pus;
    uint32_t *order = calloc(pu_count, sizeof(*order));
    uint32_t count = 0;

    if (!order) {
        return be_error_set(error, BE_ENOMEM, "out of memory placing %u workers", pu_count);
    }
    enum be_status status =
        placement->order ? placement->order(topology, pu_count, order, error) : BE_OK;
    while (status == BE_OK && placement->order && count < pu_count &&
           is_alike(be_topology_pus(topology), order, count)) {
        count++;
    }
    free(order);
    if (status == BE_OK) {
        *workers = count;
    }
    return status;
}

void be_placement_result_finish(struct be_placement_result *result)
{
    free(result->pus);
    *result = (struct be_placement_result){.dispatcher_pu = -1};
}
