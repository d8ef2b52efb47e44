#include "machine/placement_order.h"

#include <stdbool.h>
#include <stdlib.h>

/* How many PUs are in use, by object number; every number is below the number of PUs. */
struct usage {
    uint32_t package;
    uint32_t numa_node;
    uint32_t cache;
    uint32_t core;
    bool pu;
};

static uint32_t rule_rate(enum be_placement_rule rule, const struct be_pu *pu,
                          const struct usage *usage)
{
    switch (rule) {
    case BE_PLACEMENT_KIND:
        return pu->kind;
    case BE_PLACEMENT_SIBLING:
        return pu->sibling;
    case BE_PLACEMENT_OPEN_CORE:
        return usage[pu->core].core > 0 ? 0 : 1;
    case BE_PLACEMENT_PACKAGE:
        return usage[pu->package].package;
    case BE_PLACEMENT_NUMA:
        return usage[pu->numa_node].numa_node;
    case BE_PLACEMENT_CACHE:
        return usage[pu->cache].cache;
    }
    return 0;
}

static bool is_better(const struct be_pu *pu, const struct be_pu *best,
                      const enum be_placement_rule *rules, size_t rule_count,
                      const struct usage *usage)
{
    for (size_t i = 0; i < rule_count; i++) {
        uint32_t rate = rule_rate(rules[i], pu, usage);
        uint32_t rate_best = rule_rate(rules[i], best, usage);
        if (rate != rate_best) {
            return rate < rate_best;
        }
    }
    return false;
}

static void usage_add(struct usage *usage, const struct be_pu *pus, uint32_t index)
{
    usage[index].pu = true;
    usage[pus[index].core].core++;
    usage[pus[index].cache].cache++;
    usage[pus[index].numa_node].numa_node++;
    usage[pus[index].package].package++;
}

enum be_status be_placement_pick(const struct be_topology *topology,
                                 const enum be_placement_rule *rules, size_t rule_count,
                                 uint32_t count, uint32_t *order, struct be_error *error)
{
    const struct be_pu *pus = be_topology_pus(topology);
    uint32_t pu_count = be_topology_counts(topology)->pus;
    struct usage *usage = calloc(pu_count, sizeof(*usage));

    if (!usage) {
        return be_error_set(error, BE_ENOMEM, "out of memory placing %u workers", count);
    }
    for (uint32_t picked = 0; picked < count; picked++) {
        uint32_t best = pu_count;
        for (uint32_t i = 0; i < pu_count; i++) {
            if (!usage[i].pu &&
                (best == pu_count || is_better(&pus[i], &pus[best], rules, rule_count, usage))) {
                best = i;
            }
        }
        usage_add(usage, pus, best);
        order[picked] = best;
    }
    free(usage);
    return BE_OK;
}
