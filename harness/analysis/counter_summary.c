#include "analysis/counter_summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/stats.h"

/* What is needed on the way; the first three are borrowed, the others owned. */
struct counting {
    const struct be_run *run;
    const struct be_sample *const *samples;
    size_t sample_count;
    struct be_counter_summary *counters; /* BE_COUNTERS_MAX */
    size_t count;
    size_t *counter_of; /* of each event of the run: index into counters; BE_COUNTERS_MAX: none */
    double *values;     /* of the counter at hand, one a sample */
};

static void counting_finish(struct counting *counting)
{
    free(counting->counter_of);
    free(counting->values);
}

static enum be_status counting_init(struct counting *counting, struct be_error *error)
{
    size_t events = counting->run->event_count;

    counting->counters = calloc(BE_COUNTERS_MAX, sizeof(counting->counters[0]));
    counting->counter_of = calloc(events + 1, sizeof(counting->counter_of[0]));
    counting->values = calloc(counting->sample_count + 1, sizeof(counting->values[0]));
    if (!counting->counters || !counting->counter_of || !counting->values) {
        free(counting->counters);
        return be_error_set(error, BE_ENOMEM, "out of memory for counters of %zu samples",
                            counting->sample_count);
    }
    for (size_t i = 0; i < events; i++) {
        counting->counter_of[i] = BE_COUNTERS_MAX;
    }
    return BE_OK;
}

/* The counter of an event's name, made when there is none yet. */
static size_t counter_find(struct counting *counting, const char *name)
{
    size_t i = 0;

    while (i < counting->count && strcmp(counting->counters[i].name, name) != 0) {
        i++;
    }
    if (i == counting->count && i < BE_COUNTERS_MAX) {
        memcpy(counting->counters[i].name, name, BE_COUNTER_NAME_BYTES);
        counting->count++;
    }
    return i;
}

static void counters_collect(struct counting *counting)
{
    for (size_t i = 0; i < counting->sample_count; i++) {
        const struct be_sample *sample = counting->samples[i];
        for (uint32_t k = 0; k < sample->counter_count; k++) {
            uint32_t event = sample->counters[k].event;
            if (counting->counter_of[event] == BE_COUNTERS_MAX) {
                counting->counter_of[event] =
                    counter_find(counting, counting->run->events[event].name);
            }
        }
    }
}

static void counter_worsen(struct be_counter_summary *counter, enum be_counter_state state,
                           const char *reason)
{
    if (state > counter->state) {
        counter->state = state;
        memccpy(counter->reason, reason, '\0', BE_COUNTER_REASON_BYTES - 1);
    }
}

static const struct be_counter_sum *sum_find(const struct counting *counting,
                                             const struct be_sample *sample, size_t counter)
{
    for (uint32_t i = 0; i < sample->counter_count; i++) {
        if (counting->counter_of[sample->counters[i].event] == counter) {
            return &sample->counters[i];
        }
    }
    return NULL;
}

static void counter_summarize(const struct counting *counting, size_t index)
{
    struct be_counter_summary *counter = &counting->counters[index];

    counter->value = NAN;
    counter->share = NAN;
    for (size_t i = 0; i < counting->sample_count; i++) {
        const struct be_counter_sum *sum = sum_find(counting, counting->samples[i], index);
        if (sum) {
            const struct be_event *event = &counting->run->events[sum->event];
            counter_worsen(counter, event->state, event->reason);
            counting->values[i] = sum->value;
            counter->share = fmin(counter->share, sum->share);
        } else {
            counter_worsen(counter, BE_COUNTER_UNAVAILABLE, "missing from a sample's record");
        }
    }
    if (counter->state == BE_COUNTER_COUNTED || counter->state == BE_COUNTER_SCALED) {
        counter->value = be_stats_median(counting->values, counting->sample_count);
    } else {
        counter->share = NAN;
    }
}

enum be_status be_counter_summaries_create(const struct be_run *run,
                                           const struct be_sample *const *samples,
                                           size_t sample_count,
                                           struct be_counter_summary **counters, size_t *count,
                                           struct be_error *error)
{
    struct counting counting = {.run = run, .samples = samples, .sample_count = sample_count};
    enum be_status status = counting_init(&counting, error);

    if (status == BE_OK) {
        counters_collect(&counting);
        for (size_t i = 0; i < counting.count; i++) {
            counter_summarize(&counting, i);
        }
        if (counting.count == 0) {
            free(counting.counters);
            counting.counters = NULL;
        }
        *counters = counting.counters;
        *count = counting.count;
    }
    counting_finish(&counting);
    return status;
}
