/*
 * When a sweep stops, on runs that are made up: every wall time follows from configuration and
 * round alone, so that the same sample is the same whoever measures it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/rng.h"
#include "measure/ledger.h"
#include "plan/order.h"
#include "run_builder.h"

enum { NOBODY = -1, LACKS = 100 };

/* How the samples of a block spread, and which of its configurations fails. */
struct conduct {
    double spread; /* of a speedup: .01 is up to 1 % up or down */
    int failing;   /* configuration; NOBODY: none; LACKS + configuration: it is unavailable */
};

static void run_make(struct be_run *run, uint32_t blocks, uint32_t most)
{
    char params[64];

    *run = (struct be_run){.seed = 7, .rounds = most};
    for (uint32_t i = 0; i < blocks; i++) {
        snprintf(params, sizeof(params), "steps=%u", 100 + i);
        builder_add_configuration(run, BE_ROLE_REFERENCE, i, params);
        snprintf(params, sizeof(params), "steps=%u executor=threads workers=2", 100 + i);
        builder_add_configuration(run, BE_ROLE_MEASURED, i, params);
        snprintf(params, sizeof(params), "steps=%u executor=processes workers=2", 100 + i);
        builder_add_configuration(run, BE_ROLE_MEASURED, i, params);
    }
}

static uint64_t wall_ns(const struct be_run *run, const struct conduct *conducts,
                        uint32_t configuration, uint32_t round)
{
    const struct be_configuration *made = &run->configurations[configuration];
    const struct conduct *conduct = &conducts[made->block];
    struct be_rng rng;

    be_rng_init(&rng, ((uint64_t)round << 32) + configuration + 1);
    double chance = (double)(be_rng_next(&rng) >> 11) * 0x1p-53;
    if (conduct->failing % LACKS == (int)configuration) {
        return 0;
    }
    return made->role == BE_ROLE_REFERENCE
               ? 2000000
               : (uint64_t)(1e6 * (1 + conduct->spread * (2 * chance - 1)));
}

/* A sweep while it is made; all borrowed. */
struct sweeping {
    struct be_run *run;
    struct be_ledger *ledger;
    const struct conduct *conducts;
    const uint32_t *order;
};

/* Measures one block as a sweep does, but stops when `left` samples are made. */
static void block_measure(const struct sweeping *with, uint32_t block, uint32_t round, size_t *left)
{
    struct be_run *run = with->run;
    const uint32_t *order = with->order;

    for (size_t i = 0; i < run->configuration_count; i++) {
        if (run->configurations[order[i]].block != block ||
            be_ledger_given_up(with->ledger, order[i])) {
            continue;
        }
        if (*left == 0) {
            return;
        }
        --*left;
        struct be_sample *sample = builder_add_sample(
            run, order[i], round, wall_ns(run, with->conducts, order[i], round), 1000);
        if (sample->state == BE_SAMPLE_FAILED && with->conducts[block].failing >= LACKS) {
            sample->state = BE_SAMPLE_UNAVAILABLE;
        }
        be_ledger_note(with->ledger, sample);
    }
    be_ledger_close(with->ledger, block, round);
}

/* Takes the run up and measures to the end, or until `left` more samples are made. */
static void sweep(struct be_run *run, const struct conduct *conducts, size_t left)
{
    struct be_ledger ledger;
    uint32_t order[64];
    const struct sweeping with = {run, &ledger, conducts, order};
    uint32_t round = 0;

    assert_int_equal(be_ledger_init(&ledger, run, .01, NULL), BE_OK);
    assert_int_equal(be_ledger_look(&ledger, NULL), BE_OK);
    while (left > 0 && be_ledger_next(&ledger, &round)) {
        be_order_round(run->seed, round, run->configurations, run->configuration_count, order);
        for (size_t i = 0; left > 0 && i < run->configuration_count; i++) {
            uint32_t block = run->configurations[order[i]].block;
            if (be_ledger_due(&ledger, block, round)) {
                block_measure(&with, block, round, &left);
            }
        }
        if (!be_ledger_next(&ledger, &round)) {
            assert_int_equal(be_ledger_look(&ledger, NULL), BE_OK);
        }
    }
    if (left > 0) {
        assert_int_equal(be_ledger_done(&ledger), be_ledger_total(&ledger));
    }
    be_ledger_finish(&ledger);
}

/* Rounds of a block that a sample is stored of. */
static uint32_t block_rounds(const struct be_run *run, uint32_t block)
{
    uint32_t rounds = 0;

    for (size_t i = 0; i < run->sample_count; i++) {
        if (run->configurations[run->samples[i].configuration].block == block &&
            run->samples[i].round >= rounds) {
            rounds = run->samples[i].round + 1;
        }
    }
    return rounds;
}

static void blocks_stop_when_precise_and_others_go_on(void **state)
{
    static const struct {
        struct conduct conducts[2];
        uint32_t most;
        uint32_t rounds[2];
    } cases[] = {
        {{{.001, NOBODY}, {.001, NOBODY}}, 160, {10, 10}},
        {{{.001, NOBODY}, {.5, NOBODY}}, 160, {10, 160}},
        {{{.5, NOBODY}, {.001, NOBODY}}, 50, {50, 10}},
        {{{.014, NOBODY}, {.001, NOBODY}}, 160, {20, 10}},
        {{{.02, NOBODY}, {.001, NOBODY}}, 160, {40, 10}},
        /* Fewer than ten: so many, however precise. */
        {{{.001, NOBODY}, {.5, NOBODY}}, 4, {4, 4}},
        /* What fails for ever keeps nothing going: a configuration, or the reference of its block.
         */
        {{{.001, 2}, {.001, 3}}, 160, {10, 10}},
        {{{.5, 2}, {.001, NOBODY}}, 160, {160, 10}},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_run run;
        run_make(&run, 2, cases[i].most);
        sweep(&run, cases[i].conducts, SIZE_MAX);
        for (uint32_t block = 0; block < 2; block++) {
            if (block_rounds(&run, block) != cases[i].rounds[block]) {
                fail_msg("case %zu, block %u: %u rounds, not %u", i, block,
                         block_rounds(&run, block), cases[i].rounds[block]);
            }
        }
        be_run_finish(&run);
    }
}

