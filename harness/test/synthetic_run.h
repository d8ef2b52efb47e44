/*
 * Runs of machines that are known exactly, for tests of what is fitted through many configurations.
 * What cannot be allocated ends the test.
 */
#ifndef BE_TEST_SYNTHETIC_RUN_H
#define BE_TEST_SYNTHETIC_RUN_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/resample.h"
#include "analysis/summary.h"
#include "core/rng.h"
#include "core/values.h"
#include "run_builder.h"

/* A run, its summaries and its resampler. init with {0}. */
struct synthetic {
    struct be_run run;
    size_t sample_room;
    struct be_resampler resampler;
    struct be_summaries summaries;
    struct be_rng rng; /* of the noise */
};

/* Normal, mean 0, standard deviation 1 (Box and Muller, 1958). */
static inline double synthetic_normal(struct synthetic *synthetic)
{
    double radius = sqrt(-2 * log(1 - be_rng_unit(&synthetic->rng)));
    return radius * cos(2 * M_PI * be_rng_unit(&synthetic->rng));
}

/* A clean sample of a pool pinned to as many PUs as it has workers; cold_wall_ns 0: not known. */
static inline struct be_sample *synthetic_add(struct synthetic *synthetic, uint32_t configuration,
                                              uint32_t round, double wall_ns, double cold_wall_ns)
{
    struct be_run *run = &synthetic->run;

    if (run->sample_count == synthetic->sample_room) {
        synthetic->sample_room = 2 * synthetic->sample_room + 64;
        run->samples = realloc(run->samples, synthetic->sample_room * sizeof(run->samples[0]));
        if (!run->samples) {
            abort();
        }
    }
    struct be_sample *sample = &run->samples[run->sample_count++];
    *sample = (struct be_sample){
        .configuration = configuration,
        .round = round,
        .state = BE_SAMPLE_CLEAN,
        .wall_ns = (uint64_t)llround(wall_ns),
        .cold_wall_ns = (uint64_t)llround(cold_wall_ns),
        .cpu_ns = (uint64_t)llround(wall_ns),
    };
    be_values_clear(sample->values);
    sample->values[BE_VALUE_distinct_pus] = run->configurations[configuration].workers;
    return sample;
}

/* What an event came to in a sample, a pass, over all workers. */
static inline void synthetic_count(struct synthetic *synthetic, struct be_sample *sample,
                                   const char *name, double value)
{
    struct be_event event = {.state = BE_COUNTER_COUNTED};
    struct be_counter_sum sum = {.value = value, .share = NAN};

    snprintf(event.name, sizeof(event.name), "%s", name);
    if (be_run_add_event(&synthetic->run, &event, &sum.event, NULL) != BE_OK) {
        abort();
    }
    sample->counters =
        builder_grow(sample->counters, sample->counter_count, sizeof(*sample->counters));
    sample->counters[sample->counter_count++] = sum;
}

/* A serial reference and pools of these worker counts in a block of their own; reference first. */
static inline uint32_t synthetic_add_block(struct synthetic *synthetic, uint32_t block,
                                           const uint32_t *workers, size_t count, uint64_t steps,
                                           uint64_t tasks)
{
    char params[128];

    snprintf(params, sizeof(params), "steps=%llu tasks=%llu", (unsigned long long)steps,
             (unsigned long long)tasks);
    uint32_t reference =
        builder_add_configuration(&synthetic->run, BE_ROLE_REFERENCE, block, params);
    for (size_t i = 0; i < count; i++) {
        snprintf(params, sizeof(params), "executor=processes workers=%u steps=%llu tasks=%llu",
                 workers[i], (unsigned long long)steps, (unsigned long long)tasks);
        builder_add_configuration(&synthetic->run, BE_ROLE_MEASURED, block, params);
    }
    return reference;
}

/* After the last sample was added. */
static inline void synthetic_analyse(struct synthetic *synthetic)
{
    struct be_run *run = &synthetic->run;

    if (be_summaries_create(run, &synthetic->summaries, NULL) != BE_OK ||
        be_resampler_create(run, synthetic->summaries.figures, &synthetic->resampler, NULL) !=
            BE_OK) {
        abort();
    }
}

/* Forgets what was analysed, so that more can be added. */
static inline void synthetic_forget(struct synthetic *synthetic)
{
    be_resampler_finish(&synthetic->resampler);
    be_summaries_finish(&synthetic->summaries);
}

static inline void synthetic_finish(struct synthetic *synthetic)
{
    synthetic_forget(synthetic);
    be_run_finish(&synthetic->run);
    *synthetic = (struct synthetic){0};
}

#endif
