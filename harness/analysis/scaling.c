#include "analysis/scaling.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "analysis/scaling_fit.h"

/* What is fitted, in all resamples. */
struct fits {
    double serial_fraction[BE_RESAMPLE_COUNT];
    double contention[BE_RESAMPLE_COUNT];
    double coherency[BE_RESAMPLE_COUNT];
    double tasks_per_s[BE_RESAMPLE_COUNT];
    double peak_workers[BE_RESAMPLE_COUNT];
};

/* What is needed on the way; the first four are borrowed, the others owned. */
struct fitting {
    const struct be_resampler *resampler;
    const struct be_summaries *summaries;
    const struct be_series *series;
    struct be_scaling *scaling;
    double *values;      /* of the configuration at hand: speedups, then tasks a second */
    double *speedups;    /* of each point, BE_RESAMPLE_COUNT medians */
    double *tasks_per_s; /* likewise */
    struct fits *fits;
};

static const struct be_configuration *configuration_of(const struct fitting *fitting, size_t point)
{
    return &fitting->resampler->run->configurations[fitting->series->members[point]];
}

static void fitting_finish(struct fitting *fitting)
{
    free(fitting->values);
    free(fitting->speedups);
    free(fitting->tasks_per_s);
    free(fitting->fits);
}

static enum be_status fitting_init(struct fitting *fitting, struct be_error *error)
{
    size_t count = fitting->series->count;
    size_t samples = 0; /* of the point that has most */

    assert(count > 0);
    for (size_t i = 0; i < count; i++) {
        size_t of_point = be_resampler_count(fitting->resampler, fitting->series->members[i]);
        samples = of_point > samples ? of_point : samples;
    }
    fitting->scaling->points = calloc(count, sizeof(fitting->scaling->points[0]));
    fitting->values = calloc(samples + 1, sizeof(double));
    fitting->speedups = calloc(count, BE_RESAMPLE_COUNT * sizeof(double));
    fitting->tasks_per_s = calloc(count, BE_RESAMPLE_COUNT * sizeof(double));
    fitting->fits = calloc(1, sizeof(*fitting->fits));
    if (!fitting->scaling->points || !fitting->values || !fitting->speedups ||
        !fitting->tasks_per_s || !fitting->fits) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu worker counts", count);
    }
    return BE_OK;
}

/*
 * Fills in the medians of one figure of a point. At equal frequency: had its workers had the clock
 * of those it is held against, it would have taken that much less.
 */
static enum be_status point_resample(struct fitting *fitting, size_t index, enum be_figure figure,
                                     double *medians, struct be_error *error)
{
    uint32_t configuration = fitting->series->members[index];
    const struct be_resampler *resampler = fitting->resampler;
    const struct be_resampler_place *places = be_resampler_places(resampler, configuration);
    enum be_figure clock = fitting->scaling->relative ? BE_FIGURE_RELATIVE_CLOCK : BE_FIGURE_CLOCK;

    for (size_t i = 0; i < be_resampler_count(resampler, configuration); i++) {
        const double *values = resampler->figures[places[i].sample].values;
        fitting->values[i] =
            fitting->scaling->includes_clock_loss ? values[figure] : values[figure] / values[clock];
    }
    return be_resample(resampler, configuration, fitting->values,
                       &medians[index * BE_RESAMPLE_COUNT], error);
}

static enum be_status points_resample(struct fitting *fitting, struct be_error *error)
{
    enum be_figure speedup =
        fitting->scaling->relative ? BE_FIGURE_RELATIVE_SPEEDUP : BE_FIGURE_SPEEDUP;
    enum be_status status = BE_OK;

    for (size_t i = 0; status == BE_OK && i < fitting->series->count; i++) {
        status = point_resample(fitting, i, speedup, fitting->speedups, error);
        if (status == BE_OK) {
            status = point_resample(fitting, i, BE_FIGURE_TASKS_PER_S, fitting->tasks_per_s, error);
        }
    }
    return status;
}

/* Whether that many workers can be compared with fewer of them. */
static bool is_within(const struct be_summary *summary, uint32_t workers_max)
{
    uint32_t workers = summary->configuration->workers;
    bool alike = summary->alike_workers == 0 || workers <= summary->alike_workers;

    return workers_max == 0 || (workers <= workers_max && alike);
}

static void points_fill(struct fitting *fitting, uint32_t workers_max)
{
    struct be_scaling *scaling = fitting->scaling;

    scaling->count = fitting->series->count;
    scaling->relative = configuration_of(fitting, 0)->workers == 1 &&
                        be_resampler_count(fitting->resampler, fitting->series->members[0]) > 0;
    for (size_t i = 0; i < scaling->count; i++) {
        uint32_t configuration = fitting->series->members[i];
        uint32_t workers = configuration_of(fitting, i)->workers;
        const struct be_summary *summary = &fitting->summaries->items[configuration];
        const struct be_estimate *speedup =
            scaling->relative ? &summary->relative_speedup : &summary->speedup;
        scaling->points[i] = (struct be_scaling_point){
            .configuration = configuration,
            .workers = workers,
            .fitted = speedup->known && is_within(summary, workers_max),
            .speedup = *speedup,
        };
        if (scaling->points[i].fitted) {
            scaling->fitted++;
            scaling->fitted_workers_max = workers;
        }
        scaling->weak = scaling->weak ||
                        configuration_of(fitting, i)->tasks != configuration_of(fitting, 0)->tasks;
    }
}

