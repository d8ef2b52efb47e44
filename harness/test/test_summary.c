#include "near.h"
#include "summary_fixture.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define assert_estimate(estimate, expected_count, expected_median)                                 \
    do {                                                                                           \
        assert_true((estimate).known);                                                             \
        assert_int_equal((estimate).count, expected_count);                                        \
        assert_near((estimate).median, expected_median, 1e-9);                                     \
    } while (0)

static void formulas_of_one_sample_each(void **state)
{
    (void)state;
    builder_add_sample(&run, SERIAL, 0, 1000, 1000);
    struct be_sample *sample = builder_add_sample(&run, THREADS, 0, 800, 1150);
    builder_bind(&run, sample, 4, 5, 5);
    sample->cold_wall_ns = 2000;
    builder_add_sample(&run, THREADS_NULL, 0, 300, 400);

    const struct be_summary *threads = summarize(THREADS);
    assert_ptr_equal(threads->configuration, &run.configurations[THREADS]);
    assert_int_equal(threads->samples, 1);
    assert_estimate(threads->wall_ns, 1, 800);
    assert_estimate(threads->cold_wall_ns, 1, 2000);
    assert_estimate(threads->cpu_ns, 1, 1150);
    assert_estimate(threads->grain_ns, 1, 1000 / 10.0);
    assert_estimate(threads->speedup, 1, 1000 / 800.0);
    assert_estimate(threads->cold_speedup, 1, 1000 / 2000.0);
    assert_estimate(threads->efficiency, 1, 1000 / 800.0 / 2);
    assert_estimate(threads->ipc_overhead_ns, 1, 400 / 20.0);
    assert_estimate(threads->ipc_overhead_ratio, 1, 20 / 100.0);
    assert_estimate(threads->overhead_ns_per_task, 1, (800 * 2 - 1000) / 10.0);
    assert_estimate(threads->tasks_per_s, 1, 10 / 800e-9);
    assert_near(threads->predicted_speedup, 2 / 1.2, 1e-12);
    assert_false(threads->speedup.bounded);
    assert_int_equal(threads->pu_count, 2);
    assert_int_equal(threads->pus[0], 4);
    assert_int_equal(threads->pus[1], 5);
    assert_int_equal(threads->dispatcher_pu, 5);
}

static void the_reference_is_its_own(void **state)
{
    (void)state;
    builder_add_sample(&run, SERIAL, 0, 997, 1000);
    const struct be_summary *serial = summarize(SERIAL);
    assert_estimate(serial->speedup, 1, 1);
    assert_estimate(serial->overhead_ns_per_task, 1, 0);
    assert_false(serial->ipc_overhead_ns.known);
    assert_true(isnan(serial->predicted_speedup));
}

static void overheads_have_no_speedup(void **state)
{
    (void)state;
    builder_add_sample(&run, SERIAL, 0, 1000, 1000);
    builder_add_sample(&run, THREADS_NULL, 0, 300, 400);
    const struct be_summary *overhead = summarize(THREADS_NULL);
    assert_estimate(overhead->wall_ns, 1, 300);
    assert_estimate(overhead->ipc_overhead_ns, 1, 20);
    assert_false(overhead->speedup.known);
    assert_false(overhead->efficiency.known);
    assert_false(overhead->overhead_ns_per_task.known);
    assert_true(isnan(overhead->predicted_speedup));
}

/* Twice as long as without in one round and 1.1 times in the other; their median. */
static void counting_costs_what_it_adds_to_the_same_round(void **state)
{
    (void)state;
    uint32_t uncounted = builder_add_configuration(&run, BE_ROLE_UNCOUNTED, 0,
                                                   "executor=threads workers=2 counters=none");
    builder_add_configuration(&run, BE_ROLE_UNCOUNTED, 0,
                              "executor=threads workers=3 counters=none");
    builder_add_sample(&run, SERIAL, 0, 1000, 1000);
    builder_add_sample(&run, THREADS, 0, 800, 1000);
    builder_add_sample(&run, uncounted, 0, 400, 1000);
    builder_add_sample(&run, THREADS, 1, 550, 1000);
    builder_add_sample(&run, uncounted, 1, 500, 1000);
    builder_add_sample(&run, THREADS, 2, 700, 1000);
    assert_estimate(summarize(THREADS)->counting_cost, 2, (2 + 1.1) / 2);
    assert_false(summaries.items[SERIAL].counting_cost.known);
    assert_false(summaries.items[uncounted].counting_cost.known);
}

