#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "transports_fixture.h"

#include "analysis/transports.h"
#include "near.h"

static const struct be_way way = {
    .pus = {1, 0},
    .cache_line_ns = {.known = true, .bounded = true, .median = 50, .low = 48, .high = 51},
    .futex_wake_ns = {.known = true, .median = 2500},
};

/* By hand: 400 / 100 = 4 over 2c; (10,000 + 6,553.6) / 5,000 = 3.31 over 2(W+S). */
static void round_trips_stand_against_their_own_limit(void **state)
{
    struct fixture fixture;
    struct be_transports found;
    (void)state;

    fixture_transport_run(&fixture);
    assert_int_equal(
        be_transports_create(&fixture.run, &fixture.results.summaries, &way, &found, NULL), BE_OK);
    assert_int_equal(found.line_count, 3);
    assert_int_equal(found.point_count, 9);
    assert_string_equal(found.lines[0].label, "unix-stream");
    assert_string_equal(found.lines[2].label, "shm-arena");
    assert_false(found.lines[0].spins);
    assert_true(found.lines[2].spins);
    assert_near(found.line_ns.median, 100, 1e-9);
    assert_near(found.wake_ns.median, 5000, 1e-9);
    const struct be_transport_point *stream = &found.points[1];
    const struct be_transport_point *arena = &found.points[8];
    assert_int_equal(stream->payload, 65536);
    assert_near(stream->rtt_ns.median, 16553.6, 1e-6);
    assert_near(stream->distance.median, 3.31072, 1e-9);
    assert_near(stream->distance.low, 3.31072 * .98, 1e-9);
    assert_near(stream->tasks_per_s->median, 20e9 / 16553.6, 1e-3);
    assert_int_equal(arena->payload, 4194304);
    assert_near(arena->distance.median, 4, 1e-9);
    be_transports_finish(&found);
    fixture_finish(&fixture);
}

static void what_a_transport_does_not_carry_is_unknown(void **state)
{
    struct fixture fixture;
    struct be_transports found;
    (void)state;

    fixture_transport_run(&fixture);
    be_transports_create(&fixture.run, &fixture.results.summaries, &way, &found, NULL);
    const struct be_transport_point *point = &found.points[5];
    assert_string_equal(found.lines[point->line].label, "mqueue");
    assert_int_equal(point->payload, 4194304);
    assert_false(point->rtt_ns.known);
    assert_false(point->distance.known);
    assert_false(point->tasks_per_s->known);
    assert_string_equal(point->why_unavailable, "messages of 64 KiB at most");
    assert_null(found.points[4].why_unavailable);
    be_transports_finish(&found);
    fixture_finish(&fixture);
}

/* A limit between other cores says nothing, and one core has no way between two. */
static void distances_are_between_the_same_two_cores(void **state)
{
    struct be_way elsewhere = way;
    struct fixture fixture;
    struct be_transports found;
    (void)state;

    elsewhere.pus[0] = 2;
    fixture_transport_run(&fixture);
    be_transports_create(&fixture.run, &fixture.results.summaries, &elsewhere, &found, NULL);
    assert_true(found.points[0].rtt_ns.known);
    assert_false(found.points[0].distance.known);
    be_transports_finish(&found);
    for (size_t i = 0; i < fixture.results.summaries.count; i++) {
        fixture.results.summaries.items[i].dispatcher_pu = 1;
    }
    be_transports_create(&fixture.run, &fixture.results.summaries, &way, &found, NULL);
    assert_false(found.points[0].rtt_ns.known);
    be_transports_finish(&found);
    fixture_finish(&fixture);
}

/* Lines of one transport are told apart by what they differ in; futex waiting sleeps. */
static void a_way_to_wait_makes_a_line(void **state)
{
    static const struct fixture_transport ways[] = {
        {"transport=shm-ring wake=spin", 300, 0, UINT64_MAX},
        {"transport=shm-ring wake=futex", 9000, 0, UINT64_MAX},
    };
    struct fixture fixture;
    struct be_transports found;
    (void)state;

    fixture_begin(&fixture, "wake", 2);
    fixture_add_message(&fixture, 0, 64, &ways[0], 1);
    fixture_add_message(&fixture, 0, 64, &ways[1], 1);
    be_transports_create(&fixture.run, &fixture.results.summaries, &way, &found, NULL);
    assert_int_equal(found.line_count, 2);
    assert_string_equal(found.lines[0].label, "shm-ring, wake spin");
    assert_string_equal(found.lines[1].label, "shm-ring, wake futex");
    assert_near(found.points[0].distance.median, 3, 1e-9);
    assert_near(found.points[1].distance.median, 1.8, 1e-9);
    assert_null(found.points[0].many);
    be_transports_finish(&found);
    fixture_finish(&fixture);
}

static void other_runs_have_no_points(void **state)
{
    struct fixture fixture;
    struct be_transports found;
    (void)state;

    fixture_begin(&fixture, "gcd", 2);
    fixture_add(&fixture, BE_ROLE_MEASURED, 0, "executor=processes transport=pipe window=1");
    be_transports_create(&fixture.run, &fixture.results.summaries, &way, &found, NULL);
    assert_int_equal(found.point_count, 0);
    be_transports_finish(&found);
    fixture_finish(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips_stand_against_their_own_limit),
        cmocka_unit_test(what_a_transport_does_not_carry_is_unknown),
        cmocka_unit_test(distances_are_between_the_same_two_cores),
        cmocka_unit_test(a_way_to_wait_makes_a_line),
        cmocka_unit_test(other_runs_have_no_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
