/*
 * Which block is measured in which round: what is stored and what is wanted. It follows from plan
 * and stored samples alone, so that a resumed run goes on as the first one would have. No clock, no
 * I/O. Threads: one owner.
 */
#ifndef BE_MEASURE_ROUNDS_H
#define BE_MEASURE_ROUNDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/run.h"
#include "core/status.h"

/* A configuration that failed so often in a row is not launched again. */
enum { BE_ROUNDS_FAILURES_MAX = 3 };

struct be_rounds {
    const struct be_run *run; /* borrowed */

    struct be_rounds_block {
        uint32_t done;   /* rounds 0 .. done - 1 are stored, each of them whole */
        uint32_t wanted; /* rounds 0 .. wanted - 1 */
    } * blocks;          /* owned */
    uint32_t block_count;

    struct be_rounds_member {
        uint32_t block;
        uint32_t samples;       /* distinct rounds of which a sample is stored */
        uint32_t last_round;    /* of these */
        uint32_t failed_in_row; /* samples */
    } * members;                /* owned; one a configuration */
    size_t member_count;

    size_t failed; /* samples, all stored ones */
};

/*
 * Takes up the run's samples. A block that was left half-way is wanted again, whole: its ratios are
 * between samples that ran back to back, and those of two sessions did not. The run must outlive
 * *rounds; finish frees. Errors: BE_ENOMEM.
 */
enum be_status be_rounds_init(struct be_rounds *rounds, const struct be_run *run,
                              struct be_error *error);
void be_rounds_finish(struct be_rounds *rounds);

/* Notes a sample that was stored. */
void be_rounds_note(struct be_rounds *rounds, const struct be_sample *sample);

/* Notes that a block has all its samples of this round. */
void be_rounds_close(struct be_rounds *rounds, uint32_t block, uint32_t round);

/* The first round that a block still wants; false: all have what they want. */
bool be_rounds_next(const struct be_rounds *rounds, uint32_t *round);

/* Whether a block still wants this round, which is that of be_rounds_next. */
bool be_rounds_due(const struct be_rounds *rounds, uint32_t block, uint32_t round);

/* Whether a configuration is not launched any more. */
bool be_rounds_given_up(const struct be_rounds *rounds, uint32_t configuration);

/* Distinct samples that are stored, and with those that are still wanted. */
size_t be_rounds_done(const struct be_rounds *rounds);
size_t be_rounds_total(const struct be_rounds *rounds);

#endif
