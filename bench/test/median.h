/* The median of what a perf test measured. */
#ifndef BE_TEST_MEDIAN_H
#define BE_TEST_MEDIAN_H

#include <stdlib.h>

static inline int value_compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts them. */
static inline double values_median(double *values, size_t count)
{
    qsort(values, count, sizeof(values[0]), value_compare);
    return values[count / 2];
}

#endif
