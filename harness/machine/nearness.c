#include "machine/nearness.h"

const char *be_nearness_name(enum be_nearness nearness)
{
    static const char *const names[] = {"SMT sibling", "same L2", "same L3", "same package",
                                        "other package"};
    return names[nearness];
}

static enum be_nearness nearness_of(const struct be_pu *a, const struct be_pu *b)
{
    if (a->core == b->core) {
        return BE_NEAR_CORE;
    }
    if (a->l2 == b->l2) {
        return BE_NEAR_L2;
    }
    if (a->l3 == b->l3) {
        return BE_NEAR_L3;
    }
    return a->package == b->package ? BE_NEAR_PACKAGE : BE_NEAR_MACHINE;
}

void be_nearness_find_pairs(const struct be_topology *topology,
                            struct be_near_pair pairs[BE_NEARNESS_COUNT])
{
    const struct be_pu *pus = be_topology_pus(topology);
    uint32_t count = be_topology_counts(topology)->pus;

    for (int i = 0; i < BE_NEARNESS_COUNT; i++) {
        pairs[i] = (struct be_near_pair){.found = false};
    }
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = i + 1; j < count; j++) {
            struct be_near_pair *pair = &pairs[nearness_of(&pus[i], &pus[j])];
            if (!pair->found) {
                *pair = (struct be_near_pair){true, {pus[i].os_index, pus[j].os_index}};
            }
        }
    }
}
