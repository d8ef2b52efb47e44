/* Which grains a search for break-even has to measure next. */
#include <math.h>
#include <stdlib.h>

#include "analysis/breakeven.h"
#include "analysis/series.h"
#include "core/array.h"

enum { GRAINS_INSIDE = 4 };

enum start { WARM, COLD, STARTS };

/* What a goal asks for, with what rounding to ns adds to a ratio. */
static const struct goal {
    enum start start;
    double near_enough; /* the two grains around a crossing need none between them */
    bool fine;          /* and none that noise would hide */
} goals[BE_BREAKEVEN_GOALS] = {
    {WARM, 1.6, false}, /* 10^(1/5) */
    {COLD, 1.6, false},
    {WARM, 1.123, true}, /* 10^(1/20) */
    {COLD, 1.123, true},
};

/* A grain of an executor series with the most workers; speedups are NAN until it is measured. */
struct searched {
    double grain_ns;
    double speedups[STARTS];
    double half_widths[STARTS]; /* of their intervals; INFINITY: there is none */
    bool pays[STARTS];          /* beyond its interval, where it has one */
};

/* What is needed on the way. */
struct search {
    const struct be_run *run;
    const struct be_summaries *summaries;
    struct searched *grains; /* owned; of the series at hand, ascending */
    size_t grain_count;
    struct be_curve_point *points; /* owned; a grain each */
    uint32_t configuration;        /* of the series at hand, to copy */
    struct be_wish *wishes;        /* owned */
    size_t wish_count;
};

static int searched_compare(const void *left, const void *right)
{
    double a = ((const struct searched *)left)->grain_ns;
    double b = ((const struct searched *)right)->grain_ns;
    return (a > b) - (a < b);
}

/* The grain that was asked for is equal for all executors; what it came to is not. */
static double grain_of(const struct be_summary *summary)
{
    uint64_t asked_ns = summary->configuration->grain_asked_ns;
    return asked_ns > 0 ? (double)asked_ns : be_estimate_value(&summary->grain_ns);
}

static struct searched searched_make(const struct be_summary *summary)
{
    const struct be_estimate *speedups[STARTS] = {&summary->speedup, &summary->cold_speedup};
    struct searched searched = {.grain_ns = grain_of(summary)};

    for (size_t i = 0; i < STARTS; i++) {
        double surely = speedups[i]->bounded ? speedups[i]->low : be_estimate_value(speedups[i]);
        searched.speedups[i] = be_estimate_value(speedups[i]);
        searched.half_widths[i] =
            speedups[i]->bounded ? (speedups[i]->high - speedups[i]->low) / 2 : INFINITY;
        searched.pays[i] = surely > 1;
    }
    return searched;
}

/* The grains of a series with the most workers. False: there is nothing to search. */
static bool grains_collect(struct search *search, const struct be_series *series)
{
    const struct be_configuration *configurations = search->run->configurations;
    uint32_t workers = configurations[series->members[series->count - 1]].workers;
    size_t most_pus = 0;

    search->grain_count = 0;
    for (size_t i = 0; i < series->count; i++) {
        uint32_t member = series->members[i];
        const struct be_summary *summary = &search->summaries->items[member];
        if (configurations[member].workers != workers || isnan(grain_of(summary))) {
            continue;
        }
        if (summary->grain_ns.known) {
            search->configuration = member;
        }
        most_pus = summary->distinct_pus > most_pus ? summary->distinct_pus : most_pus;
        search->grains[search->grain_count++] = searched_make(summary);
    }
    qsort(search->grains, search->grain_count, sizeof(search->grains[0]), searched_compare);
    return workers > 1 && most_pus > 1;
}

static bool is_searched(const struct search *search, uint64_t grain_ns)
{
    for (size_t i = 0; i < search->grain_count; i++) {
        if (llround(search->grains[i].grain_ns) == (long long)grain_ns) {
            return true;
        }
    }
    return false;
}

static enum be_status wish_add(struct search *search, double grain_ns, struct be_error *error)
{
    struct be_wish wish = {search->configuration, (uint64_t)llround(grain_ns)};

