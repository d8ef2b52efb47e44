/*
 * What a person should know about a configuration's samples before trusting its figures. Pure
 * functions. A flag never drops a sample. Errors: BE_ENOMEM; too few samples are no error, the flag
 * is then not judged.
 */
#ifndef BE_ANALYSIS_FLAGS_H
#define BE_ANALYSIS_FLAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/modes.h"
#include "core/run.h"
#include "core/status.h"

enum be_flag {
    BE_FLAG_PASS_TREND,     /* passes get slower or faster within a sample */
    BE_FLAG_ROUND_TREND,    /* so does the configuration against its reference, over rounds */
    BE_FLAG_TWO_MODES,      /* its times gather around two values */
    BE_FLAG_OUTLIERS,       /* some times lie far from all others, and are no second mode */
    BE_FLAG_START_SKEW,     /* workers begin at different times, by a good part of the pass */
    BE_FLAG_OVERSUBSCRIBED, /* more workers than effective cores */
    BE_FLAG_TOO_FEW,        /* times of its own and its reference: no 95 % interval */
    BE_FLAG_UNMEASURABLE,   /* more than 30 % of its block's rounds dropped */
    BE_FLAG_COUNT,
};

#define BE_FLAG_DROPPED_SHARE      .30  /* of rounds: above it, not measurable here now */
#define BE_FLAG_START_SKEW_SHARE   .05  /* of a pass */
#define BE_FLAG_TREND_Z            3.29 /* p = .001, either way */
#define BE_FLAG_CHANGE             .01  /* the least that a trend or a second mode must be */
#define BE_FLAG_OUTLIER_DEVIATIONS 5    /* of 1.4826 MAD, from the median, on logarithms */

struct be_trend {
    size_t count;  /* passes a sample, or rounds; 0: too few to judge, the rest is NAN */
    double z;      /* of Kendall's S; above 0: times grow */
    double change; /* later half over earlier half, less 1 */
};

struct be_flags {
    unsigned raised; /* 1 << enum be_flag */
    struct be_trend pass_trend;
    struct be_trend round_trend;
    struct be_modes modes;  /* low and high in the unit of the times */
    double outliers;        /* how many times; NAN: too few to judge */
    double start_skew;      /* median, as a share of the pass; NAN: not known */
    double effective_cores; /* NAN: not known */
    size_t rounds;          /* measured, failed ones aside */
    size_t dropped;         /* of these, left out because it or one of its block was rejected */
};

struct be_flags_input {
    const struct be_sample *const *samples; /* that count, in the order they were measured */
    size_t sample_count;
    const double *times; /* of measured ones over their reference's of the same round; else own */
    size_t time_count;   /* in the same order; a sample whose reference is missing has none */
    size_t rounds;       /* as in be_flags */
    size_t dropped;
    uint32_t workers;
    double effective_cores; /* NAN: not known */
};

enum be_status be_flags_find(const struct be_flags_input *input, struct be_flags *flags,
                             struct be_error *error);

static inline bool be_flags_raised(const struct be_flags *flags, enum be_flag flag)
{
    return flags->raised >> flag & 1;
}

#endif
