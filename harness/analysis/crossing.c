#include "analysis/crossing.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "analysis/resample.h"

/* 4, less what rounding the steps of a grain to two digits may move it. */
#define GRAINS_PER_DECADE_MIN 3.5

/* What is walked along. */
struct curve {
    const struct be_curve_point *points;
    size_t count;
    double level;
    enum be_crossing_pick pick;
    size_t rounds_min; /* of a point that counts */
};

/* One resample of a curve. */
struct walk {
    enum be_crossing_state state;
    size_t grains;
    size_t crossings;
    double at_ns;
    double below_ns;
    double above_ns;
    double smallest_ns;
    double largest_ns;
};

static const char *const states[] = {"unknown", "inside", "always", "never"};

const char *be_crossing_state_name(enum be_crossing_state state)
{
    return states[state];
}

static double interpolate(double x_below, double y_below, double x_above, double y_above,
                          double level)
{
    double share = (level - y_below) / (y_above - y_below);
    return exp(log(x_below) + share * (log(x_above) - log(x_below)));
}

static enum be_crossing_state walk_state(const struct walk *walk, bool begins_above,
                                         enum be_crossing_pick pick)
{
    if (walk->grains < 2) {
        return BE_CROSSING_UNKNOWN;
    }
    if (begins_above && (walk->crossings == 0 || pick == BE_CROSSING_FIRST)) {
        return BE_CROSSING_ALWAYS;
    }
    if (!isnan(walk->at_ns)) {
        return BE_CROSSING_INSIDE;
    }
    return begins_above ? BE_CROSSING_UNKNOWN : BE_CROSSING_NEVER;
}

static bool point_counts(const struct curve *curve, size_t i, size_t resample)
{
    const struct be_curve_point *point = &curve->points[i];
    return point->rounds >= curve->rounds_min && !isnan(point->x_ns[resample]) &&
           !isnan(point->y[resample]);
}

static struct walk curve_walk(const struct curve *curve, size_t resample)
{
    struct walk walk = {
        .at_ns = NAN, .below_ns = NAN, .above_ns = NAN, .smallest_ns = NAN, .largest_ns = NAN};
    double level = curve->level;
    bool begins_above = false;
    double y_before = NAN;

    for (size_t i = 0; i < curve->count; i++) {
        if (!point_counts(curve, i, resample)) {
            continue;
        }
        double x = curve->points[i].x_ns[resample];
        double y = curve->points[i].y[resample];
        if (walk.grains++ == 0) {
            walk.smallest_ns = x;
            begins_above = y >= level;
        } else if ((y >= level) != (y_before >= level)) {
            walk.crossings++;
            if (y >= level && (curve->pick == BE_CROSSING_LAST || isnan(walk.at_ns))) {
                walk.at_ns = interpolate(walk.largest_ns, y_before, x, y, level);
                walk.below_ns = walk.largest_ns;
                walk.above_ns = x;
            }
        }
        walk.largest_ns = x;
        y_before = y;
    }
    walk.state = walk_state(&walk, begins_above, curve->pick);
    return walk;
}

/* A crossing below all that was measured counts as 0, one above as infinite. */
static double walk_place(const struct walk *walk)
{
    switch (walk->state) {
    case BE_CROSSING_INSIDE:
        return walk->at_ns;
    case BE_CROSSING_ALWAYS:
        return 0;
    case BE_CROSSING_NEVER:
        return INFINITY;
    default:
        return NAN;
    }
}

static void interval_find(const struct curve *curve, struct be_crossing *crossing)
{
    double places[BE_RESAMPLE_COUNT];

    for (size_t i = 0; i < BE_RESAMPLE_COUNT; i++) {
        struct walk walk = curve_walk(curve, i);
        places[i] = walk_place(&walk);
    }
    struct be_estimate estimate = be_resample_interval(places, crossing->rounds);
    crossing->bounded = estimate.bounded;
    crossing->low_open = estimate.low <= 0;
    crossing->high_open = isinf(estimate.high);
    crossing->low_ns = crossing->low_open ? crossing->smallest_ns : estimate.low;
    crossing->high_ns = crossing->high_open ? crossing->largest_ns : estimate.high;
}

