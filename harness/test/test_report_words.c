#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/rng.h"
#include "report/words.h"
#include "report_fixture.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* What a sentence came out as; empties it. */
static void assert_says(struct be_buffer *words, const char *expected)
{
    assert_string_equal(be_buffer_text(words), expected);
    be_buffer_finish(words);
}

static struct be_crossing inside(void)
{
    return (struct be_crossing){
        .state = BE_CROSSING_INSIDE,
        .at_ns = 1100,
        .crossings = 1,
        .smallest_ns = 50,
        .largest_ns = 1e6,
        .below_ns = 1000,
        .above_ns = 1334,
        .bounded = true,
        .low_ns = 1000,
        .high_ns = 1200,
        .rounds = 12,
        .grains = 9,
        .grains_per_decade = 8,
    };
}

static void a_crossing_is_said_in_every_state(void **state)
{
    struct be_crossing cases[7];
    static const struct {
        const char *text;
        const char *ground;
    } expected[] = {
        {"1.10 us (1.00 .. 1.20)", "between 1.00 us and 1.33 us, 8 a decade there, 9 lengths from "
                                   "50 ns to 1.00 ms, 12 rounds"},
        {"1.10 us (<1.00 .. >1.20), 3 crossings",
         "between 1.00 us and 1.33 us, 8 a decade there, 9 lengths from 50 ns to 1.00 ms, 12 "
         "rounds"},
        {"1.10 us",
         "between 1.00 us and 1.33 us, 2 a decade there, which is coarse, too few rounds "
         "for an interval, 9 lengths from 50 ns to 1.00 ms, 4 rounds"},
        {"always down to 50.0 ns", "9 lengths from 50 ns to 1.00 ms, 12 rounds"},
        {"never up to 1.00 ms", "9 lengths from 50 ns to 1.00 ms, 12 rounds"},
        {"-", "not known: 1 task length, it needs 2"},
        {"-", "not known: reached with short tasks only"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        cases[i] = inside();
    }
    cases[1].low_open = cases[1].high_open = true;
    cases[1].crossings = 3;
    cases[2].bounded = false;
    cases[2].coarse = true;
    cases[2].grains_per_decade = 2;
    cases[2].rounds = 4;
    cases[3].state = BE_CROSSING_ALWAYS;
    cases[4].state = BE_CROSSING_NEVER;
    cases[5].state = cases[6].state = BE_CROSSING_UNKNOWN;
    cases[3].crossings = cases[4].crossings = cases[5].crossings = cases[6].crossings = 0;
    cases[5].grains = 1;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct be_buffer words = {0};
        be_words_crossing(&cases[i], &words);
        assert_says(&words, expected[i].text);
        be_words_ground(&cases[i], &words);
        assert_says(&words, expected[i].ground);
    }
}

/* A summary of 4 workers on 4 cores that reached 92.8 %. */
static struct be_summary spent(const struct be_configuration *configuration)
{
    struct be_summary summary = {.configuration = configuration, .distinct_pus = 4};

    summary.budget = (struct be_budget){.known = true, .count = 12, .reached = 92.8};
    summary.budget.losses[BE_LOSS_MESSAGES] = 4.2;
    summary.budget.losses[BE_LOSS_IMBALANCE] = 1.2;
    summary.budget.losses[BE_LOSS_COMPUTE] = 1.0;
    summary.budget.losses[BE_LOSS_MERGE] = .01;
    summary.budget.losses[BE_LOSS_UNEXPLAINED] = .79;
    return summary;
}

