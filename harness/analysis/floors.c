#include "analysis/floors.h"

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
        bool siblings = floor->between && strcmp(floor->between, "SMT sibling") == 0;
        if (strcmp(floor->name, name) != 0) {
            continue;
        }
        if (floor->ns.known && !siblings) {
            return floor;
        }
        found = found && found->ns.known ? found : floor;
    }
    return found;
}

struct be_estimate be_floors_wake(const struct be_floors *floors)
{
    const struct be_floor *turn = be_floors_find(floors, "futex-wake");
    const struct be_floor *call = be_floors_find(floors, "syscall");

    if (!turn || !call || !turn->ns.known || !call->ns.known) {
        return (struct be_estimate){.known = false};
    }
    struct be_estimate wake = turn->ns;
    wake.median -= call->ns.median;
    wake.low -= call->ns.median;
    wake.high -= call->ns.median;
    return wake;
}
