/*
 * What limits a pool as workers are added: Karp-Flatt, Amdahl and the Universal Scalability Law
 * over a scaling series. Pure functions. Formulas: FORMULAS.md of this folder.
 */
#ifndef BE_ANALYSIS_SCALING_H
#define BE_ANALYSIS_SCALING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/resample.h"
#include "analysis/series.h"
#include "analysis/stats.h"
#include "analysis/summary.h"
#include "core/status.h"

/* Fits need this many worker counts. */
enum { BE_SCALING_POINTS_MIN = 4 };

struct be_scaling_point {
    uint32_t configuration;
    uint32_t workers;
    bool fitted;                   /* within the limits, and its speedup is known */
    struct be_estimate speedup;    /* over the same pool with 1 worker, else over the reference */
    struct be_estimate karp_flatt; /* serial fraction seen at this P; not known at P = 1 */
};

struct be_scaling {
    struct be_scaling_point *points; /* owned; ascending in workers */
    size_t count;
    bool relative; /* speedups are over the pool with 1 worker; false: that was not measured, so
                      they are over the serial reference */
    bool weak;     /* tasks grow with workers; speedups are of tasks a second */
    size_t fitted; /* points; below BE_SCALING_POINTS_MIN: too few points, nothing below is known */
    uint32_t fitted_workers_max; /* of these; 0: none */

    struct be_estimate serial_fraction;  /* Amdahl, 0 .. 1 */
    struct be_estimate usl_contention;   /* sigma */
    struct be_estimate usl_coherency;    /* kappa */
    struct be_estimate usl_tasks_per_s;  /* lambda: throughput of one worker */
    struct be_estimate usl_peak_workers; /* N*; not known where throughput has no maximum */
    bool usl_peak_high_open; /* so often no maximum that the interval of N* has no upper end; its
                                high is the largest that was found */
    bool usl_peak_beyond;    /* N* is above the largest fitted P: extrapolated */

    /*
     * Cycles were not counted at every fitted point, so what a lower clock with many workers costs
     * is in Karp-Flatt and in the fits. False: these are of times at equal frequency. Speedups are
     * as they were measured either way.
     */
    bool includes_clock_loss;
};

/*
 * workers_max: fits use worker counts up to it, those that the machine can run at once, as far as
 * their placement has them on cores alike; 0: all.
 * *scaling is written on success only; finish frees what it owns. Errors: BE_ENOMEM.
 */
enum be_status be_scaling_create(const struct be_resampler *resampler,
                                 const struct be_summaries *summaries,
                                 const struct be_series *series, uint32_t workers_max,
                                 struct be_scaling *scaling, struct be_error *error);
void be_scaling_finish(struct be_scaling *scaling);

#endif
