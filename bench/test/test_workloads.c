#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/rng.h"
#include "core/run.h"
#include "workload/workload_table.h"

static struct breakeven_turns alone = {NULL};

static const struct breakeven_workload *trial(void)
{
    return be_workload_find("gcd-trial");
}

static const struct breakeven_workload *euclid(void)
{
    return be_workload_find("gcd-euclid");
}

static uint64_t gcd_of(const struct breakeven_workload *workload, uint64_t a, uint64_t b)
{
    struct breakeven_pair pair = {a, b};
    uint64_t reply = 0;

    assert_int_equal(workload->run(&pair, sizeof(pair), &reply, 1, &alone), 1);
    return reply;
}

static void known_pairs_have_their_gcds(void **state)
{
    static const struct {
        uint64_t a, b, gcd, trial_steps;
    } cases[] = {
        {1963309, 2265973, 1, 1963309}, /* these four: plan seed's */
        {2030677, 3814172, 1, 2030677},
        {1551645, 2229620, 5, 1551641},
        {2039045, 2020802, 1, 2020802},
        {1, 1, 1, 1},
        {12, 18, 6, 7},
        {7, 7, 7, 1},
        {UINT64_MAX, 3, 3, 1},
        {UINT64_MAX, UINT64_MAX, UINT64_MAX, 1},
        {UINT64_C(1) << 63, UINT64_C(1) << 40, UINT64_C(1) << 40, 1},
        {UINT64_MAX, 100000, 5, 99996},
        {UINT32_MAX, 65536, 1, 65536},
        {UINT64_C(1) << 32, 65537, 1, 65537},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct breakeven_pair pair = {cases[i].a, cases[i].b};
        assert_int_equal(gcd_of(trial(), pair.a, pair.b), cases[i].gcd);
        assert_int_equal(gcd_of(euclid(), pair.a, pair.b), cases[i].gcd);
        assert_int_equal(trial()->count_steps(&pair), cases[i].trial_steps);
    }
}

static void both_kernels_agree_on_random_pairs(void **state)
{
    struct be_rng rng;
    (void)state;

    be_rng_init(&rng, 20);
    for (int i = 0; i < 3000; i++) {
        /* A small number and one of any width: both widths of division, few steps. */
        uint64_t factor = 1 + be_rng_below(&rng, 50);
        uint64_t small = factor * (1 + be_rng_below(&rng, 60));
        uint64_t other = (be_rng_next(&rng) >> be_rng_below(&rng, 63)) / factor * factor + factor;
        assert_int_equal(gcd_of(trial(), small, other), gcd_of(euclid(), small, other));
        assert_int_equal(gcd_of(trial(), other, small), gcd_of(euclid(), small, other));
    }
}

static void a_zero_fails_its_task_alone(void **state)
{
    const struct breakeven_pair pairs[] = {{6, 4}, {0, 5}, {9, 6}, {5, 0}, {0, 0}};
    const struct breakeven_workload *const rows[] = {trial(), euclid()};
    (void)state;

    for (size_t k = 0; k < 2; k++) {
        uint64_t replies[] = {77, 77, 77, 77, 77};
        assert_int_equal(rows[k]->run(pairs, 16, replies, 5, &alone), 1);
        assert_int_equal(rows[k]->run(pairs + 2, 16, replies + 2, 3, &alone), 1);
        assert_int_equal(rows[k]->run(pairs + 4, 16, replies + 4, 1, &alone), 0);
        const uint64_t wanted[] = {2, 77, 3, 77, 77};
        assert_memory_equal(replies, wanted, sizeof(wanted));
    }
}

/* The definition itself: tries candidates one by one. */
static uint64_t trial_steps_by_hand(struct breakeven_pair pair)
{
    uint64_t low = pair.a < pair.b ? pair.a : pair.b;
    uint64_t steps = 1;

    while (pair.a % low != 0 || pair.b % low != 0) {
        low--;
        steps++;
    }
    return steps;
}

static void trial_steps_are_candidates_tried(void **state)
{
    struct be_rng rng;
    (void)state;

    be_rng_init(&rng, 21);
    for (int i = 0; i < 2000; i++) {
        struct breakeven_pair pair = {1 + be_rng_below(&rng, 500), 1 + be_rng_below(&rng, 500)};
        assert_int_equal(trial()->count_steps(&pair), trial_steps_by_hand(pair));
    }
}

