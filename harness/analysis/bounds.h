/*
 * The speedup that whole tasks allow: sum of steps over the busiest worker's. Pure functions.
 * Errors: BE_EINVAL for no workers, BE_ENODATA when there are no steps to share, BE_ENOMEM.
 */
#ifndef BE_ANALYSIS_BOUNDS_H
#define BE_ANALYSIS_BOUNDS_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

/*
 * Each task goes, in input order, to the worker that is free first (list scheduling; Graham, 1966).
 * The four pairs of plan seed on two workers: 1.868.
 */
enum be_status be_bounds_in_order(const uint64_t *steps, size_t tasks, uint32_t workers,
                                  double *speedup, struct be_error *error);

/*
 * The best order: exact up to 12 tasks, else longest processing time first, which is within
 * 4/3 - 1/(3P) of the best (Graham, 1969).
 * The four pairs of plan seed on two workers: 1.899.
 */
enum be_status be_bounds_best(const uint64_t *steps, size_t tasks, uint32_t workers,
                              double *speedup, struct be_error *error);

#endif
