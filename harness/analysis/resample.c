#include "analysis/resample.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/rng.h"

#define TAIL .025 /* on each side of the interval */

/* As for medians: the extremes of fewer values do not bound the median at 95 %. */
enum { ROUNDS_MIN = 6 };

/* A used sample on its way to its place. */
struct used {
    uint32_t block;
    uint32_t round;
    uint32_t configuration;
    uint32_t sample;
};

/* A value and the round that it is from. */
struct item {
    double value;
    uint32_t round;
};

/* The known values of one figure, ascending. */
struct sorted {
    struct item *items; /* owned */
    size_t count;
    bool complete; /* one of each round */
};

static int used_compare(const void *left, const void *right)
{
    const struct used *a = left;
    const struct used *b = right;

    if (a->block != b->block) {
        return a->block < b->block ? -1 : 1;
    }
    if (a->round != b->round) {
        return a->round < b->round ? -1 : 1;
    }
    return (a->configuration > b->configuration) - (a->configuration < b->configuration);
}

/* The used samples by block, then round. Returns how many. */
static size_t used_collect(const struct be_run *run, const struct be_figures *figures,
                           struct used *used)
{
    size_t count = 0;

    for (size_t i = 0; i < run->sample_count; i++) {
        const struct be_sample *sample = &run->samples[i];
        if (figures[i].use == BE_SAMPLE_USED) {
            used[count++] = (struct used){run->configurations[sample->configuration].block,
                                          sample->round, sample->configuration, (uint32_t)i};
        }
    }
    qsort(used, count, sizeof(used[0]), used_compare);
    return count;
}

/* Replaces the rounds of one block by their index among them; returns how many there are. */
static uint32_t rounds_number(struct used *used, size_t count)
{
    uint32_t number = 0;

    for (size_t i = 0; i < count; i++) {
        uint32_t round = used[i].round;
        bool last = i + 1 == count || used[i + 1].round != round;
        used[i].round = number;
        number += last;
    }
    return number;
}

static void places_fill(struct be_resampler *resampler, struct used *used, size_t count)
{
    size_t configurations = resampler->run->configuration_count;

    for (size_t first = 0, end = 0; first < count; first = end) {
        while (end < count && used[end].block == used[first].block) {
            end++;
        }
        uint32_t number = rounds_number(&used[first], end - first);
        for (size_t i = first; i < end; i++) {
            resampler->round_counts[used[i].configuration] = number;
            resampler->first[used[i].configuration + 1]++;
        }
    }
    for (size_t i = 0; i < configurations; i++) {
        resampler->first[i + 1] += resampler->first[i];
    }
    /* From the last on, each goes to the end of its part, which so becomes its beginning. */
    for (size_t i = count; i-- > 0;) {
        size_t place = --resampler->first[used[i].configuration + 1];
        resampler->places[place] = (struct be_resampler_place){used[i].sample, used[i].round};
    }
    for (size_t i = 0; i < configurations; i++) {
        resampler->first[i] = resampler->first[i + 1];
    }
    resampler->first[configurations] = count;
}

enum be_status be_resampler_create(const struct be_run *run, const struct be_figures *figures,
                                   struct be_resampler *resampler, struct be_error *error)
{
    size_t configurations = run->configuration_count;
    struct used *used = calloc(run->sample_count + 1, sizeof(used[0]));
    struct be_resampler made = {
        .run = run,
        .figures = figures,
        .places = calloc(run->sample_count + 1, sizeof(made.places[0])),
        .first = calloc(configurations + 1, sizeof(made.first[0])),
        .round_counts = calloc(configurations + 1, sizeof(made.round_counts[0])),
    };

    if (!used || !made.places || !made.first || !made.round_counts) {
        free(used);
        be_resampler_finish(&made);
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu samples", run->sample_count);
    }
    places_fill(&made, used, used_collect(run, figures, used));
    free(used);
    *resampler = made;
    return BE_OK;
}

void be_resampler_finish(struct be_resampler *resampler)
{
    free(resampler->places);
    free(resampler->first);
    free(resampler->round_counts);
    *resampler = (struct be_resampler){0};
}

size_t be_resampler_count(const struct be_resampler *resampler, uint32_t configuration)
{
    return resampler->first[configuration + 1] - resampler->first[configuration];
}

const struct be_resampler_place *be_resampler_places(const struct be_resampler *resampler,
                                                     uint32_t configuration)
{
    return &resampler->places[resampler->first[configuration]];
}

static int item_compare(const void *left, const void *right)
{
    const struct item *a = left;
    const struct item *b = right;

    if (a->value != b->value) {
        return a->value < b->value ? -1 : 1;
    }
    return (a->round > b->round) - (a->round < b->round);
}

