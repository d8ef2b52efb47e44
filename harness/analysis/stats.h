/*
 * Order statistics. Pure functions. Errors: BE_EINVAL for a value that is not finite, BE_ENOMEM.
 * Too few values are no error: the estimate says what is not known.
 */
#ifndef BE_ANALYSIS_STATS_H
#define BE_ANALYSIS_STATS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

/* A figure with its distribution-free interval. */
struct be_estimate {
    bool known;   /* false: nothing to estimate from, the rest is not to be read */
    bool bounded; /* false: too few values for an interval; low and high are not to be read */
    size_t count; /* values it comes from */
    double median;
    double low;
    double high;
};

/* Sorts the values. The mean of the middle two where their count is even; NAN for none. */
double be_stats_median(double *values, size_t count);

/*
 * Median with the interval of order statistics x_(k), x_(n+1-k) by the exact sign test at `level`
 * (.95, .98), their distance from n/2 widened by sqrt((1 + r)/(1 - r)), where r = max(0, lag-1
 * autocorrelation of the signs around the median + 1/n). Values are in the order of measurement.
 * Widened ranks end at the smallest and the largest value. Fewer than 6 values at .95: known, not
 * bounded.
 */
enum be_status be_stats_estimate(const double *values, size_t count, double level,
                                 struct be_estimate *estimate, struct be_error *error);

#endif
