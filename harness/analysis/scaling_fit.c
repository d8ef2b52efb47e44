#include "analysis/scaling_fit.h"

#include <math.h>

/* Terms of N/X, which the Universal Scalability Law is linear in: 1, N - 1, N(N - 1). */
enum { TERMS = 3 };

/* Errors this near to each other differ by rounding only: then the fewer terms fit as well. */
#define ERROR_ROUNDING 1e-12

/* Sums over the points, each divided by what was measured there. */
struct normal {
    double products[TERMS][TERMS];
    double targets[TERMS];
    double count;
};

double be_karp_flatt(double speedup, double workers)
{
    return workers > 1 ? (1 / speedup - 1 / workers) / (1 - 1 / workers) : NAN;
}

double be_amdahl_fit(const double *workers, const double *speedups, size_t count)
{
    double products = 0;
    double squares = 0;

    /* T(P)/T(1) = 1/P + s(1 - 1/P), divided by T(P)/T(1): 1 = speedup/P + s·term. */
    for (size_t i = 0; i < count; i++) {
        double term = speedups[i] * (1 - 1 / workers[i]);
        if (!isnan(term)) {
            products += term * (1 - speedups[i] / workers[i]);
            squares += term * term;
        }
    }
    return squares > 0 ? fmin(fmax(products / squares, 0), 1) : NAN;
}

static struct normal normal_sum(const double *workers, const double *tasks_per_s, size_t count)
{
    struct normal normal = {0};

    for (size_t k = 0; k < count; k++) {
        double n = workers[k];
        double per_worker = tasks_per_s[k] / n;
        double terms[TERMS] = {per_worker, per_worker * (n - 1), per_worker * n * (n - 1)};
        if (isnan(per_worker)) {
            continue;
        }
        for (size_t i = 0; i < TERMS; i++) {
            for (size_t j = 0; j < TERMS; j++) {
                normal.products[i][j] += terms[i] * terms[j];
            }
            normal.targets[i] += terms[i];
        }
        normal.count++;
    }
    return normal;
}

/*
 * The factors of the terms in `used` (a bit each), 0 for the others: Gauss and Jordan's elimination
 * of the normal equations, scaled to a diagonal of ones. False: the points do not determine them.
 */
static bool normal_solve(const struct normal *normal, unsigned used, double factors[TERMS])
{
    double rows[TERMS][TERMS + 1] = {{0}};

    for (size_t i = 0; i < TERMS; i++) {
        double scale_i = sqrt(normal->products[i][i]);
        for (size_t j = 0; j < TERMS; j++) {
            bool both = (used >> i & 1U) && (used >> j & 1U);
            rows[i][j] = both ? normal->products[i][j] / scale_i / sqrt(normal->products[j][j])
                              : (double)(i == j);
        }
        rows[i][TERMS] = used >> i & 1U ? normal->targets[i] / scale_i : 0;
    }
    for (size_t i = 0; i < TERMS; i++) {
        if (!(rows[i][i] > 1e-12)) {
            return false;
        }
        for (size_t k = 0; k < TERMS; k++) {
            double share = k == i ? 0 : rows[k][i] / rows[i][i];
            for (size_t j = i; j <= TERMS; j++) {
                rows[k][j] -= share * rows[i][j];
            }
        }
    }
    for (size_t i = 0; i < TERMS; i++) {
        bool is_used = used >> i & 1U;
        factors[i] = is_used ? rows[i][TERMS] / rows[i][i] / sqrt(normal->products[i][i]) : 0;
    }
    return true;
}

/* Sum of squared relative errors. */
static double normal_error(const struct normal *normal, const double factors[TERMS])
{
    double error = normal->count;

    for (size_t i = 0; i < TERMS; i++) {
        error -= 2 * factors[i] * normal->targets[i];
        for (size_t j = 0; j < TERMS; j++) {
            error += factors[i] * factors[j] * normal->products[i][j];
        }
    }
    return error;
}

/* Where sigma and kappa leave throughput its largest. */
static double peak_find(double contention, double coherency)
{
    if (contention >= 1) {
        return 1;
    }
    return coherency > 0 ? fmax(sqrt((1 - contention) / coherency), 1) : INFINITY;
}

struct be_usl be_usl_fit(const double *workers, const double *tasks_per_s, size_t count)
{
    /* The non-negative fit is among those on each set of terms: 1 is always in, bit 0. */
    static const unsigned sets[] = {1, 3, 5, 7};
    struct normal normal = normal_sum(workers, tasks_per_s, count);
    struct be_usl best = {NAN, NAN, NAN, NAN};
    double best_error = INFINITY;

    for (size_t i = 0; normal.count >= TERMS && i < sizeof(sets) / sizeof(sets[0]); i++) {
        double factors[TERMS];
        if (!normal_solve(&normal, sets[i], factors) || factors[0] <= 0 || factors[1] < 0 ||
            factors[2] < 0) {
            continue;
        }
        double error = normal_error(&normal, factors);
        if (error < best_error - ERROR_ROUNDING) {
            best_error = error;
            best = (struct be_usl){factors[1] / factors[0], factors[2] / factors[0], 1 / factors[0],
                                   peak_find(factors[1] / factors[0], factors[2] / factors[0])};
        }
    }
    return best;
}

struct be_estimate be_peak_interval(double *peaks, size_t rounds, bool *high_open)
{
    struct be_estimate peak = be_resample_interval(peaks, rounds);

    peak.known = isfinite(peak.median);
    peak.bounded = peak.bounded && peak.known;
    *high_open = peak.bounded && isinf(peak.high);
    if (*high_open) {
        peak.high = peak.median;
        for (size_t i = 1; i < BE_RESAMPLE_COUNT; i++) {
            peak.high = isfinite(peaks[i]) ? fmax(peak.high, peaks[i]) : peak.high;
        }
    }
    return peak;
}
