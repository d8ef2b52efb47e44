#include "executor/again.h"

#include <stdlib.h>

#include "core/array.h"

enum be_status be_again_put(struct be_again *again, const struct be_flight *tasks,
                            struct be_error *error)
{
    if (tasks->first == tasks->end) {
        return BE_OK;
    }
    struct be_flight *items = be_array_grow(again->items, again->count, sizeof(*items));
    if (!items) {
        return be_error_set(error, BE_ENOMEM, "out of memory for tasks to be run again");
    }
    again->items = items;
    again->items[again->count++] = *tasks;
    again->tasks += tasks->end - tasks->first;
    return BE_OK;
}

struct be_flight be_again_take(struct be_again *again)
{
    struct be_flight *last = &again->items[again->count - 1];
    struct be_flight message = *last;

    message.end = message.first + message.count;
    last->first = message.end;
    again->count -= last->first == last->end;
    again->tasks -= message.count;
    return message;
}

void be_again_finish(struct be_again *again)
{
    free(again->items);
    *again = (struct be_again){0};
}
