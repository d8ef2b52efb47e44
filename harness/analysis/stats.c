#include "analysis/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int value_compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static double sorted_median(const double *sorted, size_t count)
{
    if (count == 0) {
        return NAN;
    }
    /* Halved first, so that the sum of two large values stays finite. */
    return count % 2 ? sorted[count / 2] : sorted[count / 2 - 1] / 2 + sorted[count / 2] / 2;
}

double be_stats_median(double *values, size_t count)
{
    if (count > 0) {
        qsort(values, count, sizeof(values[0]), value_compare);
    }
    return sorted_median(values, count);
}

/*
 * The largest k with P(x_(k) <= median <= x_(n+1-k)) >= level, 0 when even the extremes fall short.
 * A value is below the median with probability 1/2, so how many are is binomial; its probabilities
 * are summed from their logarithms, since 2^-n underflows from n = 1075 on.
 */
static size_t sign_test_rank(size_t count, double level)
{
    double log_probability = -(double)count * M_LN2;
    double tail = exp(log_probability); /* P(at most k of n) */
    size_t k = 0;

    while (2 * tail <= 1 - level) {
        log_probability += log((double)(count - k) / (double)(k + 1));
        tail += exp(log_probability);
        k++;
    }
    return k;
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

/* Moves a rank away from n/2 by what the correlation costs in independent values. */
static size_t rank_widen(size_t rank, size_t count, double r)
{
    if (r >= 1) {
        return 1;
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

    double *sorted = malloc(count * sizeof(sorted[0]));
    if (!sorted) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu values", count);
    }
    memcpy(sorted, values, count * sizeof(sorted[0]));
    estimate->known = true;
    estimate->median = be_stats_median(sorted, count);

    size_t rank = sign_test_rank(count, level);
    if (rank > 0) {
        rank = rank_widen(rank, count, be_stats_sign_correlation(values, count, estimate->median));
        estimate->bounded = true;
        estimate->low = sorted[rank - 1];
        estimate->high = sorted[count - rank];
    }
    free(sorted);
    return BE_OK;
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

double be_stats_smallest_visible(double spread, size_t count, size_t comparisons, double margin)
{
    const double significance = .05;
    const double power = .90;

    if (count < 2 || comparisons == 0) {
        return NAN;
    }
    double error = spread / sqrt((double)count);
    double significant =
        be_stats_t_quantile(1 - significance / (2 * (double)comparisons), count - 1);
    double powerful = be_stats_t_quantile(power, count - 1);
    return fmax((significant + powerful) * error, margin + 1.6 * error);
}
