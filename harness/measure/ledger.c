#include "measure/ledger.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/precision.h"
#include "plan/order.h"

/* A configuration's rounds only grow: a sample of the same round replaces the one before. */
static void member_note(struct be_ledger_member *member, const struct be_sample *sample)
{
    if (member->samples == 0 || member->last_round != sample->round) {
        member->samples++;
        member->last_round = sample->round;
        member->failed_before = member->failed_in_row;
    }
    if (sample->state == BE_SAMPLE_UNAVAILABLE) {
        member->failed_in_row = BE_LEDGER_FAILURES_MAX; /* trying again would not help */
    } else {
        member->failed_in_row = be_sample_is_measured(sample) ? 0 : member->failed_before + 1;
    }
}

static bool member_is_given_up(const struct be_ledger_member *member)
{
    return member->failed_in_row >= BE_LEDGER_FAILURES_MAX;
}

/* Where the samples of the last sample's block and round begin: they were stored back to back. */
static size_t last_begin(const struct be_run *run)
{
    const struct be_sample *last = &run->samples[run->sample_count - 1];
    uint32_t block = run->configurations[last->configuration].block;
    size_t begin = run->sample_count - 1;

    while (begin > 0 && run->samples[begin - 1].round == last->round &&
           run->configurations[run->samples[begin - 1].configuration].block == block) {
        begin--;
    }
    return begin;
}

/* Whether an attempt at a block that came as far as order[place] left out nobody behind it. */
static bool attempt_is_whole(const struct be_ledger *ledger, const uint32_t *order, size_t place)
{
    const struct be_run *run = ledger->run;
    uint32_t block = run->configurations[order[place]].block;

    for (size_t i = place + 1; i < run->configuration_count; i++) {
        if (run->configurations[order[i]].block == block && !be_ledger_given_up(ledger, order[i])) {
            return false;
        }
    }
    return true;
}

static size_t place_find(const uint32_t *order, uint32_t configuration)
{
    size_t place = 0;

    while (order[place] != configuration) {
        place++;
    }
    return place;
}

/*
 * How far the block that was measured last is in its round. The order of a round is known, so an
 * attempt ends where the next sample is no further in it.
 */
static enum be_status last_find(struct be_ledger *ledger, struct be_error *error)
{
    const struct be_run *run = ledger->run;
    const struct be_sample *last = &run->samples[run->sample_count - 1];
    struct be_ledger_last found = {.block = run->configurations[last->configuration].block,
                                   .round = last->round,
                                   .begin = last_begin(run)};
    uint32_t *order = calloc(run->configuration_count, sizeof(*order));

    if (!order) {
        return be_error_set(error, BE_ENOMEM, "out of memory for an order");
    }
    be_order_round(run->seed, last->round, run->configurations, run->configuration_count, order);
    for (size_t i = found.begin; i < run->sample_count; i++) {
        size_t place = place_find(order, run->samples[i].configuration);
        bool ends = i + 1 == run->sample_count ||
                    place_find(order, run->samples[i + 1].configuration) <= place;
        if (ends) {
            found.half_way = !attempt_is_whole(ledger, order, place);
            found.attempts += !found.half_way;
        }
    }
    free(order);
    ledger->last = found;
    return BE_OK;
}

/* The last sample's block is to be measured anew, as if its round had not begun. */
static void last_forget(struct be_ledger *ledger)
{
    const struct be_run *run = ledger->run;

    for (size_t i = 0; i < run->configuration_count; i++) {
        struct be_ledger_member *member = &ledger->members[i];
        if (run->configurations[i].block == ledger->last.block && member->samples > 0 &&
            member->last_round == ledger->last.round) {
            member->failed_in_row = member->failed_before;
        }
    }
}

static enum be_status samples_take_up(struct be_ledger *ledger, struct be_error *error)
{
    const struct be_run *run = ledger->run;

    for (size_t i = 0; i < run->sample_count; i++) {
        const struct be_sample *sample = &run->samples[i];
        be_ledger_note(ledger, sample);
        be_ledger_close(ledger, run->configurations[sample->configuration].block, sample->round);
    }
    if (run->sample_count == 0) {
        return BE_OK;
    }
    enum be_status status = last_find(ledger, error);
    if (status == BE_OK && ledger->last.half_way) {
        be_ledger_reopen(ledger);
    }
    if (status == BE_OK && ledger->last.attempts == 0) {
        last_forget(ledger);
    }
    return status;
}

