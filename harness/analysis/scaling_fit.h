/*
 * The laws that speedup over worker counts is held against. Pure functions; a pair that holds a NAN
 * is left out. Least squares of relative errors, so that each point counts by its own noise.
 */
#ifndef BE_ANALYSIS_SCALING_FIT_H
#define BE_ANALYSIS_SCALING_FIT_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/resample.h"

/* Serial fraction that a speedup with that many workers shows (Karp and Flatt, 1990). NAN at 1. */
double be_karp_flatt(double speedup, double workers);

/* Amdahl's serial fraction, 0 .. 1; NAN: no point above 1 worker. */
double be_amdahl_fit(const double *workers, const double *speedups, size_t count);

/* Gunther's Universal Scalability Law: X(N) = lambda·N / (1 + sigma(N - 1) + kappa·N(N - 1)). */
struct be_usl {
    double contention;   /* sigma, 0 or more */
    double coherency;    /* kappa, 0 or more */
    double tasks_per_s;  /* lambda: of one worker */
    double peak_workers; /* N*, at least 1; INFINITY: throughput has no maximum */
};

/* All NAN where fewer than 3 points are known. */
struct be_usl be_usl_fit(const double *workers, const double *tasks_per_s, size_t count);

/*
 * be_resample_interval for the peak_workers of each resample. One without a maximum makes the
 * interval open, not its end infinite: that is then the largest that is finite.
 */
struct be_estimate be_peak_interval(double *peaks, size_t rounds, bool *high_open);

#endif
