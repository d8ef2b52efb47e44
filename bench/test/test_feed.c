/* How much workers are fed: the rules by themselves, and in a simulated pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/distribution.h"
#include "core/rng.h"
#include "executor/feed.h"

/* So many tasks of so many ns each. */
static struct be_speed speed_of(double tasks, double task_ns)
{
    return (struct be_speed){tasks, tasks * task_ns};
}

static void a_speed_is_that_of_lately(void **state)
{
    struct be_speed speed = {0};
    (void)state;

    assert_int_equal(be_speed_tasks(&speed, 1000000), 1);
    for (uint64_t known = 1; known <= 1024; known *= 2) {
        be_speed_note(&speed, known == 1 ? 1 : known / 2, 0);
        assert_int_equal(be_speed_tasks(&speed, 1000000), known); /* twice as many each time */
    }
    for (int i = 0; i < 100; i++) {
        be_speed_note(&speed, 1000, 1000000);
    }
    assert_in_range(be_speed_tasks(&speed, 500000), 490, 510);
    be_speed_note(&speed, 1, 1000000000); /* one task of a second: seen at once */
    assert_int_equal(be_speed_tasks(&speed, 500000), 1);
    int messages = 0;
    for (; be_speed_tasks(&speed, 500000) < 5000; messages++) {
        uint64_t tasks = be_speed_tasks(&speed, 500000);
        be_speed_note(&speed, tasks, tasks * 50);
    }
    assert_in_range(messages, 1, 400); /* and forgotten again */
}

static void what_a_worker_is_fed_follows_from_rule_speed_and_rest(void **state)
{
    const struct be_feed_rule fixed = {.workers = 2, .chunk = 1, .window = 64};
    const struct be_feed_rule sixteen = {.workers = 2, .chunk = 16, .window = 64};
    const struct be_feed_rule latency = {.workers = 1, .chunk = 1, .window = 1};
    const struct be_feed_rule window = {
        .workers = 2, .chunk = 4, .window = 1024, .follows_window = true};
    const struct be_feed_rule both = {.workers = 2,
                                      .chunk = 2048,
                                      .window = 16384,
                                      .follows_chunk = true,
                                      .follows_window = true};
    const struct be_feed_rule chunk = {
        .workers = 2, .chunk = 2048, .window = 100, .follows_chunk = true};
    const struct be_speed unknown = {0};
    const struct be_speed quick = speed_of(1e6, 50);
    const struct be_speed middle = speed_of(10000, 1000);
    const struct be_speed slow = speed_of(10, 1e6);
    const struct {
        const struct be_feed_rule *rule;
        const struct be_speed *speed;
        uint64_t left;
        struct be_feed feed;
    } cases[] = {
        {&fixed, &unknown, 1000, {64, 32, 1}},
        {&fixed, &unknown, 100, {25, 12, 1}}, /* half of an even share */
        {&fixed, &unknown, 3, {1, 1, 1}},
        {&fixed, &quick, 4, {64, 32, 1}}, /* what lasts for a round trip of 100 us */
        {&sixteen, &unknown, 1000, {64, 32, 16}},
        {&sixteen, &unknown, 100, {16, 16, 16}}, /* never split */
        {&latency, &middle, 1000, {1, 1, 1}},
        {&window, &unknown, 100000, {8, 4, 4}}, /* two chunks at least */
        {&window, &slow, 100000, {8, 4, 4}},
        {&window, &quick, 100000, {1024, 512, 4}},
        {&both, &unknown, 100000, {2, 1, 1}}, /* the first task tells the speed */
        {&both, &quick, 1000000, {16384, 8192, 2048}},
        {&both, &middle, 100000, {10000, 5000, 500}}, /* all it did lately, 500 us a message */
        {&both, &middle, 2000, {500, 250, 250}},
        {&both, &middle, 40, {100, 50, 50}},
        {&both, &slow, 100000, {10, 5, 1}},
        {&both, &slow, 3, {1, 1, 1}},
        {&chunk, &quick, 100000, {100, 50, 50}}, /* two messages, in spite of a narrow window */
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_feed feed = be_feed_decide(cases[i].rule, cases[i].speed, cases[i].left);
        assert_int_equal(feed.limit, cases[i].feed.limit);
        assert_int_equal(feed.half, cases[i].feed.half);
        assert_int_equal(feed.chunk, cases[i].feed.chunk);
    }
}

