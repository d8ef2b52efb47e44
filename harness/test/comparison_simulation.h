/*
 * Comparisons of made-up configurations, of which one may have changed: how often something is
 * called changed, before and after it is confirmed. Seeded.
 */
#ifndef BE_TEST_COMPARISON_SIMULATION_H
#define BE_TEST_COMPARISON_SIMULATION_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/comparison.h"
#include "analysis/stats.h"
#include "simulate.h"

struct scenario {
    const char *name;
    const struct noise *noise;
    double spread;
    size_t rounds;
    size_t configurations;
    double margin;
    double change; /* of the first one, relative; 0: none has changed */
};

struct tally {
    unsigned comparisons;
    unsigned alarms;       /* of these, in which one that has not changed is flagged */
    unsigned false_alarms; /* and confirmed */
    unsigned found;        /* in which the one that has changed is called so */
};

/* The most that a chance may be that comes true in `hits` of `tries`, at 95 %. */
static inline double chance_at_most(unsigned hits, unsigned tries)
{
    double low = 0;
    double high = 1;

    while (high - low > 1e-6 && hits < tries) {
        double middle = (low + high) / 2;
        *(be_stats_binomial_up_to(hits, tries, middle) > .05 ? &low : &high) = middle;
    }
    return high;
}

static inline void pairs_draw(struct source *source, const struct scenario *scenario,
                              const struct be_comparison *rows, struct be_pairs *pairs,
                              double *ratios)
{
    for (size_t i = 0; i < scenario->configurations; i++) {
        double *own = ratios + i * scenario->rounds;
        pairs[i] = (struct be_pairs){own, scenario->rounds};
        if (rows && !rows[i].flagged) {
            continue;
        }
        source_begin(source);
        for (size_t k = 0; k < scenario->rounds; k++) {
            own[k] = scenario->spread / scenario->noise->deviation * scenario->noise->draw(source);
            own[k] += i == 0 ? log1p(scenario->change) : 0;
        }
    }
}

static inline void tally_add(const struct scenario *scenario, const struct be_comparison *rows,
                             struct tally *tally)
{
    bool alarm = false;
    bool false_alarm = false;

    for (size_t i = scenario->change != 0; i < scenario->configurations; i++) {
        alarm |= rows[i].flagged;
        false_alarm |= rows[i].verdict == BE_REGRESSED || rows[i].verdict == BE_IMPROVED;
    }
    tally->comparisons++;
    tally->alarms += alarm;
    tally->false_alarms += false_alarm;
    tally->found += rows[0].verdict == (scenario->change > 0 ? BE_REGRESSED : BE_IMPROVED);
}

static inline void tally_print(const struct scenario *scenario, const struct tally *tally)
{
    unsigned all = tally->comparisons;

    printf("%s, %u comparisons:", scenario->name, all);
    if (scenario->change != 0) {
        printf(" found in %u (at least %.1f %%)", tally->found,
               100 * (1 - chance_at_most(all - tally->found, all)));
    }
    if (scenario->change == 0 || scenario->configurations > 1) {
        printf(" false alarms in %u (at most %.1f %%), confirmed in %u (at most %.1f %%)",
               tally->alarms, 100 * chance_at_most(tally->alarms, all), tally->false_alarms,
               100 * chance_at_most(tally->false_alarms, all));
    }
    printf("\n");
}

static inline struct tally comparisons_simulate(const struct scenario *scenario,
                                                unsigned comparisons)
{
    size_t count = scenario->configurations;
    double *ratios = malloc(count * scenario->rounds * sizeof(*ratios));
    struct be_pairs *pairs = malloc(count * sizeof(*pairs));
    struct be_comparison *rows = malloc(count * sizeof(*rows));
    struct tally tally = {0};
    struct source source;

    assert_true(ratios && pairs && rows);
    be_rng_init(&source.rng, scenario->rounds);
    while (tally.comparisons < comparisons) {
        pairs_draw(&source, scenario, NULL, pairs, ratios);
        assert_int_equal(be_comparison_judge(pairs, count, scenario->margin, rows, NULL), BE_OK);
        pairs_draw(&source, scenario, rows, pairs, ratios);
        assert_int_equal(be_comparison_confirm(pairs, count, rows, NULL), BE_OK);
        tally_add(scenario, rows, &tally);
    }
    free(rows);
    free(pairs);
    free(ratios);
    tally_print(scenario, &tally);
    return tally;
}

#endif
