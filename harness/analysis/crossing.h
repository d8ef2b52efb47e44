/*
 * Where a curve over grains reaches a level: break-even and METG are such places. Pure functions.
 */
#ifndef BE_ANALYSIS_CROSSING_H
#define BE_ANALYSIS_CROSSING_H

#include <stdbool.h>
#include <stddef.h>

enum be_crossing_state {
    BE_CROSSING_UNKNOWN, /* fewer than two grains known, or above it at small grains only */
    BE_CROSSING_INSIDE,  /* reached between two grains that were measured */
    BE_CROSSING_ALWAYS,  /* reached at every grain, down to the smallest that was measured */
    BE_CROSSING_NEVER,   /* reached at none, up to the largest that was measured */
};

/* Stable names for exports: "unknown", "inside", "always", "never". */
const char *be_crossing_state_name(enum be_crossing_state state);

struct be_crossing {
    enum be_crossing_state state;
    double at_ns;       /* INSIDE: where; else NAN */
    size_t crossings;   /* up or down, between points whose intervals leave the level on different
                           sides; more than 1: at_ns is not the only one */
    double smallest_ns; /* measured; NAN: none */
    double largest_ns;
    double below_ns; /* INSIDE: the two measured ones around at_ns; else NAN */
    double above_ns;

    /*
     * The 95 % interval, INSIDE only. An open end lies beyond what was measured, and its value is
     * the smallest or largest grain there.
     */
    bool bounded; /* false: too few rounds; the next four are not to be read */
    bool low_open;
    bool high_open;
    double low_ns;
    double high_ns;

    size_t rounds;            /* the fewest that a point of the curve comes from */
    size_t grains;            /* points of the curve: those that are known and count */
    double grains_per_decade; /* around at_ns, else over the whole curve; NAN: fewer than 2 */
    bool coarse;              /* fewer than 4 a decade: read the interpolation with care */
};

/* Which crossing counts where there are several: the smallest grain, or that from which it stays.
 */
enum be_crossing_pick { BE_CROSSING_FIRST, BE_CROSSING_LAST };

/* One grain of a curve in all resamples; see resample.h. NAN: not known. */
struct be_curve_point {
    const double *x_ns; /* BE_RESAMPLE_COUNT */
    const double *y;
    size_t rounds;
};

/*
 * The points ascend in their grain. Interpolates y linearly over ln x. Points with too few rounds
 * for an interval do not count where the others cross as well: they would take it from all.
 */
struct be_crossing be_crossing_find(const struct be_curve_point *points, size_t count, double level,
                                    enum be_crossing_pick pick);

/* The same by medians alone: no interval, no crossings. Reads element 0 of the points only. */
struct be_crossing be_crossing_locate(const struct be_curve_point *points, size_t count,
                                      double level, enum be_crossing_pick pick);

#endif
