/*
 * Which block is measured in which round: what is stored and what is wanted. It follows from plan
 * and stored samples alone, so that a resumed run goes on as the first one would have. No clock, no
 * I/O. Threads: one owner. Errors: BE_ENOMEM.
 *
 * A block is looked at after 10, 20, 40, 80 … of its rounds, and goes on, whole, as long as a
 * speedup in it is known less precisely than wanted, up to the run's most rounds.
 */
#ifndef BE_MEASURE_LEDGER_H
#define BE_MEASURE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/run.h"
#include "core/status.h"

/*
 * A configuration that failed in so many rounds in a row is not launched again; one that is
 * unavailable not after the first time.
 */
enum { BE_LEDGER_FAILURES_MAX = 3 };

struct be_ledger {
    const struct be_run *run; /* borrowed */
    double precision;         /* wanted: see be_plan */

    struct be_ledger_block {
        uint32_t done;   /* rounds 0 .. done - 1 are stored, each of them whole */
        uint32_t wanted; /* rounds 0 .. wanted - 1, until the next look */
        bool settled;    /* it was precise enough at the last look */
    } * blocks;          /* owned */
    uint32_t block_count;

    struct be_ledger_member {
        uint32_t samples;       /* distinct rounds of which a sample is stored */
        uint32_t last_round;    /* of these */
        uint32_t failed_in_row; /* rounds, the last one included */
        uint32_t failed_before; /* rounds, without it */
    } * members;                /* owned; one a configuration */
    size_t member_count;

    struct be_ledger_last {
        uint32_t block;
        uint32_t round;    /* UINT32_MAX: there is none */
        size_t begin;      /* its samples: run->samples[begin] and all behind it */
        unsigned attempts; /* at all of its configurations, those of a half-way one not included */
        bool half_way;     /* the last attempt was stopped amid the block */
    } last;                /* the block that earlier sessions measured last */

    size_t failed; /* samples, all stored ones */
    double widest; /* half-width of a speedup at the last look, where it has one; NAN: none yet */
};

/*
 * Takes up the run's samples. A block that was left half-way is wanted again, whole: its ratios are
 * between samples that ran back to back, and those of two sessions did not. The run must outlive
 * *ledger; finish frees.
 */
enum be_status be_ledger_init(struct be_ledger *ledger, const struct be_run *run, double precision,
                              struct be_error *error);
void be_ledger_finish(struct be_ledger *ledger);

/* Takes up configurations, of blocks of their own, that were added to the run since. */
enum be_status be_ledger_extend(struct be_ledger *ledger, struct be_error *error);

/* Notes a sample that was stored. */
void be_ledger_note(struct be_ledger *ledger, const struct be_sample *sample);

/* Notes that a block has all its samples of this round. */
void be_ledger_close(struct be_ledger *ledger, uint32_t block, uint32_t round);

/* The block that earlier sessions measured last is to be measured once more in that round. */
void be_ledger_reopen(struct be_ledger *ledger);

/*
 * Looks at the blocks when all of them have what they wanted, and lets those that are not yet
 * precise enough want more. Costs a summary of the run. Errors: also BE_ECORRUPT.
 */
enum be_status be_ledger_look(struct be_ledger *ledger, struct be_error *error);

/* The first round that a block still wants; false: all have what they want. */
bool be_ledger_next(const struct be_ledger *ledger, uint32_t *round);

/* Whether a block still wants this round, which is that of be_ledger_next. */
bool be_ledger_due(const struct be_ledger *ledger, uint32_t block, uint32_t round);

/* Whether a configuration is not launched any more. */
bool be_ledger_given_up(const struct be_ledger *ledger, uint32_t configuration);

/* Distinct samples that are stored, and with those that are still wanted. */
size_t be_ledger_done(const struct be_ledger *ledger);
size_t be_ledger_total(const struct be_ledger *ledger);

/* The rounds of a block before its first look, and what the most advanced block has of them. */
uint32_t be_ledger_first_look(const struct be_run *run);
uint32_t be_ledger_level(const struct be_ledger *ledger);

/*
 * The run as it was after so many rounds of each block: *view borrows everything but the array of
 * samples, which is the caller's (free).
 */
enum be_status be_ledger_view(const struct be_run *run, uint32_t rounds, struct be_run *view,
                              struct be_error *error);

#endif
