#include "analysis/crossing.h"

#include <math.h>
#include <stdint.h>

#include "analysis/resample.h"

/* 4, less what rounding the steps of a grain to two digits may move it. */
#define GRAINS_PER_DECADE_MIN 3.5

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

static struct walk curve_walk(const struct be_curve_point *points, size_t count, size_t resample,
                              double level, enum be_crossing_pick pick)
{
    struct walk walk = {
        .at_ns = NAN, .below_ns = NAN, .above_ns = NAN, .smallest_ns = NAN, .largest_ns = NAN};
    bool begins_above = false;
    double y_before = NAN;

    for (size_t i = 0; i < count; i++) {
        double x = points[i].x_ns[resample];
        double y = points[i].y[resample];
        if (isnan(x) || isnan(y)) {
            continue;
        }
        if (walk.grains++ == 0) {
            walk.smallest_ns = x;
            begins_above = y >= level;
        } else if ((y >= level) != (y_before >= level)) {
            walk.crossings++;
            if (y >= level && (pick == BE_CROSSING_LAST || isnan(walk.at_ns))) {
                walk.at_ns = interpolate(walk.largest_ns, y_before, x, y, level);
                walk.below_ns = walk.largest_ns;
                walk.above_ns = x;
            }
        }
        walk.largest_ns = x;
        y_before = y;
    }
    walk.state = walk_state(&walk, begins_above, pick);
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

static void interval_find(struct be_crossing *crossing, const struct be_curve_point *points,
                          size_t count, double level, enum be_crossing_pick pick)
{
    double places[BE_RESAMPLE_COUNT];

    for (size_t i = 0; i < BE_RESAMPLE_COUNT; i++) {
        struct walk walk = curve_walk(points, count, i, level, pick);
        places[i] = walk_place(&walk);
    }
    struct be_estimate estimate = be_resample_interval(places, crossing->rounds);
    crossing->bounded = estimate.bounded;
    crossing->low_open = estimate.low <= 0;
    crossing->high_open = isinf(estimate.high);
    crossing->low_ns = crossing->low_open ? crossing->smallest_ns : estimate.low;
    crossing->high_ns = crossing->high_open ? crossing->largest_ns : estimate.high;
}

static size_t rounds_fewest(const struct be_curve_point *points, size_t count)
{
    size_t fewest = SIZE_MAX;

    for (size_t i = 0; i < count; i++) {
        if (!isnan(points[i].x_ns[0]) && !isnan(points[i].y[0]) && points[i].rounds < fewest) {
            fewest = points[i].rounds;
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

struct be_crossing be_crossing_locate(const struct be_curve_point *points, size_t count,
                                      double level, enum be_crossing_pick pick)
{
    struct walk walk = curve_walk(points, count, 0, level, pick);
    bool inside = walk.state == BE_CROSSING_INSIDE;
    struct be_crossing crossing = {
        .state = walk.state,
        .at_ns = inside ? walk.at_ns : NAN,
        .crossings = walk.crossings,
        .smallest_ns = walk.smallest_ns,
        .largest_ns = walk.largest_ns,
        .below_ns = inside ? walk.below_ns : NAN,
        .above_ns = inside ? walk.above_ns : NAN,
        .low_ns = NAN,
        .high_ns = NAN,
        .rounds = rounds_fewest(points, count),
        .grains = walk.grains,
        .grains_per_decade = grains_per_decade(&walk),
    };

    crossing.coarse = crossing.grains_per_decade < GRAINS_PER_DECADE_MIN;
    return crossing;
}

struct be_crossing be_crossing_find(const struct be_curve_point *points, size_t count, double level,
                                    enum be_crossing_pick pick)
{
    struct be_crossing crossing = be_crossing_locate(points, count, level, pick);

    if (crossing.state == BE_CROSSING_INSIDE) {
        interval_find(&crossing, points, count, level, pick);
    }
    return crossing;
}
