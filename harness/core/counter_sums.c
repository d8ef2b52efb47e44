/* A sample's counters: each event summed over the workers. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/values.h"

static const struct be_counter_value *counter_find(const struct be_counters *counters,
                                                   const char *name)
{
    for (uint32_t i = 0; i < counters->count; i++) {
        if (strcmp(counters->items[i].name, name) == 0) {
            return &counters->items[i];
        }
    }
    return NULL;
}

static void event_worsen(struct be_event *event, enum be_counter_state state, const char *reason)
{
    if (state > event->state) {
        event->state = state;
        memccpy(event->reason, reason, '\0', sizeof(event->reason) - 1);
    }
}

/* One event over all workers; what a worker does not name is unavailable. */
static enum be_status counter_sum(const struct be_sample_record *record, const char *name,
                                  size_t timed, struct be_run *run, struct be_counter_sum *sum,
                                  struct be_error *error)
{
    struct be_event event = {.state = BE_COUNTER_COUNTED};
    double value = 0;
    double share = NAN;

    memccpy(event.name, name, '\0', sizeof(event.name) - 1);
    for (size_t i = 0; i < record->worker_count; i++) {
        const struct be_counter_value *one = counter_find(&record->workers[i].counters, name);
        if (!one) {
            event_worsen(&event, BE_COUNTER_UNAVAILABLE, "missing from a worker's record");
            continue;
        }
        event_worsen(&event, one->state, one->reason);
        value += (double)one->value;
        if (one->state == BE_COUNTER_SCALED) {
            share = fmin(share, one->share);
        }
    }
    bool known = event.state == BE_COUNTER_COUNTED || event.state == BE_COUNTER_SCALED;
    sum->value = known && timed > 0 ? value / (double)timed : NAN;
    sum->share = known ? share : NAN;
    if (known) {
        event.reason[0] = '\0';
    }
    return be_run_add_event(run, &event, &sum->event, error);
}

static bool is_summed(const struct be_run *run, const struct be_counter_sum *sums, uint32_t count,
                      const char *name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(run->events[sums[i].event].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static int sum_compare(const void *left, const void *right)
{
    uint32_t a = ((const struct be_counter_sum *)left)->event;
    uint32_t b = ((const struct be_counter_sum *)right)->event;
    return (a > b) - (a < b);
}

enum be_status be_sample_sum_counters(struct be_sample *sample,
                                      const struct be_sample_record *record, struct be_run *run,
                                      struct be_error *error)
{
    struct be_counter_sum sums[BE_COUNTERS_MAX];
    size_t timed = be_sample_record_timed_count(record);
    uint32_t count = 0;
    enum be_status status = BE_OK;

    for (size_t w = 0; w < record->worker_count; w++) {
        const struct be_counters *counters = &record->workers[w].counters;
        for (uint32_t i = 0; i < counters->count && count < BE_COUNTERS_MAX; i++) {
            const char *name = counters->items[i].name;
            if (status == BE_OK && !is_summed(run, sums, count, name)) {
                status = counter_sum(record, name, timed, run, &sums[count++], error);
            }
        }
    }
    if (status != BE_OK || count == 0) {
        return status;
    }
    sample->counters = calloc(count, sizeof(sums[0]));
    if (!sample->counters) {
        return be_error_set(error, BE_ENOMEM, "out of memory for counters");
    }
    memcpy(sample->counters, sums, count * sizeof(sums[0]));
    qsort(sample->counters, count, sizeof(sums[0]), sum_compare);
    sample->counter_count = count;
    return BE_OK;
}
