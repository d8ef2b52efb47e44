/*
 * From which grain on going parallel pays: w*, where speedup over the serial reference is 1. Pure
 * functions.
 */
#ifndef BE_ANALYSIS_BREAKEVEN_H
#define BE_ANALYSIS_BREAKEVEN_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/crossing.h"
#include "analysis/grain_curves.h"
#include "analysis/summary.h"
#include "core/status.h"

/* Of a grain series. Grains here are w: what a task takes serially. */
struct be_breakeven {
    struct be_crossing warm; /* pool already up */
    struct be_crossing cold; /* pool start + one pass + join */
};

/* Errors: BE_ENOMEM. */
enum be_status be_breakeven_find(const struct be_grain_curves *curves,
                                 struct be_breakeven *breakeven, struct be_error *error);

/* Nothing is searched below this grain. */
enum { BE_BREAKEVEN_GRAIN_NS_MIN = 50 };

/* A grain that would have to be measured, beside its serial reference. */
struct be_wish {
    uint32_t configuration; /* whose parameters to copy, all but steps and tasks */
    uint64_t grain_ns;
};

/* What a search is for, the most wanted first: see be_breakeven_wishes. */
enum { BE_BREAKEVEN_GOALS = 4 };

/*
 * What is still missing to a goal of each executor series, from the medians so far: below the
 * smallest grain that pays, a grain a decade, until it does not pay or is
 * BE_BREAKEVEN_GRAIN_NS_MIN; then 4 grains between the two around a crossing, until these are
 * within a fifth of a decade (goal 0 warm, 1 cold), and on to a twentieth as long as grains there
 * can be told apart (2 and 3). With the most workers of the series, where these are more than one
 * on more than one PU, and where one grain at least pays beyond its interval: noise around 1 has no
 * break-even. A grain that was measured is not wished for again, so calls with each stage's result
 * come to an end; where two grains are the same steps, the caller must make one block of them and
 * is done with a goal when a stage makes no new one.
 *
 * By series, then grain. *wishes is the caller's (free), NULL for none. Errors: BE_ENOMEM.
 */
enum be_status be_breakeven_wishes(const struct be_run *run, const struct be_summaries *summaries,
                                   size_t goal, struct be_wish **wishes, size_t *count,
                                   struct be_error *error);

#endif