    if (is_searched(search, wish.grain_ns)) {
        return BE_OK;
    }
    struct be_wish *grown = be_array_grow(search->wishes, search->wish_count, sizeof(grown[0]));
    if (!grown) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu grains",
                            search->wish_count + 1);
    }
    search->wishes = grown;
    search->wishes[search->wish_count++] = wish;
    return BE_OK;
}

/* Whether grains between these two could be told apart. */
static bool is_resolved(const struct searched *below, const struct searched *above,
                        enum start start)
{
    double step = (above->speedups[start] - below->speedups[start]) / (GRAINS_INSIDE + 1);
    return below->half_widths[start] + above->half_widths[start] <= step;
}

static const struct searched *searched_at(const struct search *search, double grain_ns)
{
    const struct searched *searched = search->grains;

    while (searched->grain_ns < grain_ns) {
        searched++;
    }
    return searched;
}

static enum be_status wishes_between(struct search *search, const struct goal *goal,
                                     const struct be_crossing *crossing, struct be_error *error)
{
    const struct searched *below = searched_at(search, crossing->below_ns);
    const struct searched *above = searched_at(search, crossing->above_ns);
    double ratio = above->grain_ns / below->grain_ns;
    enum be_status status = BE_OK;

    if (ratio <= goal->near_enough || (goal->fine && !is_resolved(below, above, goal->start))) {
        return BE_OK;
    }
    for (int i = 1; status == BE_OK && i <= GRAINS_INSIDE; i++) {
        status = wish_add(search, below->grain_ns * pow(ratio, i / (GRAINS_INSIDE + 1.0)), error);
    }
    return status;
}

/* One that never pays for sure has no break-even, though noise may lift its median above 1. */
static enum be_status speedups_search(struct search *search, const struct goal *goal,
                                      struct be_error *error)
{
    bool pays = false;

    for (size_t i = 0; i < search->grain_count; i++) {
        const struct searched *grain = &search->grains[i];
        search->points[i] =
            (struct be_curve_point){&grain->grain_ns, &grain->speedups[goal->start], 0};
        pays = pays || grain->pays[goal->start];
    }
    if (!pays) {
        return BE_OK;
    }
    struct be_crossing crossing =
        be_crossing_locate(search->points, search->grain_count, 1, BE_CROSSING_LAST);
    if (crossing.state == BE_CROSSING_INSIDE) {
        return wishes_between(search, goal, &crossing, error);
    }
    if (crossing.state == BE_CROSSING_ALWAYS && crossing.smallest_ns > BE_BREAKEVEN_GRAIN_NS_MIN) {
        return wish_add(search, fmax(crossing.smallest_ns / 10, BE_BREAKEVEN_GRAIN_NS_MIN), error);
    }
    return BE_OK;
}

static enum be_status series_search(struct search *search, const struct be_series_list *list,
                                    const struct goal *goal, struct be_error *error)
{
    enum be_status status = BE_OK;

    for (size_t i = 0; status == BE_OK && i < list->count; i++) {
        if (grains_collect(search, &list->items[i])) {
            status = speedups_search(search, goal, error);
        }
    }
    return status;
}

enum be_status be_breakeven_wishes(const struct be_run *run, const struct be_summaries *summaries,
                                   size_t goal, struct be_wish **wishes, size_t *count,
                                   struct be_error *error)
{
    size_t configurations = run->configuration_count;
    struct search search = {
        .run = run,
        .summaries = summaries,
        .grains = calloc(configurations + 1, sizeof(search.grains[0])),
        .points = calloc(configurations + 1, sizeof(search.points[0])),
    };
    struct be_series_list list = {0};
    enum be_status status = be_series_executor(run, &list, error);

    if (status == BE_OK && (!search.grains || !search.points)) {
        status = be_error_set(error, BE_ENOMEM, "out of memory for %zu grains", configurations);
    }
    if (status == BE_OK) {
        status = series_search(&search, &list, &goals[goal], error);
    }
    be_series_list_finish(&list);
    free(search.grains);
    free(search.points);
    if (status != BE_OK) {
        free(search.wishes);
        return status;
    }
    *wishes = search.wishes;
    *count = search.wish_count;
    return BE_OK;
}
