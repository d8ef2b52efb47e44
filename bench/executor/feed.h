/*
 * How much a worker is fed at a time, and when it was. Threads: pure functions; a ring has one
 * owner.
 */
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

/* More feeds than can be without an answer, but for odd cases. */
enum { BE_FEEDS = 16 };

/* When a worker was fed what it has not yet answered: a ring, the oldest first. */
struct be_feeds {
    struct be_feed {
        uint64_t first; /* task */
        uint64_t fed_ns;
    } items[BE_FEEDS];
    uint32_t oldest;
    uint32_t count;
};

/*
 * Forgets what was fed before the task at `answered`, the last one that was, and notes a feed that
 * begins with the task at `first`. One that finds the ring full counts as part of the one before.
 */
void be_feeds_note(struct be_feeds *feeds, uint64_t answered, uint64_t first, uint64_t now_ns);

/* When the task that has just been answered was fed. A worker answers in order. */
uint64_t be_feeds_find(struct be_feeds *feeds, uint64_t answered);

#endif
