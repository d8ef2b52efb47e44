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
#include "core/values.h"

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

/* After a record was changed. Replaces all that the sample repeats of it. */
static inline void builder_refill(struct be_run *run, struct be_sample *sample)
{
    if (be_sample_fill(sample, sample->record, run, NULL) != BE_OK) {
        abort();
    }
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
    if (wall_ns > 0) {
        struct be_sample_record *record = builder_grow(NULL, 0, sizeof(*record));
        record->worker_count = run->configurations[configuration].workers;
        record->workers = calloc(record->worker_count, sizeof(*record->workers));
        record->passes = builder_grow(NULL, 0, sizeof(*record->passes));
        record->pass_count = 1;
        record->dispatcher =
            (struct be_worker_record){.pu_asked = -1, .pu_bound = -1, .pu_seen = -1};
        for (size_t i = 0; record->workers && i < record->worker_count; i++) {
            record->workers[i] = record->dispatcher;
        }
        record->passes[0] =
            (struct be_pass_record){.kind = BE_PASS_TIMED,
                                    .wall_ns = wall_ns,
                                    .cpu_ns = cpu_ns,
                                    .tasks = run->configurations[configuration].tasks};
        sample->record = record;
    }
    builder_refill(run, sample);
    return sample;
}

/* Binds the sample's two workers, and its dispatcher (-1: not bound). */
static inline void builder_bind(struct be_run *run, struct be_sample *sample, int32_t first,
                                int32_t second, int32_t dispatcher)
{
    struct be_worker_record *workers = sample->record->workers;

    workers[0].pu_asked = workers[0].pu_bound = first;
    workers[1].pu_asked = workers[1].pu_bound = second;
    sample->record->dispatcher.pu_asked = sample->record->dispatcher.pu_bound = dispatcher;
    builder_refill(run, sample);
}

/* Adds a counter to one worker's record; builder_refill when all are there. */
static inline void builder_count(struct be_sample *sample, size_t worker,
                                 struct be_counter_value value)
{
    struct be_counters *counters = &sample->record->workers[worker].counters;

    counters->items = builder_grow(counters->items, counters->count, sizeof(*counters->items));
    counters->items[counters->count++] = value;
}

#endif
