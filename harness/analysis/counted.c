#include "analysis/counted.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/figures.h"

/* Where a kind comes from, the best first. */
static const struct {
    const char *name;
    enum be_counted kind;
} candidates[] = {
    {"papi:PAPI_TOT_INS", BE_COUNTED_INSTRUCTIONS},
    {"perf_event:instructions", BE_COUNTED_INSTRUCTIONS},
    {"papi:PAPI_TOT_CYC", BE_COUNTED_CYCLES},
    {"perf_event:cycles", BE_COUNTED_CYCLES},
    {"papi:PAPI_REF_CYC", BE_COUNTED_NOMINAL_CYCLES},
    {"perf_event:ref-cycles", BE_COUNTED_NOMINAL_CYCLES},
    {"papi:PAPI_L3_TCM", BE_COUNTED_CACHE_MISSES},
    {"perf_event:cache-misses", BE_COUNTED_CACHE_MISSES},
    {"papi:PAPI_L2_TCM", BE_COUNTED_CACHE_MISSES},
    {"papi:PAPI_L2_DCM", BE_COUNTED_CACHE_MISSES},
    {"papi:PAPI_L1_DCM", BE_COUNTED_CACHE_MISSES},
    {"papi:PAPI_BR_MSP", BE_COUNTED_BRANCH_MISSES},
    {"perf_event:branch-misses", BE_COUNTED_BRANCH_MISSES},
    {"rusage:user-time", BE_COUNTED_USER_NS},
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static bool event_is_counted(const struct be_event *event)
{
    return event->state == BE_COUNTER_COUNTED || event->state == BE_COUNTER_SCALED;
}

/* The name of a candidate among the run's events, if it was counted in any sample. */
static const char *candidate_find(const struct be_run *run, const char *name)
{
    for (size_t i = 0; i < run->event_count; i++) {
        if (event_is_counted(&run->events[i]) && strcmp(run->events[i].name, name) == 0) {
            return run->events[i].name;
        }
    }
    return NULL;
}

static enum be_counted kind_of(const struct be_counted_sources *sources, const char *name)
{
    enum be_counted kind = BE_COUNTED_INSTRUCTIONS;

    while (kind < BE_COUNTED_KINDS &&
           !(sources->names[kind] && strcmp(sources->names[kind], name) == 0)) {
        kind++;
    }
    return kind;
}

enum be_status be_counted_sources_find(const struct be_run *run, struct be_counted_sources *sources,
                                       struct be_error *error)
{
    struct be_counted_sources found = {.kinds = calloc(run->event_count + 1, sizeof(uint8_t))};

    if (!found.kinds) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu events", run->event_count);
    }
    for (size_t i = 0; i < COUNT_OF(candidates); i++) {
        if (!found.names[candidates[i].kind]) {
            found.names[candidates[i].kind] = candidate_find(run, candidates[i].name);
        }
    }
    for (size_t i = 0; i < run->event_count; i++) {
        found.kinds[i] = (uint8_t)kind_of(&found, run->events[i].name);
    }
    *sources = found;
    return BE_OK;
}

void be_counted_sources_finish(struct be_counted_sources *sources)
{
    free(sources->kinds);
    *sources = (struct be_counted_sources){0};
}

/*
 * The kernel splits CPU time into user and system by what its ticks, some 4 ms apart, fell on. Of
 * less than 25 of them over all timed passes the split says too little.
 */
#define USER_NS_MIN 100e6

/* What a sample says of each kind, a pass; NAN: nothing. */
static void kinds_read(const struct be_counted_sources *sources, const struct be_sample *sample,
                       double values[BE_COUNTED_KINDS])
{
    for (int kind = 0; kind < BE_COUNTED_KINDS; kind++) {
        values[kind] = NAN;
    }
    for (uint32_t i = 0; sample && i < sample->counter_count; i++) {
        uint8_t kind = sources->kinds[sample->counters[i].event];
        if (kind < BE_COUNTED_KINDS) {
            values[kind] = sample->counters[i].value;
        }
    }
    if (sample &&
        !(values[BE_COUNTED_USER_NS] * sample->values[BE_VALUE_timed_passes] >= USER_NS_MIN)) {
        values[BE_COUNTED_USER_NS] = NAN;
    }
}

/* A ratio of counts: NAN over what is not known or did not happen. */
static double over(double part, double whole)
{
    return whole > 0 ? part / whole : NAN;
}

/* Cycles of user mode a ns of it. */
static double clock_ghz(const double values[BE_COUNTED_KINDS])
{
    return over(values[BE_COUNTED_CYCLES], values[BE_COUNTED_USER_NS]);
}

/*
 * The clock in whatever unit all samples of the run share, for ratios. Against nominal cycles it is
 * exact; the user time is split from the CPU time by the kernel's ticks.
 */
static double clock_any(const struct be_counted_sources *sources, const struct be_sample *sample)
{
    double values[BE_COUNTED_KINDS];

    kinds_read(sources, sample, values);
    return sources->names[BE_COUNTED_NOMINAL_CYCLES]
               ? over(values[BE_COUNTED_CYCLES], values[BE_COUNTED_NOMINAL_CYCLES])
               : clock_ghz(values);
}

static double switches_per_pass(const struct be_sample *sample)
{
    const double *values = sample->values;

    return over(values[BE_VALUE_voluntary_switches] + values[BE_VALUE_involuntary_switches],
                values[BE_VALUE_timed_passes]);
}

void be_counted_figures(const struct be_counted_sources *sources,
                        const struct be_counted_sample *counted, double *values)
{
    double kinds[BE_COUNTED_KINDS];

    kinds_read(sources, counted->sample, kinds);
    double clock = clock_any(sources, counted->sample);
    values[BE_FIGURE_INSTRUCTIONS_PER_TASK] = kinds[BE_COUNTED_INSTRUCTIONS] / counted->tasks;
    values[BE_FIGURE_INSTRUCTIONS_PER_CYCLE] =
        over(kinds[BE_COUNTED_INSTRUCTIONS], kinds[BE_COUNTED_CYCLES]);
    values[BE_FIGURE_CLOCK_GHZ] = clock_ghz(kinds);
    values[BE_FIGURE_CACHE_MISSES_PER_TASK] = kinds[BE_COUNTED_CACHE_MISSES] / counted->tasks;
    values[BE_FIGURE_BRANCH_MISSES_PER_TASK] = kinds[BE_COUNTED_BRANCH_MISSES] / counted->tasks;
    values[BE_FIGURE_SWITCHES_PER_TASK] = switches_per_pass(counted->sample) / counted->tasks;
    values[BE_FIGURE_CLOCK] = over(clock, clock_any(sources, counted->reference));
    values[BE_FIGURE_RELATIVE_CLOCK] = over(clock, clock_any(sources, counted->single));
    values[BE_FIGURE_EQUAL_SPEEDUP] = over(values[BE_FIGURE_SPEEDUP], values[BE_FIGURE_CLOCK]);
}
