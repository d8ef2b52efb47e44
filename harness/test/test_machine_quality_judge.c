/* What two readings say: pure functions, so that every signal can be sent alone. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "machine/quality.h"

enum { ALL = (1 << 10) - 1 };

static const uint64_t ms = 1000000;

/* A machine of 4 CPUs, 2 of which a sample used for a second, both all the time. */
static void quiet_second(struct be_quality_reading *before, struct be_quality_reading *after)
{
    *before = (struct be_quality_reading){
        .watched = ALL,
        .at_ns = 5000 * ms,
        .cpus = 2,
        .machine_cpus = 4,
        .steal_ns = 70 * ms,
        .busy_ns = 90000 * ms,
        .own_ns = 400 * ms,
        .throttled_cpus = 2,
        .throttled_ns = 9 * ms,
        .throttled_count = 3,
        .waited_ns = 600 * ms,
        .heat_count = 11,
        .clock_khz = UINT64_C(2) * 4200000,
        .swap_pages = 12,
        .supplies = 1,
    };
    *after = *before;
    after->at_ns += 1000 * ms;
    after->busy_ns += 2000 * ms;
    after->own_ns += 2000 * ms;
}

static void steal_send(struct be_quality_reading *after, uint64_t by)
{
    after->steal_ns += by;
}

static void throttled_send(struct be_quality_reading *after, uint64_t by)
{
    after->throttled_ns += by;
}

/* Others take what the sample then lacks. */
static void others_send(struct be_quality_reading *after, uint64_t by)
{
    after->own_ns -= by;
    after->waited_ns += by;
}

/* Others ran, and nothing had to wait for them. */
static void idle_others_send(struct be_quality_reading *after, uint64_t by)
{
    after->own_ns -= by;
}

static void heat_send(struct be_quality_reading *after, uint64_t by)
{
    after->heat_count += by;
}

static void clock_send(struct be_quality_reading *after, uint64_t by)
{
    after->clock_khz -= by;
}

static void swap_send(struct be_quality_reading *after, uint64_t by)
{
    after->swap_pages += by;
}

static void power_send(struct be_quality_reading *after, uint64_t by)
{
    after->supplies -= (uint32_t)by;
}

#define MS UINT64_C(1000000)

/* Ticks of 10 ms; a sample of 2 s of CPU time. */
static const struct {
    void (*send)(struct be_quality_reading *after, uint64_t by);
    uint64_t by;
    enum be_sample_state state;
    const char *reason;
} signals[] = {
    {steal_send, 0, BE_SAMPLE_CLEAN, ""},
    {steal_send, 40 * MS, BE_SAMPLE_CLEAN, ""}, /* 2 % is not above 2 % */
    {steal_send, 60 * MS, BE_SAMPLE_SUSPECT, "lost 3.0 % of its CPU time: 3.0 % to the hypervisor"},
    {steal_send, 200 * MS, BE_SAMPLE_SUSPECT,
     "lost 10.0 % of its CPU time: 10.0 % to the hypervisor"},
    {steal_send, 220 * MS, BE_SAMPLE_REJECTED,
     "lost 11.0 % of its CPU time: 11.0 % to the hypervisor"},
    {throttled_send, 40 * MS, BE_SAMPLE_CLEAN, ""},
    {throttled_send, 50 * MS, BE_SAMPLE_SUSPECT,
     "lost 2.5 % of its CPU time: 2.5 % to a CPU quota"},
    {throttled_send, 500 * MS, BE_SAMPLE_REJECTED,
     "lost 25.0 % of its CPU time: 25.0 % to a CPU quota"},
    {idle_others_send, 1000 * MS, BE_SAMPLE_CLEAN, ""},
    {others_send, 500 * MS, BE_SAMPLE_REJECTED,
     "lost 25.0 % of its CPU time: 25.0 % to other programs"},
    {heat_send, 3, BE_SAMPLE_SUSPECT, "heat slowed its cores 3 times"},
    {clock_send, 2400000, BE_SAMPLE_SUSPECT,
     "the highest clock of its cores went from 4.20 to 3.00 GHz"},
    {swap_send, 34, BE_SAMPLE_SUSPECT, "the machine swapped 34 pages"},
    {power_send, 1, BE_SAMPLE_SUSPECT, "the power went from mains to battery"},
};

