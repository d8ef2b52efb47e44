/*
 * The order of a round. A pure function of seed and round, so that a resumed run goes on with the
 * order that the first one would have had.
 */
#ifndef BE_PLAN_ORDER_H
#define BE_PLAN_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "core/run.h"

/*
 * Writes the indices 0 .. count-1 into order: blocks in random order, the members of a block
 * together in random order. count is below 2^32.
 */
void be_order_round(uint64_t seed, uint32_t round, const struct be_configuration *configurations,
                    size_t count, uint32_t *order);

#endif
