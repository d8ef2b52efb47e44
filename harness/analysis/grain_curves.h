/*
 * The points of a grain series in all resamples: what break-even and METG are read from. Pure
 * functions.
 */
#ifndef BE_ANALYSIS_GRAIN_CURVES_H
#define BE_ANALYSIS_GRAIN_CURVES_H

#include <stddef.h>

#include "analysis/resample.h"
#include "analysis/series.h"
#include "core/status.h"

/* A configuration of the series. Each array has BE_RESAMPLE_COUNT medians; NAN: not known. */
struct be_grain_point {
    double tasks;        /* N; NAN: not known */
    double distinct_pus; /* C, read back; NAN: nothing was measured */
    size_t rounds;
    double *grain_ns; /* w; owned, as the others, which are behind it */
    double *wall_ns;
    double *speedup;
    double *cold_wall_ns;
    double *cold_speedup;
};

struct be_grain_curves {
    struct be_grain_point *points; /* owned; in the order of the series */
    size_t count;
};

/* Errors: BE_ENOMEM. */
enum be_status be_grain_curves_create(const struct be_resampler *resampler,
                                      const struct be_series *series,
                                      struct be_grain_curves *curves, struct be_error *error);
void be_grain_curves_finish(struct be_grain_curves *curves);

#endif
