/* Where a pass's time went, from two looks at what was used up: known answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "executor/stamp.h"
#include "usage.h"

static void parts_follow_from_span_cpu_time_and_delay(void **state)
{
    static const struct {
        const char *name;
        int64_t span, between, send, receive, codec;
        uint64_t cpu, delay;
        struct be_stamps stamps;
        int64_t spin;
    } cases[] = {
        {"on a core all along", 900, 100, 30, 20, 0, 950, 0, {800, 0, 30, 120, 0, 0}, 0},
        {"another had the core", 900, 100, 30, 20, 0, 750, 250, {600, 0, 30, 120, 0, 0}, 0},
        {"it slept", 900, 100, 30, 20, 0, 150, 0, {800, 0, 30, 120, 0, 0}, 0},
        {"it slept, and woke late", 900, 100, 30, 20, 0, 150, 40, {800, 0, 30, 120, 0, 0}, 0},
        {"delayed for nearly all of it", 900, 100, 30, 20, 0, 750, 190, {610, 0, 30, 120, 0, 0}, 0},
        {"delayed where it waited", 900, 100, 30, 20, 0, 950, 500, {800, 0, 30, 120, 0, 0}, 0},
        {"more between than there was", 900, 5000, 30, 20, 0, 950, 0, {0, 0, 30, 920, 0, 0}, 0},
        {"noise below 0", 900, -3, -2, -1, 0, 950, 0, {900, 0, 0, 0, 0, 0}, 0},
        {"sending beyond the pass", 900, 100, 5000, 20, 0, 1000, 0, {800, 0, 100, 100, 0, 0}, 0},
        {"codec is between", 900, 100, 30, 20, 60, 950, 0, {800, 60, 30, 60, 0, 0}, 0},
        {"no more codec than between", 900, 100, 30, 20, 500, 950, 0, {800, 100, 30, 20, 0, 0}, 0},
        {"noise of a codec", 900, 100, 30, 20, -9, 950, 0, {800, 0, 30, 120, 0, 0}, 0},
        {"it spins where it waits", 700, 100, 30, 20, 0, 1000, 0, {600, 0, 30, 120, 0, 250}, 250},
        {"no more spin than it ran", 700, 100, 30, 20, 0, 300, 0, {600, 0, 30, 120, 0, 150}, 250},
        {"no more spin than waits", 700, 100, 30, 20, 0, 900, 0, {600, 0, 30, 120, 0, 250}, 999},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct be_usage before = {
            77, {true, 88}, {1000, 1000, 1000, 1000, 0, 1000, 1000, 0}, 0};
        const struct be_usage after = {
            77 + cases[i].cpu,
            {true, 88 + cases[i].delay},
            {1000 + cases[i].span, 1000 + cases[i].between, 1000 + cases[i].send,
             1000 + cases[i].receive, 0, 1000 + cases[i].codec, 1000, cases[i].spin},
            0,
        };
        struct be_stamps stamps;
        assert_true(be_usage_stamps(&before, &after, 1000, &stamps));
        if (stamps.compute_ns != cases[i].stamps.compute_ns ||
            stamps.codec_ns != cases[i].stamps.codec_ns ||
            stamps.send_ns != cases[i].stamps.send_ns ||
            stamps.receive_ns != cases[i].stamps.receive_ns ||
            stamps.spin_ns != cases[i].stamps.spin_ns || stamps.merge_ns != 0) {
            fail_msg("%s: %u %u %u %u", cases[i].name, (unsigned)stamps.compute_ns,
                     (unsigned)stamps.codec_ns, (unsigned)stamps.send_ns,
                     (unsigned)stamps.receive_ns);
        }
    }
}

static void what_two_workers_did_in_one_place_is_not_known(void **state)
{
    const struct be_usage before = {.meter = {.span_ns = 500}};
    const struct be_usage after = {.cpu_ns = 900, .meter = {.span_ns = 900}, .replaced = 1};
    struct be_stamps stamps;
    (void)state;

    assert_false(be_usage_stamps(&before, &after, 1000, &stamps));
}

static void without_a_span_nothing_is_known(void **state)
{
    const struct be_usage before = {.meter = {.span_ns = 500}};
    const struct be_usage after = {.cpu_ns = 900, .meter = {.span_ns = 500}};
    struct be_stamps stamps = {.compute_ns = 1};
    (void)state;

    assert_false(be_usage_stamps(&before, &after, 1000, &stamps));
    assert_int_equal(stamps.compute_ns, 1);
}

static void a_dispatcher_s_parts_fit_its_cpu_time(void **state)
{
    const struct be_meter before = {0, 0, 100, 100, 100, 10, 10, 100};
    const struct be_meter after = {0, 0, 400, 300, 200, 50, 30, 120};
    struct be_stamps stamps = {.compute_ns = 9};
    (void)state;

    be_usage_dispatcher_stamps(&before, &after, 700, &stamps);
    assert_int_equal(stamps.codec_ns, 40 + 20);
    assert_int_equal(stamps.send_ns, 300 - 40);
    assert_int_equal(stamps.receive_ns, 200);
    assert_int_equal(stamps.merge_ns, 100 - 20);
    be_usage_dispatcher_stamps(&before, &after, 310, &stamps);
    assert_int_equal(stamps.codec_ns, 30);
    assert_int_equal(stamps.send_ns, 130);
    assert_int_equal(stamps.receive_ns, 100);
    assert_int_equal(stamps.merge_ns, 40);
    assert_int_equal(stamps.spin_ns, 10);
    assert_int_equal(stamps.compute_ns, 9);
}

/* Whatever the pace, what timed calls stand for is all calls but those since the last one. */
static void timed_calls_stand_for_all(void **state)
{
    struct be_stamp stamp;
    uint64_t stands_for = 0;
    uint64_t timed = 0;
    (void)state;

    be_stamp_init(&stamp, 1000);
    assert_int_equal(be_stamp_due(&stamp), 1);
    for (uint64_t calls = 1; calls < 1000000; calls++) {
        uint32_t counts = be_stamp_due(&stamp);
        stands_for += counts;
        timed += counts > 0;
        if (counts > 0) {
            assert_int_equal(stands_for, calls);
        }
    }
    assert_true(timed > 0 && timed < 500000);
}

