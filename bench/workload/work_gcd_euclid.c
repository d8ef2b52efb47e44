/*
 * gcd by Euclid's algorithm. A step is one remainder; a task has at most some 90 of them, so it is
 * the workload of very small tasks.
 */
#include <stdbool.h>

#include "breakeven/workload.h"
#include "core/rng.h"
#include "workload/gcd.h"

/*
 * The longest run in 64 bits, of two neighbouring Fibonacci numbers with the larger one first
 * (Lamé, 1844): (F93, F92).
 */
enum { STEPS_MAX = 91 };

/* Requests drawn afresh; later ones repeat them, since drawing one costs as much as a task. */
enum { DRAWN_MAX = 1024 };

/* Quotients and gcds are drawn from 1 .. this where there is room. */
enum { DRAWN_QUOTIENT_MAX = 4, DRAWN_GCD_MAX = 1000 };

static size_t gcd_euclid_run(const void *requests, size_t request_bytes, void *replies,
                             size_t count, struct breakeven_turns *turns)
{
    const struct breakeven_pair *pairs = requests;
    uint64_t *results = replies;
    (void)request_bytes;
    (void)turns; /* No task is long enough. */

    for (size_t i = 0; i < count; i++) {
        if (pairs[i].a == 0 || pairs[i].b == 0) {
            return i;
        }
        results[i] = be_gcd(pairs[i].a, pairs[i].b);
    }
    return count;
}

/* fibonacci[n] for n = 0 .. STEPS_MAX + 2, the last that fits 64 bits. */
struct fibonacci {
    uint64_t of[STEPS_MAX + 3];
};

static void fibonacci_init(struct fibonacci *fibonacci)
{
    fibonacci->of[0] = 0;
    fibonacci->of[1] = 1;
    for (int n = 2; n < STEPS_MAX + 3; n++) {
        fibonacci->of[n] = fibonacci->of[n - 1] + fibonacci->of[n - 2];
    }
}

/* Whether `left` more steps back from (a, b), all with quotient 1, stay within 64 bits. */
static bool pair_has_room(const struct fibonacci *fibonacci, unsigned __int128 a, uint64_t b,
                          uint64_t left)
{
    return a <= UINT64_MAX &&
           a * fibonacci->of[left + 1] + (unsigned __int128)b * fibonacci->of[left] <= UINT64_MAX;
}

/*
 * Builds a pair backwards from its gcd: a step back from (a, b) with quotient q is (q a + b, a).
 * The first step back takes q = 2 at least, or the next one would be cut short.
 */
static struct breakeven_pair euclid_draw(struct be_rng *rng, const struct fibonacci *fibonacci,
                                         uint64_t steps)
{
    struct breakeven_pair pair = {1 + be_rng_below(rng, DRAWN_GCD_MAX), 0};

    if (!pair_has_room(fibonacci, (unsigned __int128)2 * pair.a, pair.a, steps - 1)) {
        pair.a = 1;
    }
    for (uint64_t left = steps; left-- > 0;) {
        uint64_t least = left == steps - 1 ? 2 : 1;
        uint64_t q = least + be_rng_below(rng, DRAWN_QUOTIENT_MAX);
        if (!pair_has_room(fibonacci, (unsigned __int128)q * pair.a + pair.b, pair.a, left)) {
            q = least;
        }
        pair = (struct breakeven_pair){q * pair.a + pair.b, pair.a};
    }
    return pair;
}

static void gcd_euclid_generate(uint64_t seed, uint64_t steps, size_t tasks, void *requests,
                                size_t request_bytes)
{
    struct breakeven_pair *pairs = requests;
    struct fibonacci fibonacci;
    struct be_rng rng;
    (void)request_bytes;

    fibonacci_init(&fibonacci);
    be_rng_init(&rng, seed);
    for (size_t i = 0; i < tasks; i++) {
        pairs[i] = i < DRAWN_MAX ? euclid_draw(&rng, &fibonacci, steps)
                                 : pairs[be_rng_below(&rng, DRAWN_MAX)];
    }
}

static uint64_t gcd_euclid_count_steps(const void *request)
{
    const struct breakeven_pair *pair = request;
    uint64_t a = pair->a;
    uint64_t b = pair->b;
    uint64_t steps = 0;

    for (; a != 0 && b != 0; steps++) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return steps;
}

const struct breakeven_workload be_workload_gcd_euclid = {
    .name = "gcd-euclid",
    .summary = "greatest common divisor by Euclid's algorithm, at most 91 steps a task",
    .request_bytes = sizeof(struct breakeven_pair),
    .reply_bytes = sizeof(uint64_t),
    .steps_max = STEPS_MAX,
    .generate = gcd_euclid_generate,
    .run = gcd_euclid_run,
    .count_steps = gcd_euclid_count_steps,
};
