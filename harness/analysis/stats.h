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

/* The standard deviation of what the values were drawn from; NAN for fewer than 2. */
double be_stats_spread(const double *values, size_t count);

/*
 * r = max(0, lag-1 autocorrelation of the signs around `center` + 2/n). The estimate falls short by
 * (1 + 4r)/n (Kendall 1954); 2/n is that for r = 1/4, about where signs of AR(1) .4 are. With 1/n
 * a sweep that stops early on AR(1) .5 covers less than 90 %. Values are in the order of
 * measurement; at least one.
 */
double be_stats_sign_correlation(const double *values, size_t count, double center);

/*
 * k of the interval of order statistics x_(k), x_(n+1-k) that holds the median by the exact sign
 * test at `level` (.95, .98), its distance from n/2 widened by sqrt((1 + r)/(1 - r)), though to no
 * less than 1. 0: too few values, fewer than BE_ESTIMATE_BOUNDED_MIN at .95.
 */
size_t be_stats_interval_rank(size_t count, double level, double r);

/*
 * Median with the interval that be_stats_interval_rank has for the values' sign correlation around
 * the median. Values are in the order of measurement. Fewer than BE_ESTIMATE_BOUNDED_MIN values at
 * .95: known, not bounded.
 */
enum be_status be_stats_estimate(const double *values, size_t count, double level,
                                 struct be_estimate *estimate, struct be_error *error);

/* The probability of at most `most` successes in `count` trials, each of `chance` (0 < chance < 1).
 */
double be_stats_binomial_up_to(size_t most, size_t count, double chance);

/*
 * Where Student's t with `freedom` degrees (>= 1) stays below with `probability` (in 0 .. 1, both
 * excluded). Source: Abramowitz and Stegun 26.7.3 and 26.7.4.
 */
double be_stats_t_quantile(double probability, size_t freedom);

#endif
