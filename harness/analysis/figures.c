#include "analysis/figures.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "analysis/counted.h"

/* A sample's place: the samples of a (block, round) belong together. */
struct place {
    uint32_t block;
    uint32_t round;
    uint32_t configuration;
    size_t sample;
};

/* What is needed on the way; the first three are borrowed, the others owned. */
struct figuring {
    const struct be_run *run;
    const struct be_relatives *relatives;
    struct be_figures *figures;
    struct be_counted_sources sources;
    struct place *places;
    const struct be_sample **latest; /* of each configuration in the round at hand, or NULL */
};

static void figuring_finish(struct figuring *figuring)
{
    be_counted_sources_finish(&figuring->sources);
    free(figuring->places);
    free(figuring->latest);
}

static enum be_status figuring_init(struct figuring *figuring, struct be_error *error)
{
    const struct be_run *run = figuring->run;

    figuring->places = calloc(run->sample_count + 1, sizeof(figuring->places[0]));
    figuring->latest = calloc(run->configuration_count + 1, sizeof(struct be_sample *));
    if (!figuring->places || !figuring->latest) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu samples", run->sample_count);
    }
    return be_counted_sources_find(run, &figuring->sources, error);
}

static int place_compare(const void *left, const void *right)
{
    const struct place *a = left;
    const struct place *b = right;

    if (a->block != b->block) {
        return a->block < b->block ? -1 : 1;
    }
    if (a->round != b->round) {
        return a->round < b->round ? -1 : 1;
    }
    if (a->configuration != b->configuration) {
        return a->configuration < b->configuration ? -1 : 1;
    }
    return (a->sample > b->sample) - (a->sample < b->sample);
}

/* A measured time or count as a number: 0 means that it was not measured. */
static double known_or_nan(uint64_t value)
{
    return value > 0 ? (double)value : NAN;
}

static double tasks_of(const struct figuring *figuring, const struct be_sample *sample)
{
    return known_or_nan(figuring->run->configurations[sample->configuration].tasks);
}

/* CPU time without that of looking for messages that were not there yet, which is waiting. */
static double working_ns(const struct be_sample *sample)
{
    double spin_ns = sample->values[BE_VALUE_spin_ns];

    return known_or_nan(sample->cpu_ns) - (isfinite(spin_ns) ? spin_ns : 0);
}

static const struct be_sample *relative_sample(const struct figuring *figuring, uint32_t relative)
{
    return relative == BE_RELATIVE_NONE ? NULL : figuring->latest[relative];
}

/* The formulas; a NAN carries on to all that would need what is not known. */
static void figures_compute(struct figuring *figuring, const struct be_sample *sample)
{
    const struct be_configuration *configuration =
        &figuring->run->configurations[sample->configuration];
    const struct be_relatives *relatives = &figuring->relatives[sample->configuration];
    const struct be_sample *reference = relative_sample(figuring, relatives->reference);
    const struct be_sample *overhead = relative_sample(figuring, relatives->overhead);
    const struct be_sample *single = relative_sample(figuring, relatives->single);
    const struct be_sample *uncounted = relative_sample(figuring, relatives->uncounted);
    struct be_figures *figures = &figuring->figures[sample - figuring->run->samples];

    double wall = known_or_nan(sample->wall_ns);
    double cold = known_or_nan(sample->cold_wall_ns);
    double tasks = tasks_of(figuring, sample);
    double distinct_pus = sample->values[BE_VALUE_distinct_pus]; /* C */
    double grain = NAN;                                          /* w */
    double serial = NAN;      /* N·w: serial time of as many tasks, also where N grows with P */
    double single_task = NAN; /* T / N of one worker */
    double ipc_overhead = NAN;
    if (reference) {
        double reference_wall = known_or_nan(reference->wall_ns);
        double reference_tasks = tasks_of(figuring, reference);
        grain = reference_wall / reference_tasks;
        if (configuration->role != BE_ROLE_OVERHEAD) {
            serial = reference_wall * (tasks / reference_tasks);
        }
    }
    if (single) {
        single_task = known_or_nan(single->wall_ns) / tasks_of(figuring, single);
    }
    if (overhead) {
        ipc_overhead = working_ns(overhead) / tasks_of(figuring, overhead);
    }

    figures->use = BE_SAMPLE_USED;
    double *values = figures->values;
    values[BE_FIGURE_WALL] = wall;
    values[BE_FIGURE_COLD_WALL] = cold;
    values[BE_FIGURE_SPEEDUP] = serial / wall;
    values[BE_FIGURE_COLD_SPEEDUP] = serial / cold;
    values[BE_FIGURE_RELATIVE_SPEEDUP] = single_task * tasks / wall;
    values[BE_FIGURE_EFFICIENCY] = serial / wall / known_or_nan(configuration->workers);
    values[BE_FIGURE_IPC_OVERHEAD] = ipc_overhead;
    values[BE_FIGURE_IPC_OVERHEAD_RATIO] = ipc_overhead / grain;
    values[BE_FIGURE_OVERHEAD_PER_TASK] = (wall * distinct_pus - serial) / tasks;
    values[BE_FIGURE_TASKS_PER_S] = tasks / wall * 1e9;
    values[BE_FIGURE_CPU] = known_or_nan(sample->cpu_ns);
    values[BE_FIGURE_GRAIN] = grain;
    values[BE_FIGURE_COUNTING_COST] = uncounted ? wall / known_or_nan(uncounted->wall_ns) : NAN;
    be_counted_figures(&figuring->sources,
                       &(struct be_counted_sample){sample, reference, single, tasks}, values);
}

