/*
 * The picker that most placements are made of: at each step it takes the unused PU that a list of
 * rules, most important first, rates lowest; ties go to the first in topology order.
 */
#ifndef BE_MACHINE_PLACEMENT_ORDER_H
#define BE_MACHINE_PLACEMENT_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"
#include "machine/topology.h"

enum be_placement_rule {
    BE_PLACEMENT_KIND,      /* the faster kind of core */
    BE_PLACEMENT_SIBLING,   /* the lower sibling number: one PU a core first */
    BE_PLACEMENT_OPEN_CORE, /* a core that is in use and has a PU left */
    BE_PLACEMENT_PACKAGE,   /* the package with the fewest PUs in use */
    BE_PLACEMENT_NUMA,      /* the NUMA node with the fewest PUs in use */
    BE_PLACEMENT_CACHE,     /* the shared cache with the fewest PUs in use */
};

/* Picks `count` PUs into order, as be_placement_ops.order asks. Errors: BE_ENOMEM. */
enum be_status be_placement_pick(const struct be_topology *topology,
                                 const enum be_placement_rule *rules, size_t rule_count,
                                 uint32_t count, uint32_t *order, struct be_error *error);

#endif