static void ratios_pair_samples_of_a_round(void **state)
{
    (void)state;
    /* 2, 2.5 and 1.5 in their rounds; the ratio of the medians would be 2.5. */
    builder_add_sample(&run, SERIAL, 0, 100, 100);
    builder_add_sample(&run, THREADS, 0, 50, 100);
    builder_add_sample(&run, THREADS, 1, 80, 160);
    builder_add_sample(&run, SERIAL, 1, 200, 200);
    builder_add_sample(&run, SERIAL, 2, 300, 300);
    builder_add_sample(&run, THREADS, 2, 200, 400);
    assert_estimate(summarize(THREADS)->speedup, 3, 2);
}

static void ratios_are_for_equal_numbers_of_tasks(void **state)
{
    (void)state;
    uint32_t weak =
        builder_add_configuration(&run, BE_ROLE_MEASURED, 0, "executor=threads workers=2 tasks=20");
    builder_add_sample(&run, SERIAL, 0, 100, 100);
    builder_add_sample(&run, weak, 0, 125, 200);
    const struct be_summary *summary = summarize(weak);
    assert_estimate(summary->speedup, 1, 200 / 125.0);
    assert_estimate(summary->overhead_ns_per_task, 1, (125 * 2 - 200) / 20.0);
}

static void rounds_without_their_reference_give_no_ratio(void **state)
{
    (void)state;
    builder_add_sample(&run, SERIAL, 0, 100, 100);
    builder_add_sample(&run, THREADS, 0, 50, 100);
    builder_add_sample(&run, THREADS, 1, 20, 40);
    builder_add_sample(&run, SERIAL, 2, 100, 100);
    const struct be_summary *threads = summarize(THREADS);
    assert_estimate(threads->speedup, 1, 2);
    assert_estimate(threads->wall_ns, 2, 35);
    assert_estimate(threads->grain_ns, 2, 10);
    assert_false(threads->ipc_overhead_ns.known);
    assert_true(isnan(threads->predicted_speedup));
}

static void a_failed_sample_is_missing_alone(void **state)
{
    (void)state;
    builder_add_sample(&run, SERIAL, 0, 100, 100);
    builder_add_sample(&run, THREADS, 0, 0, 0);
    builder_add_sample(&run, THREADS_NULL, 0, 30, 40);
    const struct be_summary *threads = summarize(THREADS);
    assert_int_equal(threads->samples, 0);
    assert_int_equal(threads->failed, 1);
    assert_int_equal(threads->dropped, 0);
    assert_false(threads->wall_ns.known);
    assert_false(threads->speedup.known);
    assert_int_equal(threads->counter_count, 0);
    assert_int_equal(summaries.items[SERIAL].samples, 1);
    assert_int_equal(summaries.items[THREADS_NULL].samples, 1);
}

static void what_is_unavailable_is_missing_alone_and_no_failure(void **state)
{
    (void)state;
    builder_add_sample(&run, SERIAL, 0, 100, 100);
    struct be_sample *sample = builder_add_sample(&run, THREADS, 0, 0, 0);
    sample->state = BE_SAMPLE_UNAVAILABLE;
    sample->reason = strdup("too large");
    builder_add_sample(&run, THREADS_NULL, 0, 30, 40);
    const struct be_summary *threads = summarize(THREADS);
    assert_int_equal(threads->failed, 0);
    assert_int_equal(threads->unavailable, 1);
    assert_string_equal(threads->why_unavailable, "too large");
    assert_false(threads->wall_ns.known);
    assert_int_equal(summaries.items[SERIAL].samples, 1);
    assert_null(summaries.items[SERIAL].why_unavailable);
}