/* Noise around the level crosses it anywhere, so only points that are surely off it are heard. */
static size_t crossings_count(const struct curve *curve)
{
    double values[BE_RESAMPLE_COUNT];
    enum { UNCLEAR, BELOW, ABOVE } before = UNCLEAR;
    size_t crossings = 0;

    for (size_t i = 0; i < curve->count; i++) {
        memcpy(values, curve->points[i].y, sizeof(values));
        struct be_estimate estimate = be_resample_interval(values, curve->points[i].rounds);
        if (!estimate.bounded || (estimate.low < curve->level && estimate.high >= curve->level)) {
            continue;
        }
        crossings += before == (estimate.low < curve->level ? ABOVE : BELOW);
        before = estimate.low < curve->level ? BELOW : ABOVE;
    }
    return crossings;
}

static size_t rounds_fewest(const struct curve *curve)
{
    size_t fewest = SIZE_MAX;

    for (size_t i = 0; i < curve->count; i++) {
        if (point_counts(curve, i, 0) && curve->points[i].rounds < fewest) {
            fewest = curve->points[i].rounds;
        }
    }
    return fewest == SIZE_MAX ? 0 : fewest;
}

static double grains_per_decade(const struct walk *walk)
{
    if (walk->grains < 2) {
        return NAN;
    }
    return walk->state == BE_CROSSING_INSIDE
               ? 1 / log10(walk->above_ns / walk->below_ns)
               : (double)(walk->grains - 1) / log10(walk->largest_ns / walk->smallest_ns);
}

static struct be_crossing curve_locate(const struct curve *curve)
{
    struct walk walk = curve_walk(curve, 0);
    bool inside = walk.state == BE_CROSSING_INSIDE;
    struct be_crossing crossing = {
        .state = walk.state,
        .at_ns = inside ? walk.at_ns : NAN,
        .smallest_ns = walk.smallest_ns,
        .largest_ns = walk.largest_ns,
        .below_ns = inside ? walk.below_ns : NAN,
        .above_ns = inside ? walk.above_ns : NAN,
        .low_ns = NAN,
        .high_ns = NAN,
        .rounds = rounds_fewest(curve),
        .grains = walk.grains,
        .grains_per_decade = grains_per_decade(&walk),
    };

    crossing.coarse = crossing.grains_per_decade < GRAINS_PER_DECADE_MIN;
    return crossing;
}

struct be_crossing be_crossing_locate(const struct be_curve_point *points, size_t count,
                                      double level, enum be_crossing_pick pick)
{
    const struct curve curve = {points, count, level, pick, 0};

    return curve_locate(&curve);
}

static struct be_crossing curve_find(const struct curve *curve)
{
    struct be_crossing crossing = curve_locate(curve);

    crossing.crossings = crossings_count(curve);
    if (crossing.state == BE_CROSSING_INSIDE) {
        interval_find(curve, &crossing);
    }
    return crossing;
}

struct be_crossing be_crossing_find(const struct be_curve_point *points, size_t count, double level,
                                    enum be_crossing_pick pick)
{
    const struct curve all = {points, count, level, pick, 0};
    const struct curve firm = {points, count, level, pick, BE_ESTIMATE_BOUNDED_MIN};
    struct be_crossing crossing = curve_find(&all);

    if (crossing.state == BE_CROSSING_INSIDE && crossing.rounds < BE_ESTIMATE_BOUNDED_MIN) {
        struct be_crossing bounded = curve_find(&firm);
        crossing = bounded.state == BE_CROSSING_INSIDE ? bounded : crossing;
    }
    return crossing;
}
