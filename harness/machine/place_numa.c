#include "machine/placement.h"
#include "machine/placement_order.h"

static enum be_status numa_order(const struct be_topology *topology, uint32_t count,
                                 uint32_t *order, struct be_error *error)
{
    static const enum be_placement_rule rules[] = {BE_PLACEMENT_SIBLING, BE_PLACEMENT_KIND,
                                                   BE_PLACEMENT_NUMA};
    return be_placement_pick(topology, rules, sizeof(rules) / sizeof(rules[0]), count, order,
                             error);
}

const struct be_placement_ops be_placement_numa = {
    .name = "numa",
    .summary = "one PU a core, NUMA nodes in turn",
    .order = numa_order,
};