static void a_rejected_sample_drops_its_block_of_that_round(void **state)
{
    (void)state;
    uint32_t other = builder_add_configuration(&run, BE_ROLE_REFERENCE, 1, "steps=1000");
    uint32_t last = builder_add_configuration(&run, BE_ROLE_MEASURED, 0, "executor=processes");
    builder_add_sample(&run, SERIAL, 0, 100, 100);
    builder_add_sample(&run, THREADS, 0, 50, 100);
    builder_add_sample(&run, SERIAL, 1, 100, 100);
    builder_add_sample(&run, THREADS, 1, 90, 100)->state = BE_SAMPLE_REJECTED;
    builder_add_sample(&run, THREADS_NULL, 1, 30, 40);
    builder_add_sample(&run, other, 1, 700, 700);
    builder_add_sample(&run, last, 1, 80, 90);

    const struct be_summary *threads = summarize(THREADS);
    assert_int_equal(threads->rejected, 1);
    assert_int_equal(threads->dropped, 1);
    assert_estimate(threads->wall_ns, 1, 50);
    assert_int_equal(summaries.items[SERIAL].dropped, 1);
    assert_int_equal(summaries.items[SERIAL].clean, 2);
    assert_int_equal(summaries.items[SERIAL].samples, 1);
    assert_int_equal(summaries.items[THREADS_NULL].samples, 0);
    assert_false(summaries.items[THREADS_NULL].wall_ns.known);
    assert_int_equal(summaries.items[last].dropped, 1);
    assert_int_equal(summaries.items[other].samples, 1);
}

static void the_last_sample_of_a_round_counts(void **state)
{
    (void)state;
    builder_add_sample(&run, SERIAL, 0, 100, 100);
    builder_add_sample(&run, THREADS, 0, 90, 100)->state = BE_SAMPLE_REJECTED;
    builder_add_sample(&run, THREADS, 0, 60, 100)->state = BE_SAMPLE_SUSPECT;
    builder_add_sample(&run, SERIAL, 0, 120, 100);
    const struct be_summary *threads = summarize(THREADS);
    assert_estimate(threads->speedup, 1, 2);
    assert_int_equal(threads->samples, 1);
    assert_int_equal(threads->rejected, 1);
    assert_int_equal(threads->suspect, 1);
    assert_int_equal(threads->rerun, 1);
    assert_int_equal(threads->dropped, 0);
    assert_int_equal(summaries.items[SERIAL].rerun, 1);
    assert_int_equal(summaries.items[SERIAL].dropped, 0);
}

static void a_resumed_run_goes_on_in_the_round_it_left(void **state)
{
    (void)state;
    builder_add_sample(&run, SERIAL, 0, 100, 100);
    builder_add_sample(&run, THREADS, 0, 50, 100);
    builder_add_sample(&run, THREADS, 1, 40, 100); /* then it was interrupted */
    builder_add_sample(&run, SERIAL, 1, 120, 100);
    builder_add_sample(&run, THREADS, 1, 30, 100);
    const struct be_summary *threads = summarize(THREADS);
    assert_estimate(threads->speedup, 2, 3);
    assert_int_equal(threads->rerun, 1);
}

static void without_a_reference_only_times_are_known(void **state)
{
    (void)state;
    uint32_t alone = builder_add_configuration(&run, BE_ROLE_MEASURED, 7, "executor=threads");
    builder_add_sample(&run, alone, 0, 50, 60);
    const struct be_summary *summary = summarize(alone);
    assert_estimate(summary->wall_ns, 1, 50);
    assert_estimate(summary->tasks_per_s, 1, 2e8);
    assert_false(summary->speedup.known);
    assert_false(summary->efficiency.known);
    assert_false(summary->grain_ns.known);
    assert_false(summary->overhead_ns_per_task.known);
}

