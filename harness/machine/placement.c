#include "machine/placement.h"

#include <stdio.h>
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

/* Notes the first worker, counted from 1, that differs; `from` keeps its first value. */
static void mark_first(uint32_t *from, bool differs, uint32_t worker)
{
    if (*from == 0 && differs) {
        *from = worker;
    }
}

/* `placed` workers have a PU of their own: the first entries of order. */
static void changes_find(const struct be_pu *pus, const uint32_t *order, uint32_t placed,
                         struct be_placement_result *result)
{
    const struct be_pu *first = &pus[order[0]];

    for (uint32_t i = 1; i < placed; i++) {
        const struct be_pu *pu = &pus[order[i]];
        mark_first(&result->package_from, pu->package != first->package, i + 1);
        mark_first(&result->numa_from, pu->numa_node != first->numa_node, i + 1);
        mark_first(&result->kind_from, pu->kind != first->kind, i + 1);
        for (uint32_t k = 0; k < i && result->smt_from == 0; k++) {
            mark_first(&result->smt_from, pu->core == pus[order[k]].core, i + 1);
        }
    }
}

static void note_add(struct be_placement_result *result, uint32_t from, const char *what)
{
    size_t length = strlen(result->notes);

    if (from > 0) {
        snprintf(result->notes + length, sizeof(result->notes) - length, "%s%s from worker %u",
                 length > 0 ? ", " : "", what, from);
    }
}

static void notes_write(struct be_placement_result *result, uint32_t pu_count)
{
    note_add(result, result->smt_from, "SMT siblings");
    note_add(result, result->kind_from, "another kind of core");
    note_add(result, result->numa_from, "another NUMA node");
    note_add(result, result->package_from, "another package");
    note_add(result, result->oversubscribed ? pu_count + 1 : 0, "oversubscribed");
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
    changes_find(pus, order, workers < pu_count ? workers : pu_count, result);
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
    planned.oversubscribed = workers > be_topology_counts(topology)->pus;
    notes_write(&planned, be_topology_counts(topology)->pus);
    *result = planned;
    return BE_OK;
}

void be_placement_result_finish(struct be_placement_result *result)
{
    free(result->pus);
    *result = (struct be_placement_result){.dispatcher_pu = -1};
}
