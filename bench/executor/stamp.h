/*
 * Stamps: which calls of a kind are timed, so that timing them costs some thousandths of the time
 * that passes.
 *
 * A call that is timed stands for all calls since the one before it. How many that are is drawn at
 * random around a mean that follows the pace of the calls, so that no rhythm of theirs is met.
 * Threads: a stamp has one owner.
 */
#ifndef BE_BENCH_STAMP_H
#define BE_BENCH_STAMP_H

#include <stdint.h>

#include "core/clock.h"

/* What a reading of a clock costs here, and adds to what is timed with it. */
struct be_clock_costs {
    uint64_t wall_ns; /* be_clock_now_ns */
    uint64_t cpu_ns;  /* be_clock_thread_cpu_ns, which is a system call */
};

/* Measures them, in some 100 us. */
void be_clock_costs_measure(struct be_clock_costs *costs);

struct be_stamp {
    uint64_t cost_ns;
    uint64_t since_ns;
    uint64_t calls;    /* since then, up to the next one that is timed */
    uint32_t apart;    /* on average */
    uint32_t left;     /* until that one */
    uint32_t drawn;    /* `left` when it was drawn */
    uint32_t noise;    /* state of the generator */
    uint64_t usual_ns; /* what those that were timed took, the later the heavier */
};

/* Begins: the first call is timed. cost_ns: of timing a call, all readings together. */
void be_stamp_init(struct be_stamp *stamp, uint64_t cost_ns);

/* For be_stamp_due. */
uint32_t be_stamp_draw(struct be_stamp *stamp);

/* Counts a call. Returns how many calls it stands for if it is to be timed, or 0. */
static inline uint32_t be_stamp_due(struct be_stamp *stamp)
{
    return --stamp->left > 0 ? 0 : be_stamp_draw(stamp);
}

/*
 * What a call stands for that took so long by the wall clock: itself alone where it was
 * interrupted, which the others were not.
 */
uint32_t be_stamp_weight(struct be_stamp *stamp, uint64_t took_ns, uint32_t stands_for);

/*
 * Laps: one call after another of a round that is timed, or not, as a whole. In CPU time, so that
 * neither sleeping nor whoever took the core meanwhile is in them.
 */
struct be_lap {
    uint64_t cost_ns; /* of a reading */
    uint64_t last_ns;
    uint32_t stands_for; /* rounds; 0: not timed */
};

static inline void be_lap_begin(struct be_lap *lap, uint32_t stands_for)
{
    lap->stands_for = stands_for;
    if (stands_for > 0) {
        lap->last_ns = be_clock_thread_cpu_ns();
    }
}

/* Adds the time since the lap before to *sum_ns. */
static inline void be_lap_end(struct be_lap *lap, int64_t *sum_ns)
{
    if (lap->stands_for > 0) {
        uint64_t now_ns = be_clock_thread_cpu_ns();
        *sum_ns += (int64_t)(now_ns - lap->last_ns - lap->cost_ns) * lap->stands_for;
        lap->last_ns = now_ns;
    }
}

#endif
