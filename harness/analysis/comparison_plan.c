#include "analysis/comparison_plan.h"

#include <math.h>

#include "analysis/comparison.h"
#include "analysis/stats.h"

/* Found in nine of ten; each of the three conditions has to be met a little more often. */
static const double power = .95;

/* The variance of a median over that of a mean, and of a mean over that of signed ranks' center. */
static const double median_variance = M_PI_2;
static const double ranks_variance = M_PI / 3;

/* Of no correlation, three in four estimates are at most this. */
static double sign_correlation_usual(double rounds)
{
    return 1 / rounds + .674 / sqrt(rounds);
}

/* A rise by this many spreads brings the whole interval above 0 with `power`. */
static double rise_of_interval(size_t rounds)
{
    enum { HALVINGS = 40 };
    size_t rank = be_stats_interval_rank(rounds, .95, sign_correlation_usual((double)rounds));
    double low = 0;
    double high = 8;

    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        double below = erfc(middle * M_SQRT1_2) / 2; /* the chance of a ratio below 0 */
        if (be_stats_binomial_up_to(rank - 1, rounds, below) < power) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return high;
}

double be_comparison_visible(double spread, size_t rounds, size_t comparisons, double margin)
{
    if (rounds < BE_ESTIMATE_BOUNDED_MIN || comparisons == 0) {
        return NAN;
    }
    double error = spread / sqrt((double)rounds);
    double level = 1 - BE_COMPARISON_SIGNIFICANCE / (2 * (double)comparisons);
    double certain = be_stats_t_quantile(level, rounds - 1);
    double powerful = be_stats_t_quantile(power, rounds - 1);
    double significant = (certain + powerful) * error * sqrt(ranks_variance);
    double large = margin + powerful * error * sqrt(median_variance);
    return fmax(fmax(significant, large), rise_of_interval(rounds) * spread);
}

size_t be_comparison_rounds_min(size_t comparisons)
{
    return 1 + (size_t)ceil(log2((double)comparisons / BE_COMPARISON_SIGNIFICANCE));
}

enum be_status be_comparison_plan_check(size_t rounds, size_t comparisons, struct be_error *error)
{
    size_t needed = be_comparison_rounds_min(comparisons);

    if (rounds >= needed) {
        return BE_OK;
    }
    return be_error_set(error, BE_EINVAL,
                        "in %zu rounds no change of %zu configurations can ever be significant; "
                        "%zu rounds can show one",
                        rounds, comparisons, needed);
}

size_t be_comparison_rounds_to_see(double change, double spread, size_t comparisons, double margin)
{
    size_t least = be_comparison_rounds_min(comparisons);
    size_t most = least;

    if (!(change > margin)) {
        return 0;
    }
    while (be_comparison_visible(spread, most, comparisons, margin) > change) {
        least = most + 1;
        most *= 2;
        if (most > BE_COMPARISON_ROUNDS_MAX) {
            return 0;
        }
    }
    while (least < most) {
        size_t middle = least + (most - least) / 2;
        if (be_comparison_visible(spread, middle, comparisons, margin) > change) {
            least = middle + 1;
        } else {
            most = middle;
        }
    }
    return most;
}