static void where_core_time_went_is_said(void **state)
{
    const struct be_configuration configuration = {.workers = 4};
    struct be_summary summary = spent(&configuration);
    struct be_buffer words = {0};
    (void)state;

    be_words_missing(&summary, &words);
    assert_says(&words, "Where the missing 7.2 % of 4 cores' time went: send and receive 4.2, "
                        "imbalance 1.2, slower compute 1.0, unexplained 0.8.");
    be_words_verdict(&summary, &words);
    assert_says(&words, "reached 92.8 % of 4 cores; lost: send and receive 4.2, imbalance 1.2, "
                        "slower compute 1.0, unexplained 0.8");

    summary.distinct_pus = 5;
    summary.budget.overlap = 3.1;
    be_words_missing(&summary, &words);
    assert_says(&words, "Where the missing 7.2 % of 5 cores' time, the dispatcher's among them, "
                        "went: send and receive 4.2, imbalance 1.2, slower compute 1.0, "
                        "unexplained 0.8; 3.1 % more than all of it was seen as busy, so workers "
                        "shared cores and the parts are scaled down.");

    summary = spent(&configuration);
    summary.budget.reached = 101;
    summary.budget.losses[BE_LOSS_COMPUTE] = -7.2;
    be_words_missing(&summary, &words);
    assert_says(&words, "No core time is missing, 101.0 % of 4 cores' time was reached; the parts: "
                        "send and receive 4.2, imbalance 1.2, faster compute -7.2, unexplained "
                        "0.8.");

    summary.budget.known = false;
    summary.budget.reached = 92.8;
    be_words_missing(&summary, &words);
    assert_says(&words, "Where the missing 7.2 % of 4 cores' time went is not known: no pass was "
                        "stamped.");
    summary.budget.too_short_ns = 40000;
    be_words_missing(&summary, &words);
    assert_says(&words, "Where the missing 7.2 % of 4 cores' time went is not known: a pass of "
                        "40.0 us is too short, since so few of its calls are timed; from 5.00 ms "
                        "on it is told.");
    summary.budget.too_short_ns = 0;
    be_words_verdict(&summary, &words);
    assert_says(&words, "reached 92.8 % of 4 cores; where the rest went is not known: no pass was "
                        "stamped");

    summary.budget.reached = NAN;
    be_words_missing(&summary, &words);
    assert_says(&words, "");
    be_words_verdict(&summary, &words);
    assert_says(&words, "not known: no good sample beside its serial reference");
}

/* All numbers of a text: "reached 92.8 % of 4 cores" has 92.8 and 4. */
static double numbers_sum(const char *text, const char *skipped)
{
    double sum = 0;

    while (*text) {
        char *end = NULL;
        double value = *text == ' ' ? 0 : strtod(text, &end);
        if (!end || end == text) {
            text++;
        } else {
            sum += strncmp(text, skipped, strlen(skipped)) == 0 ? 0 : value;
            text = end;
        }
    }
    return sum;
}

static void verdicts_add_up_as_printed(void **state)
{
    const struct be_configuration configuration = {.workers = 4};
    struct be_rng rng;
    (void)state;

    be_rng_init(&rng, 7);
    for (int i = 0; i < 1000; i++) {
        struct be_summary summary = spent(&configuration);
        struct be_buffer words = {0};
        double left = 100;
        summary.budget.reached = 120 * be_rng_unit(&rng);
        left -= summary.budget.reached;
        for (int loss = 0; loss < BE_LOSS_UNEXPLAINED; loss++) {
            summary.budget.losses[loss] = 20 * be_rng_unit(&rng) - (loss == BE_LOSS_COMPUTE) * 10;
            left -= summary.budget.losses[loss];
        }
        summary.budget.losses[BE_LOSS_UNEXPLAINED] = left;
        be_words_verdict(&summary, &words);
        assert_null(strstr(words.data, "(null)"));
        if (fabs(numbers_sum(words.data, "4 cores") - 100) > 1e-6) {
            fail_msg("'%s' does not add up to 100", words.data);
        }
        be_buffer_finish(&words);
    }
}

static void a_prediction_says_what_it_lacks(void **state)
{
    struct be_model model = {
        .dispatcher_ns = 1000,
        .worker_ns = 2000,
        .saturation_workers = 47.2,
        .never_pays = false,
        .predicted_breakeven_ns = 1100,
        .predicted_cold_breakeven_ns = 40000,
    };
    struct be_buffer words = {0};
    (void)state;

    be_words_prediction(&model, &words);
    assert_says(&words,
                "breaks even from 1.10 us a task, started cold from 40.0 us; the dispatcher "
                "is full at 48 workers.");
    model.predicted_cold_breakeven_ns = NAN;
    model.saturation_workers = NAN;
    be_words_prediction(&model, &words);
    assert_says(&words, "breaks even from 1.10 us a task.");
    model.worker_ns = NAN;
    be_words_prediction(&model, &words);
    assert_says(&words, "nothing, since what a task costs dispatcher and workers is not known.");
    model.never_pays = true;
    be_words_prediction(&model, &words);
    assert_says(&words, "one worker or one core can never pay.");
}

