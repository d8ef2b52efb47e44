/*
 * Whether differences lie to one side of 0. Pure. Errors: BE_ENOMEM.
 */
#ifndef BE_ANALYSIS_SIGNED_RANKS_H
#define BE_ANALYSIS_SIGNED_RANKS_H

#include <stddef.h>

#include "core/status.h"

/*
 * The share of all 2^n ways to give the differences signs in which the sum of their signed ranks is
 * at least as far from 0 as it is: two-sided, exact for any n. What is equally large shares the
 * mean of its ranks; 0 has a rank and no sign. 1 for no differences or only zeros. All must be
 * finite. Ranks, since on rounds of which a few are far off the sum of the differences finds half
 * as much.
 *
 * Time: n times the smaller of the sums of ranks on either side, so n^3 at worst; memory n^2.
 * Sources: Wilcoxon 1945, zeros as in Pratt 1959.
 */
enum be_status be_signed_ranks_p(const double *differences, size_t count, double *p,
                                 struct be_error *error);

#endif
