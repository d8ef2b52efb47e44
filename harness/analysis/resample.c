#include "analysis/resample.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "analysis/numbers.h"
#include "core/rng.h"

#define TAIL .025 /* on each side of the interval */

/* As many are drawn: then how often one was fits into a byte. */
enum { GROUPS_MAX = 255 };

/* A used sample on its way to its place. */
struct used {
    uint32_t block;
    uint32_t round;
    uint32_t configuration;
    uint32_t sample;
};

/* A known value of a figure, and the group that its round is in. */
struct item {
    double value;
    uint32_t group;
};

/* The known values of one figure, ascending. */
struct sorted {
    struct item *items; /* owned */
    size_t count;
    uint32_t in_group[GROUPS_MAX]; /* how many there are */

    /* Where to begin to look for a median, and how many of each group come before. */
    size_t start;
    uint32_t before[GROUPS_MAX];
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

/* Draws as many groups as there are, with replacement, for each resample. */
static enum be_status block_draw(struct be_resampler_block *block, uint32_t rounds, uint64_t seed,
                                 struct be_error *error)
{
    struct be_rng rng;

    block->group_rounds = (rounds + GROUPS_MAX - 1) / GROUPS_MAX;
    block->groups = (rounds + block->group_rounds - 1) / block->group_rounds;
    block->draws = calloc(block->groups, BE_RESAMPLES);
    if (!block->draws) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %u rounds", rounds);
    }
    be_rng_init(&rng, seed);
    for (size_t i = 0; i < BE_RESAMPLES; i++) {
        for (uint32_t j = 0; j < block->groups; j++) {
            block->draws[i * block->groups + be_rng_below(&rng, block->groups)]++;
        }
    }
    return BE_OK;
}

static enum be_status blocks_draw(struct be_resampler *resampler, struct used *used, size_t count,
                                  struct be_error *error)
{
    enum be_status status = BE_OK;

    for (size_t first = 0, end = 0; status == BE_OK && first < count; first = end) {
        while (end < count && used[end].block == used[first].block) {
            resampler->block_of[used[end++].configuration] = resampler->block_count;
        }
        uint32_t rounds = rounds_number(&used[first], end - first);
        /* Any odd factor but the step of splitmix, with which neighbours would share states. */
        uint64_t seed = resampler->run->seed + used[first].block * UINT64_C(0xd1342543de82ef95);
        status = block_draw(&resampler->blocks[resampler->block_count++], rounds, seed, error);
    }
    return status;
}

static void places_fill(struct be_resampler *resampler, const struct used *used, size_t count)
{
    size_t configurations = resampler->run->configuration_count;
    size_t *first = resampler->first;

    for (size_t i = 0; i < count; i++) {
        first[used[i].configuration + 1]++;
    }
    for (size_t i = 0; i < configurations; i++) {
        first[i + 1] += first[i];
    }
    /* From the last on, each goes to the end of its part, which so becomes its beginning. */
    for (size_t i = count; i-- > 0;) {
        size_t place = --first[used[i].configuration + 1];
        resampler->places[place] = (struct be_resampler_place){used[i].sample, used[i].round};
    }
    for (size_t i = 0; i < configurations; i++) {
        first[i] = first[i + 1];
    }
    first[configurations] = count;
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
        .blocks = calloc(configurations + 1, sizeof(made.blocks[0])),
        .block_of = calloc(configurations + 1, sizeof(made.block_of[0])),
    };
    enum be_status status = BE_OK;

    if (!used || !made.places || !made.first || !made.blocks || !made.block_of) {
        status = be_error_set(error, BE_ENOMEM, "out of memory for %zu samples", run->sample_count);
    } else {
        size_t count = used_collect(run, figures, used);
        status = blocks_draw(&made, used, count, error);
        places_fill(&made, used, count);
    }
    free(used);
    if (status != BE_OK) {
        be_resampler_finish(&made);
        return status;
    }
    *resampler = made;
    return BE_OK;
}

void be_resampler_finish(struct be_resampler *resampler)
{
    for (size_t i = 0; i < resampler->block_count; i++) {
        free(resampler->blocks[i].draws);
    }
    free(resampler->places);
    free(resampler->first);
    free(resampler->blocks);
    free(resampler->block_of);
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
    return (a->group > b->group) - (a->group < b->group);
}

