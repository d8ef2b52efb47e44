/*
 * What each sample of a run says by itself and against its block, before medians are taken. Pure
 * functions. Formulas: FORMULAS.md of this folder.
 */
#ifndef BE_ANALYSIS_FIGURES_H
#define BE_ANALYSIS_FIGURES_H

#include <stddef.h>

#include "analysis/relatives.h"
#include "core/run.h"
#include "core/status.h"

enum be_figure {
    BE_FIGURE_WALL,
    BE_FIGURE_COLD_WALL,
    BE_FIGURE_SPEEDUP,
    BE_FIGURE_COLD_SPEEDUP,
    BE_FIGURE_RELATIVE_SPEEDUP,
    BE_FIGURE_EFFICIENCY,
    BE_FIGURE_IPC_OVERHEAD,
    BE_FIGURE_IPC_OVERHEAD_RATIO,
    BE_FIGURE_OVERHEAD_PER_TASK,
    BE_FIGURE_TASKS_PER_S,
    BE_FIGURE_CPU,
    BE_FIGURE_GRAIN,
    BE_FIGURE_COUNTING_COST,
    BE_FIGURE_INSTRUCTIONS_PER_TASK, /* from here on: counted.c */
    BE_FIGURE_INSTRUCTIONS_PER_CYCLE,
    BE_FIGURE_CLOCK_GHZ,
    BE_FIGURE_CACHE_MISSES_PER_TASK,
    BE_FIGURE_BRANCH_MISSES_PER_TASK,
    BE_FIGURE_SWITCHES_PER_TASK,
    BE_FIGURE_CLOCK,
    BE_FIGURE_RELATIVE_CLOCK,
    BE_FIGURE_EQUAL_SPEEDUP,
    BE_FIGURE_COUNT,
};

/* What becomes of a stored sample. */
enum be_sample_use {
    BE_SAMPLE_UNUSABLE, /* not measured: failed or unavailable */
    BE_SAMPLE_RERUN,    /* replaced by a later one of the same configuration and round */
    BE_SAMPLE_DROPPED,  /* it or another of its block and round was rejected */
    BE_SAMPLE_USED,
};

struct be_figures {
    enum be_sample_use use;
    double values[BE_FIGURE_COUNT]; /* when used; NAN: not known */
};

/* *figures: one a sample, the caller's (free). Every sample's configuration must exist. */
enum be_status be_figures_create(const struct be_run *run, const struct be_relatives *relatives,
                                 struct be_figures **figures, struct be_error *error);

#endif
