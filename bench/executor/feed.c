#include "executor/feed.h"

/* A message to a worker and its answer, with both sides woken for it; a generous guess. */
enum { ROUND_TRIP_NS = 100000 };

uint64_t be_feed_limit(const struct be_feed_state *state)
{
    uint64_t share = state->left / (2 * state->workers);
    uint64_t worked_ns = state->passed_ns * state->workers + 1;
    uint64_t round_trip = ROUND_TRIP_NS * state->merged / worked_ns;
    uint64_t limit = share > round_trip ? share : round_trip;

    if (limit > state->window) {
        limit = state->window;
    }
    return limit > 0 ? limit : 1;
}