/* Each (round, configuration) once, in an order that does not depend on where it was cut. */
static void assert_same_samples(const struct be_run *run, const struct be_run *whole, size_t cut)
{
    uint32_t block = run->configurations[whole->samples[cut].configuration].block;
    size_t again = 0; /* samples of a block that was left half-way */

    while (again < cut && whole->samples[cut - again - 1].round == whole->samples[cut].round &&
           run->configurations[whole->samples[cut - again - 1].configuration].block == block) {
        again++;
    }
    assert_int_equal(run->sample_count, whole->sample_count + again);
    for (size_t i = cut; i < run->sample_count; i++) {
        assert_int_equal(run->samples[i].configuration, whole->samples[i - again].configuration);
        assert_int_equal(run->samples[i].round, whole->samples[i - again].round);
    }
}

static void a_resumed_run_goes_on_as_the_uninterrupted_one(void **state)
{
    static const struct conduct conducts[] = {{.001, LACKS + 2}, {.02, 5}, {.2, NOBODY}};
    struct be_run whole;
    (void)state;

    run_make(&whole, 3, 40);
    sweep(&whole, conducts, SIZE_MAX);
    assert_int_equal(block_rounds(&whole, 0), 10);
    assert_int_equal(block_rounds(&whole, 2), 40);
    for (size_t cut = 1; cut < whole.sample_count; cut++) {
        struct be_run run;
        run_make(&run, 3, 40);
        sweep(&run, conducts, cut);
        assert_int_equal(run.sample_count, cut);
        sweep(&run, conducts, SIZE_MAX);
        assert_same_samples(&run, &whole, cut);
        be_run_finish(&run);
    }
    be_run_finish(&whole);
}

static void added_blocks_catch_up(void **state)
{
    static const struct conduct conducts[] = {{.001, NOBODY}, {.001, NOBODY}};
    struct be_ledger ledger;
    struct be_run run;
    uint32_t round = 0;
    (void)state;

    run_make(&run, 1, 40);
    sweep(&run, conducts, SIZE_MAX);
    assert_int_equal(be_ledger_init(&ledger, &run, .01, NULL), BE_OK);
    assert_int_equal(be_ledger_level(&ledger), 10);
    assert_false(be_ledger_next(&ledger, &round));
    builder_add_configuration(&run, BE_ROLE_REFERENCE, 1, "steps=50");
    builder_add_configuration(&run, BE_ROLE_MEASURED, 1, "steps=50 executor=threads workers=2");
    assert_int_equal(be_ledger_extend(&ledger, NULL), BE_OK);
    assert_true(be_ledger_next(&ledger, &round));
    assert_int_equal(round, 0);
    assert_false(be_ledger_due(&ledger, 0, 0));
    assert_true(be_ledger_due(&ledger, 1, 0));
    assert_int_equal(be_ledger_total(&ledger) - be_ledger_done(&ledger), 20);
    be_ledger_finish(&ledger);
    be_run_finish(&run);
}

/* A sample that was measured again is one. */
static void samples_are_counted_once(void **state)
{
    struct be_ledger ledger;
    struct be_run run;
    (void)state;

    run_make(&run, 1, 4);
    builder_add_sample(&run, 0, 0, 2000, 10);
    builder_add_sample(&run, 0, 0, 2000, 10);
    builder_add_sample(&run, 1, 0, 1000, 10);
    builder_add_sample(&run, 0, 1, 2000, 10);
    assert_int_equal(be_ledger_init(&ledger, &run, .01, NULL), BE_OK);
    assert_int_equal(be_ledger_done(&ledger), 3);
    assert_int_equal(be_ledger_total(&ledger), 12);
    be_ledger_finish(&ledger);
    be_run_finish(&run);
}

/* Once is enough to know; what failed may work the next time. */
static void what_is_unavailable_is_not_launched_again(void **state)
{
    struct be_ledger ledger;
    struct be_run run;
    (void)state;

    run_make(&run, 1, 4);
    builder_add_sample(&run, 0, 0, 2000, 10);
    builder_add_sample(&run, 1, 0, 0, 10);
    builder_add_sample(&run, 2, 0, 0, 10)->state = BE_SAMPLE_UNAVAILABLE;
    assert_int_equal(be_ledger_init(&ledger, &run, .01, NULL), BE_OK);
    assert_false(be_ledger_given_up(&ledger, 1));
    assert_true(be_ledger_given_up(&ledger, 2));
    assert_int_equal(ledger.failed, 1);
    assert_int_equal(be_ledger_total(&ledger), 9);
    be_ledger_finish(&ledger);
    be_run_finish(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_stop_when_precise_and_others_go_on),
        cmocka_unit_test(a_resumed_run_goes_on_as_the_uninterrupted_one),
        cmocka_unit_test(added_blocks_catch_up),
        cmocka_unit_test(samples_are_counted_once),
        cmocka_unit_test(what_is_unavailable_is_not_launched_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
