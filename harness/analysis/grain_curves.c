#include "analysis/grain_curves.h"

#include <math.h>
#include <stdlib.h>

/* In the order of the arrays of struct be_grain_point. */
static const enum be_figure curve_figures[] = {
    BE_FIGURE_GRAIN, BE_FIGURE_WALL, BE_FIGURE_SPEEDUP, BE_FIGURE_COLD_WALL, BE_FIGURE_COLD_SPEEDUP,
};

enum { CURVES = sizeof(curve_figures) / sizeof(curve_figures[0]) };

/* Fills in the medians of all curves, BE_RESAMPLE_COUNT each. */
static enum be_status point_resample(const struct be_resampler *resampler, uint32_t configuration,
                                     double *medians, struct be_error *error)
{
    size_t count = be_resampler_count(resampler, configuration);
    const struct be_resampler_place *places = be_resampler_places(resampler, configuration);
    double *values = calloc(count + 1, sizeof(values[0]));
    enum be_status status = BE_OK;

    if (!values) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu samples", count);
    }
    for (size_t i = 0; status == BE_OK && i < CURVES; i++) {
        for (size_t j = 0; j < count; j++) {
            values[j] = resampler->figures[places[j].sample].values[curve_figures[i]];
        }
        status =
            be_resample(resampler, configuration, values, &medians[i * BE_RESAMPLE_COUNT], error);
    }
    free(values);
    return status;
}

static enum be_status point_create(const struct be_resampler *resampler, uint32_t configuration,
                                   struct be_grain_point *point, struct be_error *error)
{
    size_t count = be_resampler_count(resampler, configuration);
    uint64_t tasks = resampler->run->configurations[configuration].tasks;
    double *medians = calloc((size_t)CURVES * BE_RESAMPLE_COUNT, sizeof(medians[0]));

    if (!medians) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %d resamples", BE_RESAMPLES);
    }
    *point = (struct be_grain_point){
        .tasks = tasks > 0 ? (double)tasks : NAN,
        .distinct_pus = NAN,
        .rounds = count,
        .grain_ns = medians,
        .wall_ns = medians + BE_RESAMPLE_COUNT,
        .speedup = medians + 2L * BE_RESAMPLE_COUNT,
        .cold_wall_ns = medians + 3L * BE_RESAMPLE_COUNT,
        .cold_speedup = medians + 4L * BE_RESAMPLE_COUNT,
    };
    if (count > 0) {
        uint32_t last = be_resampler_places(resampler, configuration)[count - 1].sample;
        point->distinct_pus = resampler->run->samples[last].values[BE_VALUE_distinct_pus];
    }
    return point_resample(resampler, configuration, medians, error);
}

enum be_status be_grain_curves_create(const struct be_resampler *resampler,
                                      const struct be_series *series,
                                      struct be_grain_curves *curves, struct be_error *error)
{
    struct be_grain_curves made = {.points = calloc(series->count, sizeof(made.points[0]))};
    enum be_status status = BE_OK;

    if (!made.points) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu grains", series->count);
    }
    for (made.count = 0; status == BE_OK && made.count < series->count; made.count++) {
        status =
            point_create(resampler, series->members[made.count], &made.points[made.count], error);
    }
    if (status != BE_OK) {
        be_grain_curves_finish(&made);
        return status;
    }
    *curves = made;
    return BE_OK;
}

void be_grain_curves_finish(struct be_grain_curves *curves)
{
    for (size_t i = 0; i < curves->count; i++) {
        free(curves->points[i].grain_ns);
    }
    free(curves->points);
    *curves = (struct be_grain_curves){0};
}