static void a_fit_says_what_to_know_about_it(void **state)
{
    struct be_scaling_point points[5];
    struct be_scaling scaling = {
        .points = points, .count = 5, .fitted = 4, .fitted_workers_max = 8, .relative = true};
    struct be_buffer words = {0};
    (void)state;

    for (uint32_t i = 0; i < 5; i++) {
        points[i] = (struct be_scaling_point){
            .workers = 1U << i, .fitted = i < 4, .speedup = fixture_estimate(1U << i, .1)};
    }
    scaling.usl_peak_workers = fixture_estimate(99, .1);
    scaling.usl_peak_beyond = true;
    scaling.includes_clock_loss = true;
    be_words_fit(&scaling, &words);
    assert_says(&words,
                "4 worker counts up to 8; 1 left out, beyond what this machine runs at once on "
                "cores alike; N* is beyond what was measured: extrapolated; includes clock loss");
    scaling.usl_peak_workers.known = false;
    scaling.relative = false;
    scaling.includes_clock_loss = false;
    scaling.count = 4;
    be_words_fit(&scaling, &words);
    assert_says(&words,
                "4 worker counts up to 8; over the serial reference, since 1 worker was not "
                "measured; no N*: throughput keeps growing; at equal frequency");
    scaling.count = 3;
    scaling.fitted = 2;
    points[2].fitted = points[2].speedup.known = false;
    scaling.relative = true;
    be_words_fit(&scaling, &words);
    assert_says(&words, "too few points: 2 worker counts, a fit needs 4; 1 without a good sample; "
                        "at equal frequency");
}

static void each_flag_is_said_with_its_figures(void **state)
{
    static const struct {
        enum be_flag flag;
        const char *expected;
    } cases[] = {
        {BE_FLAG_PASS_TREND, "8 passes a sample: the later half took 2.3 % more (z 4.1)"},
        {BE_FLAG_ROUND_TREND,
         "40 rounds against the serial reference: the later half took 1.5 % less (z -3.9)"},
        {BE_FLAG_TWO_MODES, "times gather around 0.270 and 0.310 of the serial time, 25 % of 40 at "
                            "the second"},
        {BE_FLAG_OUTLIERS,
         "2 times are far from all others; none was dropped, and the median hardly sees them"},
        {BE_FLAG_START_SKEW, "workers begin apart by 12 % of the pass"},
        {BE_FLAG_OVERSUBSCRIBED, ""},
        {BE_FLAG_TOO_FEW, ""},
        {BE_FLAG_UNMEASURABLE, "4 of 5 rounds dropped"},
    };
    const struct be_configuration configuration = {.role = BE_ROLE_MEASURED};
    const struct be_summary summary = {
        .configuration = &configuration,
        .flags = {.pass_trend = {8, 4.1, .023},
                  .round_trend = {40, -3.9, -.015},
                  .modes = {40, 9, .27, .31, .25},
                  .outliers = 2,
                  .start_skew = .12,
                  .rounds = 5,
                  .dropped = 4},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct be_buffer words = {0};
        be_words_flag(&summary, cases[i].flag, &words);
        assert_says(&words, cases[i].expected);
        assert_true(strlen(be_words_flag_name(cases[i].flag)) > 0);
    }
}

