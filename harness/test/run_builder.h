/*
 * Runs built by hand, for tests that know what must come out. What cannot be allocated ends the
 * test. Borrowed pointers are valid until the next thing is added.
 */
#ifndef BE_TEST_RUN_BUILDER_H
#define BE_TEST_RUN_BUILDER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/run.h"

static inline void *builder_grow(void *items, size_t count, size_t item_bytes)
{
    char *grown = realloc(items, (count + 1) * item_bytes);
    if (!grown) {
        abort();
    }
    memset(grown + count * item_bytes, 0, item_bytes);
    return grown;
}

/* params: "key=value key=value" over the defaults workload=gcd-trial … below. Returns the index. */
static inline uint32_t builder_add_configuration(struct be_run *run, enum be_role role,
                                                 uint32_t block, const char *params)
{
    static const char defaults[] = "workload=gcd-trial executor=serial workers=1 placement=none "
                                   "chunk=1 tasks=10 steps=100 ";
    char text[1024];
    char *rest = text;

    run->configurations =
        builder_grow(run->configurations, run->configuration_count, sizeof(*run->configurations));
    struct be_configuration *configuration = &run->configurations[run->configuration_count];
    configuration->role = role;
    configuration->block = block;
    snprintf(text, sizeof(text), "%s%s", defaults, params);
    for (char *key = strtok_r(rest, " ", &rest); key; key = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(key, '=');
        *value++ = '\0';
        if (be_params_set(&configuration->params, key, value, NULL) != BE_OK) {
            abort();
        }
    }
    if (be_configuration_index(configuration, NULL) != BE_OK) {
        abort();
    }
    return (uint32_t)run->configuration_count++;
}

/*
 * A clean sample of one timed pass; its workers and dispatcher are not bound. wall_ns 0: failed.
 */
static inline struct be_sample *builder_add_sample(struct be_run *run, uint32_t configuration,
                                                   uint32_t round, uint64_t wall_ns,
                                                   uint64_t cpu_ns)
{
    run->samples = builder_grow(run->samples, run->sample_count, sizeof(*run->samples));
    struct be_sample *sample = &run->samples[run->sample_count++];
    sample->configuration = configuration;
    sample->round = round;
    sample->state = wall_ns > 0 ? BE_SAMPLE_CLEAN : BE_SAMPLE_FAILED;
    sample->wall_ns = wall_ns;
    sample->cpu_ns = cpu_ns;
    sample->record.dispatcher =
        (struct be_worker_record){.pu_asked = -1, .pu_bound = -1, .pu_seen = -1};
    for (uint32_t i = 0; wall_ns > 0 && i < run->configurations[configuration].workers; i++) {
        sample->record.workers =
            builder_grow(sample->record.workers, i, sizeof(*sample->record.workers));
        sample->record.workers[i] = sample->record.dispatcher;
        sample->record.worker_count = i + 1;
    }
    if (wall_ns > 0) {
        sample->record.passes = builder_grow(NULL, 0, sizeof(*sample->record.passes));
        sample->record.passes[0] =
            (struct be_pass_record){.kind = BE_PASS_TIMED,
                                    .wall_ns = wall_ns,
                                    .cpu_ns = cpu_ns,
                                    .tasks = run->configurations[configuration].tasks};
        sample->record.pass_count = 1;
    }
    return sample;
}

/* Binds the sample's two workers, and its dispatcher (-1: not bound). */
static inline void builder_bind(struct be_sample *sample, int32_t first, int32_t second,
                                int32_t dispatcher)
{
    struct be_worker_record *workers = sample->record.workers;

    workers[0].pu_asked = workers[0].pu_bound = first;
    workers[1].pu_asked = workers[1].pu_bound = second;
    sample->record.dispatcher.pu_asked = sample->record.dispatcher.pu_bound = dispatcher;
}

/* Adds a counter to one worker of the sample. */
static inline void builder_count(struct be_sample *sample, size_t worker,
                                 struct be_counter_value value)
{
    struct be_counter_values *counters = &sample->record.workers[worker].counters;
    counters->items[counters->count++] = value;
}

#endif