/* One block in one round: which samples count, and what they say. */
static void round_compute(struct figuring *figuring, const struct place *places, size_t count)
{
    const struct be_sample *samples = figuring->run->samples;
    bool rejected = false;

    for (size_t i = 0; i < count; i++) {
        const struct be_sample *sample = &samples[places[i].sample];
        if (i + 1 < count && places[i + 1].configuration == places[i].configuration) {
            figuring->figures[places[i].sample].use = BE_SAMPLE_RERUN;
        } else if (sample->state == BE_SAMPLE_REJECTED) {
            figuring->figures[places[i].sample].use = BE_SAMPLE_DROPPED;
            rejected = true;
        } else if (be_sample_is_measured(sample)) {
            figuring->latest[places[i].configuration] = sample;
        }
    }
    for (size_t i = 0; i < count; i++) {
        const struct be_sample *sample = &samples[places[i].sample];
        if (figuring->latest[places[i].configuration] != sample) {
            continue;
        }
        if (rejected) {
            figuring->figures[places[i].sample].use = BE_SAMPLE_DROPPED;
        } else {
            figures_compute(figuring, sample);
        }
    }
    for (size_t i = 0; i < count; i++) {
        figuring->latest[places[i].configuration] = NULL;
    }
}

static void rounds_compute(struct figuring *figuring)
{
    const struct be_run *run = figuring->run;
    struct place *places = figuring->places;

    for (size_t i = 0; i < run->sample_count; i++) {
        uint32_t configuration = run->samples[i].configuration;
        places[i] = (struct place){run->configurations[configuration].block, run->samples[i].round,
                                   configuration, i};
    }
    qsort(places, run->sample_count, sizeof(places[0]), place_compare);
    for (size_t first = 0, end = 0; first < run->sample_count; first = end) {
        while (end < run->sample_count && places[end].block == places[first].block &&
               places[end].round == places[first].round) {
            end++;
        }
        round_compute(figuring, &places[first], end - first);
    }
}

enum be_status be_figures_create(const struct be_run *run, const struct be_relatives *relatives,
                                 struct be_figures **figures, struct be_error *error)
{
    struct be_figures *made = calloc(run->sample_count + 1, sizeof(made[0]));
    struct figuring figuring = {.run = run, .relatives = relatives, .figures = made};

    if (!made) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu samples", run->sample_count);
    }
    enum be_status status = figuring_init(&figuring, error);
    if (status == BE_OK) {
        rounds_compute(&figuring);
        *figures = made;
    } else {
        free(made);
    }
    figuring_finish(&figuring);
    return status;
}
