#include "analysis/precision.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/figures.h"
#include "analysis/relatives.h"

enum { FIRST_LOOK_ROUNDS = 10 };

uint32_t be_precision_next_look(uint32_t rounds)
{
    uint32_t look = FIRST_LOOK_ROUNDS;
    while (look <= rounds && look <= UINT32_MAX / 2) {
        look *= 2;
    }
    return look;
}

double be_precision_half_width(const struct be_estimate *estimate)
{
    if (!estimate->known || !estimate->bounded) {
        return INFINITY;
    }
    return (estimate->high - estimate->low) / 2 / fabs(estimate->median);
}

/* The speedups of each configuration so far, in the order of measurement. */
struct speedups {
    double *values; /* owned */
    size_t *ends;   /* owned; where each configuration's values end and the next one's begin */
};

static bool speedup_counts(const struct be_figures *figures)
{
    return figures->use == BE_SAMPLE_USED && isfinite(figures->values[BE_FIGURE_SPEEDUP]);
}

static void speedups_fill(struct speedups *speedups, const struct be_run *run,
                          const struct be_figures *figures)
{
    size_t begin = 0;

    for (size_t i = 0; i < run->sample_count; i++) {
        speedups->ends[run->samples[i].configuration] += speedup_counts(&figures[i]);
    }
    for (size_t i = 0; i < run->configuration_count; i++) {
        size_t count = speedups->ends[i];
        speedups->ends[i] = begin; /* and moves to the end as values come */
        begin += count;
    }
    for (size_t i = 0; i < run->sample_count; i++) {
        if (speedup_counts(&figures[i])) {
            size_t end = speedups->ends[run->samples[i].configuration]++;
            speedups->values[end] = figures[i].values[BE_FIGURE_SPEEDUP];
        }
    }
}

static enum be_status widths_fill(const struct be_run *run, double level,
                                  const struct speedups *speedups, double *widths,
                                  struct be_error *error)
{
    size_t begin = 0;

    for (size_t i = 0; i < run->configuration_count; i++) {
        struct be_estimate estimate;
        enum be_status status = be_stats_estimate(
            &speedups->values[begin], speedups->ends[i] - begin, level, &estimate, error);
        if (status != BE_OK) {
            return status;
        }
        bool judged = be_configuration_has_speedup(&run->configurations[i]);
        widths[i] = judged ? be_precision_half_width(&estimate) : NAN;
        begin = speedups->ends[i];
    }
    return BE_OK;
}

static enum be_status figures_find(const struct be_run *run, struct be_figures **figures,
                                   struct be_error *error)
{
    struct be_relatives *relatives = NULL;
    enum be_status status = be_relatives_find(run, &relatives, error);

    if (status == BE_OK) {
        status = be_figures_create(run, relatives, figures, error);
    }
    free(relatives);
    return status;
}

enum be_status be_precision_widths_create(const struct be_run *run, double level, double **widths,
                                          struct be_error *error)
{
    struct be_figures *figures = NULL;
    enum be_status status = figures_find(run, &figures, error);
    if (status != BE_OK) {
        return status;
    }

    struct speedups speedups = {
        .values = calloc(run->sample_count + 1, sizeof(speedups.values[0])),
        .ends = calloc(run->configuration_count + 1, sizeof(speedups.ends[0])),
    };
    double *made = calloc(run->configuration_count + 1, sizeof(made[0]));
    if (!speedups.values || !speedups.ends || !made) {
        status = be_error_set(error, BE_ENOMEM, "out of memory for %zu samples", run->sample_count);
    } else {
        speedups_fill(&speedups, run, figures);
        status = widths_fill(run, level, &speedups, made, error);
    }
    if (status == BE_OK) {
        *widths = made;
    } else {
        free(made);
    }
    free(speedups.values);
    free(speedups.ends);
    free(figures);
    return status;
}

bool be_precision_block_reached(const struct be_run *run, const double *widths, uint32_t block,
                                double wanted)
{
    for (size_t i = 0; i < run->configuration_count; i++) {
        if (run->configurations[i].block == block && widths[i] > wanted) {
            return false;
        }
    }
    return true;
}

static void width_count_in(struct be_precision *precision, size_t configuration, double width,
                           double wanted)
{
    precision->judged++;
    precision->within += width <= wanted;
    if (isinf(width)) {
        precision->unbounded++;
    } else if (isnan(precision->widest) || width > precision->widest) {
        precision->widest = width;
        precision->widest_configuration = configuration;
    }
}

void be_precision_count(const double *widths, size_t count, double wanted,
                        struct be_precision *precision)
{
    *precision = (struct be_precision){.widest = NAN};
    for (size_t i = 0; i < count; i++) {
        if (!isnan(widths[i])) {
            width_count_in(precision, i, widths[i], wanted);
        }
    }
}

/* Of tasks that compute nothing a speedup says nothing. */
static const struct be_estimate *estimate_of(const struct be_summary *summary)
{
    bool computes = strcmp(summary->configuration->workload, "null") != 0;

    return computes ? &summary->speedup : &summary->wall_ns;
}

void be_precision_of(const struct be_summaries *summaries, double wanted,
                     struct be_precision *precision)
{
    *precision = (struct be_precision){.widest = NAN};
    for (size_t i = 0; i < summaries->count; i++) {
        const struct be_summary *summary = &summaries->items[i];
        if (be_configuration_has_speedup(summary->configuration) && !summary->why_unavailable) {
            width_count_in(precision, i, be_precision_half_width(estimate_of(summary)), wanted);
        }
    }
}
