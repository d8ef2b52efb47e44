/* What does not fit the hardware takes turns, over a PAPI of two counters (see fake_papi.c). */
#include "counter_work.h"

#if __has_include(<papi.h>)

/* Counts over some rounds, as a worker does it, and makes values of that. */
static struct be_counter_values rounds_count(const char *const *events, size_t count,
                                             uint32_t rounds)
{
    struct be_counter_plan *plan = plan_of(events, count);
    struct be_counter_session *session = NULL;
    struct be_counter_values values;

    assert_int_equal(be_counter_session_open(plan, &values, &session, NULL), BE_OK);
    for (values.round = 0; values.round < rounds; values.round++) {
        be_counter_session_start(session);
        be_counter_session_stop(session);
    }
    be_counter_session_close(session);
    be_counter_plan_destroy(plan);
    be_counter_values_settle(&values, rounds);
    return values;
}

static void events_that_fit_count_in_every_round(void **state)
{
    static const char *const events[] = {"papi:EVENT_1", "papi:EVENT_2"};
    (void)state;
    struct be_counter_values values = rounds_count(events, 2, 3);

    assert_int_equal(values.turns, 1);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(values.items[i].state, BE_COUNTER_COUNTED);
        assert_int_equal(values.items[i].value, 3 * 100 * (i + 1));
    }
}

static void events_that_do_not_fit_take_turns(void **state)
{
    static const char *const events[] = {"papi:EVENT_1", "papi:EVENT_2", "papi:EVENT_3",
                                         "papi:EVENT_4", "papi:EVENT_5"};
    static const struct {
        uint32_t rounds;
        double shares[5];
    } cases[] = {
        {3, {1. / 3, 1. / 3, 1. / 3, 1. / 3, 1. / 3}},
        {4, {2. / 4, 2. / 4, 1. / 4, 1. / 4, 1. / 4}},
    };
    (void)state;

    for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
        struct be_counter_values values = rounds_count(events, 5, cases[c].rounds);
        assert_int_equal(values.turns, 3);
        for (uint32_t i = 0; i < 5; i++) {
            assert_int_equal(values.items[i].state, BE_COUNTER_SCALED);
            assert_true(values.items[i].share == cases[c].shares[i]);
            assert_int_equal(values.items[i].value, cases[c].rounds * 100 * (i + 1));
        }
    }
}

static void an_event_without_a_turn_says_how_many_passes_it_takes(void **state)
{
    static const char *const events[] = {"papi:EVENT_1", "papi:EVENT_2", "papi:EVENT_3"};
    (void)state;
    struct be_counter_values values = rounds_count(events, 3, 1);

    assert_int_equal(values.items[0].state, BE_COUNTER_COUNTED);
    assert_int_equal(values.items[1].state, BE_COUNTER_COUNTED);
    assert_int_equal(values.items[2].state, BE_COUNTER_NOT_COUNTING);
    assert_non_null(strstr(values.items[2].reason, "--passes 2"));
}

static void an_event_that_no_counter_counts_takes_no_turn(void **state)
{
    static const char *const events[] = {"papi:EVENT_NEVER", "papi:EVENT_1", "papi:EVENT_NEVER",
                                         "papi:EVENT_2", "papi:NO_EVENT"};
    (void)state;
    struct be_counter_values values = rounds_count(events, 5, 2);

    assert_int_equal(values.turns, 1);
    assert_int_equal(values.count, 4);
    assert_int_equal(value_find(&values, "papi:EVENT_NEVER")->state, BE_COUNTER_UNAVAILABLE);
    assert_int_equal(value_find(&values, "papi:NO_EVENT")->state, BE_COUNTER_UNAVAILABLE);
    assert_int_equal(value_find(&values, "papi:EVENT_1")->state, BE_COUNTER_COUNTED);
    assert_int_equal(value_find(&values, "papi:EVENT_2")->value, 400);
}

/* Of what it missed in one round nothing is known, whatever others say. */
static void what_did_not_count_in_its_turn_is_not_known(void **state)
{
    static const char *const events[] = {"papi:EVENT_0", "papi:EVENT_1", "papi:EVENT_2"};
    (void)state;
    struct be_counter_values values = rounds_count(events, 3, 4);

    assert_int_equal(values.items[0].state, BE_COUNTER_NOT_COUNTING);
    assert_non_null(strstr(values.items[0].reason, "0 over a pass"));
    assert_int_equal(values.items[1].state, BE_COUNTER_SCALED);
    assert_int_equal(values.items[1].value, 400);
}

/* A round that nobody stopped was lost with its worker. */
static void a_lost_round_is_made_up_from_the_others(void **state)
{
    static const char *const events[] = {"papi:EVENT_1"};
    (void)state;
    struct be_counter_values values = rounds_count(events, 1, 2);

    be_counter_values_settle(&values, 3);
    assert_int_equal(values.items[0].state, BE_COUNTER_SCALED);
    assert_true(values.items[0].share == 2. / 3);
    assert_int_equal(values.items[0].value, 300);
}

/* What it counts is kept over all rounds, each of which may fall between two ticks. */
static void a_time_of_0_is_not_known_and_no_faults_are(void **state)
{
    static const struct {
        const char *name;
        uint64_t sum;
        enum be_counter_state state;
    } cases[] = {
        {"rusage:user-time", 0, BE_COUNTER_NOT_COUNTING},
        {"rusage:system-time", 0, BE_COUNTER_NOT_COUNTING},
        {"rusage:user-time", 4000000, BE_COUNTER_COUNTED},
        {"rusage:major-faults", 0, BE_COUNTER_COUNTED},
    };
    struct be_counter_values values = {.count = 4, .turns = 1};
    (void)state;

    for (uint32_t i = 0; i < values.count; i++) {
        snprintf(values.items[i].name, sizeof(values.items[i].name), "%s", cases[i].name);
        values.totals[i] = (struct be_counter_total){cases[i].sum, 2, 2, false};
    }
    be_counter_values_settle(&values, 2);
    for (uint32_t i = 0; i < values.count; i++) {
        const struct be_counter_value *value = &values.items[i];
        assert_int_equal(value->state, cases[i].state);
        assert_int_equal(value->value, cases[i].sum);
        assert_true(!strstr(value->reason, "ticks") == (value->state == BE_COUNTER_COUNTED));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_that_fit_count_in_every_round),
        cmocka_unit_test(events_that_do_not_fit_take_turns),
        cmocka_unit_test(an_event_without_a_turn_says_how_many_passes_it_takes),
        cmocka_unit_test(an_event_that_no_counter_counts_takes_no_turn),
        cmocka_unit_test(what_did_not_count_in_its_turn_is_not_known),
        cmocka_unit_test(a_lost_round_is_made_up_from_the_others),
        cmocka_unit_test(a_time_of_0_is_not_known_and_no_faults_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    puts("built without papi.h");
    return 77;
}

#endif
