/*
 * Putting numbers in order. Half of what an analysis does, so not by qsort(3), which calls a
 * function for each comparison. Pure. No value may be NAN.
 */
#ifndef BE_ANALYSIS_NUMBERS_H
#define BE_ANALYSIS_NUMBERS_H

#include <stddef.h>

/* Ascending. Time: n log n, whatever the order. */
void be_numbers_sort(double *values, size_t count);

/*
 * Moves to `rank` (from 0, below count) what sorting would put there, with nothing greater before
 * it and nothing smaller after it. Time: n where values come in no order, n log n at worst.
 */
void be_numbers_select(double *values, size_t count, size_t rank);

#endif
