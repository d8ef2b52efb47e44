/*
 * Whether values gather around two places. Pure functions.
 */
#ifndef BE_ANALYSIS_MODES_H
#define BE_ANALYSIS_MODES_H

#include <stdbool.h>
#include <stddef.h>

struct be_modes {
    size_t count;      /* values; 0: too few to judge, the rest is NAN */
    double separation; /* between the means of both parts, in standard deviations within them */
    double low;        /* median of the lower part */
    double high;       /* of the upper one */
    double high_share; /* of the values, 0 .. 1 */
};

enum { BE_MODES_VALUES_MIN = 12 };

/*
 * Splits the values in two where what they vary within both parts is least, a fifth of them or more
 * on each side, so that a few outliers are not a mode. Sorts `values`.
 */
void be_modes_find(double *values, size_t count, struct be_modes *modes);

/*
 * separation > 4 + 65/n. Splitting one mode in two separates its halves as well: by 2.7 deviations
 * where it is normal, 3.5 where it is flat, and more by chance where values are few. Simulated from
 * 12 values on, normal, skewed, flat and correlated values exceed this in under 1 % of cases; two
 * modes ten deviations apart do so in over 95 % from 20 values on.
 */
bool be_modes_are_two(const struct be_modes *modes);

#endif
