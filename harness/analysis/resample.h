/*
 * Bootstrap over rounds: what medians would have been, had other rounds been drawn. Rounds of a
 * block are drawn together, for all its configurations and figures, so that what moved them
 * together still does; blocks are drawn independently. Pure functions: the draws follow from the
 * run's seed and the block alone.
 *
 * Cost: each configuration's values are sorted once; then a resample of R rounds takes R draws and
 * about R/2 additions a figure, whose median is where the weights of the sorted values reach half.
 * That is linear in samples, and no resampled value is ever copied or sorted.
 */
#ifndef BE_ANALYSIS_RESAMPLE_H
#define BE_ANALYSIS_RESAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/figures.h"
#include "analysis/stats.h"
#include "core/run.h"
#include "core/status.h"

/* Element 0 is the median of all rounds; the others are those of the resamples. */
enum { BE_RESAMPLES = 999, BE_RESAMPLE_COUNT = BE_RESAMPLES + 1 };

/* A used sample and its round, counted among those in which its block has a used sample. */
struct be_resampler_place {
    uint32_t sample;
    uint32_t round;
};

/* Where the used samples of a run are. */
struct be_resampler {
    const struct be_run *run;          /* borrowed */
    const struct be_figures *figures;  /* borrowed, one a sample */
    struct be_resampler_place *places; /* owned; by configuration, then round */
    size_t *first;                     /* owned; of each configuration in places, and the end */
    uint32_t *round_counts;            /* owned; of each configuration's block */
};

/* run and figures must outlive *resampler. Errors: BE_ENOMEM. */
enum be_status be_resampler_create(const struct be_run *run, const struct be_figures *figures,
                                   struct be_resampler *resampler, struct be_error *error);
void be_resampler_finish(struct be_resampler *resampler);

/* Used samples of a configuration: how many, and the first. */
size_t be_resampler_count(const struct be_resampler *resampler, uint32_t configuration);
const struct be_resampler_place *be_resampler_places(const struct be_resampler *resampler,
                                                     uint32_t configuration);

/* One figure of a configuration. */
struct be_resampled {
    const double *values; /* one a place of the configuration, in their order; NAN: not known */
    double *medians;      /* BE_RESAMPLE_COUNT, filled in; NAN where nothing known was drawn */
};

/* Fills in the medians of `count` figures of one configuration. Errors: BE_ENOMEM. */
enum be_status be_resample(const struct be_resampler *resampler, uint32_t configuration,
                           const struct be_resampled *figures, size_t count,
                           struct be_error *error);

/*
 * From the values that follow from the medians of each resample (BE_RESAMPLE_COUNT; sorted from
 * element 1 on) to the value and its 95 % percentile interval. `rounds` is the fewest that any of
 * the medians comes from. Not bounded below 6 rounds, as for medians, nor when more than 1 in 20
 * of the values is NAN.
 */
struct be_estimate be_resample_interval(double *values, size_t rounds);

#endif
