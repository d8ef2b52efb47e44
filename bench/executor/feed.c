#include "executor/feed.h"

enum {
    /* A message to a worker and its answer, with both sides woken for it; a generous guess. */
    ROUND_TRIP_NS = 100000,
    /* A thread takes a chunk in some 100 ns. */
    THREAD_CHUNK_NS = 50000,
    /* A message costs both sides some 10 us where it is large, with its part of a system call. */
    CHUNK_NS = 500000,
    /* A dispatcher that shares its core with a worker waits for it for some ms at a time. */
    WINDOW_NS = 16000000,
    /* What came before something that lasts so long counts for half from then on. */
    LATELY_NS = 8000000,
};

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

void be_speed_note(struct be_speed *speed, uint64_t tasks, uint64_t ns)
{
    double keep = LATELY_NS / ((double)LATELY_NS + (double)ns);

    speed->tasks = speed->tasks * keep + (double)tasks;
    speed->ns = speed->ns * keep + (double)ns;
    if (speed->ns > 2 * (double)LATELY_NS) {
        speed->tasks *= 2 * (double)LATELY_NS / speed->ns;
        speed->ns = 2 * (double)LATELY_NS;
    }
}

uint64_t be_speed_tasks(const struct be_speed *speed, uint64_t ns)
{
    double share = speed->ns > (double)ns ? (double)ns / speed->ns : 1;
    double tasks = speed->tasks * share;

    return tasks > 1 ? (uint64_t)tasks : 1;
}

uint64_t be_feed_chunk(const struct be_speed *speed, uint64_t left, uint32_t workers)
{
    return most(least(be_speed_tasks(speed, THREAD_CHUNK_NS), left / (2 * (uint64_t)workers)), 1);
}

struct be_feed be_feed_decide(const struct be_feed_rule *rule, const struct be_speed *speed,
                              uint64_t left)
{
    uint64_t chunk = rule->chunk;
    uint64_t window = rule->window;
    uint64_t share = left / (2 * rule->workers);
    /* Less than lasts for a round trip, and the worker would wait. */
    uint64_t limit = most(share, be_speed_tasks(speed, ROUND_TRIP_NS));

    if (rule->follows_chunk) {
        chunk = least(be_speed_tasks(speed, CHUNK_NS), chunk);
    }
    if (rule->follows_window) {
        window = least(most(be_speed_tasks(speed, WINDOW_NS), 2 * chunk), window);
    }
    /* A fixed chunk is never split. */
    uint64_t unit = rule->follows_chunk ? 1 : chunk;
    uint64_t units = most(least(limit, window) / unit, 1);
    uint64_t half = most(units / 2, 1) * unit;
    return (struct be_feed){units * unit, half, least(chunk, half)};
}