/* What has no speedup is held against nothing. */
static void flags_of_references_and_messages_are_of_their_own_times(void **state)
{
    static const enum be_role roles[] = {BE_ROLE_REFERENCE, BE_ROLE_OVERHEAD};
    (void)state;

    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        const struct be_configuration configuration = {.role = roles[i]};
        const struct be_summary summary = {
            .configuration = &configuration,
            .flags = {.round_trend = {40, 3.9, .015}, .modes = {40, 9, 2.7e6, 3.1e6, .25}},
        };
        struct be_buffer words = {0};
        be_words_flag(&summary, BE_FLAG_ROUND_TREND, &words);
        assert_says(&words, "40 rounds: the later half took 1.5 % more (z 3.9)");
        be_words_flag(&summary, BE_FLAG_TWO_MODES, &words);
        assert_says(&words, "times gather around 2.700 ms and 3.100 ms, 25 % of 40 at the second");
    }
}

static void flags_are_one_line(void **state)
{
    struct fixture fixture;
    struct be_view view = {0};
    struct be_buffer words = {0};
    (void)state;

    fixture_quick(&fixture);
    assert_int_equal(be_view_create(&fixture.results, &view, NULL), BE_OK);
    be_words_flags(&view, &words);
    assert_says(&words, "");
    struct be_summary *items = fixture.results.summaries.items;
    items[0].flags.raised = 1U << BE_FLAG_TOO_FEW;
    be_words_flags(&view, &words);
    assert_says(&words, "");
    items[0].flags.raised |= 1U << BE_FLAG_ROUND_TREND;
    items[2].flags.raised = 1U << BE_FLAG_OUTLIERS | 1U << BE_FLAG_TWO_MODES;
    items[4].flags.raised = 1U << BE_FLAG_OUTLIERS;
    be_words_flags(&view, &words);
    assert_says(&words, "trend over rounds (serial, 1 us); two modes (threads x2, 1 us); outliers "
                        "(threads x2, 1 us and 1 more)");
    be_view_finish(&view);
    fixture_finish(&fixture);
}

/* One configuration started that way, or one of threads, which says nothing of it. */
static void start_add(struct fixture *fixture, uint32_t block, const char *params, double import_ns)
{
    const struct fixture_executor executor = {params, 1000, false};
    struct be_summary *summary = fixture_add_parallel(fixture, block, 10000, 2, &executor);

    if (strstr(params, "start=")) {
        summary->values[BE_VALUE_start_process_ns] = fixture_estimate(250000, .01);
        summary->values[BE_VALUE_start_ready_ns] = fixture_estimate(50000, .01);
        summary->values[BE_VALUE_start_import_ns] =
            import_ns > 0 ? fixture_estimate(import_ns, .01) : (struct be_estimate){0};
    }
}

static void starts_are_told_once_each(void **state)
{
    struct be_buffer words = {0};
    struct fixture fixture;
    struct be_view view = {0};
    (void)state;

    fixture_begin(&fixture, "{}", 2);
    fixture_add_serial(&fixture, 0, 10000);
    start_add(&fixture, 0, "executor=threads", 0);
    start_add(&fixture, 0, "executor=processes start=fork transport=pipe", 0);
    start_add(&fixture, 0, "executor=processes start=spawn transport=pipe", 4e6);
    start_add(&fixture, 0, "executor=processes start=fork transport=ring", 0);
    fixture_find(&fixture);
    assert_int_equal(be_view_create(&fixture.results, &view, NULL), BE_OK);
    assert_true(be_words_starts_vary(&view));
    be_words_start(&view, &words);
    assert_says(&words, "A worker process is ready after 300.0 us (fork), 4.30 ms (spawn, of "
                        "which 4.00 ms to import).");
    be_view_finish(&view);
    fixture_finish(&fixture);
}

static void what_no_worker_said_of_its_start_is_not_told(void **state)
{
    struct be_buffer words = {0};
    struct fixture fixture;
    struct be_view view = {0};
    (void)state;

    fixture_begin(&fixture, "{}", 2);
    fixture_add_serial(&fixture, 0, 10000);
    start_add(&fixture, 0, "executor=threads", 0);
    fixture_find(&fixture);
    assert_int_equal(be_view_create(&fixture.results, &view, NULL), BE_OK);
    assert_false(be_words_starts_vary(&view));
    be_words_start(&view, &words);
    assert_says(&words, "");
    be_view_finish(&view);
    fixture_finish(&fixture);
}

