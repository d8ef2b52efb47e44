#include "report_folder.h"

#include "counters_fixture.h"
#include "golden.h"
#include "report/view.h"
#include "report/words.h"

static struct fixture fixture;
static struct be_view view;
static struct be_buffer words;

static int setup(void **state)
{
    fixture_counted(&fixture);
    return folder_setup(state);
}

static int teardown(void **state)
{
    be_view_finish(&view);
    be_buffer_finish(&words);
    fixture_finish(&fixture);
    return folder_teardown(state);
}

static const struct be_view *look(void)
{
    be_view_finish(&view);
    assert_int_equal(be_view_create(&fixture.results, &view, NULL), BE_OK);
    return &view;
}

static void assert_said(const char *expected)
{
    assert_string_equal(be_buffer_text(&words), expected);
    be_buffer_finish(&words);
}

static void counters_are_drawn_and_told(void **state)
{
    (void)state;
    gnuplot_or_skip();
    write_report(&fixture);
    assert_exists("counters.svg", true);
    char *data = content("counters.dat");
    assert_golden("counters.dat", data);
    free(data);
    assert_contains("counters.gp", "panels = 4\n");
    assert_contains("counters.gp", "array serial[4] = [ 6300, 1.5, 6300000, 1.5]\n");
    assert_contains("counters.gp", "barred = '1 2'");
    assert_contains("report.md", "threads x8, 1 us");
    assert_contains("report.md", "| at equal frequency |");
    assert_lacks("report.md", "branch misses a task");
    assert_well_formed("report.html");
}

/* Where nothing was counted there is no such picture, an old one goes, and reasons are told once.
 */
static void what_was_not_counted_is_neither_drawn_nor_zero(void **state)
{
    struct be_summaries *summaries = &fixture.results.summaries;

    (void)state;
    gnuplot_or_skip();
    write_report(&fixture);
    for (size_t i = 0; i < summaries->count; i++) {
        struct be_summary *summary = &summaries->items[i];
        struct be_estimate *const known[] = {
            &summary->instructions_per_task,
            &summary->instructions_per_cycle,
            &summary->clock_ghz,
            &summary->cache_misses_per_task,
            &summary->clock_ratio,
            &summary->equal_speedup,
        };
        for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++) {
            *known[k] = (struct be_estimate){0};
        }
        for (size_t k = 0; k < summary->counter_count; k++) {
            struct be_counter_summary *counter = &summary->counters[k];
            counter->state = BE_COUNTER_UNAVAILABLE;
            counter->value = NAN;
            snprintf(counter->reason, sizeof(counter->reason),
                     "perf_event_paranoid is 3: lower it");
        }
    }
    assert_int_equal(write_report(&fixture).plots_missing, 0);
    assert_exists("counters.svg", false);
    assert_exists("counters.gp", false);
    assert_contains("report.md",
                    "papi:PAPI\\_TOT\\_INS, papi:PAPI\\_TOT\\_CYC, papi:PAPI\\_L3\\_TCM, "
                    "papi:PAPI\\_RES\\_STL unavailable: perf\\_event\\_paranoid is 3: lower it.");
    assert_lacks("report.md", "instructions a task");
    assert_lacks("report.md", "Scaled from");
    be_words_clock(look(), &words);
    assert_said("");
}

static void reasons_are_told_once_and_where(void **state)
{
    struct be_summary *other = &fixture.results.summaries.items[2];

    (void)state;
    be_words_uncounted(look(), &words);
    assert_said("papi:PAPI_RES_STL unavailable: this processor has no such event.");
    other->counters[0].state = BE_COUNTER_NOT_COUNTING;
    snprintf(other->counters[0].reason, sizeof(other->counters[0].reason), "PAPI read 0");
    be_words_uncounted(look(), &words);
    assert_said("papi:PAPI_RES_STL unavailable: this processor has no such event. "
                "papi:PAPI_TOT_INS not counting in 1 of 18 configurations: PAPI read 0.");
    be_words_scaled(&view, &words);
    assert_said("Scaled from a part of the time, so estimates: papi:PAPI_L3_TCM from 50 %.");
}

/* Who names counters hears at once what is missing; who has the default does not, run after run. */
static void the_screen_says_what_was_asked_for_in_vain(void **state)
{
    static const char sentence[] = "Counters: papi:PAPI_RES_STL unavailable: this processor has no "
                                   "such event.\n";

    (void)state;
    assert_int_equal(be_report_term(&fixture.results, 100, &words, NULL), BE_OK);
    assert_non_null(strstr(be_buffer_text(&words), sentence));
    be_buffer_finish(&words);
    free(fixture.run.plan_text);
    fixture.run.plan_text = strdup("{\"name\":\"counted\",\"counters\":[\"default\"]}");
    assert_int_equal(be_report_term(&fixture.results, 100, &words, NULL), BE_OK);
    assert_null(strstr(be_buffer_text(&words), "PAPI_RES_STL"));
}

static void a_clock_that_falls_explains_a_loss(void **state)
{
    (void)state;
    be_words_clock(look(), &words);
    assert_said("With 8 workers the clock falls by 7.0 % (6.7 .. 7.3), from 4.20 to 3.91 GHz: at "
                "equal frequency threads x8, 1 us would have 7.87x instead of 7.32x; likewise 3 "
                "more.");
    /* One whose interval reaches 1 % less says nothing. */
    for (size_t i = 0; i < fixture.results.summaries.count; i++) {
        fixture.results.summaries.items[i].clock_ratio = fixture_estimate(.985, .01);
    }
    be_words_clock(look(), &words);
    assert_said("");
}

static void what_counting_costs_is_told_where_it_was_measured(void **state)
{
    (void)state;
    be_words_counting_cost(look(), &words);
    assert_said("Counting adds 0.31 % (0.11 .. 0.51) to a pass of threads x8, 1 us.");
    /* Of too few rounds for an interval. */
    fixture.results.summaries.items[4].counting_cost.bounded = false;
    be_words_counting_cost(look(), &words);
    assert_said("");
}

static void one_configuration_says_its_clock_beside_the_serial_one(void **state)
{
    (void)state;
    look();
    be_words_counted(&view, &view.cells[3], &words);
    assert_said("1.50 instructions per cycle; 4.20 GHz serial, 3.91 GHz with 8 workers; 6,678 "
                "instructions a task");
}

#define counters_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        counters_test(counters_are_drawn_and_told),
        counters_test(what_was_not_counted_is_neither_drawn_nor_zero),
        counters_test(reasons_are_told_once_and_where),
        counters_test(the_screen_says_what_was_asked_for_in_vain),
        counters_test(a_clock_that_falls_explains_a_loss),
        counters_test(what_counting_costs_is_told_where_it_was_measured),
        counters_test(one_configuration_says_its_clock_beside_the_serial_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
