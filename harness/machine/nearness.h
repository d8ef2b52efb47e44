/*
 * How near two PUs are to each other, and a pair of PUs that stands for each nearness there is:
 * what a floor between two cores is measured on. Threads: pure functions.
 */
#ifndef BE_MACHINE_NEARNESS_H
#define BE_MACHINE_NEARNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "machine/topology.h"

/* The innermost thing that both are in, the nearest first. */
enum be_nearness {
    BE_NEAR_CORE, /* SMT siblings */
    BE_NEAR_L2,
    BE_NEAR_L3,
    BE_NEAR_PACKAGE,
    BE_NEAR_MACHINE, /* in different packages */
    BE_NEARNESS_COUNT,
};

/* For people: "SMT sibling", "same L2", "same L3", "same package", "other package". */
const char *be_nearness_name(enum be_nearness nearness);

struct be_near_pair {
    bool found; /* false: no two allowed PUs are this near */
    int32_t pus[2];
};

/* The first pair of each nearness in topology order. */
void be_nearness_find_pairs(const struct be_topology *topology,
                            struct be_near_pair pairs[BE_NEARNESS_COUNT]);

#endif
