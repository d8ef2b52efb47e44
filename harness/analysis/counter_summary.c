#include "analysis/counter_summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/stats.h"

static size_t names_find(const struct be_counter_summary *counters, size_t count, const char *name)
{
    size_t i = 0;
    while (i < count && strcmp(counters[i].name, name) != 0) {
        i++;
    }
    return i;
}

/* Gathers every event's name into counters (BE_COUNTERS_MAX of them); how many there are. */
static size_t names_collect(const struct be_sample *const *samples, size_t sample_count,
                            struct be_counter_summary *counters)
{
    size_t count = 0;

    for (size_t i = 0; i < sample_count; i++) {
        const struct be_sample_record *record = &samples[i]->record;
        for (size_t w = 0; w < record->worker_count; w++) {
            const struct be_counter_values *values = &record->workers[w].counters;
            for (uint32_t v = 0; v < values->count && count < BE_COUNTERS_MAX; v++) {
                if (names_find(counters, count, values->items[v].name) == count) {
                    memcpy(counters[count++].name, values->items[v].name, BE_COUNTER_NAME_BYTES);
                }
            }
        }
    }
    return count;
}

static const struct be_counter_value *value_find(const struct be_counter_values *values,
                                                 const char *name)
{
    for (uint32_t v = 0; v < values->count; v++) {
        if (strcmp(values->items[v].name, name) == 0) {
            return &values->items[v];
        }
    }
    return NULL;
}

static void counter_worsen(struct be_counter_summary *counter, enum be_counter_state state,
                           const char *reason)
{
    if (state > counter->state) {
        counter->state = state;
        memccpy(counter->reason, reason, '\0', BE_COUNTER_REASON_BYTES - 1);
    }
}

static size_t timed_passes_count(const struct be_sample_record *record)
{
    size_t count = 0;
    for (size_t i = 0; i < record->pass_count; i++) {
        count += record->passes[i].kind == BE_PASS_TIMED;
    }
    return count;
}

/* The event over all workers of one sample, a timed pass; worsens the counter's state as needed. */
static double sample_value(const struct be_sample_record *record,
                           struct be_counter_summary *counter)
{
    size_t passes = timed_passes_count(record);
    double sum = 0;

    if (passes == 0 || record->worker_count == 0) {
        counter_worsen(counter, BE_COUNTER_UNAVAILABLE, "missing from a sample's record");
        return NAN;
    }
    for (size_t w = 0; w < record->worker_count; w++) {
        const struct be_counter_value *value =
            value_find(&record->workers[w].counters, counter->name);
        if (!value) {
            counter_worsen(counter, BE_COUNTER_UNAVAILABLE, "missing from a worker's record");
            continue;
        }
        counter_worsen(counter, value->state, value->reason);
        if (value->state == BE_COUNTER_SCALED) {
            counter->share = fmin(counter->share, value->share);
        }
        sum += (double)value->value;
    }
    return sum / (double)passes;
}

static void counter_summarize(const struct be_sample *const *samples, size_t sample_count,
                              double *values, struct be_counter_summary *counter)
{
    counter->share = NAN;
    for (size_t i = 0; i < sample_count; i++) {
        values[i] = sample_value(&samples[i]->record, counter);
    }
    counter->value = NAN;
    if (counter->state == BE_COUNTER_COUNTED || counter->state == BE_COUNTER_SCALED) {
        counter->value = be_stats_median(values, sample_count);
        counter->reason[0] = '\0';
    } else {
        counter->share = NAN;
    }
}

enum be_status be_counter_summaries_create(const struct be_sample *const *samples,
                                           size_t sample_count,
                                           struct be_counter_summary **counters, size_t *count,
                                           struct be_error *error)
{
    struct be_counter_summary *found = calloc(BE_COUNTERS_MAX, sizeof(found[0]));
    double *values = calloc(sample_count + 1, sizeof(values[0]));

    if (!found || !values) {
        free(found);
        free(values);
        return be_error_set(error, BE_ENOMEM, "out of memory for counters of %zu samples",
                            sample_count);
    }
    *count = names_collect(samples, sample_count, found);
    for (size_t i = 0; i < *count; i++) {
        counter_summarize(samples, sample_count, values, &found[i]);
    }
    free(values);
    if (*count == 0) {
        free(found);
        found = NULL;
    }
    *counters = found;
    return BE_OK;
}
