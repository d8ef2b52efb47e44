#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plan/nearest.h"
#include "plan/order.h"

enum { BLOCKS = 4, MEMBERS = 6, COUNT = BLOCKS * MEMBERS };

static void configurations_make(struct be_configuration configurations[COUNT])
{
    memset(configurations, 0, COUNT * sizeof(*configurations));
    for (uint32_t i = 0; i < COUNT; i++) {
        configurations[i].block = i / MEMBERS;
    }
}

static void every_round_is_a_permutation_with_its_blocks_together(void **state)
{
    struct be_configuration configurations[COUNT];
    uint32_t order[COUNT];
    (void)state;

    configurations_make(configurations);
    for (uint32_t round = 0; round < 200; round++) {
        bool seen[COUNT] = {false};
        be_order_round(7, round, configurations, COUNT, order);
        for (size_t i = 0; i < COUNT; i++) {
            assert_true(order[i] < COUNT);
            assert_false(seen[order[i]]);
            seen[order[i]] = true;
            assert_int_equal(order[i] / MEMBERS, order[i - i % MEMBERS] / MEMBERS);
        }
    }
}

static void the_order_follows_from_seed_and_round_alone(void **state)
{
    struct be_configuration configurations[COUNT];
    uint32_t first[COUNT];
    uint32_t again[COUNT];
    (void)state;

    configurations_make(configurations);
    be_order_round(7, 3, configurations, COUNT, first);
    be_order_round(7, 3, configurations, COUNT, again);
    assert_memory_equal(first, again, sizeof(first));
    be_order_round(7, 4, configurations, COUNT, again);
    assert_memory_not_equal(first, again, sizeof(first));
    be_order_round(8, 3, configurations, COUNT, again);
    assert_memory_not_equal(first, again, sizeof(first));
    /* Neighbouring seeds and rounds are not shifted copies of each other. */
    be_order_round(8, 2, configurations, COUNT, again);
    assert_memory_not_equal(first, again, sizeof(first));
}

/*
 * A stored run resumed by a later build must go on with the order it began with. Known from a
 * second implementation, in Python.
 */
static void the_order_is_this_one(void **state)
{
    static const uint32_t expected[COUNT] = {11, 8, 9, 6, 7, 10, 20, 22, 18, 21, 19, 23,
                                             4,  0, 1, 2, 3, 5,  14, 12, 16, 17, 15, 13};
    struct be_configuration configurations[COUNT];
    uint32_t order[COUNT];
    (void)state;

    configurations_make(configurations);
    be_order_round(1, 0, configurations, COUNT, order);
    assert_memory_equal(order, expected, sizeof(expected));
}

/* Chi squared over 6,000 rounds: 99.99 % of fair orders stay below the bounds. */
static void every_place_is_equally_likely(void **state)
{
    enum { ROUNDS = 6000 };
    struct be_configuration configurations[COUNT];
    uint32_t order[COUNT];
    uint32_t blocks[BLOCKS][BLOCKS] = {{0}};
    uint32_t members[MEMBERS][MEMBERS] = {{0}};
    double block_chi = 0;
    double member_chi = 0;
    (void)state;

    configurations_make(configurations);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        be_order_round(1, round, configurations, COUNT, order);
        for (size_t i = 0; i < BLOCKS; i++) {
            blocks[i][order[i * MEMBERS] / MEMBERS]++;
        }
        for (size_t i = 0; i < COUNT; i++) {
            if (order[i] < MEMBERS) {
                members[i % MEMBERS][order[i]]++;
            }
        }
    }
    for (size_t i = 0; i < BLOCKS; i++) {
        for (size_t j = 0; j < BLOCKS; j++) {
            double off = blocks[i][j] - (double)ROUNDS / BLOCKS;
            block_chi += off * off / ((double)ROUNDS / BLOCKS);
        }
    }
    for (size_t i = 0; i < MEMBERS; i++) {
        for (size_t j = 0; j < MEMBERS; j++) {
            double off = members[i][j] - (double)ROUNDS / MEMBERS;
            member_chi += off * off / ((double)ROUNDS / MEMBERS);
        }
    }
    assert_true(block_chi < 45);  /* 9 degrees of freedom, times 4/3 */
    assert_true(member_chi < 75); /* 25 degrees of freedom, times 6/5 */
}

static void the_nearest_word_is_one_slip_in_three_letters_away(void **state)
{
    static const char *const known[] = {"workers", "workload", "chunk", "window", "seed"};
    static const struct {
        const char *word;
        const char *found;
    } cases[] = {
        {"worker", "workers"}, {"wrokers", "workers"}, {"worklod", "workload"},
        {"chunks", "chunk"},   {"seeds", "seed"},      {"sed", "seed"},
        {"seed", "seed"},      {"sd", NULL},           {"", NULL},
        {"widnwo", "window"},  {"widget", NULL},       {"frobnicate", NULL},
    };
    char longest[200];
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_nearest nearest = {.word = cases[i].word};
        for (size_t j = 0; j < sizeof(known) / sizeof(known[0]); j++) {
            be_nearest_offer(&nearest, known[j]);
        }
        if (!cases[i].found) {
            assert_null(nearest.found);
        } else {
            assert_non_null(nearest.found);
            assert_string_equal(nearest.found, cases[i].found);
        }
    }
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    struct be_nearest nearest = {.word = longest};
    be_nearest_offer(&nearest, longest);
    assert_null(nearest.found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_round_is_a_permutation_with_its_blocks_together),
        cmocka_unit_test(the_order_follows_from_seed_and_round_alone),
        cmocka_unit_test(the_order_is_this_one),
        cmocka_unit_test(every_place_is_equally_likely),
        cmocka_unit_test(the_nearest_word_is_one_slip_in_three_letters_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
