/* What is in flight with a worker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/rng.h"
#include "executor/flight.h"

static void put(struct be_flights *flights, uint64_t first, uint32_t count, uint32_t tries,
                uint64_t sent_ns)
{
    be_flights_put(flights, &(struct be_flight){first, first + count, sent_ns, count, tries});
}

static void answers_are_expected_in_the_order_of_messages(void **state)
{
    struct be_flights flights;

    (void)state;
    assert_int_equal(be_flights_init(&flights, 4, NULL), BE_OK);
    assert_false(be_flights_expect(&flights, 0, 0));
    put(&flights, 10, 5, 0, 100);
    put(&flights, 15, 5, 0, 100);
    put(&flights, 20, 2, 0, 100); /* the last of a pass is shorter */
    put(&flights, 3, 1, 2, 200);  /* again */
    assert_int_equal(flights.messages, 4);

    assert_false(be_flights_expect(&flights, 15, 5));
    assert_false(be_flights_expect(&flights, 10, 10));
    assert_true(be_flights_expect(&flights, 10, 5));
    be_flights_answered(&flights);
    assert_true(be_flights_expect(&flights, 15, 5));
    be_flights_answered(&flights);
    assert_true(be_flights_expect(&flights, 20, 2));
    assert_int_equal(be_flights_oldest(&flights)->sent_ns, 100);
    be_flights_answered(&flights);
    assert_true(be_flights_expect(&flights, 3, 1));
    assert_int_equal(be_flights_oldest(&flights)->tries, 2);
    be_flights_answered(&flights);
    assert_int_equal(flights.messages, 0);
    assert_false(be_flights_expect(&flights, 4, 1));
    be_flights_finish(&flights);
}

static void messages_sent_together_are_taken_together(void **state)
{
    struct be_flights flights;
    struct be_flight taken;

    (void)state;
    assert_int_equal(be_flights_init(&flights, 100, NULL), BE_OK);
    for (uint64_t i = 0; i < 30; i++) {
        put(&flights, i, 1, 0, i < 20 ? 100 : 200);
    }
    be_flights_answered(&flights);
    assert_true(be_flights_take(&flights, &taken));
    assert_int_equal(taken.first, 1);
    assert_int_equal(taken.end, 20);
    assert_int_equal(flights.messages, 10);
    assert_true(be_flights_take(&flights, &taken));
    assert_int_equal(taken.first, 20);
    assert_int_equal(taken.end, 30);
    assert_false(be_flights_take(&flights, &taken));
    assert_int_equal(flights.messages, 0);
    be_flights_finish(&flights);
}

/* No two messages alike, as many as there is room for, over and over. */
static void a_full_ring_holds_every_message(void **state)
{
    enum { ROOM = 7, MESSAGES = 10000 };
    struct be_flights flights;
    struct be_rng rng;
    uint64_t sent = 0;
    uint64_t answered = 0;

    (void)state;
    be_rng_init(&rng, 1);
    assert_int_equal(be_flights_init(&flights, ROOM, NULL), BE_OK);
    while (answered < MESSAGES) {
        if (sent < MESSAGES && sent - answered < ROOM && be_rng_below(&rng, 2) == 0) {
            put(&flights, 10 * sent, 1 + sent % 3, 0, sent);
            sent++;
        } else if (answered < sent) {
            assert_true(be_flights_expect(&flights, 10 * answered, 1 + answered % 3));
            assert_int_equal(be_flights_oldest(&flights)->sent_ns, answered);
            be_flights_answered(&flights);
            answered++;
        }
        assert_int_equal(flights.messages, sent - answered);
    }
    be_flights_finish(&flights);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_expected_in_the_order_of_messages),
        cmocka_unit_test(messages_sent_together_are_taken_together),
        cmocka_unit_test(a_full_ring_holds_every_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