static void skip_unless_ticks_are_10_ms(void)
{
    if (sysconf(_SC_CLK_TCK) != 100) {
        skip(); /* The cases are written for ticks of 10 ms. */
    }
}

static void each_signal_alone_is_told_with_its_size(void **state)
{
    (void)state;

    skip_unless_ticks_are_10_ms();
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        struct be_quality_reading before;
        struct be_quality_reading after;
        struct be_quality_verdict verdict;
        quiet_second(&before, &after);
        signals[i].send(&after, signals[i].by);
        be_quality_judge(&before, &after, &verdict);
        if (verdict.state != signals[i].state || strcmp(verdict.reason, signals[i].reason) != 0) {
            fail_msg("case %zu: %s, '%s'; wanted is '%s'", i, be_sample_state_name(verdict.state),
                     verdict.reason, signals[i].reason);
        }
        assert_int_equal(verdict.watched, ALL);
    }
}

/* Without a signal in one of the readings, what it says does not count. */
static void a_signal_that_one_reading_lacks_does_not_judge(void **state)
{
    static const unsigned needed[] = {
        BE_QUALITY_STEAL,  BE_QUALITY_STEAL,     BE_QUALITY_STEAL,     BE_QUALITY_STEAL,
        BE_QUALITY_STEAL,  BE_QUALITY_THROTTLED, BE_QUALITY_THROTTLED, BE_QUALITY_THROTTLED,
        BE_QUALITY_OTHERS, BE_QUALITY_OTHERS,    BE_QUALITY_HEAT,      BE_QUALITY_CLOCK,
        BE_QUALITY_SWAP,   BE_QUALITY_POWER,
    };
    (void)state;

    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        for (int lacking = 0; lacking < 2; lacking++) {
            struct be_quality_reading before;
            struct be_quality_reading after;
            struct be_quality_verdict verdict;
            quiet_second(&before, &after);
            signals[i].send(&after, signals[i].by);
            (lacking ? &after : &before)->watched &= ~needed[i];
            be_quality_judge(&before, &after, &verdict);
            assert_int_equal(verdict.state, BE_SAMPLE_CLEAN);
            assert_string_equal(verdict.reason, "");
            assert_int_equal(verdict.watched, ALL & ~needed[i]);
        }
    }
}

static void a_signal_that_ran_backwards_is_not_watched(void **state)
{
    struct be_quality_reading before;
    struct be_quality_reading after;
    struct be_quality_verdict verdict;
    (void)state;

    quiet_second(&before, &after);
    after.steal_ns = before.steal_ns - 1;
    after.busy_ns = before.busy_ns - 1;
    after.throttled_ns = before.throttled_ns - 1;
    after.waited_ns = before.waited_ns - 1;
    after.heat_count = before.heat_count - 1;
    after.swap_pages = before.swap_pages - 1;
    be_quality_judge(&before, &after, &verdict);
    assert_int_equal(verdict.state, BE_SAMPLE_CLEAN);
    assert_int_equal(verdict.watched,
                     BE_QUALITY_RUNNABLE | BE_QUALITY_CLOCK | BE_QUALITY_POWER | BE_QUALITY_DELAY);
}

/* A CPU that went offline takes its counts with it. */
static void other_cpus_cannot_be_compared(void **state)
{
    struct be_quality_reading before;
    struct be_quality_reading after;
    struct be_quality_verdict verdict;
    (void)state;

    quiet_second(&before, &after);
    after.cpus = 1;
    after.steal_ns += 900 * ms;
    after.busy_ns += 900 * ms;
    be_quality_judge(&before, &after, &verdict);
    assert_int_equal(verdict.state, BE_SAMPLE_CLEAN);
    assert_false(verdict.watched & (BE_QUALITY_STEAL | BE_QUALITY_OTHERS));
}