/* Cycles were counted wherever the fits look. */
static bool clocks_are_known(const struct fitting *fitting)
{
    const struct be_scaling *scaling = fitting->scaling;

    for (size_t i = 0; i < scaling->count; i++) {
        const struct be_scaling_point *point = &scaling->points[i];
        const struct be_summary *summary = &fitting->summaries->items[point->configuration];
        const struct be_estimate *clock =
            scaling->relative ? &summary->relative_clock_ratio : &summary->clock_ratio;
        if (point->fitted && !clock->known) {
            return false;
        }
    }
    return scaling->fitted > 0;
}

static void karp_flatt_estimate(const struct fitting *fitting, size_t index)
{
    struct be_scaling_point *point = &fitting->scaling->points[index];
    const double *speedups = &fitting->speedups[index * BE_RESAMPLE_COUNT];
    double fractions[BE_RESAMPLE_COUNT];

    for (size_t i = 0; i < BE_RESAMPLE_COUNT; i++) {
        fractions[i] = be_karp_flatt(speedups[i], point->workers);
    }
    point->karp_flatt = be_resample_interval(fractions, point->speedup.count);
}

/* Fits each resample; `workers`, `speedups` and `tasks_per_s` have room for the fitted points. */
static void resamples_fit(const struct fitting *fitting, double *workers, double *speedups,
                          double *tasks_per_s)
{
    const struct be_scaling *scaling = fitting->scaling;
    struct fits *fits = fitting->fits;

    for (size_t i = 0; i < BE_RESAMPLE_COUNT; i++) {
        size_t count = 0;
        for (size_t j = 0; j < scaling->count; j++) {
            if (scaling->points[j].fitted) {
                workers[count] = scaling->points[j].workers;
                speedups[count] = fitting->speedups[j * BE_RESAMPLE_COUNT + i];
                tasks_per_s[count] = fitting->tasks_per_s[j * BE_RESAMPLE_COUNT + i];
                count++;
            }
        }
        struct be_usl usl = be_usl_fit(workers, tasks_per_s, count);
        fits->serial_fraction[i] = be_amdahl_fit(workers, speedups, count);
        fits->contention[i] = usl.contention;
        fits->coherency[i] = usl.coherency;
        fits->tasks_per_s[i] = usl.tasks_per_s;
        fits->peak_workers[i] = usl.peak_workers;
    }
}

static void laws_estimate(const struct fitting *fitting)
{
    struct be_scaling *scaling = fitting->scaling;
    struct fits *fits = fitting->fits;
    size_t rounds = SIZE_MAX;

    for (size_t i = 0; i < scaling->count; i++) {
        const struct be_scaling_point *point = &scaling->points[i];
        if (point->fitted) {
            rounds = point->speedup.count < rounds ? point->speedup.count : rounds;
        }
    }
    scaling->serial_fraction = be_resample_interval(fits->serial_fraction, rounds);
    scaling->usl_contention = be_resample_interval(fits->contention, rounds);
    scaling->usl_coherency = be_resample_interval(fits->coherency, rounds);
    scaling->usl_tasks_per_s = be_resample_interval(fits->tasks_per_s, rounds);
    scaling->usl_peak_workers =
        be_peak_interval(fits->peak_workers, rounds, &scaling->usl_peak_high_open);
    scaling->usl_peak_beyond = scaling->usl_peak_workers.known &&
                               scaling->usl_peak_workers.median > scaling->fitted_workers_max;
}

static enum be_status laws_fit(const struct fitting *fitting, struct be_error *error)
{
    size_t count = fitting->scaling->fitted;
    double *space = calloc(count, 3 * sizeof(space[0]));

    if (!space) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu worker counts", count);
    }
    resamples_fit(fitting, space, space + count, space + 2 * count);
    laws_estimate(fitting);
    free(space);
    return BE_OK;
}

enum be_status be_scaling_create(const struct be_resampler *resampler,
                                 const struct be_summaries *summaries,
                                 const struct be_series *series, uint32_t workers_max,
                                 struct be_scaling *scaling, struct be_error *error)
{
    struct be_scaling made = {0};
    struct fitting fitting = {
        .resampler = resampler, .summaries = summaries, .series = series, .scaling = &made};
    enum be_status status = fitting_init(&fitting, error);

    if (status == BE_OK) {
        points_fill(&fitting, workers_max);
        made.includes_clock_loss = !clocks_are_known(&fitting);
        status = points_resample(&fitting, error);
    }
    for (size_t i = 0; status == BE_OK && i < made.count; i++) {
        karp_flatt_estimate(&fitting, i);
    }
    if (status == BE_OK && made.fitted >= BE_SCALING_POINTS_MIN) {
        status = laws_fit(&fitting, error);
    }
    fitting_finish(&fitting);
    if (status != BE_OK) {
        be_scaling_finish(&made);
        return status;
    }
    *scaling = made;
    return BE_OK;
}

void be_scaling_finish(struct be_scaling *scaling)
{
    free(scaling->points);
    *scaling = (struct be_scaling){0};
}