static void clocks_that_cost_nothing_time_every_call(void **state)
{
    struct be_stamp stamp;
    (void)state;

    be_stamp_init(&stamp, 0);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(be_stamp_due(&stamp), 1);
    }
}

/* Long calls are no interruptions where all are long. */
static void only_a_call_that_took_far_longer_stands_for_itself(void **state)
{
    struct be_stamp stamp;
    (void)state;

    be_stamp_init(&stamp, 100);
    for (int i = 0; i < 50; i++) {
        assert_int_equal(be_stamp_weight(&stamp, 40000 + 1000 * (uint64_t)(i % 5), 7), 7);
    }
    assert_int_equal(be_stamp_weight(&stamp, 4000000, 7), 1);
    assert_int_equal(be_stamp_weight(&stamp, 40000, 7), 7);

    be_stamp_init(&stamp, 100);
    assert_int_equal(be_stamp_weight(&stamp, 100, 7), 7);
    assert_int_equal(be_stamp_weight(&stamp, 4000000, 7), 1);
    assert_int_equal(be_stamp_weight(&stamp, 19000, 7), 7); /* as when a line has gone cold */
}

static void a_clock_costs_something(void **state)
{
    struct be_clock_costs costs;
    (void)state;

    be_clock_costs_measure(&costs);
    assert_true(costs.wall_ns > 0 && costs.cpu_ns > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_follow_from_span_cpu_time_and_delay),
        cmocka_unit_test(what_two_workers_did_in_one_place_is_not_known),
        cmocka_unit_test(without_a_span_nothing_is_known),
        cmocka_unit_test(a_dispatcher_s_parts_fit_its_cpu_time),
        cmocka_unit_test(timed_calls_stand_for_all),
        cmocka_unit_test(clocks_that_cost_nothing_time_every_call),
        cmocka_unit_test(only_a_call_that_took_far_longer_stands_for_itself),
        cmocka_unit_test(a_clock_costs_something),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