enum be_status be_ledger_init(struct be_ledger *ledger, const struct be_run *run, double precision,
                              struct be_error *error)
{
    *ledger = (struct be_ledger){
        .run = run, .precision = precision, .widest = NAN, .last = {.round = UINT32_MAX}};
    enum be_status status = be_ledger_extend(ledger, error);

    if (status == BE_OK) {
        status = samples_take_up(ledger, error);
    }
    if (status != BE_OK) {
        be_ledger_finish(ledger);
    }
    return status;
}

void be_ledger_finish(struct be_ledger *ledger)
{
    free(ledger->blocks);
    free(ledger->members);
    *ledger = (struct be_ledger){0};
}

/* Room for one item more than `count`, so that none at all is no NULL. */
static void *items_grow(void *items, size_t count, size_t item_bytes)
{
    return realloc(items, (count + 1) * item_bytes);
}

enum be_status be_ledger_extend(struct be_ledger *ledger, struct be_error *error)
{
    const struct be_run *run = ledger->run;
    uint32_t block_count = be_run_block_count(run);
    struct be_ledger_block *blocks =
        items_grow(ledger->blocks, block_count, sizeof(*ledger->blocks));

    ledger->blocks = blocks ? blocks : ledger->blocks;
    struct be_ledger_member *members =
        items_grow(ledger->members, run->configuration_count, sizeof(*ledger->members));
    ledger->members = members ? members : ledger->members;
    if (!blocks || !members) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu configurations",
                            run->configuration_count);
    }
    for (; ledger->block_count < block_count; ledger->block_count++) {
        blocks[ledger->block_count] = (struct be_ledger_block){.wanted = be_ledger_first_look(run)};
    }
    for (; ledger->member_count < run->configuration_count; ledger->member_count++) {
        members[ledger->member_count] = (struct be_ledger_member){0};
    }
    return BE_OK;
}

void be_ledger_note(struct be_ledger *ledger, const struct be_sample *sample)
{
    member_note(&ledger->members[sample->configuration], sample);
    ledger->failed += sample->state == BE_SAMPLE_FAILED;
}

void be_ledger_close(struct be_ledger *ledger, uint32_t block, uint32_t round)
{
    ledger->blocks[block].done = round + 1;
}

void be_ledger_reopen(struct be_ledger *ledger)
{
    ledger->blocks[ledger->last.block].done = ledger->last.round;
}

enum be_status be_ledger_view(const struct be_run *run, uint32_t rounds, struct be_run *view,
                              struct be_error *error)
{
    struct be_sample *samples = calloc(run->sample_count + 1, sizeof(*samples));
    size_t count = 0;

    if (!samples) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu samples", run->sample_count);
    }
    for (size_t i = 0; i < run->sample_count; i++) {
        if (run->samples[i].round < rounds) {
            samples[count++] = run->samples[i];
        }
    }
    *view = *run;
    view->samples = samples;
    view->sample_count = count;
    return BE_OK;
}

/*
 * A configuration that fails for ever will not become more precise, whatever it is given.
 * members: zeroed, one a configuration.
 */
static void widths_forgive(const struct be_run *view, struct be_ledger_member *members,
                           double *widths)
{
    bool lost = false; /* the block's reference: nothing in it has a speedup any more */

    for (size_t i = 0; i < view->sample_count; i++) {
        member_note(&members[view->samples[i].configuration], &view->samples[i]);
    }
    for (size_t i = 0; i < view->configuration_count; i++) {
        bool given_up = member_is_given_up(&members[i]);
        if (view->configurations[i].role == BE_ROLE_REFERENCE) {
            lost = given_up;
        }
        widths[i] = given_up || lost ? NAN : widths[i];
    }
}

/* The half-widths that the first `rounds` rounds gave; *widths is the caller's (free). */
static enum be_status widths_find(const struct be_ledger *ledger, uint32_t rounds, double **widths,
                                  struct be_error *error)
{
    struct be_run view;
    struct be_ledger_member *members = NULL;
    double *made = NULL;
    enum be_status status = be_ledger_view(ledger->run, rounds, &view, error);

    if (status != BE_OK) {
        return status;
    }
    status = be_precision_widths_create(&view, BE_PRECISION_STOP_LEVEL, &made, error);
    if (status == BE_OK) {
        members = calloc(ledger->member_count + 1, sizeof(*members));
        status = members ? BE_OK : be_error_set(error, BE_ENOMEM, "out of memory for a look");
    }
    if (status == BE_OK) {
        widths_forgive(&view, members, made);
        *widths = made;
    } else {
        free(made);
    }
    free(members);
    free(view.samples);
    return status;
}

