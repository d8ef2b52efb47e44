/*
 * Kendall's S: do values rise or fall in the order they came? Pure functions.
 */
#ifndef BE_CORE_KENDALL_H
#define BE_CORE_KENDALL_H

#include <stddef.h>

#include "core/status.h"

/*
 * Pairs that rise less pairs that fall; equal ones are neither. Sorts the values; room: for as many
 * again. Time: n log n.
 */
double be_kendall_s(double *values, size_t count, double *room);

struct be_kendall {
    double s;
    double variance; /* of s where order says nothing */
};

/* Leaves the values as they are; equal ones make the variance smaller. Errors: BE_ENOMEM. */
enum be_status be_kendall_compute(const double *values, size_t count, struct be_kendall *kendall,
                                  struct be_error *error);

/* n(n-1)(2n+5)/18, for `count` values of which no two are equal. */
double be_kendall_variance(double count);

/* In standard deviations, corrected for continuity; 0 for a variance of 0. */
double be_kendall_z(double s, double variance);

#endif
