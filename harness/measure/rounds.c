#include "measure/rounds.h"

#include <stdlib.h>

#include "plan/order.h"

/*
 * Whether the last sample is the last that its block makes in a round. The order of a round is
 * known, so what a session that was stopped left out stands behind it.
 */
static enum be_status last_block_is_whole(const struct be_rounds *rounds, bool *whole,
                                          struct be_error *error)
{
    const struct be_run *run = rounds->run;
    const struct be_sample *last = &run->samples[run->sample_count - 1];
    uint32_t block = rounds->members[last->configuration].block;
    uint32_t *order = calloc(run->configuration_count, sizeof(*order));
    bool behind = false;

    if (!order) {
        return be_error_set(error, BE_ENOMEM, "out of memory for an order");
    }
    be_order_round(run->seed, last->round, run->configurations, run->configuration_count, order);
    *whole = true;
    for (size_t i = 0; i < run->configuration_count; i++) {
        *whole &= !behind || rounds->members[order[i]].block != block ||
                  be_rounds_given_up(rounds, order[i]);
        behind |= order[i] == last->configuration;
    }
    free(order);
    return BE_OK;
}

static enum be_status samples_take_up(struct be_rounds *rounds, struct be_error *error)
{
    const struct be_run *run = rounds->run;
    bool whole = true;

    for (size_t i = 0; i < run->sample_count; i++) {
        const struct be_sample *sample = &run->samples[i];
        be_rounds_note(rounds, sample);
        be_rounds_close(rounds, rounds->members[sample->configuration].block, sample->round);
    }
    if (run->sample_count == 0) {
        return BE_OK;
    }
    enum be_status status = last_block_is_whole(rounds, &whole, error);
    if (status == BE_OK && !whole) {
        const struct be_sample *last = &run->samples[run->sample_count - 1];
        rounds->blocks[rounds->members[last->configuration].block].done = last->round;
    }
    return status;
}

enum be_status be_rounds_init(struct be_rounds *rounds, const struct be_run *run,
                              struct be_error *error)
{
    *rounds = (struct be_rounds){.run = run,
                                 .block_count = be_run_block_count(run),
                                 .member_count = run->configuration_count};
    rounds->blocks = calloc((size_t)rounds->block_count + 1, sizeof(*rounds->blocks));
    rounds->members = calloc(rounds->member_count + 1, sizeof(*rounds->members));
    if (!rounds->blocks || !rounds->members) {
        be_rounds_finish(rounds);
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu configurations",
                            run->configuration_count);
    }
    for (uint32_t i = 0; i < rounds->block_count; i++) {
        rounds->blocks[i].wanted = run->rounds;
    }
    for (size_t i = 0; i < rounds->member_count; i++) {
        rounds->members[i].block = run->configurations[i].block;
    }
    enum be_status status = samples_take_up(rounds, error);
    if (status != BE_OK) {
        be_rounds_finish(rounds);
    }
    return status;
}

void be_rounds_finish(struct be_rounds *rounds)
{
    free(rounds->blocks);
    free(rounds->members);
    *rounds = (struct be_rounds){0};
}

void be_rounds_note(struct be_rounds *rounds, const struct be_sample *sample)
{
    struct be_rounds_member *member = &rounds->members[sample->configuration];
    bool failed = sample->state == BE_SAMPLE_FAILED;

    /* A configuration's rounds only grow, so a sample of the same round replaces the one before. */
    if (member->samples == 0 || member->last_round != sample->round) {
        member->samples++;
        member->last_round = sample->round;
    }
    member->failed_in_row = failed ? member->failed_in_row + 1 : 0;
    rounds->failed += failed;
}

void be_rounds_close(struct be_rounds *rounds, uint32_t block, uint32_t round)
{
    rounds->blocks[block].done = round + 1;
}

bool be_rounds_next(const struct be_rounds *rounds, uint32_t *round)
{
    bool found = false;

    for (uint32_t i = 0; i < rounds->block_count; i++) {
        const struct be_rounds_block *block = &rounds->blocks[i];
        if (block->done < block->wanted && (!found || block->done < *round)) {
            *round = block->done;
            found = true;
        }
    }
    return found;
}

bool be_rounds_due(const struct be_rounds *rounds, uint32_t block, uint32_t round)
{
    return rounds->blocks[block].done == round && round < rounds->blocks[block].wanted;
}

bool be_rounds_given_up(const struct be_rounds *rounds, uint32_t configuration)
{
    return rounds->members[configuration].failed_in_row >= BE_ROUNDS_FAILURES_MAX;
}

size_t be_rounds_done(const struct be_rounds *rounds)
{
    size_t done = 0;

    for (size_t i = 0; i < rounds->member_count; i++) {
        done += rounds->members[i].samples;
    }
    return done;
}

size_t be_rounds_total(const struct be_rounds *rounds)
{
    size_t total = 0;

    for (uint32_t i = 0; i < rounds->member_count; i++) {
        const struct be_rounds_member *member = &rounds->members[i];
        uint32_t wanted = rounds->blocks[member->block].wanted;
        total +=
            be_rounds_given_up(rounds, i) || member->samples > wanted ? member->samples : wanted;
    }
    return total;
}
