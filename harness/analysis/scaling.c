#include "analysis/scaling.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/scaling_fit.h"

#define REPORTED_LEVEL .95

/* What is fitted, in all resamples. */
struct fits {
    double serial_fraction[BE_RESAMPLE_COUNT];
    double contention[BE_RESAMPLE_COUNT];
    double coherency[BE_RESAMPLE_COUNT];
    double tasks_per_s[BE_RESAMPLE_COUNT];
    double peak_workers[BE_RESAMPLE_COUNT];
};

/* What is needed on the way; the first three are borrowed, the others owned. */
struct fitting {
    const struct be_resampler *resampler;
    const struct be_series *series;
    struct be_scaling *scaling;
    double *base_task_ns; /* in each round of the block, with 1 worker; NAN: not known */
    double *values;       /* of the configuration at hand: speedups, then tasks a second */
    double *speedups;     /* of each point, BE_RESAMPLE_COUNT medians */
    double *tasks_per_s;  /* likewise */
    struct fits *fits;
};

static const struct be_configuration *configuration_of(const struct fitting *fitting, size_t point)
{
    return &fitting->resampler->run->configurations[fitting->series->members[point]];
}

static void fitting_finish(struct fitting *fitting)
{
    free(fitting->base_task_ns);
    free(fitting->values);
    free(fitting->speedups);
    free(fitting->tasks_per_s);
    free(fitting->fits);
}

static enum be_status fitting_init(struct fitting *fitting, struct be_error *error)
{
    size_t count = fitting->series->count;
    uint32_t rounds = 0;

    for (size_t i = 0; i < count; i++) {
        uint32_t of_point = fitting->resampler->round_counts[fitting->series->members[i]];
        rounds = of_point > rounds ? of_point : rounds;
    }
    fitting->scaling->points = calloc(count, sizeof(fitting->scaling->points[0]));
    fitting->base_task_ns = calloc(rounds + 1, sizeof(double));
    fitting->values = calloc(rounds + 1, 2 * sizeof(double));
    fitting->speedups = calloc(count, BE_RESAMPLE_COUNT * sizeof(double));
    fitting->tasks_per_s = calloc(count, BE_RESAMPLE_COUNT * sizeof(double));
    fitting->fits = calloc(1, sizeof(*fitting->fits));
    if (!fitting->scaling->points || !fitting->base_task_ns || !fitting->values ||
        !fitting->speedups || !fitting->tasks_per_s || !fitting->fits) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu worker counts", count);
    }
    for (size_t i = 0; i < rounds; i++) {
        fitting->base_task_ns[i] = NAN;
    }
    return BE_OK;
}

/* Speedups are over the pool with 1 worker where that was measured. */
static void base_find(struct fitting *fitting)
{
    const struct be_resampler *resampler = fitting->resampler;
    uint32_t base = fitting->series->members[0];
    const struct be_resampler_place *places = be_resampler_places(resampler, base);

    fitting->scaling->relative =
        configuration_of(fitting, 0)->workers == 1 && be_resampler_count(resampler, base) > 0;
    for (size_t i = 0; fitting->scaling->relative && i < be_resampler_count(resampler, base); i++) {
        double tasks_per_s = resampler->figures[places[i].sample].values[BE_FIGURE_TASKS_PER_S];
        fitting->base_task_ns[places[i].round] = 1e9 / tasks_per_s;
    }
}

/* Speedup in each round, of tasks a second, so that it is one too where tasks grow with workers. */
static enum be_status point_measure(struct fitting *fitting, size_t index, struct be_error *error)
{
    struct be_scaling_point *point = &fitting->scaling->points[index];
    const struct be_resampler *resampler = fitting->resampler;
    const struct be_resampler_place *places = be_resampler_places(resampler, point->configuration);
    size_t count = be_resampler_count(resampler, point->configuration);
    double *speedups = fitting->values;
    double *tasks_per_s = fitting->values + count;
    size_t known = 0;

