/*
 * How precisely speedups are known: when a sweep may stop, and what to say when it did. Pure
 * functions.
 *
 * Judged is the interval of every measured configuration's median speedup, warm; references and
 * overheads have none. A sweep stops on the width of the interval at BE_PRECISION_STOP_LEVEL and
 * reports the narrower one at 95 %, and looks only now and then: looking after each round and
 * stopping at a lucky one would make intervals that hold the truth less often than they say.
 */
#ifndef BE_ANALYSIS_PRECISION_H
#define BE_ANALYSIS_PRECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/stats.h"
#include "analysis/summary.h"
#include "core/run.h"
#include "core/status.h"

#define BE_PRECISION_STOP_LEVEL .98

/* The first of 10, 20, 40, 80 … that is above `rounds`: when to look next. */
uint32_t be_precision_next_look(uint32_t rounds);

/* Half the interval over the median: .01 is ±1 %. INFINITY: no interval (yet). */
double be_precision_half_width(const struct be_estimate *estimate);

/*
 * The half-widths at `level` by the samples of `run` so far: *widths has one a configuration, the
 * caller's (free); NAN where none is judged, INFINITY where there is no interval yet or every
 * sample failed. Every sample's configuration must exist. Time: n log n of the samples. Errors:
 * BE_ENOMEM.
 */
enum be_status be_precision_widths_create(const struct be_run *run, double level, double **widths,
                                          struct be_error *error);

/* Whether every judged configuration of a block (of run) is within `wanted`. */
bool be_precision_block_reached(const struct be_run *run, const double *widths, uint32_t block,
                                double wanted);

/* "47 of 68 within 1 %, widest 2.4 %". */
struct be_precision {
    size_t judged;               /* configurations */
    size_t within;               /* of these, as precise as wanted */
    size_t unbounded;            /* of these, without an interval */
    double widest;               /* half-width, relative, of those with one; NAN: none has */
    size_t widest_configuration; /* its index; not to be read when widest is NAN */
};

void be_precision_count(const double *widths, size_t count, double wanted,
                        struct be_precision *precision);

/*
 * The same from summaries, whose intervals are at 95 %: of speedups, and of the time of a pass on
 * workload null. What is unavailable is not judged.
 */
void be_precision_of(const struct be_summaries *summaries, double wanted,
                     struct be_precision *precision);

#endif
