/*
 * How much a worker is fed at a time: how many tasks it may hold, and how many a message has.
 *
 * Both may be fixed or follow the speed of the worker. Then a message lasts for a time that is long
 * beside what it costs, and what a worker holds lasts for the time that the dispatcher may be late.
 * In either case a worker holds no more than half of an even share of what is left, so that all end
 * together (guided self-scheduling; Polychronopoulos and Kuck, 1987). Threads: one owner each.
 */
#ifndef BE_BENCH_FEED_H
#define BE_BENCH_FEED_H

#include <stdbool.h>
#include <stdint.h>

/* What a worker did lately; zeroed, nothing. */
struct be_speed {
    double tasks;
    double ns; /* that it took for them */
};

/*
 * Adds `tasks` that took `ns`. What was before counts for less, the longer this took; no one task
 * counts for so much that others could not soon make up for it.
 */
void be_speed_note(struct be_speed *speed, uint64_t tasks, uint64_t ns);

/*
 * How many tasks last for `ns`, at least 1. Never more than it did lately: so what is not known yet
 * is found out by a first task, then by twice as many each time.
 */
uint64_t be_speed_tasks(const struct be_speed *speed, uint64_t ns);

/*
 * Tasks of the next chunk that a thread takes for itself, where it follows the speed; `left` are
 * not yet taken.
 */
uint64_t be_feed_chunk(const struct be_speed *speed, uint64_t left, uint32_t workers);

struct be_feed_rule {
    uint64_t workers;
    uint64_t chunk;      /* tasks a message; at most, where it follows the speed */
    uint64_t window;     /* tasks that a worker may hold; at most, where it follows the speed */
    bool follows_chunk;  /* the chunk does */
    bool follows_window; /* the window does; never below two chunks */
};

/* In tasks. A fixed chunk is never split: all three are multiples of it. */
struct be_feed {
    uint64_t limit; /* that a worker may hold now, at least 1 */
    uint64_t half;  /* that it is sent once there is room for them */
    uint64_t chunk; /* in each message of these */
};

/* One message at a time, whatever the speed: what be_feed_decide says then is this. */
static inline bool be_feed_is_single(const struct be_feed_rule *rule)
{
    return !rule->follows_chunk && !rule->follows_window && rule->window <= rule->chunk;
}

static inline struct be_feed be_feed_single(const struct be_feed_rule *rule)
{
    return (struct be_feed){rule->chunk, rule->chunk, rule->chunk};
}

/* `left` tasks are not yet handed out. */
struct be_feed be_feed_decide(const struct be_feed_rule *rule, const struct be_speed *speed,
                              uint64_t left);

#endif
