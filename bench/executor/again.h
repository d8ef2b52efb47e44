/*
 * Tasks that are to be handed out once more, since the worker that had them is lost. Threads: one
 * owner. A zeroed one is empty and may be used.
 */
#ifndef BE_BENCH_AGAIN_H
#define BE_BENCH_AGAIN_H

#include <stddef.h>

#include "executor/flight.h"

struct be_again {
    struct be_flight *items; /* the last one put is the next to go */
    size_t count;
    uint64_t tasks; /* in all of them */
};

/* Errors: BE_ENOMEM. */
enum be_status be_again_put(struct be_again *again, const struct be_flight *tasks,
                            struct be_error *error);

/* Takes one message out; there is one. */
struct be_flight be_again_take(struct be_again *again);

void be_again_finish(struct be_again *again);

#endif
