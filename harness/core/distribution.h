/*
 * How long generated tasks are: sizes in steps around a mean.
 *
 *     fixed     every task has the mean
 *     uniform   z uniform in 0 .. 2, so 1 .. 2 x mean - 1 steps
 *     pareto    z from a bounded Pareto distribution B(k, p, a): density proportional to z^(-a-1)
 * on k <= z <= p, with shape a = 1.1 and p = 1000 k, as job sizes in computing were found to be
 * (Harchol-Balter, Crovella and Murta, On choosing a task assignment policy for a distributed
 * server system, 1999): a tenth of the tasks are more than half of the work, and the largest of
 * 1024 is some 100 times the mean
 *
 * Of every 1024 tasks, and of the rest, the j-th smallest of n has z = F^-1((j + 1/2) / n) and
 * 1 + (mean - 1) z / (mean of all z) steps, rounded so that all n together have exactly n x mean:
 * so a total is known without counting, and is the same for every distribution. Their order is
 * drawn by who generates them. Threads: pure functions.
 */
#ifndef BE_CORE_DISTRIBUTION_H
#define BE_CORE_DISTRIBUTION_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

enum be_distribution {
    BE_DISTRIBUTION_FIXED,
    BE_DISTRIBUTION_UNIFORM,
    BE_DISTRIBUTION_PARETO,
};

/* "fixed", "uniform", "pareto"; the inverse returns BE_EINVAL for another name. */
const char *be_distribution_name(enum be_distribution value);
enum be_status be_distribution_parse(const char *name, enum be_distribution *value,
                                     struct be_error *error);

/* Tasks whose sizes are made together. */
enum { BE_DISTRIBUTION_GROUP = 1024 };

/*
 * The sizes of `count` tasks (1 .. BE_DISTRIBUTION_GROUP) of `mean` steps (at least 1) on average:
 * each at least 1, and count x mean together. Ascending, but for what rounding does.
 */
void be_distribution_sizes(enum be_distribution distribution, uint64_t mean, size_t count,
                           uint64_t *sizes);

/* The largest that any number of tasks has. */
uint64_t be_distribution_largest(enum be_distribution distribution, uint64_t mean);

#endif