/*
 * How many of the sorted values lie below the median of a resample varies with a standard deviation
 * of about half the square root of their count: begin four of these below the middle.
 */
static size_t start_choose(size_t count)
{
    double start = (double)count / 2 - 2 * sqrt((double)count);
    return start >= GROUPS_MAX ? (size_t)start : 0;
}

static enum be_status sorted_init(struct sorted *sorted, const struct be_resampler *resampler,
                                  uint32_t configuration, const double *values,
                                  struct be_error *error)
{
    size_t count = be_resampler_count(resampler, configuration);
    const struct be_resampler_place *places = be_resampler_places(resampler, configuration);
    const struct be_resampler_block *block = &resampler->blocks[resampler->block_of[configuration]];

    *sorted = (struct sorted){.items = calloc(count + 1, sizeof(sorted->items[0]))};
    if (!sorted->items) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu samples", count);
    }
    for (size_t i = 0; i < count; i++) {
        if (!isnan(values[i])) {
            uint32_t group = places[i].round / block->group_rounds;
            sorted->items[sorted->count++] = (struct item){values[i], group};
            sorted->in_group[group]++;
        }
    }
    qsort(sorted->items, sorted->count, sizeof(sorted->items[0]), item_compare);
    sorted->start = start_choose(sorted->count);
    for (size_t i = 0; i < sorted->start; i++) {
        sorted->before[sorted->items[i].group]++;
    }
    return BE_OK;
}

/* So many values of each group, as often as the group was drawn. */
static uint64_t drawn_count(const uint32_t *in_group, const uint8_t *draws, uint32_t groups)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < groups; i++) {
        count += in_group[i] * draws[i];
    }
    return count;
}

/* The median of values that count as often as their groups were drawn. */
static double drawn_median(const struct sorted *sorted, const uint8_t *draws, uint32_t groups)
{
    const struct item *items = sorted->items;
    uint64_t total = drawn_count(sorted->in_group, draws, groups);
    uint64_t below = sorted->start > 0 ? drawn_count(sorted->before, draws, groups) : 0;
    size_t i = sorted->start;

    if (total == 0) {
        return NAN;
    }
    if (2 * below >= total) {
        below = 0;
        i = 0;
    }
    do {
        below += draws[items[i++].group];
    } while (2 * below < total);
    double lower = items[i - 1].value;
    if (2 * below > total) {
        return lower;
    }
    while (draws[items[i].group] == 0) {
        i++;
    }
    return lower / 2 + items[i].value / 2;
}

static double middle(const struct sorted *sorted)
{
    const struct item *items = sorted->items;
    size_t half = sorted->count / 2;

    if (sorted->count == 0) {
        return NAN;
    }
    return sorted->count % 2 ? items[half].value
                             : items[half - 1].value / 2 + items[half].value / 2;
}

static void medians_fill(const struct be_resampler_block *block, const struct sorted *sorted,
                         double *medians)
{
    medians[0] = middle(sorted);
    for (size_t i = 0; i < BE_RESAMPLES; i++) {
        medians[i + 1] = drawn_median(sorted, &block->draws[i * block->groups], block->groups);
    }
}

enum be_status be_resample(const struct be_resampler *resampler, uint32_t configuration,
                           const double *values, double *medians, struct be_error *error)
{
    struct sorted sorted;

    if (be_resampler_count(resampler, configuration) == 0) {
        for (size_t i = 0; i < BE_RESAMPLE_COUNT; i++) {
            medians[i] = NAN;
        }
        return BE_OK;
    }
    enum be_status status = sorted_init(&sorted, resampler, configuration, values, error);
    if (status == BE_OK) {
        medians_fill(&resampler->blocks[resampler->block_of[configuration]], &sorted, medians);
        free(sorted.items);
    }
    return status;
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
    be_numbers_sort(resamples, count);
    if (estimate.known && rounds >= BE_ESTIMATE_BOUNDED_MIN &&
        count >= BE_RESAMPLES - BE_RESAMPLES / 20) {
        size_t rank = (size_t)((double)(count + 1) * TAIL);
        estimate.bounded = true;
        estimate.low = resamples[rank - 1];
        estimate.high = resamples[count - rank];
    }
    return estimate;
}
