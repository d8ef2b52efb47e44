/*
 * Which blocks are measured again because something disturbed them, and what became of them. A
 * block is measured again at most once a round, whole, and its later samples replace the earlier
 * ones; all are stored. When BE_RERUN_USELESS_MAX re-runs in a row were no better than what they
 * replaced, the machine is no better a moment later: blocks are re-run again after one that was
 * clean at once. Follows from the stored samples alone. No clock, no I/O. Threads: one owner.
 */
#ifndef BE_MEASURE_RERUN_H
#define BE_MEASURE_RERUN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/run.h"

enum { BE_RERUN_USELESS_MAX = 5 };

/* init with {0}. */
struct be_rerun {
    size_t replaced; /* samples, by a later one of their configuration and round */
    size_t dropped;  /* samples: they or another of their block were rejected in the last attempt */
    unsigned useless_in_row; /* re-runs */
};

/* Whether the last attempt at a block is to be followed by another; its `count` samples so far. */
bool be_rerun_wanted(const struct be_rerun *rerun, const struct be_sample *samples, size_t count);

/* Notes a block's samples of one round, all attempts in the order they were made. */
void be_rerun_note(struct be_rerun *rerun, const struct be_sample *samples, size_t count);

/* Notes the first `count` samples, which earlier sessions stored. */
void be_rerun_take_up(struct be_rerun *rerun, const struct be_run *run, size_t count);

#endif