static enum be_status sorted_init(struct sorted *sorted, const struct be_resampler *resampler,
                                  uint32_t configuration, const double *values,
                                  struct be_error *error)
{
    size_t count = be_resampler_count(resampler, configuration);
    const struct be_resampler_place *places = be_resampler_places(resampler, configuration);

    *sorted = (struct sorted){.items = calloc(count + 1, sizeof(sorted->items[0]))};
    if (!sorted->items) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu samples", count);
    }
    for (size_t i = 0; i < count; i++) {
        if (!isnan(values[i])) {
            sorted->items[sorted->count++] = (struct item){values[i], places[i].round};
        }
    }
    qsort(sorted->items, sorted->count, sizeof(sorted->items[0]), item_compare);
    sorted->complete = sorted->count == resampler->round_counts[configuration];
    return BE_OK;
}

/* Draws as many rounds as there are, with replacement: how often each was drawn. */
static void weights_draw(uint32_t *weights, uint32_t rounds, struct be_rng *rng)
{
    for (uint32_t i = 0; i < rounds; i++) {
        weights[i] = 0;
    }
    for (uint32_t i = 0; i < rounds; i++) {
        weights[be_rng_below(rng, rounds)]++;
    }
}

static uint64_t weights_total(const struct sorted *sorted, const uint32_t *weights, uint32_t rounds)
{
    uint64_t total = 0;

    if (sorted->complete) {
        return rounds;
    }
    for (size_t i = 0; i < sorted->count; i++) {
        total += weights[sorted->items[i].round];
    }
    return total;
}

/* The median of values that count as often as their rounds were drawn. */
static double weighted_median(const struct sorted *sorted, const uint32_t *weights, uint32_t rounds)
{
    const struct item *items = sorted->items;
    uint64_t total = weights_total(sorted, weights, rounds);
    uint64_t below = 0;
    size_t i = 0;

    if (total == 0) {
        return NAN;
    }
    do {
        below += weights[items[i++].round];
    } while (2 * below < total);
    double lower = items[i - 1].value;
    if (2 * below > total) {
        return lower;
    }
    while (weights[items[i].round] == 0) {
        i++;
    }
    return lower / 2 + items[i].value / 2;
}

static void medians_fill(const struct be_resampler *resampler, uint32_t configuration,
                         const struct sorted *sorted, const struct be_resampled *figures,
                         size_t count, uint32_t *weights)
{
    uint32_t round_count = resampler->round_counts[configuration];
    struct be_rng rng;

    /* Any odd factor but the step of splitmix, with which neighbours would share their states. */
    be_rng_init(&rng, resampler->run->seed + resampler->run->configurations[configuration].block *
                                                 UINT64_C(0xd1342543de82ef95));
    for (uint32_t i = 0; i < round_count; i++) {
        weights[i] = 1;
    }
    for (size_t resample = 0; resample < BE_RESAMPLE_COUNT; resample++) {
        if (resample > 0) {
            weights_draw(weights, round_count, &rng);
        }
        for (size_t i = 0; i < count; i++) {
            figures[i].medians[resample] = weighted_median(&sorted[i], weights, round_count);
        }
    }
}

enum be_status be_resample(const struct be_resampler *resampler, uint32_t configuration,
                           const struct be_resampled *figures, size_t count, struct be_error *error)
{
    struct sorted *sorted = calloc(count + 1, sizeof(sorted[0]));
    uint32_t *weights = calloc(resampler->round_counts[configuration] + 1, sizeof(weights[0]));
    enum be_status status = BE_OK;

    if (!sorted || !weights) {
        status = be_error_set(error, BE_ENOMEM, "out of memory for %zu figures", count);
    }
    for (size_t i = 0; status == BE_OK && i < count; i++) {
        status = sorted_init(&sorted[i], resampler, configuration, figures[i].values, error);
    }
    if (status == BE_OK) {
        medians_fill(resampler, configuration, sorted, figures, count, weights);
    }
    for (size_t i = 0; sorted && i < count; i++) {
        free(sorted[i].items);
    }
    free(sorted);
    free(weights);
    return status;
}

static int value_compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

struct be_estimate be_resample_interval(double *values, size_t rounds)
{
    struct be_estimate estimate = {
        .known = !isnan(values[0]),
        .count = rounds,
        .median = values[0],
        .low = NAN,
        .high = NAN,
    };
    double *resamples = values + 1;
    size_t count = 0;

    for (size_t i = 0; i < BE_RESAMPLES; i++) {
        if (!isnan(resamples[i])) {
            resamples[count++] = resamples[i];
        }
    }
    qsort(resamples, count, sizeof(resamples[0]), value_compare);
    if (estimate.known && rounds >= ROUNDS_MIN && count >= BE_RESAMPLES - BE_RESAMPLES / 20) {
        size_t rank = (size_t)((double)(count + 1) * TAIL);
        estimate.bounded = true;
        estimate.low = resamples[rank - 1];
        estimate.high = resamples[count - rank];
    }
    return estimate;
}
