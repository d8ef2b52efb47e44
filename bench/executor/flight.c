#include "executor/flight.h"

#include <inttypes.h>
#include <stdlib.h>

enum be_status be_flights_init(struct be_flights *flights, uint64_t messages_max,
                               struct be_error *error)
{
    uint64_t room = 1;

    while (room < messages_max) {
        room *= 2;
    }
    *flights = (struct be_flights){
        .items = calloc(room, sizeof(*flights->items)),
        .mask = room - 1,
    };
    return flights->items
               ? BE_OK
               : be_error_set(error, BE_ENOMEM, "out of memory for %" PRIu64 " messages in flight",
                              messages_max);
}

void be_flights_finish(struct be_flights *flights)
{
    free(flights->items);
    *flights = (struct be_flights){0};
}

bool be_flights_take(struct be_flights *flights, struct be_flight *taken)
{
    if (flights->messages == 0) {
        return false;
    }
    *taken = *be_flights_oldest(flights);
    flights->messages -= (taken->end - taken->first) / taken->count;
    flights->tasks -= taken->end - taken->first;
    flights->oldest++;
    return true;
}
