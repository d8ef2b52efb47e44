/* The parts of a summary that have tests of their own get here what they need. */
#include "core/values.h"
#include "near.h"
#include "summary_fixture.h"

static uint32_t add_single(const char *params)
{
    return builder_add_configuration(&run, BE_ROLE_MEASURED, 0, params);
}

static void relative_speedup_is_over_one_worker_of_the_same_pool(void **state)
{
    (void)state;
    uint32_t single = add_single("executor=threads workers=1");
    uint32_t other = add_single("executor=processes workers=2");
    builder_add_sample(&run, SERIAL, 0, 1000, 1000);
    builder_add_sample(&run, THREADS, 0, 600, 1200);
    builder_add_sample(&run, single, 0, 1080, 1100);
    builder_add_sample(&run, other, 0, 700, 1200);
    builder_add_sample(&run, THREADS_NULL, 0, 10, 20);

    assert_near(summarize(THREADS)->relative_speedup.median, 1.8, 1e-12);
    assert_near(summaries.items[single].relative_speedup.median, 1, 1e-12);
    assert_false(summaries.items[other].relative_speedup.known);
    assert_false(summaries.items[SERIAL].relative_speedup.known);
    assert_false(summaries.items[THREADS_NULL].relative_speedup.known);
}

/* Twice the tasks for twice the workers. */
static void relative_speedup_is_a_task(void **state)
{
    (void)state;
    uint32_t single = add_single("executor=threads workers=1 chunk=3");
    uint32_t weak = add_single("executor=threads workers=2 chunk=3 tasks=20");
    builder_add_sample(&run, single, 0, 1000, 1000);
    builder_add_sample(&run, weak, 0, 1250, 2000);
    assert_near(summarize(weak)->relative_speedup.median, 1.6, 1e-12);
}

static void every_value_has_an_estimate(void **state)
{
    static const double balances[] = {.9, .8, .97};

    (void)state;
    for (uint32_t round = 0; round < 3; round++) {
        struct be_sample *sample = builder_add_sample(&run, THREADS, round, 600, 1200);
        sample->values[BE_VALUE_balance] = balances[round];
        sample->values[BE_VALUE_tail_ns] = round == 1 ? NAN : 40;
    }
    const struct be_summary *threads = summarize(THREADS);
    assert_int_equal(threads->values[BE_VALUE_balance].count, 3);
    assert_near(threads->values[BE_VALUE_balance].median, .9, 0);
    assert_int_equal(threads->values[BE_VALUE_tail_ns].count, 2);
    assert_near(threads->values[BE_VALUE_tail_ns].median, 40, 0);
    assert_near(threads->values[BE_VALUE_distinct_pus].median, 2, 0);
    assert_false(threads->values[BE_VALUE_latency_p50_ns].known);
}

static void budgets_take_serial_time_from_their_round(void **state)
{
    const uint64_t unit = 10000; /* passes long enough to be split */
    (void)state;
    for (uint32_t round = 0; round < 2; round++) {
        builder_add_sample(&run, SERIAL, round, unit * (1500 + 100 * round), 1500);
        struct be_sample *sample = builder_add_sample(&run, THREADS, round, unit * 1000, 1700);
        sample->values[BE_VALUE_compute_ns] = (double)unit * 1560;
        sample->values[BE_VALUE_codec_ns] = (double)unit * 10;
        sample->values[BE_VALUE_send_ns] = (double)unit * 60;
        sample->values[BE_VALUE_receive_ns] = (double)unit * 40;
        sample->values[BE_VALUE_merge_ns] = (double)unit * 20;
        sample->values[BE_VALUE_busy_ns] = (double)unit * 1700;
        sample->values[BE_VALUE_start_idle_ns] = (double)unit * 50;
        sample->values[BE_VALUE_tail_idle_ns] = (double)unit * 150;
    }
    const struct be_budget *budget = &summarize(THREADS)->budget;
    assert_true(budget->known);
    assert_int_equal(budget->count, 2);
    assert_near(budget->reached, 77.5, 1e-9);
    assert_near(budget->losses[BE_LOSS_COMPUTE], .5, 1e-9);
    assert_near(budget->losses[BE_LOSS_CODEC], .5, 1e-9);
    assert_near(budget->losses[BE_LOSS_IMBALANCE], 7.5, 1e-9);
    assert_near(budget->parts[BE_BUDGET_IDLE], 15, 1e-9);
    assert_false(summaries.items[SERIAL].budget.known);
    assert_near(summaries.items[SERIAL].budget.reached, 100, 1e-9);
    assert_true(isnan(summaries.items[THREADS_NULL].budget.reached));
}

