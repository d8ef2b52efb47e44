/*
 * Whether one side of a comparison is slower than the other: a verdict for each configuration.
 * Pure. Errors: BE_EINVAL for a ratio that is not finite, BE_ENOMEM.
 *
 * Both sides are measured in each round, next to each other; a round's ratio is ln(t_head /
 * t_base). What looks changed is flagged, measured again by fresh launches, and called so only
 * then: a row that is flagged and never measured again stays inconclusive.
 */
#ifndef BE_ANALYSIS_COMPARISON_H
#define BE_ANALYSIS_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/stats.h"
#include "core/status.h"

/* Of what is called changed, the share that may be so by chance. */
#define BE_COMPARISON_SIGNIFICANCE .05
/* Equivalent is what lies within this much of no change for sure. */
#define BE_COMPARISON_EQUIVALENT .02
/* Smaller changes are none: another order of functions in memory changes as much. */
#define BE_COMPARISON_MARGIN .01

enum be_verdict {
    BE_NOT_JUDGED, /* fewer pairs than BE_ESTIMATE_BOUNDED_MIN */
    BE_INCONCLUSIVE,
    BE_EQUIVALENT,
    BE_IMPROVED,
    BE_REGRESSED,
};

/* ln(t_head / t_base) of a configuration, in the order of the rounds; borrowed. */
struct be_pairs {
    const double *log_ratios;
    size_t count;
};

/* What the pairs of a configuration say. */
struct be_change {
    struct be_estimate relative; /* t_head / t_base - 1 */
    double spread;               /* standard deviation of the log ratios; NAN: fewer than 2 */
    double p;                    /* of no change; 1: no pairs */
    double adjusted_p;           /* for how many were judged */
};

struct be_comparison {
    enum be_verdict verdict;
    bool flagged; /* looks changed: to be confirmed */
    struct be_change change;
    struct be_change confirm; /* relative.known is false unless flagged and measured again */
    double visible;           /* the smallest change it could have seen; NAN: not judged */
};

/*
 * First stage: one row for each element of pairs. Significant by signed ranks after
 * Benjamini-Hochberg over all that are judged, a median of at least `margin` (.01 is 1 %) and an
 * interval on one side of 0 flag a row; others are equivalent or inconclusive.
 */
enum be_status be_comparison_judge(const struct be_pairs *pairs, size_t count, double margin,
                                   struct be_comparison *rows, struct be_error *error);

/*
 * Second stage, over the fresh pairs of the rows that are flagged; those of others are not read. A
 * row keeps its change if that is significant after Holm and to the same side. If not, it is
 * equivalent where both stages say so, else inconclusive.
 */
enum be_status be_comparison_confirm(const struct be_pairs *pairs, size_t count,
                                     struct be_comparison *rows, struct be_error *error);

/* From fewer pairs, nothing reaches the p at which a null arm is biased. */
enum { BE_NULL_ARM_MIN = 11 };

/* A binary against itself. */
struct be_null_arm {
    bool known;  /* false: fewer than BE_NULL_ARM_MIN pairs; biased is not to be read */
    bool biased; /* p <= .001 and a median of at least the margin: nothing can be judged here */
    struct be_change change;
};

enum be_status be_null_arm_judge(const struct be_pairs *pairs, double margin,
                                 struct be_null_arm *arm, struct be_error *error);

/* Whether all move alike, so that the cause may be the machine. */
struct be_common_mode {
    size_t slower;
    size_t faster;
    double p;       /* of so many to one side, were each as likely; NAN: none judged */
    bool suspected; /* p < .001, which takes 10 at least */
};

struct be_common_mode be_comparison_common_mode(const struct be_comparison *rows, size_t count);

#endif
