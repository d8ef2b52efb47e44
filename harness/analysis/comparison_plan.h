/*
 * What a comparison can see before anything has run: how many rounds it takes, and how small a
 * change so many rounds find. Pure. A spread is the standard deviation of a round's log ratios, as
 * in be_noise; comparisons are configurations that will be judged.
 */
#ifndef BE_ANALYSIS_COMPARISON_PLAN_H
#define BE_ANALYSIS_COMPARISON_PLAN_H

#include <stddef.h>

#include "core/status.h"

/* From fewer rounds not even one that is slower in each can be significant: 1 + ceil(log2(m/q)). */
size_t be_comparison_rounds_min(size_t comparisons);

/* Errors: BE_EINVAL for fewer rounds than that, with the number that would do. */
enum be_status be_comparison_plan_check(size_t rounds, size_t comparisons, struct be_error *error);

/*
 * The smallest change that is found and confirmed in about nine of ten comparisons, if the others
 * do not change: the largest of what each condition takes nearly always, on normal noise. NAN: too
 * few rounds for an interval, or nothing to compare.
 */
double be_comparison_visible(double spread, size_t rounds, size_t comparisons, double margin);

enum { BE_COMPARISON_ROUNDS_MAX = 8192 };

/* The rounds from which `change` is visible; 0: not in BE_COMPARISON_ROUNDS_MAX. */
size_t be_comparison_rounds_to_see(double change, double spread, size_t comparisons, double margin);

#endif
