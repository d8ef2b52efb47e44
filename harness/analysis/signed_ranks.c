#include "analysis/signed_ranks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int magnitude_compare(const void *left, const void *right)
{
    double a = fabs(*(const double *)left);
    double b = fabs(*(const double *)right);
    return (a > b) - (a < b);
}

/* The sums of the ranks on either side of 0. */
struct sides {
    size_t below;
    size_t above;
};

/*
 * Twice the rank of each difference, so that means of ranks are whole; 0 for a difference of 0.
 * `ordered` ascends by magnitude.
 */
static struct sides ranks_find(const double *ordered, size_t count, size_t *ranks)
{
    struct sides sums = {0, 0};

    for (size_t first = 0, end = 0; first < count; first = end) {
        double magnitude = fabs(ordered[first]);
        while (end < count && fabs(ordered[end]) == magnitude) {
            end++;
        }
        for (size_t i = first; i < end; i++) {
            ranks[i] = magnitude > 0 ? first + 1 + end : 0;
            *(ordered[i] < 0 ? &sums.below : &sums.above) += ranks[i];
        }
    }
    return sums;
}

/*
 * The share of all signs that bring the ranks above 0 to a sum of at most `most`. shares[s]
 * (most + 1 of them, all 0) becomes that of the sum s.
 */
static double share_up_to(const size_t *ranks, size_t count, size_t most, double *shares)
{
    double sum = 0;
    size_t reached = 0;

    shares[0] = 1;
    for (size_t i = 0; i < count; i++) {
        size_t rank = ranks[i];
        reached = reached + rank < most ? reached + rank : most;
        for (size_t s = reached + 1; s-- > 0;) {
            shares[s] = (shares[s] + (s >= rank ? shares[s - rank] : 0)) / 2;
        }
    }
    for (size_t s = 0; s <= most; s++) {
        sum += shares[s];
    }
    return sum;
}

enum be_status be_signed_ranks_p(const double *differences, size_t count, double *p,
                                 struct be_error *error)
{
    if (count == 0) {
        *p = 1;
        return BE_OK;
    }
    enum be_status status = BE_OK;
    double *ordered = malloc(count * sizeof(*ordered));
    size_t *ranks = malloc(count * sizeof(*ranks));
    double *shares = NULL;
    if (ordered && ranks) {
        memcpy(ordered, differences, count * sizeof(*ordered));
        qsort(ordered, count, sizeof(*ordered), magnitude_compare);
        struct sides sums = ranks_find(ordered, count, ranks);
        size_t smaller = sums.below < sums.above ? sums.below : sums.above;
        shares = calloc(smaller + 1, sizeof(*shares));
        if (shares) {
            /* Both tails are alike; sides that are equal would be counted twice. */
            *p = fmin(1, 2 * share_up_to(ranks, count, smaller, shares));
        }
    }
    if (!shares) {
        status = be_error_set(error, BE_ENOMEM, "out of memory for the ranks of %zu pairs", count);
    }
    free(shares);
    free(ranks);
    free(ordered);
    return status;
}
