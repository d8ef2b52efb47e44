/* Which blocks are measured again. A block is written as the states of its samples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "measure/rerun.h"

enum { MEMBERS = 2, SAMPLES_MAX = 64 };

/*
 * "cr" is one attempt at a block of two configurations, "crcc" two: clean, suspect, rejected,
 * failed.
 */
static size_t attempts_make(const char *states, uint32_t round, struct be_sample *samples)
{
    static const char letters[] = "csrf";

    for (size_t i = 0; states[i]; i++) {
        samples[i] = (struct be_sample){
            .configuration = (uint32_t)(i % MEMBERS),
            .round = round,
            .state = (enum be_sample_state)(strchr(letters, states[i]) - letters),
        };
    }
    return strlen(states);
}

static void note(struct be_rerun *rerun, const char *states)
{
    struct be_sample samples[SAMPLES_MAX];
    size_t count = attempts_make(states, 0, samples);

    be_rerun_note(rerun, samples, count);
}

static bool wanted(const struct be_rerun *rerun, const char *states)
{
    struct be_sample samples[SAMPLES_MAX];
    size_t count = attempts_make(states, 0, samples);

    return be_rerun_wanted(rerun, samples, count);
}

static void a_disturbed_block_is_wanted_again(void **state)
{
    struct be_rerun rerun = {0};
    (void)state;

    assert_false(wanted(&rerun, ""));
    assert_false(wanted(&rerun, "cc"));
    assert_false(wanted(&rerun, "cf"));
    assert_true(wanted(&rerun, "cs"));
    assert_true(wanted(&rerun, "rc"));
    assert_true(wanted(&rerun, "fr"));
    /* What is replaced already is over. */
    assert_false(wanted(&rerun, "rcc"));
    assert_true(wanted(&rerun, "ccr"));
}

static void samples_are_counted_by_what_became_of_them(void **state)
{
    static const struct {
        const char *states;
        size_t replaced;
        size_t dropped;
    } cases[] = {
        {"cc", 0, 0},   {"cs", 0, 0},   {"cr", 0, 2},   {"fr", 0, 1},  {"crcc", 2, 0},
        {"rrss", 2, 0}, {"cccr", 2, 2}, {"srrf", 2, 1}, {"srf", 1, 1}, /* given up */
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_rerun rerun = {0};
        note(&rerun, cases[i].states);
        assert_int_equal(rerun.replaced, cases[i].replaced);
        assert_int_equal(rerun.dropped, cases[i].dropped);
    }
}

static void rerunning_ends_where_it_does_not_help(void **state)
{
    struct be_rerun rerun = {0};
    (void)state;

    for (unsigned i = 0; i < BE_RERUN_USELESS_MAX; i++) {
        assert_true(wanted(&rerun, "cr"));
        note(&rerun, i % 2 ? "crrr" : "scss");
    }
    assert_false(wanted(&rerun, "cr"));
    note(&rerun, "cr");
    assert_false(wanted(&rerun, "cs"));
    /* The machine has calmed down. */
    note(&rerun, "cc");
    assert_true(wanted(&rerun, "cs"));
}

static void a_rerun_that_helps_keeps_them_going(void **state)
{
    struct be_rerun rerun = {0};
    (void)state;

    for (unsigned i = 0; i < 10 * BE_RERUN_USELESS_MAX; i++) {
        assert_true(wanted(&rerun, "cr"));
        note(&rerun, i % BE_RERUN_USELESS_MAX == 0 ? "crss" : "crrc");
    }
}

/* Two blocks in two rounds; the first was measured twice in its second round. */
static void stored_samples_say_the_same(void **state)
{
    static const struct {
        uint32_t configuration;
        uint32_t round;
        enum be_sample_state state;
    } stored[] = {
        {0, 0, BE_SAMPLE_CLEAN},    {1, 0, BE_SAMPLE_CLEAN},   {2, 0, BE_SAMPLE_REJECTED},
        {3, 0, BE_SAMPLE_CLEAN},    {1, 1, BE_SAMPLE_SUSPECT}, {0, 1, BE_SAMPLE_CLEAN},
        {1, 1, BE_SAMPLE_REJECTED}, {0, 1, BE_SAMPLE_CLEAN},   {3, 1, BE_SAMPLE_CLEAN},
        {2, 1, BE_SAMPLE_SUSPECT},
    };
    struct be_configuration configurations[] = {
        {.block = 0}, {.block = 0}, {.block = 1}, {.block = 1}};
    struct be_sample samples[sizeof(stored) / sizeof(stored[0])] = {{0}};
    struct be_run run = {.configurations = configurations,
                         .configuration_count = 4,
                         .samples = samples,
                         .sample_count = sizeof(stored) / sizeof(stored[0])};
    struct be_rerun rerun = {0};
    (void)state;

    for (size_t i = 0; i < run.sample_count; i++) {
        samples[i].configuration = stored[i].configuration;
        samples[i].round = stored[i].round;
        samples[i].state = stored[i].state;
    }
    be_rerun_take_up(&rerun, &run, run.sample_count);
    assert_int_equal(rerun.replaced, 2);
    assert_int_equal(rerun.dropped, 4);
    assert_int_equal(rerun.useless_in_row, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_disturbed_block_is_wanted_again),
        cmocka_unit_test(samples_are_counted_by_what_became_of_them),
        cmocka_unit_test(rerunning_ends_where_it_does_not_help),
        cmocka_unit_test(a_rerun_that_helps_keeps_them_going),
        cmocka_unit_test(stored_samples_say_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