static void trial_generates_coprime_pairs_of_the_steps_wanted(void **state)
{
    static const uint64_t wanted[] = {1,
                                      2,
                                      3,
                                      4,
                                      10,
                                      4095,
                                      4096,
                                      4097,
                                      1000000,
                                      UINT32_MAX - 1,
                                      UINT32_MAX,
                                      UINT64_C(1) << 32,
                                      UINT64_C(1) << 63,
                                      UINT64_MAX - 1};
    enum { TASKS = 1500 };
    struct breakeven_pair pairs[TASKS];
    (void)state;

    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        trial()->generate(7, wanted[i], TASKS, pairs, 16);
        for (size_t k = 0; k < TASKS; k++) {
            assert_int_equal(trial()->count_steps(&pairs[k]), wanted[i]);
            assert_int_equal(gcd_of(euclid(), pairs[k].a, pairs[k].b), 1);
            if (wanted[i] < UINT32_MAX) {
                assert_true((pairs[k].a | pairs[k].b) <= UINT32_MAX);
            }
        }
    }
}

static uint64_t euclid_steps_by_hand(uint64_t a, uint64_t b)
{
    uint64_t steps = 0;

    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
        steps++;
    }
    return steps;
}

static void euclid_generates_pairs_of_the_steps_wanted(void **state)
{
    enum { TASKS = 1200 };
    struct breakeven_pair pairs[TASKS];
    (void)state;

    assert_int_equal(euclid()->steps_max, 91);
    for (uint64_t steps = 1; steps <= euclid()->steps_max; steps++) {
        euclid()->generate(steps, steps, TASKS, pairs, 16);
        for (size_t k = 0; k < TASKS; k++) {
            assert_true(pairs[k].a > 0 && pairs[k].b > 0);
            assert_int_equal(euclid_steps_by_hand(pairs[k].a, pairs[k].b), steps);
            assert_int_equal(euclid()->count_steps(&pairs[k]), steps);
        }
    }
}

static void a_seed_gives_the_same_requests_and_another_others(void **state)
{
    enum { TASKS = 2000 };
    struct breakeven_pair first[TASKS];
    struct breakeven_pair again[TASKS];
    struct breakeven_pair other[TASKS];
    (void)state;

    for (size_t i = 0; be_workload_table[i]; i++) {
        const struct breakeven_workload *row = be_workload_table[i];
        row->generate(1, 20, TASKS, first, 16);
        row->generate(1, 20, TASKS, again, 16);
        row->generate(2, 20, TASKS, other, 16);
        assert_memory_equal(first, again, sizeof(first));
        assert_memory_not_equal(first, other, sizeof(first));
    }
}

struct counted_turns {
    struct breakeven_turns turns; /* first, so that the two have one address */
    uint64_t calls;
};

static void checkpoint_count(struct breakeven_turns *turns)
{
    ((struct counted_turns *)turns)->calls++;
}

/* The loop really goes through its candidates: one checkpoint for each 4096 of them. */
static void trial_lets_others_in_every_4096_steps(void **state)
{
    static const struct {
        uint64_t a, b, calls;
    } cases[] = {
        {4096, 4097, 0},         {4097, 4098, 1},
        {8192, 8193, 1},         {8193, 8194, 2},
        {1963309, 2265973, 479}, {65537, UINT64_C(1) << 32, 16}, /* wide division */
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct counted_turns counted = {{checkpoint_count}, 0};
        struct breakeven_pair pair = {cases[i].a, cases[i].b};
        uint64_t reply = 0;
        assert_int_equal(trial()->run(&pair, sizeof(pair), &reply, 1, &counted.turns), 1);
        assert_int_equal(reply, 1);
        assert_int_equal(counted.calls, cases[i].calls);
    }
}

static void null_replies_depend_on_their_requests(void **state)
{
    const struct breakeven_workload *null = be_workload_find("null");
    struct breakeven_pair pairs[100];
    uint64_t replies[100];
    (void)state;

    null->generate(3, 0, 100, pairs, 16);
    assert_int_equal(null->run(pairs, 16, replies, 100, &alone), 100);
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(replies[i], pairs[i].a ^ pairs[i].b);
        assert_true(i == 0 || replies[i] != replies[i - 1]);
    }
}