    for (size_t i = 0; i < count; i++) {
        const double *figures = resampler->figures[places[i].sample].values;
        tasks_per_s[i] = figures[BE_FIGURE_TASKS_PER_S];
        speedups[i] = fitting->scaling->relative
                          ? fitting->base_task_ns[places[i].round] * tasks_per_s[i] / 1e9
                          : figures[BE_FIGURE_SPEEDUP];
    }
    const struct be_resampled figures[] = {
        {speedups, &fitting->speedups[index * BE_RESAMPLE_COUNT]},
        {tasks_per_s, &fitting->tasks_per_s[index * BE_RESAMPLE_COUNT]},
    };
    enum be_status status = be_resample(resampler, point->configuration, figures, 2, error);
    for (size_t i = 0; i < count; i++) {
        if (!isnan(speedups[i])) {
            speedups[known++] = speedups[i];
        }
    }
    return status == BE_OK
               ? be_stats_estimate(speedups, known, REPORTED_LEVEL, &point->speedup, error)
               : status;
}

static enum be_status points_measure(struct fitting *fitting, uint32_t workers_max,
                                     struct be_error *error)
{
    struct be_scaling *scaling = fitting->scaling;
    enum be_status status = BE_OK;

    base_find(fitting);
    scaling->count = fitting->series->count;
    for (size_t i = 0; status == BE_OK && i < scaling->count; i++) {
        struct be_scaling_point *point = &scaling->points[i];
        point->configuration = fitting->series->members[i];
        point->workers = configuration_of(fitting, i)->workers;
        scaling->weak = scaling->weak ||
                        configuration_of(fitting, i)->tasks != configuration_of(fitting, 0)->tasks;
        status = point_measure(fitting, i, error);
        point->fitted = point->speedup.known && (workers_max == 0 || point->workers <= workers_max);
        scaling->fitted += point->fitted;
    }
    return status;
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

/* N* of a resample without a maximum is infinite: that makes the interval open, not its end. */
static void peak_estimate(struct be_scaling *scaling, double *peaks, size_t rounds)
{
    struct be_estimate peak = be_resample_interval(peaks, rounds);

    peak.known = isfinite(peak.median);
    peak.bounded = peak.bounded && peak.known;
    if (peak.bounded && isinf(peak.high)) {
        size_t last = BE_RESAMPLES;
        while (isinf(peaks[last])) {
            last--;
        }
        scaling->usl_peak_high_open = true;
        peak.high = peaks[last];
    }
    scaling->usl_peak_workers = peak;
}

static void laws_estimate(const struct fitting *fitting)
{
    struct be_scaling *scaling = fitting->scaling;
    struct fits *fits = fitting->fits;
    size_t rounds = SIZE_MAX;
    uint32_t most = 0;

    for (size_t i = 0; i < scaling->count; i++) {
        const struct be_scaling_point *point = &scaling->points[i];
        if (point->fitted) {
            rounds = point->speedup.count < rounds ? point->speedup.count : rounds;
            most = point->workers;
        }
    }
    scaling->serial_fraction = be_resample_interval(fits->serial_fraction, rounds);
    scaling->usl_contention = be_resample_interval(fits->contention, rounds);
    scaling->usl_coherency = be_resample_interval(fits->coherency, rounds);
    scaling->usl_tasks_per_s = be_resample_interval(fits->tasks_per_s, rounds);
    peak_estimate(scaling, fits->peak_workers, rounds);
    scaling->usl_peak_beyond =
        scaling->usl_peak_workers.known && scaling->usl_peak_workers.median > most;
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
                                 const struct be_series *series, uint32_t workers_max,
                                 struct be_scaling *scaling, struct be_error *error)
{
    struct be_scaling made = {.includes_clock_loss = true};
    struct fitting fitting = {.resampler = resampler, .series = series, .scaling = &made};
    enum be_status status = fitting_init(&fitting, error);

    if (status == BE_OK) {
        status = points_measure(&fitting, workers_max, error);
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
