/*
 * Whether 95 % intervals hold the true median as often as they should: at a fixed number of rounds
 * and where the stop rule ends a sweep. Seeded, so that a simulation comes out the same each time.
 * Asked is what intervals must reach, without slack: a share of 2,500 has a standard deviation of
 * at most sqrt(.1 x .9 / 2500) = .6 %, and in 60,000 simulations each share was twice that above.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/precision.h"
#include "analysis/stats.h"
#include "simulate.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define WANTED .01

enum { SIMULATIONS = 2500, ROUNDS_MAX = 160 };

static const struct {
    const struct noise *noise;
    double coverage;
} cases[] = {
    {&noise_normal, .95}, {&noise_skewed, .95}, {&noise_two_modes, .93},
    {&noise_ar1_3, .93},  {&noise_ar1_5, .90},
};

static bool interval_holds(const double *ratios, size_t count)
{
    struct be_estimate estimate;

    assert_int_equal(be_stats_estimate(ratios, count, .95, &estimate, NULL), BE_OK);
    return estimate.bounded && estimate.low <= 1 && 1 <= estimate.high;
}

static void check_coverage(const char *when, size_t index, int held)
{
    if (held < cases[index].coverage * SIMULATIONS) {
        fail_msg("%s, %s: held in %d of %d", cases[index].noise->name, when, held, SIMULATIONS);
    }
}

static void at_a_fixed_number_of_rounds(void **state)
{
    static const struct {
        const char *name;
        size_t rounds;
    } sizes[] = {{"10 rounds", 10}, {"20 rounds", 20}, {"40 rounds", 40}};
    double ratios[ROUNDS_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(sizes); i++) {
        size_t rounds = sizes[i % COUNT_OF(sizes)].rounds;
        size_t noise = i / COUNT_OF(sizes);
        struct source source;
        int held = 0;
        be_rng_init(&source.rng, i);
        for (int simulation = 0; simulation < SIMULATIONS; simulation++) {
            source_begin(&source);
            ratios_draw(&source, cases[noise].noise, .02, ratios, rounds);
            held += interval_holds(ratios, rounds);
        }
        check_coverage(sizes[i % COUNT_OF(sizes)].name, noise, held);
    }
}

/* Measures until an interval is as narrow as wanted, or there is no more time; rounds needed. */
static size_t sweep_simulate(struct source *source, const struct noise *noise, double deviation,
                             double *ratios)
{
    size_t rounds = 0;

    source_begin(source);
    for (;;) {
        struct be_estimate estimate;
        size_t look = be_precision_next_look((uint32_t)rounds);
        ratios_draw(source, noise, deviation, ratios + rounds, look - rounds);
        rounds = look;
        assert_int_equal(
            be_stats_estimate(ratios, rounds, BE_PRECISION_STOP_LEVEL, &estimate, NULL), BE_OK);
        if (be_precision_half_width(&estimate) <= WANTED || rounds == ROUNDS_MAX) {
            return rounds;
        }
    }
}

static void where_the_stop_rule_ends_a_sweep(void **state)
{
    static const struct {
        const char *name;
        double deviation;
    } spreads[] = {{"stopped at 1 %", .01}, {"stopped at 2 %", .02}, {"stopped at 3 %", .03}};
    double ratios[ROUNDS_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(spreads); i++) {
        size_t noise = i / COUNT_OF(spreads);
        struct source source;
        int held = 0;
        be_rng_init(&source.rng, i);
        for (int simulation = 0; simulation < SIMULATIONS; simulation++) {
            size_t rounds = sweep_simulate(&source, cases[noise].noise,
                                           spreads[i % COUNT_OF(spreads)].deviation, ratios);
            held += interval_holds(ratios, rounds);
        }
        check_coverage(spreads[i % COUNT_OF(spreads)].name, noise, held);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_a_fixed_number_of_rounds),
        cmocka_unit_test(where_the_stop_rule_ends_a_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
