#include "analysis/adjust.h"

#include <math.h>
#include <stdlib.h>

static int pointed_compare(const void *left, const void *right)
{
    double a = **(double *const *)left;
    double b = **(double *const *)right;
    return (a > b) - (a < b);
}

void be_adjust_benjamini_hochberg(double **p, size_t count)
{
    double least = 1;

    qsort(p, count, sizeof(p[0]), pointed_compare);
    for (size_t i = count; i-- > 0;) {
        least = fmin(least, *p[i] * (double)count / (double)(i + 1));
        *p[i] = least;
    }
}

void be_adjust_holm(double **p, size_t count)
{
    double most = 0;

    qsort(p, count, sizeof(p[0]), pointed_compare);
    for (size_t i = 0; i < count; i++) {
        most = fmax(most, fmin(1, *p[i] * (double)(count - i)));
        *p[i] = most;
    }
}