static void losses_add_up(void **state)
{
    struct be_quality_reading before;
    struct be_quality_reading after;
    struct be_quality_verdict verdict;
    (void)state;

    skip_unless_ticks_are_10_ms();
    quiet_second(&before, &after);
    after.steal_ns += 100 * ms;
    after.throttled_ns += 30 * ms;
    before.throttled_cpus = after.throttled_cpus = 0.5;
    others_send(&after, 1000 * ms);
    heat_send(&after, 1);
    be_quality_judge(&before, &after, &verdict);
    assert_int_equal(verdict.state, BE_SAMPLE_REJECTED);
    assert_string_equal(verdict.reason,
                        "lost 61.0 % of its CPU time: 50.0 % to other programs, 5.0 % to the "
                        "hypervisor, 6.0 % to a CPU quota; heat slowed its cores 1 times");
}

/* Two ticks say nothing of a sample that is not much longer. */
static void a_short_sample_is_not_judged_by_two_ticks(void **state)
{
    static const struct {
        uint64_t steal_ms;
        enum be_sample_state state;
    } cases[] = {{20, BE_SAMPLE_CLEAN}, {30, BE_SAMPLE_REJECTED}};
    (void)state;

    skip_unless_ticks_are_10_ms();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_quality_reading before;
        struct be_quality_reading after;
        struct be_quality_verdict verdict;
        quiet_second(&before, &after);
        after = before;
        after.at_ns += 25 * ms;
        after.steal_ns += cases[i].steal_ms * ms;
        be_quality_judge(&before, &after, &verdict);
        assert_int_equal(verdict.state, cases[i].state);
    }
}

/*
 * A sample that waits half the time is hit by 50 of 100 ticks, give or take 5: more than its own
 * CPU time by 3 x 5 ticks can be chance, 16 cannot.
 */
static void ticks_of_a_waiting_sample_are_given_their_scatter(void **state)
{
    static const struct {
        uint64_t others_ms;
        enum be_sample_state state;
    } cases[] = {
        {140, BE_SAMPLE_CLEAN},
        {160, BE_SAMPLE_REJECTED},
    };
    (void)state;

    skip_unless_ticks_are_10_ms();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_quality_reading before;
        struct be_quality_reading after;
        struct be_quality_verdict verdict;
        quiet_second(&before, &after);
        before.cpus = after.cpus = 1;
        after.own_ns = before.own_ns + 500 * ms;
        after.busy_ns = before.busy_ns + (500 + cases[i].others_ms) * ms;
        after.waited_ns += 500 * ms;
        be_quality_judge(&before, &after, &verdict);
        assert_int_equal(verdict.state, cases[i].state);
    }
}

/* Waiting is known for the machine as a whole: at most this much on each of its CPUs. */
static void others_take_no_more_than_was_waited_for(void **state)
{
    struct be_quality_reading before;
    struct be_quality_reading after;
    struct be_quality_verdict verdict;
    (void)state;

    quiet_second(&before, &after);
    idle_others_send(&after, 1000 * ms);
    after.waited_ns += 15 * ms;
    be_quality_judge(&before, &after, &verdict);
    assert_string_equal(verdict.reason, "lost 3.0 % of its CPU time: 3.0 % to other programs");
    before.watched &= ~(unsigned)BE_QUALITY_PRESSURE;
    be_quality_judge(&before, &after, &verdict);
    assert_string_equal(verdict.reason, "lost 50.0 % of its CPU time: 50.0 % to other programs");
}

/* Own 20 ms of 2 s, others 1 s: a sleeper waits for each of them no longer than it runs. */
static void a_sleeping_sample_loses_little(void **state)
{
    static const struct {
        uint64_t runnable;
        const char *reason;
    } cases[] = {
        {0, ""}, /* 1 % */
        {1, ""},
        {3, "lost 3.0 % of its CPU time: 3.0 % to other programs"},
        {90, "lost 50.0 % of its CPU time: 50.0 % to other programs"},
    };
    (void)state;

    skip_unless_ticks_are_10_ms();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_quality_reading before;
        struct be_quality_reading after;
        struct be_quality_verdict verdict;
        quiet_second(&before, &after);
        after.own_ns = before.own_ns + 20 * ms;
        after.busy_ns = before.busy_ns + 1020 * ms;
        after.waited_ns += 1000 * ms;
        after.runnable = cases[i].runnable;
        be_quality_judge(&before, &after, &verdict);
        assert_string_equal(verdict.reason, cases[i].reason);
        before.runnable = cases[i].runnable;
        after.runnable = 0;
        be_quality_judge(&before, &after, &verdict);
        assert_string_equal(verdict.reason, cases[i].reason);
    }
}