/* Of ten rounds four stay rejected; a fifth is measured again and clean. */
static void dropped_rounds_are_counted_for_the_whole_block(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 10; round++) {
        builder_add_sample(&run, SERIAL, round, 1000, 1000);
        struct be_sample *sample = builder_add_sample(&run, THREADS, round, 600, 1200);
        sample->state = round < 5 ? BE_SAMPLE_REJECTED : BE_SAMPLE_CLEAN;
    }
    builder_add_sample(&run, SERIAL, 4, 1000, 1000);
    builder_add_sample(&run, THREADS, 4, 600, 1200);
    builder_add_sample(&run, SERIAL, 10, 0, 0); /* failed */

    const struct be_flags *threads = &summarize(THREADS)->flags;
    const struct be_flags *serial = &summaries.items[SERIAL].flags;
    assert_int_equal(threads->rounds, 10);
    assert_int_equal(threads->dropped, 4);
    assert_true(be_flags_raised(threads, BE_FLAG_UNMEASURABLE));
    assert_int_equal(serial->rounds, 10);
    assert_int_equal(serial->dropped, 4);
    assert_true(be_flags_raised(serial, BE_FLAG_UNMEASURABLE));
    assert_false(be_flags_raised(serial, BE_FLAG_TOO_FEW));
}

static void flags_of_a_slow_round_are_against_the_reference(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 20; round++) {
        /* Whatever slows the machine in rounds 5 and 12 slows both; round 9 is slow by itself. */
        uint64_t scale = round == 5 || round == 12 ? 3 : 1;
        builder_add_sample(&run, SERIAL, round, scale * (1000000 + 7 * round % 5), 1000);
        builder_add_sample(&run, THREADS, round,
                           scale * (600000 + 300 * (7 * round % 20)) + (round == 9 ? 99999 : 0),
                           1000);
    }
    assert_near(summarize(THREADS)->flags.outliers, 1, 0);
    assert_near(summaries.items[SERIAL].flags.outliers, 2, 0);
}

static void effective_cores_are_the_machine_s(void **state)
{
    (void)state;
    builder_add_sample(&run, THREADS, 0, 600, 1200);
    run.machine_json = strdup("{\"effective_cores\":1.5}");
    assert_true(be_flags_raised(&summarize(THREADS)->flags, BE_FLAG_OVERSUBSCRIBED));
    assert_false(be_flags_raised(&summaries.items[SERIAL].flags, BE_FLAG_OVERSUBSCRIBED));
    assert_near(summaries.effective_cores, 1.5, 0);
}

static void alike_workers_are_those_of_the_placement(void **state)
{
    static const struct {
        const char *machine;
        uint32_t workers;
    } cases[] = {
        {"{\"alike_workers\":{\"compact\":1,\"cores\":8}}", 8},
        {"{\"alike_workers\":{\"compact\":1}}", 0},
        {"{\"alike_workers\":8}", 0},
        {"{}", 0},
    };

    (void)state;
    uint32_t placed = (uint32_t)run.configuration_count;
    builder_add_configuration(&run, BE_ROLE_MEASURED, 0,
                              "executor=threads workers=2 placement=cores");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        free(run.machine_json);
        run.machine_json = strdup(cases[i].machine);
        assert_int_equal(summarize(placed)->alike_workers, cases[i].workers);
    }
}

static void effective_cores_can_be_unknown(void **state)
{
    static const char *const texts[] = {NULL, "", "{", "{}", "{\"effective_cores\":null}", "[1]"};

    (void)state;
    builder_add_sample(&run, THREADS, 0, 600, 1200);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        free(run.machine_json);
        run.machine_json = texts[i] ? strdup(texts[i]) : NULL;
        assert_false(be_flags_raised(&summarize(THREADS)->flags, BE_FLAG_OVERSUBSCRIBED));
        assert_true(isnan(summaries.effective_cores));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        summary_test(relative_speedup_is_over_one_worker_of_the_same_pool),
        summary_test(relative_speedup_is_a_task),
        summary_test(every_value_has_an_estimate),
        summary_test(budgets_take_serial_time_from_their_round),
        summary_test(dropped_rounds_are_counted_for_the_whole_block),
        summary_test(flags_of_a_slow_round_are_against_the_reference),
        summary_test(effective_cores_are_the_machine_s),
        summary_test(effective_cores_can_be_unknown),
        summary_test(alike_workers_are_those_of_the_placement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
