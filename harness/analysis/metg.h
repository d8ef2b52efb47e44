/*
 * Minimum effective task granularity (Slaughter et al., SC20): the smallest granularity
 * g = T·C/N at which efficiency E = S/C still reaches a share, found by shrinking w only. Pure
 * functions.
 */
#ifndef BE_ANALYSIS_METG_H
#define BE_ANALYSIS_METG_H

#include "analysis/crossing.h"
#include "analysis/grain_curves.h"
#include "core/status.h"

/* Of a grain series. Grains here are granularities g, not w. ALWAYS: below the smallest measured.
 */
struct be_metg {
    struct be_crossing half;      /* METG(50 %), pool already up */
    struct be_crossing ninety;    /* METG(90 %) */
    struct be_crossing cold_half; /* pool start + one pass + join */
    struct be_crossing cold_ninety;
};

/* Errors: BE_ENOMEM. */
enum be_status be_metg_find(const struct be_grain_curves *curves, struct be_metg *metg,
                            struct be_error *error);

#endif
