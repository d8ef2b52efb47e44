#include <stdlib.h>

#include "counter/counter.h"
#include "counter/tally.h"

_Static_assert(sizeof(struct be_tally) % sizeof(uint64_t) == 0, "a tally is an array of numbers");

enum { TALLIES = sizeof(struct be_tally) / sizeof(uint64_t) };

struct sde_session {
    uint64_t start[TALLIES];
    int events[BE_COUNTERS_MAX]; /* of each value, an index; -1: unavailable */
};

static enum be_status sde_load(const struct be_counter_value *values, size_t count, void **library,
                               struct be_error *error)
{
    (void)values;
    (void)count;
    *library = NULL;
    return be_tally_publish(error);
}

static enum be_status sde_open(void *library, struct be_counter_value *values, size_t count,
                               void **session, struct be_error *error)
{
    struct sde_session *made = malloc(sizeof(*made));
    (void)library;

    if (!made) {
        return be_error_set(error, BE_ENOMEM, "out of memory for counters");
    }
    for (size_t i = 0; i < count; i++) {
        made->events[i] = be_counter_event_index(be_tally_names, &values[i]);
    }
    *session = made;
    return BE_OK;
}

static uint64_t tally_get(int event)
{
    return ((const uint64_t *)be_tally_mine())[event];
}

static void sde_start(void *session, uint32_t round)
{
    struct sde_session *self = session;
    (void)round;

    for (int i = 0; i < TALLIES; i++) {
        self->start[i] = tally_get(i);
    }
}

static void sde_stop(void *session, struct be_counter_value *values, size_t count)
{
    const struct sde_session *self = session;

    for (size_t i = 0; i < count; i++) {
        int event = self->events[i];
        if (event >= 0) {
            be_counter_count(&values[i], tally_get(event) - self->start[event]);
        }
    }
}

static void sde_close(void *session)
{
    free(session);
}

const struct be_counter_ops be_counter_sde = {
    .name = "sde",
    .summary = "what a worker did, published as PAPI's software-defined events: tasks, messages, "
               "bytes, waits",
    .events = be_tally_names,
    .by_name = true,
    .load = sde_load,
    .open = sde_open,
    .start = sde_start,
    .stop = sde_stop,
    .close = sde_close,
};
