/*
 * How often workers may be replaced: at most so many times within any period of a given length, as
 * Erlang's supervisors hold it. Whoever loses workers faster than that has a cause that another
 * worker does not mend. Threads: one owner.
 */
#ifndef BE_BENCH_RESTARTS_H
#define BE_BENCH_RESTARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"

struct be_restarts {
    uint64_t *times_ns; /* of the last `most`, a ring */
    uint64_t most;
    uint64_t period_ns;
    uint64_t count; /* so far */
};

/* Errors: BE_ENOMEM. A zeroed one allows none, and may be finished. */
enum be_status be_restarts_init(struct be_restarts *restarts, uint64_t most, uint64_t period_ns,
                                struct be_error *error);
void be_restarts_finish(struct be_restarts *restarts);

/* Whether one more is allowed now; it is counted then. */
bool be_restarts_allow(struct be_restarts *restarts, uint64_t now_ns);

#endif