static void what_was_not_measured_is_unknown(void **state)
{
    (void)state;
    builder_add_sample(&run, SERIAL, 0, 100, 100);
    builder_add_sample(&run, THREADS, 0, 50, 0);
    builder_add_sample(&run, THREADS_NULL, 0, 30, 0);
    const struct be_summary *threads = summarize(THREADS);
    assert_false(threads->cpu_ns.known);
    assert_false(threads->cold_wall_ns.known);
    assert_false(threads->cold_speedup.known);
    assert_false(threads->ipc_overhead_ns.known);
    assert_false(threads->ipc_overhead_ratio.known);
    assert_false(summaries.harness_overhead_ns.known);
    assert_false(summaries.commit_ns.known);
}

static const struct {
    const char *name;
    const char *params;
    bool matches;
} companion_cases[] = {
    {"the same", "executor=threads workers=2 workload=null steps=0 tasks=99", true},
    {"another input", "executor=threads workers=2 workload=null tasks=99 input=none", true},
    {"another chunk", "executor=threads workers=2 workload=null chunk=2", false},
    {"other workers", "executor=threads workers=3 workload=null", false},
    {"another executor", "executor=processes workers=2 workload=null", false},
    {"a parameter more", "executor=threads workers=2 workload=null window=4", false},
};

static void overheads_belong_to_the_same_way_of_working(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(companion_cases); i++) {
        teardown(NULL);
        uint32_t serial = builder_add_configuration(&run, BE_ROLE_REFERENCE, 0, "");
        uint32_t threads = builder_add_configuration(
            &run, BE_ROLE_MEASURED, 0, "executor=threads workers=2 input=5 of-gcd-trial=1");
        uint32_t overhead =
            builder_add_configuration(&run, BE_ROLE_OVERHEAD, 0, companion_cases[i].params);
        builder_add_sample(&run, serial, 0, 100, 100);
        builder_add_sample(&run, threads, 0, 50, 100);
        builder_add_sample(&run, overhead, 0, 30, 40);
        if (summarize(threads)->ipc_overhead_ns.known != companion_cases[i].matches) {
            fail_msg("%s", companion_cases[i].name);
        }
    }
}

static void overheads_of_another_block_are_not_used(void **state)
{
    (void)state;
    uint32_t threads =
        builder_add_configuration(&run, BE_ROLE_MEASURED, 1, "executor=threads workers=2");
    builder_add_sample(&run, THREADS_NULL, 0, 30, 40);
    builder_add_sample(&run, threads, 0, 50, 100);
    assert_false(summarize(threads)->ipc_overhead_ns.known);
}

static const struct {
    const char *name;
    int32_t pus[2];
    int32_t dispatcher_pu;
    size_t distinct;
} pu_cases[] = {
    {"a PU each", {0, 1}, 2, 3},        {"dispatcher shares", {0, 1}, 1, 2},
    {"all on one", {3, 3}, 3, 1},       {"dispatcher not bound", {0, 1}, -1, 2},
    {"nothing bound", {-1, -1}, -1, 2}, {"one worker not bound", {0, -1}, 0, 2},
};

static void distinct_pus_are_read_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(pu_cases); i++) {
        run.sample_count = 0;
        builder_add_sample(&run, SERIAL, 0, 100, 100);
        struct be_sample *sample = builder_add_sample(&run, THREADS, 0, 60, 100);
        builder_bind(&run, sample, pu_cases[i].pus[0], pu_cases[i].pus[1],
                     pu_cases[i].dispatcher_pu);
        const struct be_summary *threads = summarize(THREADS);
        if (threads->distinct_pus != pu_cases[i].distinct) {
            fail_msg("%s: %zu", pu_cases[i].name, threads->distinct_pus);
        }
        assert_estimate(threads->overhead_ns_per_task, 1,
                        (60.0 * (double)pu_cases[i].distinct - 100) / 10);
        be_summaries_finish(&summaries);
        be_sample_finish(&run.samples[0]);
        be_sample_finish(&run.samples[1]);
    }
}

