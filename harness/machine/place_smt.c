#include "machine/placement.h"
#include "machine/placement_order.h"

static enum be_status smt_order(const struct be_topology *topology, uint32_t count, uint32_t *order,
                                struct be_error *error)
{
    static const enum be_placement_rule rules[] = {BE_PLACEMENT_OPEN_CORE, BE_PLACEMENT_KIND,
                                                   BE_PLACEMENT_PACKAGE, BE_PLACEMENT_NUMA,
                                                   BE_PLACEMENT_CACHE};
    return be_placement_pick(topology, rules, sizeof(rules) / sizeof(rules[0]), count, order,
                             error);
}

const struct be_placement_ops be_placement_smt = {
    .name = "smt",
    .summary = "all siblings of a core before the next core, cores as far apart as in spread",
    .order = smt_order,
};
