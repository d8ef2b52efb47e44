#include "analysis/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/numbers.h"

double be_estimate_value(const struct be_estimate *estimate)
{
    return estimate->known ? estimate->median : NAN;
}

double be_stats_median(double *values, size_t count)
{
    size_t middle = count / 2;

    if (count == 0) {
        return NAN;
    }
    be_numbers_select(values, count, middle);
    if (count % 2 == 1) {
        return values[middle];
    }
    double before = values[0];
    for (size_t i = 1; i < middle; i++) {
        before = fmax(before, values[i]);
    }
    /* Halved first, so that the sum of two large values stays finite. */
    return before / 2 + values[middle] / 2;
}

double be_stats_spread(const double *values, size_t count)
{
    if (count < 2) {
        return NAN;
    }
    double mean = 0;
    for (size_t i = 0; i < count; i++) {
        mean += values[i] / (double)count;
    }
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        squares += (values[i] - mean) * (values[i] - mean);
    }
    return sqrt(squares / (double)(count - 1));
}

/*
 * The largest k with P(x_(k) <= median <= x_(n+1-k)) >= level, 0 when even the extremes fall short.
 * A value is below the median with probability 1/2, so how many are is binomial; its probabilities
 * are summed from their logarithms, since 2^-n underflows from n = 1075 on. Those further than 6
 * sqrt(n) below the middle are together under 1e-30 and left out.
 */
static size_t sign_test_rank(size_t count, double level)
{
    double n = (double)count;
    double k = fmax(0, floor(n / 2 - 6 * sqrt(n)));
    double log_probability = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) - n * M_LN2;
    double tail = exp(log_probability); /* P(at most k of n) */

    while (2 * tail <= 1 - level) {
        log_probability += log((n - k) / (k + 1));
        tail += exp(log_probability);
        k++;
    }
    return (size_t)k;
}

static double sign_around(double value, double median)
{
    return (double)((value > median) - (value < median));
}

double be_stats_sign_correlation(const double *values, size_t count, double center)
{
    double mean = 0;
    for (size_t i = 0; i < count; i++) {
        mean += sign_around(values[i], center) / (double)count;
    }

    double square_sum = 0;
    double product_sum = 0;
    double before = 0;
    for (size_t i = 0; i < count; i++) {
        double deviation = sign_around(values[i], center) - mean;
        square_sum += deviation * deviation;
        product_sum += deviation * before;
        before = deviation;
    }
    /* Signs that are all equal tell nothing. */
    double correlation = square_sum > 0 ? product_sum / square_sum : 0;
    return fmax(0, correlation + 2 / (double)count);
}

size_t be_stats_interval_rank(size_t count, double level, double r)
{
    size_t rank = sign_test_rank(count, level);

    if (rank == 0 || r >= 1) {
        return rank > 0;
    }
    double middle = (double)count / 2;
    double widened = middle - (middle - (double)rank) * sqrt((1 + r) / (1 - r));
    return widened >= 1 ? (size_t)widened : 1;
}

enum be_status be_stats_estimate(const double *values, size_t count, double level,
                                 struct be_estimate *estimate, struct be_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i])) {
            return be_error_set(error, BE_EINVAL, "value %zu of %zu is not a finite number", i + 1,
                                count);
        }
    }
    *estimate = (struct be_estimate){.count = count, .median = NAN, .low = NAN, .high = NAN};
    if (count == 0) {
        return BE_OK;
    }

    double *ordered = malloc(count * sizeof(ordered[0]));
    if (!ordered) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu values", count);
    }
    memcpy(ordered, values, count * sizeof(ordered[0]));
    estimate->known = true;
    estimate->median = be_stats_median(ordered, count);

    double r = be_stats_sign_correlation(values, count, estimate->median);
    size_t rank = be_stats_interval_rank(count, level, r);
    if (rank > 0) {
        estimate->bounded = true;
        /* The median left the lower half of the values below its place, the others from there. */
        size_t middle = count / 2;
        be_numbers_select(ordered, middle, rank - 1);
        be_numbers_select(ordered + middle, count - middle, count - rank - middle);
        estimate->low = ordered[rank - 1];
        estimate->high = ordered[count - rank];
    }
    free(ordered);
    return BE_OK;
}

double be_stats_binomial_up_to(size_t most, size_t count, double chance)
{
    double n = (double)count;
    double sum = 0;

    for (size_t i = 0; i <= most && i <= count; i++) {
        double k = (double)i;
        sum += exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(chance) +
                   (n - k) * log1p(-chance));
    }
    return fmin(1, sum);
}

/* P(|T| < t) of Student's t, where t = sqrt(freedom) tan(angle). */
static double t_probability_within(double angle, size_t freedom)
{
    double cosine_squared = cos(angle) * cos(angle);
    bool odd = freedom % 2 == 1;
    double term = odd ? cos(angle) : 1;
    double sum = 0;

    for (size_t i = odd ? 1 : 0; i + 2 <= freedom; i += 2) {
        sum += term;
        term *= cosine_squared * (double)(i + 1) / (double)(i + 2);
    }
    return odd ? M_2_PI * (angle + sin(angle) * sum) : sin(angle) * sum;
}

double be_stats_t_quantile(double probability, size_t freedom)
{
    enum { HALVINGS = 60 };
    double within = fabs(2 * probability - 1);
    double low = 0;
    double high = M_PI_2;

    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        if (t_probability_within(middle, freedom) < within) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return copysign(sqrt((double)freedom) * tan(low), probability - .5);
}