static void a_thread_takes_what_lasts_or_less_near_the_end(void **state)
{
    const struct be_speed unknown = {0};
    const struct be_speed quick = speed_of(1e6, 50);
    const struct be_speed slow = speed_of(10, 1e6);
    (void)state;

    assert_int_equal(be_feed_chunk(&unknown, 1000000, 2), 1);
    assert_int_equal(be_feed_chunk(&quick, 1000000, 2), 1000); /* 50 us */
    assert_int_equal(be_feed_chunk(&quick, 400, 2), 100);
    assert_int_equal(be_feed_chunk(&quick, 400, 64), 3);
    assert_int_equal(be_feed_chunk(&quick, 0, 64), 1);
    assert_int_equal(be_feed_chunk(&slow, 1000000, 2), 1);
}

/* Tasks of a pass, and what came of it. */
struct pass {
    uint64_t *ns; /* of each task */
    uint64_t tasks;
    uint64_t next;
    uint32_t workers;
    uint64_t messages;
    uint64_t total_ns;
    uint64_t largest_ns;
    uint64_t makespan_ns;
};

enum { WORKERS_MAX = 64, MESSAGES_MAX = 64, TASKS_MAX = 400000 };

static void pass_make(struct pass *pass, enum be_distribution distribution, uint64_t mean_ns,
                      uint32_t workers)
{
    uint64_t wanted = UINT64_C(40000000) / mean_ns * workers; /* 40 ms */
    uint64_t tasks = wanted < TASKS_MAX ? wanted : TASKS_MAX;
    struct be_rng rng;

    *pass = (struct pass){.tasks = tasks, .workers = workers};
    pass->ns = malloc(tasks * sizeof(pass->ns[0]));
    assert_non_null(pass->ns);
    for (uint64_t i = 0; i < tasks; i += BE_DISTRIBUTION_GROUP) {
        uint64_t rest = tasks - i;
        be_distribution_sizes(distribution, mean_ns,
                              rest < BE_DISTRIBUTION_GROUP ? rest : BE_DISTRIBUTION_GROUP,
                              &pass->ns[i]);
    }
    be_rng_init(&rng, 5);
    for (uint64_t i = tasks; i > 1; i--) {
        uint64_t other = be_rng_below(&rng, i);
        uint64_t ns = pass->ns[i - 1];
        pass->ns[i - 1] = pass->ns[other];
        pass->ns[other] = ns;
    }
    for (uint64_t i = 0; i < tasks; i++) {
        pass->total_ns += pass->ns[i];
        pass->largest_ns = pass->ns[i] > pass->largest_ns ? pass->ns[i] : pass->largest_ns;
    }
}

static uint64_t tasks_take(struct pass *pass, uint64_t count, uint64_t *taken)
{
    uint64_t ns = 0;

    for (*taken = 0; *taken < count && pass->next < pass->tasks; ++*taken) {
        ns += pass->ns[pass->next++];
    }
    pass->messages++;
    return ns;
}

/* Whoever is free takes a chunk, in 100 ns. */
static void threads_simulate(struct pass *pass)
{
    struct be_speed speeds[WORKERS_MAX] = {{0}};
    uint64_t free_at[WORKERS_MAX] = {0};

    while (pass->next < pass->tasks) {
        uint32_t who = 0;
        for (uint32_t i = 1; i < pass->workers; i++) {
            who = free_at[i] < free_at[who] ? i : who;
        }
        uint64_t left = pass->tasks - pass->next;
        uint64_t count;
        uint64_t ns =
            100 + tasks_take(pass, be_feed_chunk(&speeds[who], left, pass->workers), &count);
        be_speed_note(&speeds[who], count, ns);
        free_at[who] += ns;
        pass->makespan_ns = free_at[who] > pass->makespan_ns ? free_at[who] : pass->makespan_ns;
    }
}

/* A worker of a pool of processes, and the messages that it has not yet answered, in order. */
struct fed {
    struct be_speed speed;
    uint64_t looked_ns;
    uint64_t held;
    uint64_t busy_until_ns;
    uint64_t answered_at[MESSAGES_MAX]; /* when the dispatcher hears of it */
    uint64_t counts[MESSAGES_MAX];
    uint32_t oldest;
    uint32_t messages;
};

