/*
 * What is in flight with one worker: messages sent to it and not yet answered, oldest first. A
 * worker answers in order, so its next answer is that of the oldest message, or it is broken.
 *
 * Messages that were sent together, one behind the other and alike, are one entry, so keeping this
 * costs a few comparisons a message and hardly any memory. Threads: one owner.
 */
#ifndef BE_BENCH_FLIGHT_H
#define BE_BENCH_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"

/* Tasks first .. end - 1, in messages of `count` tasks each. */
struct be_flight {
    uint64_t first;
    uint64_t end;
    uint64_t sent_ns; /* when they were */
    uint32_t count;
    uint32_t tries; /* how often a worker ended while it was at these tasks */
};

/* A ring; room for as many entries as there may be messages. */
struct be_flights {
    struct be_flight *items;
    uint64_t mask;     /* entries that there is room for, a power of two, less 1 */
    uint64_t oldest;   /* entries since the beginning, as in `newest` */
    uint64_t newest;   /* behind it */
    uint64_t messages; /* in all entries */
    uint64_t tasks;    /* likewise */
};

/* Errors: BE_ENOMEM. A zeroed one may be finished, too. */
enum be_status be_flights_init(struct be_flights *flights, uint64_t messages_max,
                               struct be_error *error);
void be_flights_finish(struct be_flights *flights);

/* One more message was sent: an entry of just that. */
static inline void be_flights_put(struct be_flights *flights, const struct be_flight *message)
{
    struct be_flight *last = &flights->items[(flights->newest - 1) & flights->mask];

    flights->messages++;
    flights->tasks += message->count;
    if (flights->newest > flights->oldest && last->end == message->first &&
        last->count == message->count && last->sent_ns == message->sent_ns &&
        last->tries == message->tries) {
        last->end = message->end;
    } else {
        flights->items[flights->newest++ & flights->mask] = *message;
    }
}

/* The entry of the oldest message; there is one. */
static inline const struct be_flight *be_flights_oldest(const struct be_flights *flights)
{
    return &flights->items[flights->oldest & flights->mask];
}

/* Whether these are the tasks of the oldest message. */
static inline bool be_flights_expect(const struct be_flights *flights, uint64_t first,
                                     uint32_t count)
{
    const struct be_flight *oldest = be_flights_oldest(flights);

    return flights->messages > 0 && oldest->first == first && oldest->count == count;
}

/* The oldest message was answered. */
static inline void be_flights_answered(struct be_flights *flights)
{
    struct be_flight *oldest = &flights->items[flights->oldest & flights->mask];

    flights->messages--;
    flights->tasks -= oldest->count;
    oldest->first += oldest->count;
    flights->oldest += oldest->first == oldest->end;
}

/* Takes the oldest entry out, with all its messages. False: there is none. */
bool be_flights_take(struct be_flights *flights, struct be_flight *taken);

#endif
