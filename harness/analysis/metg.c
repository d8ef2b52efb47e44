#include "analysis/metg.h"

#include <stdlib.h>

/* One curve: efficiency over granularity. Both of the arrays are filled in. */
static void curve_fill(const struct be_grain_point *point, const double *wall_ns,
                       const double *speedup, double *granularity_ns, double *efficiency)
{
    for (size_t i = 0; i < BE_RESAMPLE_COUNT; i++) {
        granularity_ns[i] = wall_ns[i] * point->distinct_pus / point->tasks;
        efficiency[i] = speedup[i] / point->distinct_pus;
    }
}

static void curve_find(const struct be_grain_curves *curves, bool cold,
                       struct be_curve_point *points, double *space, struct be_metg *metg)
{
    for (size_t i = 0; i < curves->count; i++) {
        const struct be_grain_point *point = &curves->points[i];
        double *granularity_ns = &space[2 * i * BE_RESAMPLE_COUNT];
        double *efficiency = granularity_ns + BE_RESAMPLE_COUNT;
        curve_fill(point, cold ? point->cold_wall_ns : point->wall_ns,
                   cold ? point->cold_speedup : point->speedup, granularity_ns, efficiency);
        points[i] = (struct be_curve_point){granularity_ns, efficiency, point->rounds};
    }
    struct be_crossing *half = cold ? &metg->cold_half : &metg->half;
    struct be_crossing *ninety = cold ? &metg->cold_ninety : &metg->ninety;
    *half = be_crossing_find(points, curves->count, .5, BE_CROSSING_FIRST);
    *ninety = be_crossing_find(points, curves->count, .9, BE_CROSSING_FIRST);
}

enum be_status be_metg_find(const struct be_grain_curves *curves, struct be_metg *metg,
                            struct be_error *error)
{
    struct be_curve_point *points = calloc(curves->count + 1, sizeof(points[0]));
    double *space = calloc(curves->count + 1, 2 * sizeof(space[0]) * BE_RESAMPLE_COUNT);
    enum be_status status = BE_OK;

    if (points && space) {
        curve_find(curves, false, points, space, metg);
        curve_find(curves, true, points, space, metg);
    } else {
        status = be_error_set(error, BE_ENOMEM, "out of memory for %zu grains", curves->count);
    }
    free(points);
    free(space);
    return status;
}
