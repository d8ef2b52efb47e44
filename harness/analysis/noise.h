/*
 * The noise of a machine: what the same binary against itself says about the smallest change that
 * can be seen now. Pure functions.
 */
#ifndef BE_ANALYSIS_NOISE_H
#define BE_ANALYSIS_NOISE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

struct be_noise {
    bool known;     /* false: see reason; the rest is not to be read */
    size_t rounds;  /* pairs that it comes from */
    double spread;  /* standard deviation of the pairs' log ratios */
    double median;  /* of the ratios less 1; at best 0 */
    double visible; /* be_comparison_visible for one comparison of as many rounds, margin 0 */
    bool biased;    /* like a null arm; false from fewer than BE_NULL_ARM_MIN rounds */
    char reason[160];
};

/*
 * log_ratios: ln of one time over the other's, a pair each, in order, at least
 * BE_ESTIMATE_BOUNDED_MIN of them. Errors: BE_EINVAL for fewer or for a value that is not finite,
 * BE_ENOMEM.
 */
enum be_status be_noise_judge(const double *log_ratios, size_t count, struct be_noise *noise,
                              struct be_error *error);

#endif