static void a_second_charger_changes_nothing(void **state)
{
    struct be_quality_reading before;
    struct be_quality_reading after;
    struct be_quality_verdict verdict;
    (void)state;

    quiet_second(&before, &after);
    after.supplies = 2;
    be_quality_judge(&before, &after, &verdict);
    assert_int_equal(verdict.state, BE_SAMPLE_CLEAN);
    before.supplies = 0;
    be_quality_judge(&before, &after, &verdict);
    assert_string_equal(verdict.reason, "the power went from battery to mains");
}

static void a_worker_elsewhere_is_told(void **state)
{
    static const struct {
        int32_t bound;
        int32_t seen;
        const char *reason;
    } cases[] = {
        {3, 3, ""},
        {-1, 3, ""}, /* not pinned: it may be anywhere */
        {3, -1, ""}, /* not known */
        {3, 5, "worker 1 ran on CPU 5, bound to CPU 3"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_worker_record workers[2] = {
            {.pu_bound = 0, .pu_seen = 0},
            {.pu_bound = cases[i].bound, .pu_seen = cases[i].seen},
        };
        struct be_sample_record record = {.workers = workers, .worker_count = 2};
        struct be_quality_verdict verdict = {.state = BE_SAMPLE_CLEAN};
        be_quality_judge_places(&record, &verdict);
        assert_string_equal(verdict.reason, cases[i].reason);
        assert_int_equal(verdict.state, cases[i].reason[0] ? BE_SAMPLE_SUSPECT : BE_SAMPLE_CLEAN);
    }
}

/* However much there is to say, a verdict holds its beginning. */
static void a_long_reason_is_cut(void **state)
{
    struct be_quality_verdict verdict = {.state = BE_SAMPLE_REJECTED};
    (void)state;

    for (int i = 0; i < 100; i++) {
        be_quality_verdict_add(&verdict, BE_SAMPLE_SUSPECT, "reason %d", i);
    }
    assert_int_equal(verdict.state, BE_SAMPLE_REJECTED);
    assert_int_equal(strlen(verdict.reason), BE_QUALITY_REASON_BYTES - 1);
    assert_memory_equal(verdict.reason, "reason 0; reason 1; ", 20);
}

static void what_is_watched_has_names(void **state)
{
    char text[BE_QUALITY_NAMES_BYTES];
    (void)state;

    assert_string_equal(be_quality_watched_names(0, text), "nothing");
    assert_string_equal(be_quality_watched_names(BE_QUALITY_THROTTLED, text), "throttling");
    assert_string_equal(be_quality_watched_names(ALL, text),
                        "steal, throttling, other programs, runnable tasks, CPU pressure, heat, "
                        "clock limits, swap, power, waiting for cores");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_signal_alone_is_told_with_its_size),
        cmocka_unit_test(a_signal_that_one_reading_lacks_does_not_judge),
        cmocka_unit_test(a_signal_that_ran_backwards_is_not_watched),
        cmocka_unit_test(other_cpus_cannot_be_compared),
        cmocka_unit_test(losses_add_up),
        cmocka_unit_test(a_short_sample_is_not_judged_by_two_ticks),
        cmocka_unit_test(ticks_of_a_waiting_sample_are_given_their_scatter),
        cmocka_unit_test(others_take_no_more_than_was_waited_for),
        cmocka_unit_test(a_sleeping_sample_loses_little),
        cmocka_unit_test(a_second_charger_changes_nothing),
        cmocka_unit_test(a_worker_elsewhere_is_told),
        cmocka_unit_test(a_long_reason_is_cut),
        cmocka_unit_test(what_is_watched_has_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
