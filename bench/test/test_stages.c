/* labels: threads */
/* Stages of a message: how stamps become times, and which pools tell them. */
#include "executor_fixture.h"

#include <math.h>
#include <signal.h>

#include "executor/process_pool.h"
#include "workload/workload_table.h"

static const struct be_clock_costs free_clocks = {0, 0};

static double took_ns(const struct be_stages *stages, enum be_stage_stamp from)
{
    struct be_latency took;

    be_latency_summarise(&stages->took[from], &took);
    return (double)took.p50_ns;
}

/* A worker that was woken then, and whose stages are 100, 2,000, 30 and 400 ns. */
static struct be_stage_stamps said_from(uint64_t woke_ns)
{
    struct be_stage_stamps said = {0};

    said.at_ns[BE_STAMP_WORKER_WOKE] = woke_ns;
    said.at_ns[BE_STAMP_DECODED] = woke_ns + 100;
    said.at_ns[BE_STAMP_COMPUTED] = woke_ns + 2100;
    said.at_ns[BE_STAMP_RESULT_ENCODED] = woke_ns + 2130;
    said.at_ns[BE_STAMP_RESULT_SENT] = woke_ns + 2530;
    return said;
}

static void wait_until(uint64_t then_ns)
{
    while (be_clock_now_ns() < then_ns) {
    }
}

/* Its answer has come, and was merged. */
static void answer_merge(struct be_stages *stages, bool is_stamped)
{
    struct be_stage_stamps *stamps = be_stages_came(stages, 0, is_stamped, NULL);

    if (is_stamped) {
        be_stage_stamp(stamps, BE_STAMP_RESULT_DECODED);
        be_stage_stamp(stamps, BE_STAMP_MERGED);
    }
}

static void stages_are_what_lies_between_stamps(void **state)
{
    struct be_stages *stages = be_stages_create(1, &free_clocks);
    struct be_gauges gauges = {0};
    (void)state;

    be_stages_tell(stages, &gauges);
    assert_false(gauges.said[BE_GAUGE_stage_compute_ns].known);
    assert_true(be_stages_begin(stages, 0, be_clock_now_ns() - 5000));
    be_stages_sent(stages, 0);
    uint64_t woke_ns = be_clock_now_ns() + 30000;
    struct be_stage_stamps said = said_from(woke_ns);
    wait_until(woke_ns + 50000);
    answer_merge(stages, true);
    assert_false(be_stages_begin(stages, 0, be_clock_now_ns())); /* not two in a row */
    assert_int_equal(stages->took[0].count, 0);
    be_stages_came(stages, 0, false, &said);
    assert_int_equal(stages->took[0].count, 1);
    assert_int_equal(stages->refused, 0);
    assert_true(took_ns(stages, BE_STAMP_SUBMITTED) >= 4800);
    assert_true(took_ns(stages, BE_STAMP_SENT) >= 29000);
    assert_float_equal(took_ns(stages, BE_STAMP_WORKER_WOKE), 100, 4);
    assert_float_equal(took_ns(stages, BE_STAMP_DECODED), 2000, 70);
    assert_float_equal(took_ns(stages, BE_STAMP_COMPUTED), 30, 1);
    assert_float_equal(took_ns(stages, BE_STAMP_RESULT_ENCODED), 400, 14);
    assert_true(took_ns(stages, BE_STAMP_RESULT_SENT) >= 46000);
    be_stages_tell(stages, &gauges);
    assert_true(gauges.said[BE_GAUGE_stage_messages].value == 1);
    assert_float_equal(gauges.said[BE_GAUGE_stage_compute_ns].value, 2000, 70);
    be_stages_clear(stages);
    assert_int_equal(stages->took[0].count, 0);
    be_stages_destroy(stages);
}

/* Its write has returned after the other side was woken by it. */
static void a_message_is_sent_when_the_other_side_has_it_at_the_latest(void **state)
{
    struct be_stages *stages = be_stages_create(1, &free_clocks);
    (void)state;

    assert_true(be_stages_begin(stages, 0, be_clock_now_ns()));
    struct be_stage_stamps said = said_from(be_clock_now_ns());
    wait_until(said.at_ns[BE_STAMP_WORKER_WOKE] + 4000);
    be_stages_sent(stages, 0);
    answer_merge(stages, true);
    said.at_ns[BE_STAMP_RESULT_SENT] = be_clock_now_ns() + 1000000;
    be_stages_came(stages, 0, false, &said);
    assert_int_equal(stages->refused, 0);
    assert_true(took_ns(stages, BE_STAMP_SENT) == 0);
    assert_true(took_ns(stages, BE_STAMP_RESULT_SENT) == 0);
    assert_true(took_ns(stages, BE_STAMP_RESULT_ENCODED) < 900000);
    be_stages_destroy(stages);
}

