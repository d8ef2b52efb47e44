#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"
#include "report/escape.h"
#include "report/grid.h"
#include "report/report.h"
#include "transports_fixture.h"

static void term(const struct fixture *fixture, size_t width, struct be_buffer *out)
{
    struct be_error error;

    if (be_report_term(&fixture->results, width, out, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
}

static void assert_answer(const struct fixture *fixture, const char *expected)
{
    struct be_buffer out = {0};

    assert_int_equal(be_report_answer(&fixture->results, &out, NULL), BE_OK);
    assert_string_equal(be_buffer_text(&out), expected);
    be_buffer_finish(&out);
}

/* One executor on one task, on four workers. */
static struct be_summary *one(struct fixture *fixture, double overhead_ns)
{
    const struct fixture_executor executor = {"executor=processes", overhead_ns, false};

    fixture_begin(fixture, "run", 8);
    fixture_add_serial(fixture, 0, 50000);
    struct be_summary *summary = fixture_add_parallel(fixture, 0, 50000, 4, &executor);
    fixture_find(fixture);
    return summary;
}

static void screens_are_as_committed(void **state)
{
    static const struct {
        const char *golden;
        void (*build)(struct fixture *fixture);
    } cases[] = {{"report_quick.txt", fixture_quick}, {"report_seed.txt", fixture_seed}};
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture fixture;
        struct be_buffer out = {0};
        cases[i].build(&fixture);
        term(&fixture, 100, &out);
        assert_golden(cases[i].golden, be_buffer_text(&out));
        be_buffer_finish(&out);
        fixture_finish(&fixture);
    }
}

/* What messages take is the answer of a run whose tasks compute nothing. */
static void messages_are_told_by_round_trips_not_speedups(void **state)
{
    struct fixture fixture;
    struct be_buffer out = {0};
    (void)state;

    fixture_transport_run(&fixture);
    term(&fixture, 100, &out);
    assert_golden("report_transports.txt", be_buffer_text(&out));
    assert_null(strstr(be_buffer_text(&out), "speedup"));
    be_buffer_finish(&out);
    fixture_finish(&fixture);
}

static void empty_tasks_without_a_transport_are_told_by_their_time(void **state)
{
    struct fixture fixture;
    struct be_buffer out = {0};
    (void)state;

    fixture_begin(&fixture, "run", 2);
    fixture_add(&fixture, BE_ROLE_REFERENCE, 0, "workload=null tasks=1000");
    struct be_summary *summary = fixture_add(&fixture, BE_ROLE_MEASURED, 0,
                                             "workload=null tasks=1000 executor=threads workers=2");
    summary->wall_ns = fixture_estimate(61000, .02);
    summary->tasks_per_s = fixture_estimate(1e9 / 61, .02);
    fixture_find(&fixture);
    assert_answer(&fixture, "A task that computes nothing takes 61.0 ns with threads (time of a "
                            "pass over its tasks, 2 workers).");
    term(&fixture, 100, &out);
    assert_non_null(strstr(be_buffer_text(&out),
                           "threads x2       61.0 ns  16,393,443 (16,065,574 .. 16,721,311)"));
    assert_null(strstr(be_buffer_text(&out), "speedup"));
    be_buffer_finish(&out);
    fixture_finish(&fixture);
}

static void one_configuration_shows_its_costs_and_counters(void **state)
{
    struct fixture fixture;
    struct be_buffer out = {0};
    struct be_summary *summary = one(&fixture, 2100);
    (void)state;

    fixture_count(summary, "instructions", BE_COUNTER_COUNTED, 2.5e6, "");
    fixture_count(summary, "cycles", BE_COUNTER_SCALED, 2.6e6, "");
    fixture_count(summary, "PAPI_L1_DCM", BE_COUNTER_UNAVAILABLE, NAN, "no PMU");
    fixture_count(summary, "PAPI_L2_TCM", BE_COUNTER_UNAVAILABLE, NAN, "no PMU");
    term(&fixture, 100, &out);
    assert_golden("report_one.txt", be_buffer_text(&out));
    be_buffer_finish(&out);
    fixture_finish(&fixture);
}

static void no_line_is_wider_than_asked(void **state)
{
    static const struct fixture_executor executors[] = {
        {"executor=threads", 60, false},
        {"executor=processes chunk=1", 2100, false},
        {"executor=processes chunk=16", 150, false},
        {0},
    };
    struct fixture fixture;
    (void)state;

    fixture_begin(&fixture, "wide", 64);
    fixture_sweep(&fixture, fixture_decades_ns, (const uint32_t[]){1, 4, 64, 0}, executors);
    for (size_t width = 80; width <= 140; width++) {
        struct be_buffer out = {0};
        term(&fixture, width, &out);
        for (char *rest = out.data, *line; rest && (line = strsep(&rest, "\n"));) {
            if (be_escape_columns(line) > width) {
                fail_msg("%zu columns instead of %zu: '%s'", be_escape_columns(line), width, line);
            }
        }
        be_buffer_finish(&out);
    }
    fixture_finish(&fixture);
}

static void the_shortest_and_the_longest_task_are_always_shown(void **state)
{
    const struct fixture_executor executors[] = {{"executor=threads", 60, false}, {0}};
    struct fixture fixture;
    struct be_buffer out = {0};
    uint64_t grains_ns[41] = {0};
    (void)state;

    for (size_t i = 0; i < 40; i++) {
        grains_ns[i] = 1000 * (i + 1);
    }
    fixture_begin(&fixture, "wide", 2);
    fixture_sweep(&fixture, grains_ns, (const uint32_t[]){2, 0}, executors);
    term(&fixture, 100, &out);
    assert_non_null(strstr(be_buffer_text(&out), " 1 us "));
    assert_non_null(strstr(be_buffer_text(&out), " 40 us\n"));
    assert_non_null(strstr(be_buffer_text(&out), " of 40 columns; the report has all\n"));
    be_buffer_finish(&out);
    fixture_finish(&fixture);
}

static void the_answer_follows_the_interval(void **state)
{
    static const struct {
        double median, low, high;
        bool bounded;
        const char *answer;
    } cases[] = {
        {3.71, 3.68, 3.73, true, "Pays: 3.71x (3.68 .. 3.73) of 4x with processes x4."},
        {1.01, .98, 1.03, true,
         "Cannot be told yet: 1.01x (0.98 .. 1.03) of 4x with processes x4."},
        {.52, .5, .55, true, "Does not pay: 0.52x (0.50 .. 0.55) of 4x with processes x4."},
        {3.71, 0, 0, false,
         "Cannot be told yet: 3.71x of 4x with processes x4, from too few samples for "
         "an interval."},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture fixture;
        struct be_summary *summary = one(&fixture, 2100);
        summary->speedup = (struct be_estimate){.known = true,
                                                .bounded = cases[i].bounded,
                                                .median = cases[i].median,
                                                .low = cases[i].low,
                                                .high = cases[i].high};
        assert_answer(&fixture, cases[i].answer);
        fixture_finish(&fixture);
    }
}

static void the_answer_names_what_pays_what_does_not_and_what_is_open(void **state)
{
    struct fixture fixture;
    (void)state;

    fixture_quick(&fixture);
    for (size_t i = 0; i < fixture.results.summaries.count; i++) {
        struct be_summary *summary = &fixture.results.summaries.items[i];
        if (strcmp(summary->configuration->executor, "processes") == 0 &&
            summary->configuration->grain_asked_ns == 10000) {
            summary->speedup.low = .9;
        }
        if (strcmp(summary->configuration->executor, "threads") == 0 &&
            summary->configuration->grain_asked_ns == 1000) {
            summary->speedup.known = false;
        }
    }
    assert_answer(&fixture,
                  "With 2 workers going parallel pays from 64.0 ns a task with threads (up to "
                  "1.94x), from 2.23 us a task with processes (up to 1.94x; unclear at 10 us); it "
                  "does not pay with threads-gil up to 1.00 ms a task (0.97x at best).");
    fixture_finish(&fixture);
}

static void nothing_measured_is_said(void **state)
{
    struct fixture fixture;
    struct be_buffer out = {0};
    (void)state;

    fixture_begin(&fixture, "quick", 2);
    fixture_find(&fixture);
    term(&fixture, 100, &out);
    assert_non_null(strstr(be_buffer_text(&out), "Nothing can be judged"));
    be_buffer_finish(&out);
    struct be_summary *summary = fixture_add(&fixture, BE_ROLE_REFERENCE, 0, "");
    summary->failed = 12;
    summary = fixture_add(&fixture, BE_ROLE_MEASURED, 0, "executor=threads workers=2");
    summary->failed = 12;
    fixture_find(&fixture);
    term(&fixture, 100, &out);
    assert_non_null(strstr(be_buffer_text(&out), "Nothing can be judged"));
    assert_non_null(strstr(be_buffer_text(&out), "24 failed"));
    assert_null(strstr(be_buffer_text(&out), "nan"));
    be_buffer_finish(&out);
    fixture_finish(&fixture);
}

static void serial_time_alone_is_no_failure(void **state)
{
    struct fixture fixture;
    struct be_buffer out = {0};
    (void)state;

    fixture_begin(&fixture, "run", 2);
    fixture_add_serial(&fixture, 0, 50000);
    fixture_find(&fixture);
    term(&fixture, 100, &out);
    assert_non_null(strstr(be_buffer_text(&out), "Serial time only"));
    assert_null(strstr(be_buffer_text(&out), " · \n"));
    assert_null(strstr(be_buffer_text(&out), " ·\n"));
    be_buffer_finish(&out);
    assert_int_equal(be_report_curve(&fixture.results, "/nonexistent", 80, &out, NULL), BE_OK);
    assert_string_equal(be_buffer_text(&out), "");
    be_buffer_finish(&out);
    fixture_finish(&fixture);
}

static void a_line_never_ends_between_a_figure_and_its_unit(void **state)
{
    struct be_buffer out = {0};
    (void)state;

    be_grid_wrap("tasks of 2 us .. 50.0 ms, 1.2 % of 90.0 s; 4 samples", 12, &out);
    assert_string_equal(be_buffer_text(&out),
                        "tasks of\n  2 us .. 50.0 ms,\n  1.2 % of\n  90.0 s; 4\n  samples\n");
    be_buffer_finish(&out);
}

static void what_computes_nothing_is_in_no_table(void **state)
{
    struct fixture fixture;
    struct be_buffer out = {0};
    (void)state;

    one(&fixture, 2100);
    struct be_summary *null = fixture_add(&fixture, BE_ROLE_MEASURED, 0, "executor=null workers=4");
    null->speedup = fixture_estimate(1000, .001);
    null = fixture_add(&fixture, BE_ROLE_OVERHEAD, 0, "executor=processes workload=null workers=4");
    null->speedup = fixture_estimate(1000, .001);
    fixture_find(&fixture);
    term(&fixture, 100, &out);
    assert_null(strstr(be_buffer_text(&out), "null"));
    assert_null(strstr(be_buffer_text(&out), "1000"));
    be_buffer_finish(&out);
    fixture_finish(&fixture);
}

static void names_cannot_drive_the_terminal(void **state)
{
    struct fixture fixture;
    struct be_buffer out = {0};
    const struct fixture_executor executors[] = {{"executor=\033]0;owned\007\033[2J", 60, false},
                                                 {0}};
    (void)state;

    fixture_begin(&fixture, "p\033[31m\nlan", 2);
    fixture_sweep(&fixture, (const uint64_t[]){1000, 2000, 0}, (const uint32_t[]){2, 0}, executors);
    term(&fixture, 100, &out);
    for (size_t i = 0; i < out.length; i++) {
        assert_true(out.data[i] == '\n' || (unsigned char)out.data[i] >= ' ');
    }
    assert_null(strstr(out.data, "\nlan"));
    be_buffer_finish(&out);
    fixture_finish(&fixture);
}

static void what_spoiled_samples_is_said(void **state)
{
    struct fixture fixture;
    struct be_buffer out = {0};
    (void)state;

    one(&fixture, 2100);
    struct be_sample *sample = builder_add_sample(&fixture.run, 0, 0, 100, 100);
    sample->state = BE_SAMPLE_REJECTED;
    /* Of all that the gate can find at once nothing is cut. */
    sample->reason =
        strdup("lost 23.0 % of its CPU time: 23.0 % to other programs; waited 12.1 % of "
               "its time for cores that others had; 3.0 tasks ran or waited on 2.0 CPUs");
    fixture.results.summaries.items[0].rerun = 2;
    term(&fixture, 1000, &out);
    assert_non_null(strstr(be_buffer_text(&out), "2 re-run, 0 dropped, 0 failed; "));
    assert_non_null(
        strstr(be_buffer_text(&out), "; the first dropped or re-run: lost 23.0 % of its CPU time"));
    assert_non_null(strstr(be_buffer_text(&out), sample->reason));
    be_buffer_finish(&out);

    /* Where nothing was as bad as that, what was noticed at all. */
    sample->state = BE_SAMPLE_SUSPECT;
    term(&fixture, 1000, &out);
    assert_non_null(strstr(be_buffer_text(&out), "; the first suspect: lost 23.0 %"));
    be_buffer_finish(&out);
    fixture_finish(&fixture);
}

static void weak_scaling_is_in_every_title(void **state)
{
    struct fixture fixture;
    struct be_buffer out = {0};
    (void)state;

    fixture_quick(&fixture);
    fixture.results.weak = true;
    term(&fixture, 100, &out);
    assert_non_null(strstr(be_buffer_text(&out), "speedup over serial, weak, 2 workers"));
    assert_non_null(strstr(be_buffer_text(&out), "weak scaling: tasks grow with workers"));
    be_buffer_finish(&out);
    fixture_finish(&fixture);
}

/* A speedup near 1 at every length crosses it by noise alone. */
static void a_crossing_without_an_end_is_no_answer(void **state)
{
    struct fixture fixture;
    (void)state;

    fixture_quick(&fixture);
    for (size_t i = 0; i < fixture.results.findings.grain_series.count; i++) {
        struct be_crossing *warm = &fixture.results.findings.breakevens[i].warm;
        warm->high_open = warm->state == BE_CROSSING_INSIDE && warm->at_ns < 100;
    }
    assert_answer(&fixture,
                  "With 2 workers going parallel pays with threads at every task length (up to "
                  "1.94x), from 2.23 us a task with processes (up to 1.94x); it does not pay with "
                  "threads-gil up to 1.00 ms a task (0.97x at best).");
    fixture_finish(&fixture);
}

static void chunks_are_named_where_they_differ(void **state)
{
    static const struct fixture_executor executors[] = {
        {"executor=threads chunk=16", 60, false},
        {"executor=processes chunk=1", 2100, false},
        {0},
    };
    struct fixture fixture;
    (void)state;

    fixture_begin(&fixture, "chunks", 2);
    fixture_sweep(&fixture, (const uint64_t[]){1000, 10000, 0}, (const uint32_t[]){2, 0},
                  executors);
    assert_answer(
        &fixture,
        "With 2 workers going parallel pays down to 1.00 us a task with threads, chunk 16 "
        "(up to 1.93x), from 2.41 us a task with processes, chunk 1 (up to 1.60x).");
    fixture_finish(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screens_are_as_committed),
        cmocka_unit_test(messages_are_told_by_round_trips_not_speedups),
        cmocka_unit_test(empty_tasks_without_a_transport_are_told_by_their_time),
        cmocka_unit_test(one_configuration_shows_its_costs_and_counters),
        cmocka_unit_test(no_line_is_wider_than_asked),
        cmocka_unit_test(the_shortest_and_the_longest_task_are_always_shown),
        cmocka_unit_test(the_answer_follows_the_interval),
        cmocka_unit_test(the_answer_names_what_pays_what_does_not_and_what_is_open),
        cmocka_unit_test(nothing_measured_is_said),
        cmocka_unit_test(serial_time_alone_is_no_failure),
        cmocka_unit_test(a_line_never_ends_between_a_figure_and_its_unit),
        cmocka_unit_test(what_computes_nothing_is_in_no_table),
        cmocka_unit_test(names_cannot_drive_the_terminal),
        cmocka_unit_test(what_spoiled_samples_is_said),
        cmocka_unit_test(weak_scaling_is_in_every_title),
        cmocka_unit_test(a_crossing_without_an_end_is_no_answer),
        cmocka_unit_test(chunks_are_named_where_they_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
