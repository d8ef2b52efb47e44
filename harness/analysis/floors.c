#include "analysis/floors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void be_floors_finish(struct be_floors *floors)
{
    free(floors->items);
    *floors = (struct be_floors){0};
}

const struct be_floor *be_floors_find(const struct be_floors *floors, const char *name)
{
    const struct be_floor *found = NULL;

    for (size_t i = 0; i < floors->count; i++) {
        const struct be_floor *floor = &floors->items[i];
        if (strcmp(floor->name, name) != 0) {
            continue;
        }
        if (floor->ns.known && !floor->siblings) {
            return floor;
        }
        found = found && found->ns.known ? found : floor;
    }
    return found;
}

struct be_floor be_floors_wake(const struct be_floors *floors)
{
    const struct be_floor *turn = be_floors_find(floors, "futex-wake");
    const struct be_floor *call = be_floors_find(floors, "syscall");
    struct be_floor wake = {.name = "wake"};

    if (!turn || !call) {
        snprintf(wake.unavailable, sizeof(wake.unavailable), "this runner has no probe '%s'",
                 turn ? "syscall" : "futex-wake");
        return wake;
    }
    wake.between = turn->between;
    wake.siblings = turn->siblings;
    if (!turn->ns.known || !call->ns.known) {
        snprintf(wake.unavailable, sizeof(wake.unavailable), "%s",
                 turn->ns.known ? call->unavailable : turn->unavailable);
        return wake;
    }
    wake.ns = turn->ns;
    wake.ns.median -= call->ns.median;
    wake.ns.low -= call->ns.median;
    wake.ns.high -= call->ns.median;
    return wake;
}