/* A message takes 20 us each way, and 5 us of its worker. */
static void worker_feed(struct pass *pass, const struct be_feed_rule *rule, struct fed *fed,
                        uint64_t now_ns)
{
    for (;;) {
        uint64_t left = pass->tasks - pass->next;
        struct be_feed feed = be_feed_decide(rule, &fed->speed, left);
        if (left == 0 || fed->held + feed.half > feed.limit) {
            return;
        }
        for (uint64_t sent = 0; sent < feed.half && pass->next < pass->tasks;) {
            uint64_t count;
            uint64_t ns = tasks_take(pass, feed.chunk, &count);
            uint32_t at = (fed->oldest + fed->messages++) % MESSAGES_MAX;
            uint64_t starts = now_ns + 20000;
            assert_true(fed->messages < MESSAGES_MAX);
            starts = starts > fed->busy_until_ns ? starts : fed->busy_until_ns;
            fed->busy_until_ns = starts + 5000 + ns;
            fed->answered_at[at] = fed->busy_until_ns + 20000;
            fed->counts[at] = count;
            fed->held += count;
            sent += count;
        }
    }
}

static void processes_simulate(struct pass *pass)
{
    const struct be_feed_rule rule = {.workers = pass->workers,
                                      .chunk = 2048,
                                      .window = 16384,
                                      .follows_chunk = true,
                                      .follows_window = true};
    static struct fed all[WORKERS_MAX];

    for (uint32_t i = 0; i < pass->workers; i++) {
        all[i] = (struct fed){0};
        worker_feed(pass, &rule, &all[i], 0);
    }
    for (;;) {
        struct fed *first = NULL;
        for (uint32_t i = 0; i < pass->workers; i++) {
            struct fed *fed = &all[i];
            if (fed->messages > 0 &&
                (!first || fed->answered_at[fed->oldest] < first->answered_at[first->oldest])) {
                first = fed;
            }
        }
        if (!first) {
            return;
        }
        uint64_t now_ns = first->answered_at[first->oldest];
        uint64_t count = first->counts[first->oldest];
        first->oldest = (first->oldest + 1) % MESSAGES_MAX;
        first->messages--;
        first->held -= count;
        be_speed_note(&first->speed, count, now_ns - first->looked_ns);
        first->looked_ns = now_ns;
        worker_feed(pass, &rule, first, now_ns);
        pass->makespan_ns = now_ns;
    }
}

/*
 * Tiny tasks share messages. Every pass ends within 5 % and `slack_ns` of an even share, and later
 * only by what its largest task forces.
 */
static void passes_amortise_and_balance(void (*simulate)(struct pass *pass), uint64_t slack_ns)
{
    static const uint32_t workers[] = {1, 2, 8, 64};
    static const struct {
        enum be_distribution distribution;
        uint64_t mean_ns;
        uint64_t least; /* tasks a message */
    } cases[] = {
        {BE_DISTRIBUTION_FIXED, 50, 150},     {BE_DISTRIBUTION_FIXED, 2000000, 1},
        {BE_DISTRIBUTION_UNIFORM, 100, 150},  {BE_DISTRIBUTION_UNIFORM, 20000, 1},
        {BE_DISTRIBUTION_PARETO, 100, 150},   {BE_DISTRIBUTION_PARETO, 20000, 1},
        {BE_DISTRIBUTION_PARETO, 1000000, 1},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t w = 0; w < 4; w++) {
            struct pass pass;
            pass_make(&pass, cases[i].distribution, cases[i].mean_ns, workers[w]);
            simulate(&pass);
            uint64_t even_ns = pass.total_ns / pass.workers;
            assert_int_equal(pass.next, pass.tasks);
            assert_true(pass.messages * cases[i].least <= pass.tasks);
            assert_in_range(pass.makespan_ns, even_ns,
                            even_ns + even_ns / 20 + slack_ns + pass.largest_ns);
            free(pass.ns);
        }
    }
}

static void threads_amortise_and_balance(void **state)
{
    (void)state;
    passes_amortise_and_balance(threads_simulate, 50000);
}

static void processes_amortise_and_balance(void **state)
{
    (void)state;
    /* Finding out the speed takes some round trips. */
    passes_amortise_and_balance(processes_simulate, 1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_speed_is_that_of_lately),
        cmocka_unit_test(what_a_worker_is_fed_follows_from_rule_speed_and_rest),
        cmocka_unit_test(a_thread_takes_what_lasts_or_less_near_the_end),
        cmocka_unit_test(threads_amortise_and_balance),
        cmocka_unit_test(processes_amortise_and_balance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