static void prediction_is_capped_by_what_ran_at_once(void **state)
{
    (void)state;
    builder_add_sample(&run, SERIAL, 0, 1000, 1000);
    builder_bind(&run, builder_add_sample(&run, THREADS, 0, 900, 1150), 3, 3, 3);
    builder_add_sample(&run, THREADS_NULL, 0, 300, 400);
    assert_near(summarize(THREADS)->predicted_speedup, 1 / 1.2, 1e-12);
}

/* Ten low rounds, then ten high ones: as order statistics alone the interval would end at 15. */
static void intervals_know_the_order_of_rounds(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 20; round++) {
        builder_add_sample(&run, SERIAL, round, 1 + round, 1);
    }
    const struct be_summary *serial = summarize(SERIAL);
    assert_estimate(serial->wall_ns, 20, 10.5);
    assert_true(serial->wall_ns.bounded);
    assert_near(serial->wall_ns.low, 1, 0);
    assert_near(serial->wall_ns.high, 20, 0);
}

static void the_harness_counts_its_own_time(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 3; round++) {
        struct be_sample *sample = builder_add_sample(&run, SERIAL, round, 100, 100);
        sample->overhead_ns = UINT64_C(1000) * (round + 1);
        sample->commit_ns =
            round == 0 ? 0 : UINT64_C(500) * round; /* the first knows of none before it */
    }
    builder_add_sample(&run, SERIAL, 3, 0, 0)->overhead_ns = 99999999;
    summarize(SERIAL);
    assert_estimate(summaries.harness_overhead_ns, 3, 2000);
    assert_estimate(summaries.commit_ns, 2, 750);
}

static void a_run_without_samples_knows_nothing(void **state)
{
    (void)state;
    const struct be_summary *threads = summarize(THREADS);
    assert_int_equal(threads->samples, 0);
    assert_false(threads->wall_ns.known);
    assert_int_equal(threads->pu_count, 0);
    assert_int_equal(threads->dispatcher_pu, -1);
}

static void a_sample_of_no_configuration_is_corrupt(void **state)
{
    struct be_error error;

    (void)state;
    builder_add_sample(&run, SERIAL, 0, 100, 100)->configuration = 3;
    assert_int_equal(be_summaries_create(&run, &summaries, &error), BE_ECORRUPT);
    assert_string_equal(error.message, "sample 1 is of configuration 3 of 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        summary_test(formulas_of_one_sample_each),
        summary_test(the_reference_is_its_own),
        summary_test(overheads_have_no_speedup),
        summary_test(counting_costs_what_it_adds_to_the_same_round),
        summary_test(ratios_pair_samples_of_a_round),
        summary_test(ratios_are_for_equal_numbers_of_tasks),
        summary_test(rounds_without_their_reference_give_no_ratio),
        summary_test(a_failed_sample_is_missing_alone),
        summary_test(what_is_unavailable_is_missing_alone_and_no_failure),
        summary_test(a_rejected_sample_drops_its_block_of_that_round),
        summary_test(the_last_sample_of_a_round_counts),
        summary_test(a_resumed_run_goes_on_in_the_round_it_left),
        summary_test(without_a_reference_only_times_are_known),
        summary_test(what_was_not_measured_is_unknown),
        summary_test(overheads_belong_to_the_same_way_of_working),
        summary_test(overheads_of_another_block_are_not_used),
        summary_test(distinct_pus_are_read_back),
        summary_test(prediction_is_capped_by_what_ran_at_once),
        summary_test(intervals_know_the_order_of_rounds),
        summary_test(the_harness_counts_its_own_time),
        summary_test(a_run_without_samples_knows_nothing),
        summary_test(a_sample_of_no_configuration_is_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
