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

uint64_t be_feeds_find(struct be_feeds *feeds, uint64_t answered)
{
    while (feeds->count > 1 && feeds->items[(feeds->oldest + 1) % BE_FEEDS].first <= answered) {
        feeds->oldest = (feeds->oldest + 1) % BE_FEEDS;
        feeds->count--;
    }
    return feeds->items[feeds->oldest].fed_ns;
}

void be_feeds_note(struct be_feeds *feeds, uint64_t answered, uint64_t first, uint64_t now_ns)
{
    be_feeds_find(feeds, answered);
    if (feeds->count < BE_FEEDS) {
        uint32_t at = (feeds->oldest + feeds->count++) % BE_FEEDS;
        feeds->items[at] = (struct be_feed){first, now_ns};
    }
}
