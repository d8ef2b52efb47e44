/*
 * What was counted in a sample, whichever backend and event it came from, and the figures that
 * follow. Pure functions. Formulas: FORMULAS.md of this folder.
 */
#ifndef BE_ANALYSIS_COUNTED_H
#define BE_ANALYSIS_COUNTED_H

#include <stdbool.h>
#include <stdint.h>

#include "core/run.h"
#include "core/status.h"

/* Of user mode, all that is hardware's: so the backends count it. */
enum be_counted {
    BE_COUNTED_INSTRUCTIONS,
    BE_COUNTED_CYCLES,
    BE_COUNTED_NOMINAL_CYCLES, /* as many as there would be at the nominal clock */
    BE_COUNTED_CACHE_MISSES,
    BE_COUNTED_BRANCH_MISSES,
    BE_COUNTED_USER_NS,
    BE_COUNTED_KINDS,
};

/*
 * Which event of a run each kind is taken from: the same one in all its samples, so that no ratio
 * is of two different events. Of several the one nearest to memory, and PAPI's before the kernel's.
 */
struct be_counted_sources {
    const char *names[BE_COUNTED_KINDS]; /* borrowed from the run; NULL: counted in no sample */
    uint8_t *kinds; /* owned; of each event of the run; BE_COUNTED_KINDS: none */
};

/* run must outlive *sources. Errors: BE_ENOMEM. */
enum be_status be_counted_sources_find(const struct be_run *run, struct be_counted_sources *sources,
                                       struct be_error *error);
void be_counted_sources_finish(struct be_counted_sources *sources);

/* A sample with what it is held against, of the same round. */
struct be_counted_sample {
    const struct be_sample *sample;
    const struct be_sample *reference; /* NULL: none */
    const struct be_sample *single;    /* likewise: the same pool with one worker */
    double tasks;                      /* NAN: not known */
};

/*
 * Fills in the figures from BE_FIGURE_INSTRUCTIONS_PER_TASK on, after the speedup. What was not
 * counted, on either side of a ratio, is NAN.
 */
void be_counted_figures(const struct be_counted_sources *sources,
                        const struct be_counted_sample *counted, double *values);

#endif
