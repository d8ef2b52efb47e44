#include "executor/stamp.h"

#include "core/clock.h"

enum {
    PART = 3000, /* timing takes one in so many of all as clocks cost at best; eight kinds add up */
    APART_MAX = 1 << 16, /* calls between two that are timed, on average, at most */
    READINGS = 32,
    ROUNDS = 5,
    /* Whoever took longer than that, and so many times what is usual, was interrupted. */
    INTERRUPTED_NS = 20000,
    INTERRUPTED_TIMES = 8,
    USUAL_CALLS = 8, /* that it is a mean over, roughly */
};

static uint64_t clock_cost_ns(clockid_t clock)
{
    uint64_t best_ns = UINT64_MAX;

    for (int round = 0; round < ROUNDS; round++) {
        uint64_t start_ns = be_clock_now_ns();
        for (int i = 0; i < READINGS; i++) {
            be_clock_read_ns(clock);
        }
        uint64_t round_ns = be_clock_now_ns() - start_ns;
        best_ns = round_ns < best_ns ? round_ns : best_ns;
    }
    return best_ns / READINGS;
}

void be_clock_costs_measure(struct be_clock_costs *costs)
{
    costs->wall_ns = clock_cost_ns(CLOCK_MONOTONIC);
    costs->cpu_ns = clock_cost_ns(CLOCK_THREAD_CPUTIME_ID);
}

void be_stamp_init(struct be_stamp *stamp, uint64_t cost_ns)
{
    *stamp = (struct be_stamp){
        .cost_ns = cost_ns,
        .since_ns = be_clock_now_ns(),
        .apart = 1,
        .left = 1,
        .drawn = 1,
        .noise = 2463534242,
    };
}

/* xorshift (Marsaglia, 2003). */
static uint32_t noise_next(struct be_stamp *stamp)
{
    stamp->noise ^= stamp->noise << 13;
    stamp->noise ^= stamp->noise >> 17;
    stamp->noise ^= stamp->noise << 5;
    return stamp->noise;
}

uint32_t be_stamp_draw(struct be_stamp *stamp)
{
    uint32_t stands_for = stamp->drawn;
    uint64_t passed_ns = be_clock_now_ns() - stamp->since_ns + 1;

    stamp->calls += stands_for;
    uint64_t wanted = 1 + PART * stamp->cost_ns * stamp->calls / passed_ns;
    /* Step by step, since the first few calls may say little about the pace. */
    uint64_t most = 2 * (uint64_t)stamp->apart < APART_MAX ? 2 * (uint64_t)stamp->apart : APART_MAX;
    stamp->apart = (uint32_t)(wanted < most ? wanted : most);
    stamp->drawn = 1 + noise_next(stamp) % (2 * stamp->apart - 1);
    stamp->left = stamp->drawn;
    return stands_for;
}

uint32_t be_stamp_weight(struct be_stamp *stamp, uint64_t took_ns, uint32_t stands_for)
{
    uint64_t usual_ns = stamp->usual_ns > 0 ? stamp->usual_ns : took_ns;
    uint64_t most_ns = INTERRUPTED_TIMES * usual_ns;
    uint64_t counted_ns = took_ns < most_ns ? took_ns : most_ns;

    stamp->usual_ns = (usual_ns * (USUAL_CALLS - 1) + counted_ns) / USUAL_CALLS + 1;
    return took_ns > INTERRUPTED_NS && took_ns > most_ns ? 1 : stands_for;
}