/* By hand: every byte counts, wherever it lies; slices of a long payload are all there. */
static void touch_sums_all_of_its_payload(void **state)
{
    enum { LONG_WORDS = 100003 };
    const struct breakeven_workload *touch = be_workload_find("touch");
    const uint64_t two[2][3] = {{1, 2, UINT64_C(1) << 40}, {UINT64_MAX, 1, 5}};
    uint64_t *words = calloc(LONG_WORDS, sizeof(*words));
    uint64_t replies[2] = {0};
    (void)state;

    assert_int_equal(touch->run(two, sizeof(two[0]), replies, 2, &alone), 2);
    assert_int_equal(replies[0], 3 + (UINT64_C(1) << 40));
    assert_int_equal(replies[1], 5);
    for (uint64_t i = 0; i < LONG_WORDS; i++) {
        words[i] = i + 1;
    }
    assert_int_equal(touch->run(words, LONG_WORDS * sizeof(*words), replies, 1, &alone), 1);
    assert_int_equal(replies[0], UINT64_C(100003) * 100004 / 2);
    free(words);
}

/* Rows without a chosen size ignore it; the others must not mix up where a request begins. */
static void a_larger_payload_changes_what_travels_alone(void **state)
{
    enum { TASKS = 20 };
    static const char *const names[] = {"null", "touch", "spin"};
    static const size_t sizes[] = {16, 24, 4096};
    (void)state;

    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 3; j++) {
            const struct breakeven_workload *row = be_workload_find(names[i]);
            unsigned char *requests = calloc(TASKS, sizes[j]);
            uint64_t together[TASKS];
            row->generate(5, 1, TASKS, requests, sizes[j]);
            assert_int_equal(row->run(requests, sizes[j], together, TASKS, &alone), TASKS);
            for (size_t k = 0; k < TASKS; k++) {
                uint64_t single = 0;
                const uint64_t *request = (const void *)(requests + k * sizes[j]);
                row->run(request, sizes[j], &single, 1, &alone);
                assert_int_equal(together[k], single);
                assert_true(k == 0 || together[k] != together[k - 1]);
                assert_true(request[sizes[j] / 8 - 1] != 0); /* written to its end */
            }
            free(requests);
        }
    }
}

static void rows_keep_the_rules_of_the_header(void **state)
{
    (void)state;

    for (size_t i = 0; be_workload_table[i]; i++) {
        const struct breakeven_workload *row = be_workload_table[i];
        assert_ptr_equal(be_workload_find(row->name), row);
        assert_true(row->request_bytes >= 8 && row->request_bytes % 8 == 0);
        assert_true(row->request_bytes_max == 0 || row->request_bytes_max > row->request_bytes);
        const char *first = be_workload_params(row)->name;
        assert_int_equal(row->request_bytes_max > 0, first && strcmp(first, "payload") == 0);
        assert_true(row->request_bytes_max == 0 || row->reply_bytes == BE_PAYLOAD_REPLY_BYTES);
        assert_true(row->reply_bytes >= 8 && row->reply_bytes % 8 == 0);
        assert_true(row->summary[0] && row->summary[strlen(row->summary) - 1] != '.');
    }
    assert_null(be_workload_find("gcd"));
    assert_null(be_workload_find(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_pairs_have_their_gcds),
        cmocka_unit_test(both_kernels_agree_on_random_pairs),
        cmocka_unit_test(a_zero_fails_its_task_alone),
        cmocka_unit_test(trial_steps_are_candidates_tried),
        cmocka_unit_test(trial_generates_coprime_pairs_of_the_steps_wanted),
        cmocka_unit_test(euclid_generates_pairs_of_the_steps_wanted),
        cmocka_unit_test(a_seed_gives_the_same_requests_and_another_others),
        cmocka_unit_test(trial_lets_others_in_every_4096_steps),
        cmocka_unit_test(null_replies_depend_on_their_requests),
        cmocka_unit_test(touch_sums_all_of_its_payload),
        cmocka_unit_test(a_larger_payload_changes_what_travels_alone),
        cmocka_unit_test(rows_keep_the_rules_of_the_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
