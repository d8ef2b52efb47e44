/*
 * gcd by trial division: from the smaller number downwards, the first candidate that divides both.
 * A step is one candidate.
 */
#include <stdbool.h>

#include "breakeven/workload.h"
#include "core/rng.h"
#include "workload/gcd.h"

/* Steps between two checkpoints, some 10 us; the hot loop itself knows nothing of them. */
enum { SLICE_STEPS = 4096 };

/* Requests drawn afresh; later ones repeat them, since drawing one costs more than a small task. */
enum { DRAWN_MAX = 1024 };

/*
 * Makes a candidate opaque to the compiler, at no instruction: so that it can neither foresee the
 * loop nor try several candidates at a time, whatever its version and flags.
 */
#define CANDIDATE_HIDE(low) __asm__ volatile("" : "+r"(low))

/* The first candidate in stop+1 .. low that divides both, else stop. */
static inline uint32_t slice_try_32(uint32_t a, uint32_t b, uint32_t low, uint32_t stop)
{
    while (low > stop && (a % low != 0 || b % low != 0)) {
        low--;
        CANDIDATE_HIDE(low);
    }
    return low;
}

static inline uint64_t slice_try_64(uint64_t a, uint64_t b, uint64_t low, uint64_t stop)
{
    while (low > stop && (a % low != 0 || b % low != 0)) {
        low--;
        CANDIDATE_HIDE(low);
    }
    return low;
}

/* a and b are not 0. Many processors divide 32 bits up to several times faster than 64. */
static uint64_t trial_gcd(uint64_t a, uint64_t b, struct breakeven_turns *turns)
{
    bool narrow = (a | b) <= UINT32_MAX;
    uint64_t low = a < b ? a : b;

    for (;;) {
        uint64_t stop = low > SLICE_STEPS ? low - SLICE_STEPS : 0;
        low = narrow ? slice_try_32((uint32_t)a, (uint32_t)b, (uint32_t)low, (uint32_t)stop)
                     : slice_try_64(a, b, low, stop);
        if (low > stop) {
            return low;
        }
        breakeven_checkpoint(turns);
    }
}

static size_t gcd_trial_run(const void *requests, size_t request_bytes, void *replies, size_t count,
                            struct breakeven_turns *turns)
{
    const struct breakeven_pair *pairs = requests;
    uint64_t *results = replies;
    (void)request_bytes;

    for (size_t i = 0; i < count; i++) {
        if (pairs[i].a == 0 || pairs[i].b == 0) {
            return i;
        }
        results[i] = trial_gcd(pairs[i].a, pairs[i].b, turns);
    }
    return count;
}

/*
 * A pair whose smaller number is `steps` and whose gcd is 1. The larger one is at most twice the
 * smaller, so that a step divides numbers of like size at every grain, and is 32 bits wide where
 * `steps` leaves room.
 */
static struct breakeven_pair coprime_draw(struct be_rng *rng, uint64_t steps)
{
    uint64_t top = steps < UINT32_MAX ? UINT32_MAX : UINT64_MAX;
    uint64_t span = top - steps < steps ? top - steps : steps;
    uint64_t other;

    do { /* Ends, for steps + 1 is among them. */
        other = steps + 1 + be_rng_below(rng, span);
    } while (be_gcd(other, steps) != 1);
    if (be_rng_below(rng, 2) == 0) {
        return (struct breakeven_pair){other, steps};
    }
    return (struct breakeven_pair){steps, other};
}

static void gcd_trial_generate(uint64_t seed, uint64_t steps, size_t tasks, void *requests,
                               size_t request_bytes)
{
    struct breakeven_pair *pairs = requests;
    struct be_rng rng;
    (void)request_bytes;

    be_rng_init(&rng, seed);
    for (size_t i = 0; i < tasks; i++) {
        pairs[i] = i < DRAWN_MAX ? coprime_draw(&rng, steps) : pairs[be_rng_below(&rng, DRAWN_MAX)];
    }
}

static uint64_t gcd_trial_count_steps(const void *request)
{
    const struct breakeven_pair *pair = request;
    uint64_t low = pair->a < pair->b ? pair->a : pair->b;

    return low == 0 ? 0 : low - be_gcd(pair->a, pair->b) + 1;
}

const struct breakeven_workload be_workload_gcd_trial = {
    .name = "gcd-trial",
    .summary = "greatest common divisor by trial division, from the smaller number downwards",
    .request_bytes = sizeof(struct breakeven_pair),
    .reply_bytes = sizeof(uint64_t),
    .steps_max = UINT64_MAX - 1,
    .generate = gcd_trial_generate,
    .run = gcd_trial_run,
    .count_steps = gcd_trial_count_steps,
};