/* Whether a block has just what it wanted, and may want more. */
static bool block_is_open(const struct be_ledger *ledger, const struct be_ledger_block *block)
{
    return !block->settled && block->done >= block->wanted && block->wanted < ledger->run->rounds;
}

/* Looks at the open blocks that wanted so many rounds. */
static enum be_status look_at(struct be_ledger *ledger, uint32_t rounds, struct be_error *error)
{
    const struct be_run *run = ledger->run;
    uint32_t next = be_precision_next_look(rounds);
    double *widths = NULL;
    bool *wide = calloc((size_t)ledger->block_count + 1, sizeof(*wide));
    enum be_status status = wide ? widths_find(ledger, rounds, &widths, error)
                                 : be_error_set(error, BE_ENOMEM, "out of memory for a look");

    ledger->widest = NAN;
    for (size_t i = 0; status == BE_OK && i < run->configuration_count; i++) {
        ledger->widest = isfinite(widths[i]) ? fmax(ledger->widest, widths[i]) : ledger->widest;
        wide[run->configurations[i].block] |= widths[i] > ledger->precision;
    }
    for (uint32_t i = 0; status == BE_OK && i < ledger->block_count; i++) {
        struct be_ledger_block *block = &ledger->blocks[i];
        if (block_is_open(ledger, block) && block->wanted == rounds) {
            block->settled = !wide[i];
            block->wanted = block->settled ? rounds : next < run->rounds ? next : run->rounds;
        }
    }
    free(widths);
    free(wide);
    return status;
}

/*
 * The next look that open blocks wait for; UINT32_MAX: none, or one for which a block still lacks
 * rounds. All blocks have their look together, so that it does not depend on where a run was cut.
 */
static uint32_t look_next(const struct be_ledger *ledger)
{
    uint32_t rounds = UINT32_MAX;

    for (uint32_t i = 0; i < ledger->block_count; i++) {
        const struct be_ledger_block *block = &ledger->blocks[i];
        if (block_is_open(ledger, block) && block->wanted < rounds) {
            rounds = block->wanted;
        }
    }
    for (uint32_t i = 0; i < ledger->block_count; i++) {
        const struct be_ledger_block *block = &ledger->blocks[i];
        if (block->done < block->wanted && block->wanted <= rounds) {
            return UINT32_MAX;
        }
    }
    return rounds;
}

/* Blocks that were taken up with more rounds than their first look pass several looks at once. */
enum be_status be_ledger_look(struct be_ledger *ledger, struct be_error *error)
{
    enum be_status status = BE_OK;

    for (uint32_t rounds = look_next(ledger); status == BE_OK && rounds < UINT32_MAX;
         rounds = look_next(ledger)) {
        status = look_at(ledger, rounds, error);
    }
    return status;
}

bool be_ledger_next(const struct be_ledger *ledger, uint32_t *round)
{
    bool found = false;

    for (uint32_t i = 0; i < ledger->block_count; i++) {
        const struct be_ledger_block *block = &ledger->blocks[i];
        if (block->done < block->wanted && (!found || block->done < *round)) {
            *round = block->done;
            found = true;
        }
    }
    return found;
}

bool be_ledger_due(const struct be_ledger *ledger, uint32_t block, uint32_t round)
{
    return ledger->blocks[block].done == round && round < ledger->blocks[block].wanted;
}

bool be_ledger_given_up(const struct be_ledger *ledger, uint32_t configuration)
{
    return member_is_given_up(&ledger->members[configuration]);
}

size_t be_ledger_done(const struct be_ledger *ledger)
{
    size_t done = 0;

    for (size_t i = 0; i < ledger->member_count; i++) {
        done += ledger->members[i].samples;
    }
    return done;
}

size_t be_ledger_total(const struct be_ledger *ledger)
{
    size_t total = 0;

    for (uint32_t i = 0; i < ledger->member_count; i++) {
        const struct be_ledger_member *member = &ledger->members[i];
        uint32_t wanted = ledger->blocks[ledger->run->configurations[i].block].wanted;
        bool more = !be_ledger_given_up(ledger, i) && member->samples < wanted;
        total += more ? wanted : member->samples;
    }
    return total;
}

uint32_t be_ledger_first_look(const struct be_run *run)
{
    uint32_t first = be_precision_next_look(0);

    return first < run->rounds ? first : run->rounds;
}

uint32_t be_ledger_level(const struct be_ledger *ledger)
{
    uint32_t first = be_ledger_first_look(ledger->run);
    uint32_t level = 0;

    for (uint32_t i = 0; i < ledger->block_count; i++) {
        if (ledger->blocks[i].done > level) {
            level = ledger->blocks[i].done;
        }
    }
    return level < first ? level : first;
}