/* A worker that was replaced has left the stamps of another message. */
static void stamps_that_are_not_in_order_are_refused(void **state)
{
    struct be_stages *stages = be_stages_create(1, &free_clocks);
    struct be_stage_stamps said = said_from(be_clock_now_ns() - 1000000);
    (void)state;

    assert_true(be_stages_begin(stages, 0, be_clock_now_ns()));
    be_stages_sent(stages, 0);
    answer_merge(stages, true);
    be_stages_came(stages, 0, false, &said);
    assert_int_equal(stages->refused, 1);
    assert_int_equal(stages->took[0].count, 0);
    be_stages_destroy(stages);
}

static void readings_are_taken_off_inside_a_process_and_never_below_0(void **state)
{
    const struct be_clock_costs costs = {.wall_ns = 50, .cpu_ns = 300};
    struct be_stages *stages = be_stages_create(1, &costs);
    (void)state;

    assert_true(be_stages_begin(stages, 0, be_clock_now_ns()));
    be_stages_sent(stages, 0);
    struct be_stage_stamps said = said_from(be_clock_now_ns());
    wait_until(said.at_ns[BE_STAMP_RESULT_SENT]);
    answer_merge(stages, true);
    be_stages_came(stages, 0, false, &said);
    assert_float_equal(took_ns(stages, BE_STAMP_WORKER_WOKE), 50, 2);
    assert_float_equal(took_ns(stages, BE_STAMP_DECODED), 1950, 65);
    assert_true(took_ns(stages, BE_STAMP_COMPUTED) == 0);
    be_stages_destroy(stages);
}

enum { TASKS = 60 };

/* Runs tasks of 1 ms between the two calls that a sample makes. */
static void sleep_and_count(struct fixture *f)
{
    struct be_batch batch = batch_alloc(f->env.workload, TASKS);

    for (size_t i = 0; i < TASKS; i++) {
        ((struct breakeven_pair *)batch.requests)[i] = (struct breakeven_pair){1000000, 1};
    }
    assert_int_equal(f->ops->count(f->executor, true, &f->error), BE_OK);
    assert_int_equal(fixture_run(f, &batch), BE_OK);
    assert_int_equal(f->ops->count(f->executor, false, &f->error), BE_OK);
    batch_free(&batch);
}

static void every_transport_tells_all_stages_at_window_1(void **state)
{
    (void)state;

    for (size_t t = 0; be_transport_table[t]; t++) {
        const char *const params[] = {"transport", be_transport_table[t]->row.name, "window", "1",
                                      NULL};
        struct fixture f;
        fixture_params = params;
        fixture_init(&f, be_executor_find("processes"), be_workload_find("sleep"), 2, 1);
        if (fixture_create(&f) == BE_OK) {
            sleep_and_count(&f);
            assert_int_equal(f.executor->stages->refused, 0);
            assert_true(f.gauges.said[BE_GAUGE_stage_messages].value >= 2);
            for (int gauge = BE_GAUGE_stage_encode_ns; gauge <= BE_GAUGE_stage_merge_ns; gauge++) {
                assert_true(f.gauges.said[gauge].known);
            }
            assert_true(f.gauges.said[BE_GAUGE_stage_compute_ns].value >= 960000);
            fixture_destroy(&f);
        } else {
            print_message("%s\n", f.error.message);
        }
        fixture_finish(&f);
        fixture_params = NULL;
    }
}

static void a_wider_window_has_no_stages(void **state)
{
    const char *const params[] = {"window", "2", NULL};
    struct fixture f;
    (void)state;

    fixture_params = params;
    fixture_start(&f, be_executor_find("processes"), be_workload_find("sleep"), 2, 1);
    sleep_and_count(&f);
    for (int gauge = BE_GAUGE_stage_messages; gauge <= BE_GAUGE_stage_merge_ns; gauge++) {
        assert_false(f.gauges.said[gauge].known);
    }
    fixture_end(&f);
    fixture_params = NULL;
}

static void threads_tell_their_claims_and_wakes_and_no_messages(void **state)
{
    struct fixture f;
    (void)state;

    fixture_start(&f, be_executor_find("threads"), be_workload_find("sleep"), 2, 1);
    sleep_and_count(&f);
    assert_true(f.gauges.said[BE_GAUGE_stage_claim_ns].known);
    assert_true(f.gauges.said[BE_GAUGE_stage_pass_wake_ns].value > 0);
    assert_true(f.gauges.said[BE_GAUGE_stage_pass_end_ns].value > 0);
    for (int gauge = BE_GAUGE_stage_messages; gauge <= BE_GAUGE_stage_merge_ns; gauge++) {
        assert_false(f.gauges.said[gauge].known);
    }
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_are_what_lies_between_stamps),
        cmocka_unit_test(a_message_is_sent_when_the_other_side_has_it_at_the_latest),
        cmocka_unit_test(stamps_that_are_not_in_order_are_refused),
        cmocka_unit_test(readings_are_taken_off_inside_a_process_and_never_below_0),
        cmocka_unit_test(every_transport_tells_all_stages_at_window_1),
        cmocka_unit_test(a_wider_window_has_no_stages),
        cmocka_unit_test(threads_tell_their_claims_and_wakes_and_no_messages),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
