/*
 * Order statistics. Pure functions. Errors: BE_EINVAL for a value that is not finite, BE_ENOMEM.
 * Too few values are no error: the estimate says what is not known.
 */
#ifndef BE_ANALYSIS_STATS_H
#define BE_ANALYSIS_STATS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

/* From fewer values there is no interval at 95 %. */
enum { BE_ESTIMATE_BOUNDED_MIN = 6 };

/* A figure with its distribution-free interval. */
struct be_estimate {
    bool known;   /* false: nothing to estimate from, the rest is not to be read */
    bool bounded; /* false: too few values for an interval; low and high are not to be read */
    size_t count; /* values it comes from */
    double median;
    double low;
    double high;
};

/* The median; NAN: not known. */
double be_estimate_value(const struct be_estimate *estimate);

/* Reorders the values. The mean of the middle two where their count is even; NAN for none. */
double be_stats_median(double *values, size_t count);

/*
 * r = max(0, lag-1 autocorrelation of the signs around `center` + 2/n). The estimate falls short by
 * (1 + 4r)/n (Kendall 1954); 2/n is that for r = 1/4, about where signs of AR(1) .4 are. With 1/n
 * a sweep that stops early on AR(1) .5 covers less than 90 %. Values are in the order of
 * measurement; at least one.
 */
double be_stats_sign_correlation(const double *values, size_t count, double center);

/*
 * Median with the interval of order statistics x_(k), x_(n+1-k) by the exact sign test at `level`
 * (.95, .98), their distance from n/2 widened by sqrt((1 + r)/(1 - r)), where r is their sign
 * correlation around the median. Values are in the order of measurement. Widened ranks end at the
 * smallest and the largest value. Fewer than BE_ESTIMATE_BOUNDED_MIN values at .95: known, not
 * bounded.
 */
enum be_status be_stats_estimate(const double *values, size_t count, double level,
                                 struct be_estimate *estimate, struct be_error *error);

/*
 * Where Student's t with `freedom` degrees (>= 1) stays below with `probability` (in 0 .. 1, both
 * excluded). Source: Abramowitz and Stegun 26.7.3 and 26.7.4.
 */
double be_stats_t_quantile(double probability, size_t freedom);

/*
 * The smallest relative change that a comparison of `count` pairs finds nine times in ten, at 5 %
 * after correction for `comparisons` of them, and that then passes `margin`; `spread` is the
 * standard deviation of the pairs' log ratios. max((t_{1-q/2m} + t_{.90}) s/sqrt(n), margin + 1.6
 * s/sqrt(n)), q = .05. NAN for fewer than 2 pairs or no comparison.
 */
double be_stats_smallest_visible(double spread, size_t count, size_t comparisons, double margin);

#endif
