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
    double *values;     /* a row a counter, of one a sample */
    size_t named[BE_COUNTERS_MAX]; /* samples that name the counter */
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
    if (!counting->counters || !counting->counter_of) {
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

/* Visits each sample once: they lie far apart in memory. */
static void sums_gather(struct counting *counting)
{
    for (size_t i = 0; i < counting->sample_count; i++) {
        const struct be_sample *sample = counting->samples[i];
        for (uint32_t k = 0; k < sample->counter_count; k++) {
            const struct be_counter_sum *sum = &sample->counters[k];
            const struct be_event *event = &counting->run->events[sum->event];
            size_t index = counting->counter_of[sum->event];
            if (index < counting->count) {
                struct be_counter_summary *counter = &counting->counters[index];
                counter_worsen(counter, event->state, event->reason);
                counter->share = fmin(counter->share, sum->share);
                counting->values[index * counting->sample_count + i] = sum->value;
                counting->named[index]++;
            }
        }
    }
}

/* NAN where a worker has no such counter, or does not know it. */
static double worker_value(const struct be_worker_record *worker, const char *name)
{
    for (uint32_t i = 0; i < worker->counters.count; i++) {
        const struct be_counter_value *value = &worker->counters.items[i];
        if (strcmp(value->name, name) == 0) {
            return value->state == BE_COUNTER_COUNTED || value->state == BE_COUNTER_SCALED
                       ? (double)value->value
                       : NAN;
        }
    }
    return NAN;
}

static double counter_spread(const struct counting *counting, const char *name)
{
    const struct be_sample_record *record = NULL;
    double least = INFINITY;
    double most = 0;
    double sum = 0;

    for (size_t i = counting->sample_count; i-- > 0 && !record;) {
        record = counting->samples[i]->record;
    }
    size_t workers = record ? record->worker_count : 0;
    for (size_t i = 0; i < workers; i++) {
        double value = worker_value(&record->workers[i], name);
        least = fmin(least, value);
        most = fmax(most, value);
        sum += value; /* NAN from the first that is */
    }
    return workers > 1 && sum > 0 ? (most - least) / (sum / (double)workers) : NAN;
}

static void counter_conclude(const struct counting *counting, size_t index)
{
    struct be_counter_summary *counter = &counting->counters[index];

    if (counting->named[index] < counting->sample_count) {
        counter_worsen(counter, BE_COUNTER_UNAVAILABLE, "missing from a sample's record");
    }
    if (counter->state == BE_COUNTER_COUNTED || counter->state == BE_COUNTER_SCALED) {
        counter->value = be_stats_median(&counting->values[index * counting->sample_count],
                                         counting->sample_count);
        counter->spread = counter_spread(counting, counter->name);
    } else {
        counter->share = NAN;
    }
}

static enum be_status counters_summarize(struct counting *counting, struct be_error *error)
{
    counting->values = calloc(counting->count * counting->sample_count + 1, sizeof(double));
    if (!counting->values) {
        return be_error_set(error, BE_ENOMEM, "out of memory for counters of %zu samples",
                            counting->sample_count);
    }
    for (size_t i = 0; i < counting->count; i++) {
        counting->counters[i].value = NAN;
        counting->counters[i].share = NAN;
        counting->counters[i].spread = NAN;
    }
    sums_gather(counting);
    for (size_t i = 0; i < counting->count; i++) {
        counter_conclude(counting, i);
    }
    return BE_OK;
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
        status = counters_summarize(&counting, error);
    }
    if (status != BE_OK || counting.count == 0) {
        free(counting.counters);
        counting.counters = NULL;
    }
    if (status == BE_OK) {
        *counters = counting.counters;
        *count = counting.count;
    }
    counting_finish(&counting);
    return status;
}
