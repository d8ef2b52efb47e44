#include "plan/order.h"

#include <stdlib.h>

#include "core/rng.h"

struct order_keys {
    uint64_t seed; /* of this round */
    const struct be_configuration *configurations;
};

enum order_noun { ORDER_BLOCK, ORDER_MEMBER };

/* A random number that depends on nothing but the round, what is drawn for, and which of them. */
static uint64_t order_draw(const struct order_keys *keys, enum order_noun noun, uint32_t index)
{
    struct be_rng rng;
    be_rng_init(&rng, keys->seed ^ ((uint64_t)noun << 32 | index));
    return be_rng_next(&rng);
}

static int number_compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* By the block's number drawn, then the member's; equal draws fall back on the indices. */
static int order_compare(const void *a, const void *b, void *context)
{
    const struct order_keys *keys = context;
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    uint32_t x_block = keys->configurations[x].block;
    uint32_t y_block = keys->configurations[y].block;
    int result = number_compare(order_draw(keys, ORDER_BLOCK, x_block),
                                order_draw(keys, ORDER_BLOCK, y_block));

    if (result == 0) {
        result = number_compare(x_block, y_block);
    }
    if (result == 0) {
        result =
            number_compare(order_draw(keys, ORDER_MEMBER, x), order_draw(keys, ORDER_MEMBER, y));
    }
    return result != 0 ? result : number_compare(x, y);
}

void be_order_round(uint64_t seed, uint32_t round, const struct be_configuration *configurations,
                    size_t count, uint32_t *order)
{
    struct be_rng rng;
    struct order_keys keys = {.configurations = configurations};

    be_rng_init(&rng, seed);
    be_rng_init(&rng, be_rng_next(&rng) + round);
    keys.seed = be_rng_next(&rng);
    for (size_t i = 0; i < count; i++) {
        order[i] = (uint32_t)i;
    }
    qsort_r(order, count, sizeof(order[0]), order_compare, &keys);
}
