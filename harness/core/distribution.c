#include "core/distribution.h"

#include <math.h>

#include "core/names.h"

static const char *const distributions[] = {"fixed", "uniform", "pareto"};

BE_NAMES_DEFINE(distribution, "distribution", distributions)

static const double pareto_shape = 1.1;
static const double pareto_ratio = 1000; /* of the largest to the smallest */

/* F^-1(u), of whatever mean. */
static double quantile(enum be_distribution distribution, double u)
{
    switch (distribution) {
    case BE_DISTRIBUTION_UNIFORM:
        return u;
    case BE_DISTRIBUTION_PARETO:
        return pow(1 - u * (1 - pow(pareto_ratio, -pareto_shape)), -1 / pareto_shape);
    case BE_DISTRIBUTION_FIXED:
        break;
    }
    return 1;
}

/* F^-1 at the middle of the index-th of `count` equal parts. */
static double part(enum be_distribution distribution, size_t index, size_t count)
{
    return quantile(distribution, ((double)index + .5) / (double)count);
}

static double parts_sum(enum be_distribution distribution, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += part(distribution, i, count);
    }
    return sum;
}

void be_distribution_sizes(enum be_distribution distribution, uint64_t mean, size_t count,
                           uint64_t *sizes)
{
    unsigned __int128 shared = (unsigned __int128)(mean - 1) * count;
    unsigned __int128 given = 0;
    double sum = parts_sum(distribution, count);
    double so_far = 0;

    for (size_t i = 0; i < count; i++) {
        so_far += part(distribution, i, count);
        /* Rounding is carried on, so it never adds up; the last one takes what is left. */
        unsigned __int128 upto = (unsigned __int128)((double)shared * (so_far / sum) + .5);
        upto = i + 1 == count || upto > shared ? shared : upto;
        sizes[i] = 1 + (uint64_t)(upto - given);
        given = upto;
    }
}

uint64_t be_distribution_largest(enum be_distribution distribution, uint64_t mean)
{
    double top = part(distribution, BE_DISTRIBUTION_GROUP - 1, BE_DISTRIBUTION_GROUP);
    double times_mean =
        top * BE_DISTRIBUTION_GROUP / parts_sum(distribution, BE_DISTRIBUTION_GROUP);
    double largest = 1 + ceil((double)(mean - 1) * times_mean);

    if (distribution == BE_DISTRIBUTION_FIXED) {
        return mean;
    }
    return largest < 0x1p64 ? (uint64_t)largest : UINT64_MAX;
}
