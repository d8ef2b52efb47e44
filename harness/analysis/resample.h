/*
 * Bootstrap over rounds: what medians would have been, had other rounds been drawn. Rounds of a
 * block are drawn together, for all its configurations and figures, so that what moved them
 * together still does; blocks are drawn independently. Above 255 rounds, neighbours are drawn as
 * one group. Pure functions: the draws follow from the run's seed and the block alone.
 *
 * Cost: draws are made once a block. The values of a figure are sorted once; a resample then adds
 * up how often each was drawn until half is reached, and begins to look near the middle, so that
 * its cost grows with the square root of many rounds. No resampled value is copied or sorted.
 */
#ifndef BE_ANALYSIS_RESAMPLE_H
#define BE_ANALYSIS_RESAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/figures.h"
#include "analysis/stats.h"
#include "core/run.h"
#include "core/status.h"

/*
 * Element 0 is the median of all rounds; the others are those of the resamples: so many that the
 * ends of a 95 % interval are the 10th from each side, and more hardly move them.
 */
enum { BE_RESAMPLES = 399, BE_RESAMPLE_COUNT = BE_RESAMPLES + 1 };

/* A used sample and its round, counted among those in which its block has a used sample. */
struct be_resampler_place {
    uint32_t sample;
    uint32_t round;
};

/* The rounds of a block, in groups of equal size but for the last. */
struct be_resampler_block {
    uint32_t group_rounds; /* in a group */
    uint32_t groups;
    uint8_t *draws; /* owned; of each resample, how often each group was drawn */
};

/* Where the used samples of a run are, and what is drawn of them. */
struct be_resampler {
    const struct be_run *run;          /* borrowed */
    const struct be_figures *figures;  /* borrowed, one a sample */
    struct be_resampler_place *places; /* owned; by configuration, then round */
    size_t *first;                     /* owned; of each configuration in places, and the end */
    struct be_resampler_block *blocks; /* owned */
    size_t block_count;
    size_t *block_of; /* owned; of each configuration that has places, in blocks */
};

/* run and figures must outlive *resampler. Errors: BE_ENOMEM. */
enum be_status be_resampler_create(const struct be_run *run, const struct be_figures *figures,
                                   struct be_resampler *resampler, struct be_error *error);
void be_resampler_finish(struct be_resampler *resampler);

/* Used samples of a configuration: how many, and the first. */
size_t be_resampler_count(const struct be_resampler *resampler, uint32_t configuration);
const struct be_resampler_place *be_resampler_places(const struct be_resampler *resampler,
                                                     uint32_t configuration);

/*
 * The medians (BE_RESAMPLE_COUNT) of a figure of a configuration, from a value of each of its
 * places; NAN: not known. A median is NAN where nothing known was drawn. Errors: BE_ENOMEM.
 */
enum be_status be_resample(const struct be_resampler *resampler, uint32_t configuration,
                           const double *values, double *medians, struct be_error *error);

/*
 * From the values that follow from the medians of each resample (BE_RESAMPLE_COUNT; sorted from
 * element 1 on) to the value and its 95 % percentile interval. `rounds` is the fewest that any of
 * the medians comes from. Not bounded below 6 rounds, as for medians, nor when more than 1 in 20
 * of the values is NAN.
 */
struct be_estimate be_resample_interval(double *values, size_t rounds);

#endif
