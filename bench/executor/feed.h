/* How much a worker is fed at a time. Threads: pure functions. */
#ifndef BE_BENCH_FEED_H
#define BE_BENCH_FEED_H

#include <stdint.h>

/* A pass so far, in chunks. */
struct be_feed_state {
    uint64_t workers;
    uint64_t window; /* that one worker may hold at most */
    uint64_t left;   /* not yet handed out */
    uint64_t merged;
    uint64_t passed_ns; /* since the pass began */
};

/*
 * Chunks that one worker may hold now, at least 1: the window, but towards the end no more than
 * half of an even share of what is left, so that all end together (guided self-scheduling;
 * Polychronopoulos and Kuck, 1987), and no less than what, by the pace so far, lasts for a round
 * trip.
 */
uint64_t be_feed_limit(const struct be_feed_state *state);

#endif