/* One configuration whose messages had so many tasks. */
static void chunk_add(struct fixture *fixture, uint32_t block, const char *params, double mean)
{
    const struct fixture_executor executor = {params, 1000, false};
    struct be_summary *summary = fixture_add_parallel(fixture, block, 10000, 2, &executor);

    summary->values[BE_VALUE_chunk_mean] = fixture_estimate(mean, .01);
    summary->values[BE_VALUE_chunk_most] = fixture_estimate(2 * mean, .01);
}

static void what_chunk_auto_chose_is_told_once_a_series(void **state)
{
    struct be_buffer words = {0};
    struct fixture fixture;
    struct be_view view = {0};
    (void)state;

    fixture_begin(&fixture, "{}", 2);
    fixture_add_serial(&fixture, 0, 10000);
    chunk_add(&fixture, 0, "executor=threads chunk=16", 16);
    chunk_add(&fixture, 0, "executor=threads chunk=auto", 2.5);
    chunk_add(&fixture, 0, "executor=processes chunk=auto", 4000);
    fixture_add_serial(&fixture, 1, 100000);
    chunk_add(&fixture, 1, "executor=processes chunk=auto", 37);
    fixture_find(&fixture);
    assert_int_equal(be_view_create(&fixture.results, &view, NULL), BE_OK);
    be_words_chunk(&view, &words);
    assert_says(&words,
                "Chunk auto chose 2.5 tasks a message on average, 5 at most (threads, chunk auto); "
                "37 .. 4,000 tasks a message on average, 8,000 at most (processes).");
    be_view_finish(&view);
    fixture_finish(&fixture);
}

static void losses_are_told_of_who_had_any(void **state)
{
    static const struct fixture_executor calm = {"executor=processes fault=none", 1000, false};
    static const struct fixture_executor lossy = {"executor=processes fault=kill", 1000, false};
    struct be_buffer words = {0};
    struct fixture fixture;
    struct be_view view = {0};
    (void)state;

    fixture_begin(&fixture, "{}", 2);
    fixture_add_serial(&fixture, 0, 10000);
    struct be_summary *summary = fixture_add_parallel(&fixture, 0, 10000, 2, &calm);
    summary->values[BE_VALUE_workers_replaced] = fixture_estimate(0, 0);
    summary->values[BE_VALUE_tasks_given_up] = fixture_estimate(0, 0);
    summary = fixture_add_parallel(&fixture, 0, 10000, 2, &lossy);
    summary->values[BE_VALUE_workers_replaced] = fixture_estimate(10, .01);
    summary->values[BE_VALUE_tasks_rerun] = fixture_estimate(1200, .01);
    summary->values[BE_VALUE_tasks_given_up] = fixture_estimate(0, 0);
    summary->values[BE_VALUE_loss_detection_p50_ns] = fixture_estimate(193000, .01);
    summary->values[BE_VALUE_worker_replacement_p50_ns] = fixture_estimate(369000, .01);
    fixture_find(&fixture);
    assert_int_equal(be_view_create(&fixture.results, &view, NULL), BE_OK);
    be_words_losses(&view, &words);
    assert_says(&words,
                "Losses a sample: processes, fault kill x2: 10 workers replaced, known after 193.0 "
                "us, another ready after 369.0 us; 1,200 tasks run again, 0 given up.");
    be_view_finish(&view);
    fixture_finish(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(losses_are_told_of_who_had_any),
        cmocka_unit_test(what_chunk_auto_chose_is_told_once_a_series),
        cmocka_unit_test(starts_are_told_once_each),
        cmocka_unit_test(what_no_worker_said_of_its_start_is_not_told),
        cmocka_unit_test(a_crossing_is_said_in_every_state),
        cmocka_unit_test(where_core_time_went_is_said),
        cmocka_unit_test(verdicts_add_up_as_printed),
        cmocka_unit_test(a_prediction_says_what_it_lacks),
        cmocka_unit_test(a_fit_says_what_to_know_about_it),
        cmocka_unit_test(each_flag_is_said_with_its_figures),
        cmocka_unit_test(flags_of_references_and_messages_are_of_their_own_times),
        cmocka_unit_test(flags_are_one_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
