/*
 * p values of many comparisons, adjusted for their number: one is significant where what it becomes
 * is at most the level. Each value is adjusted where it is; the pointers end up in their order.
 * Pure; no errors.
 */
#ifndef BE_ANALYSIS_ADJUST_H
#define BE_ANALYSIS_ADJUST_H

#include <stddef.h>

/*
 * Of those that are significant, a share of at most the level is so by chance. Source: Benjamini
 * and Hochberg 1995.
 */
void be_adjust_benjamini_hochberg(double **p, size_t count);

/* By chance, any is significant with a probability of at most the level. Source: Holm 1979. */
void be_adjust_holm(double **p, size_t count);

#endif
