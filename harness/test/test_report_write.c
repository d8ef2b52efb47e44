#include "report_folder.h"

#include "golden.h"
#include "report/plot.h"

static const char *const plots[] = {"speedup", "breakeven", "ipc_overhead", "efficiency"};

static void every_file_is_written(void **state)
{
    struct fixture fixture;
    char name[64];
    (void)state;

    gnuplot_or_skip();
    fixture_quick(&fixture);
    struct be_report_result result = write_report(&fixture);
    assert_int_equal(result.plots_drawn, PLOTS_OF_TASKS);
    assert_int_equal(result.plots_missing, 0);
    assert_int_equal(result.plot_error.status, BE_OK);
    assert_exists("report.html", true);
    assert_exists("report.md", true);
    for (size_t i = 0; i < sizeof(plots) / sizeof(plots[0]); i++) {
        static const char *const extensions[] = {"gp", "dat", "svg"};
        for (size_t k = 0; k < 3; k++) {
            snprintf(name, sizeof(name), "%s.%s", plots[i], extensions[k]);
            assert_exists(name, true);
        }
        snprintf(name, sizeof(name), "](%s.svg)", plots[i]);
        assert_contains("report.md", name);
        snprintf(name, sizeof(name), "%s-gpPt", plots[i]);
        assert_contains("report.html", name);
    }
    fixture_finish(&fixture);
}

static void markdown_is_as_committed(void **state)
{
    struct fixture fixture;
    (void)state;

    gnuplot_or_skip();
    fixture_quick(&fixture);
    write_report(&fixture);
    char *text = content("report.md");
    assert_golden("report_quick.md", text);
    free(text);
    fixture_finish(&fixture);
}

static void html_is_well_formed_and_needs_nothing_else(void **state)
{
    struct fixture fixture;
    (void)state;

    gnuplot_or_skip();
    fixture_seed(&fixture);
    write_report(&fixture);
    assert_well_formed("report.html");
    assert_lacks("report.html", "<script");
    assert_lacks("report.html", "src=");
    assert_lacks("report.html", "url(h");
    assert_lacks("report.html", "@import");
    assert_lacks("report.html", "<?xml");
    assert_contains("report.html", "1.868x");
    assert_contains("report.html", "CPython programs, machine unknown");
    assert_lacks("report.html", "nan");
    fixture_finish(&fixture);
}

static void a_script_of_the_folder_draws_the_same_picture_again(void **state)
{
    struct fixture fixture;
    (void)state;

    gnuplot_or_skip();
    fixture_quick(&fixture);
    write_report(&fixture);
    fixture_finish(&fixture);
    for (size_t i = 0; i < sizeof(plots) / sizeof(plots[0]); i++) {
        char name[64];
        char path[128];
        struct be_buffer printed = {0};
        snprintf(name, sizeof(name), "%s.svg", plots[i]);
        char *before = content(name);
        snprintf(path, sizeof(path), "%s/%s", folder, name);
        assert_int_equal(remove(path), 0);
        snprintf(name, sizeof(name), "%s.gp", plots[i]);
        assert_int_equal(be_gnuplot_run(folder, NULL, name, &printed, NULL), BE_OK);
        be_buffer_finish(&printed);
        snprintf(name, sizeof(name), "%s.svg", plots[i]);
        char *after = content(name);
        assert_string_equal(before, after);
        free(before);
        free(after);
    }
}

static void weak_scaling_is_in_every_title(void **state)
{
    static const char title[] = "weak scaling: tasks grow with workers";
    struct fixture fixture;
    (void)state;

    gnuplot_or_skip();
    fixture_quick(&fixture);
    fixture.results.weak = true;
    write_report(&fixture);
    for (size_t i = 0; i < sizeof(plots) / sizeof(plots[0]); i++) {
        char name[64];
        snprintf(name, sizeof(name), "%s.gp", plots[i]);
        assert_contains(name, title);
        assert_lacks(name, "strong");
    }
    assert_contains("report.md", "# breakeven run 12, plan quick, weak scaling: tasks grow");
    assert_contains("report.md", "## Speedup over serial with 2 workers, weak scaling");
    assert_contains("report.md", "## Scaling (weak: tasks grow with workers)");
    fixture_finish(&fixture);
}

static void counters_that_nobody_saw_were_asked_for_all_the_same(void **state)
{
    struct fixture fixture;
    (void)state;

    fixture_seed(&fixture);
    write_report(&fixture);
    assert_contains("report.md", "None were asked for.");
    free(fixture.run.plan_text);
    fixture.run.plan_text = strdup("{\"name\":\"seed\",\"counters\":[\"default\"]}");
    write_report(&fixture);
    assert_lacks("report.md", "None were asked for.");
    assert_contains("report.md", "Unavailable: no good sample holds any.");
    fixture_finish(&fixture);
}

static void what_the_search_added_is_no_column_and_no_panel(void **state)
{
    struct fixture fixture;
    (void)state;

    gnuplot_or_skip();
    fixture_quick(&fixture);
    write_report(&fixture);
    assert_contains("report.md", "| executor | 1 us | 10 us | 100 us | 1 ms |");
    assert_contains("speedup.gp", "panels = 4");
    assert_lacks("speedup.dat", "2.37 us");
    assert_lacks("ipc_overhead.dat", "2.37 us");
    assert_contains("breakeven.dat", "2.37 us");
    assert_contains("efficiency.dat", "2.37 us");
    assert_contains("breakeven.gp", "marked = '1 3'");
    assert_contains("breakeven.gp", "banded = '1 3'");
    fixture_finish(&fixture);
}

static void fits_are_drawn_where_there_are_any(void **state)
{
    static const struct fixture_executor executors[] = {{"executor=threads", 60, false}, {0}};
    struct fixture fixture;
    (void)state;

    gnuplot_or_skip();
    fixture_begin(&fixture, "fits", 8);
    fixture_sweep(&fixture, (const uint64_t[]){1000, 0}, (const uint32_t[]){1, 2, 4, 8, 0},
                  executors);
    write_report(&fixture);
    assert_contains("speedup.gp", "fitted = '1'");
    assert_contains("speedup.dat", "\"Amdahl fit\"");
    assert_contains("speedup.svg", "fit: USL");
    fixture_finish(&fixture);
    fixture_quick(&fixture);
    write_report(&fixture);
    assert_contains("speedup.gp", "fitted = ''");
    assert_lacks("speedup.svg", "fit:");
    fixture_finish(&fixture);
}

static void the_curve_is_plain_ascii(void **state)
{
    struct fixture fixture;
    struct be_buffer out = {0};
    const struct fixture_executor executors[] = {{"executor=caf\xc3\xa9", 60, false}, {0}};
    (void)state;

    gnuplot_or_skip();
    fixture_begin(&fixture, "quick", 2);
    fixture_sweep(&fixture, (const uint64_t[]){1000, 0}, (const uint32_t[]){1, 2, 0}, executors);
    assert_int_equal(be_report_curve(&fixture.results, PLOTS, 80, &out, NULL), BE_OK);
    assert_non_null(strstr(be_buffer_text(&out), "caf?"));
    assert_non_null(strstr(be_buffer_text(&out), "1 us tasks"));
    for (char *rest = out.data, *line; (line = strsep(&rest, "\n"));) {
        assert_in_range(strlen(line), 0, 80);
        for (const char *p = line; *p; p++) {
            assert_in_range(*p, ' ', '~');
        }
    }
    be_buffer_finish(&out);
    fixture_finish(&fixture);
}

static void one_point_makes_no_curve(void **state)
{
    const struct fixture_executor executors[] = {{"executor=threads", 60, false}, {0}};
    struct fixture fixture;
    struct be_buffer out = {0};
    (void)state;

    fixture_begin(&fixture, "run", 2);
    fixture_sweep(&fixture, (const uint64_t[]){1000, 0}, (const uint32_t[]){2, 0}, executors);
    assert_int_equal(be_report_curve(&fixture.results, PLOTS, 80, &out, NULL), BE_OK);
    assert_string_equal(be_buffer_text(&out), "");
    be_buffer_finish(&out);
    fixture_finish(&fixture);
}

static void too_few_rounds_for_an_interval_are_drawn_without_bars(void **state)
{
    struct fixture fixture;
    struct be_buffer out = {0};
    (void)state;

    gnuplot_or_skip();
    fixture_quick(&fixture);
    for (size_t i = 0; i < fixture.results.summaries.count; i++) {
        fixture.results.summaries.items[i].speedup.bounded = false;
        fixture.results.summaries.items[i].efficiency.bounded = false;
    }
    assert_int_equal(write_report(&fixture).plots_drawn, PLOTS_OF_TASKS);
    assert_contains("speedup.gp", "barred = ''");
    assert_contains("speedup.dat", " NaN NaN 2 ");
    assert_contains("report.md", "Intervals: none, since there are fewer than 6 good rounds.");
    assert_int_equal(be_report_answer(&fixture.results, &out, NULL), BE_OK);
    assert_non_null(strstr(be_buffer_text(&out), "Nothing can be told yet"));
    be_buffer_finish(&out);
    fixture_finish(&fixture);
}

static void unknown_points_are_left_out_and_named(void **state)
{
    struct fixture fixture;
    (void)state;

    gnuplot_or_skip();
    fixture_quick(&fixture);
    for (size_t i = 0; i < fixture.results.summaries.count; i++) {
        struct be_summary *summary = &fixture.results.summaries.items[i];
        if (strcmp(summary->configuration->executor, "threads") == 0) {
            summary->ipc_overhead_ratio.known = false;
            summary->ipc_overhead_ns.known = false;
            summary->predicted_speedup = NAN;
        }
    }
    assert_int_equal(write_report(&fixture).plots_drawn, PLOTS_OF_TASKS);
    assert_contains("report.html", "4 of 12 points are left out, since their speedup or overhead "
                                   "is not known: threads x2, 1 us; threads x2, 10 us");
    assert_lacks("ipc_overhead.dat", "\"threads\"");
    assert_contains("speedup.dat", "\"threads\"");
    assert_lacks("report.html", "nan");
    fixture_finish(&fixture);
}

static void bars_are_of_what_is_known(void **state)
{
    struct fixture fixture;
    (void)state;

    gnuplot_or_skip();
    fixture_quick(&fixture);
    for (size_t i = 0; i < fixture.results.summaries.count; i++) {
        struct be_summary *summary = &fixture.results.summaries.items[i];
        summary->budget.known &= strcmp(summary->configuration->executor, "threads-gil") != 0;
    }
    assert_int_equal(write_report(&fixture).plots_drawn, PLOTS_OF_TASKS);
    assert_contains("stages.gp", "'processes x2, 1 us'");
    assert_lacks("stages.gp", "'threads x2");
    assert_contains("stages.dat", "\"17.5 us + compute 1.00 us\"");
    assert_contains("budget.gp", "'threads x2, 1 us'");
    assert_lacks("budget.gp", "'threads-gil x2");
    assert_contains("budget.dat", "\"remainder 2.2 %\"");
    for (size_t i = 0; i < fixture.results.summaries.count; i++) {
        fixture.results.summaries.items[i].values[BE_VALUE_stage_encode_ns].known = false;
    }
    assert_int_equal(write_report(&fixture).plots_drawn, PLOTS_OF_TASKS - 1);
    assert_exists("stages.gp", false);
    assert_exists("stages.svg", false);
    fixture_finish(&fixture);
}

static void many_workers_and_tasks_are_drawn(void **state)
{
    static const struct fixture_executor executors[] = {
        {"executor=threads", 60, false},
        {"executor=processes", 2100, false},
        {0},
    };
    struct fixture fixture;
    (void)state;

    gnuplot_or_skip();
    fixture_begin(&fixture, "full", 64);
    fixture_sweep(&fixture, fixture_decades_ns, (const uint32_t[]){1, 2, 4, 8, 16, 32, 48, 64, 0},
                  executors);
    assert_int_equal(write_report(&fixture).plots_drawn, PLOTS_OF_TASKS);
    assert_well_formed("report.html");
    assert_contains("report.html", " bars are left out: more cannot be read.");
    fixture_finish(&fixture);
}

static void too_many_lines_to_tell_apart_leave_the_fastest_of_each_executor(void **state)
{
    static const struct fixture_executor executors[] = {
        {"executor=threads placement=none", 100, false},
        {"executor=threads placement=compact", 50, false},
        {"executor=threads placement=spread", 200, false},
        {"executor=threads placement=smt", 300, false},
        {"executor=threads placement=numa", 400, false},
        {"executor=processes placement=none", 2100, false},
        {"executor=processes placement=compact", 2200, false},
        {"executor=processes placement=spread", 2000, false},
        {"executor=processes placement=smt", 2300, false},
        {0},
    };
    struct fixture fixture;
    struct be_buffer out = {0};
    (void)state;

    gnuplot_or_skip();
    fixture_begin(&fixture, "full", 2);
    fixture_sweep(&fixture, (const uint64_t[]){1000, 10000, 0}, (const uint32_t[]){2, 0},
                  executors);
    write_report(&fixture);
    assert_contains("report.html", "7 of 9 series are in the tables only");
    assert_contains("speedup.gp", "['threads, placement compact', 'processes, placement spread']");
    assert_contains("report.md", "| processes, placement smt |");
    assert_int_equal(be_report_answer(&fixture.results, &out, NULL), BE_OK);
    assert_non_null(strstr(be_buffer_text(&out), "with threads, placement compact"));
    assert_null(strstr(be_buffer_text(&out), "placement smt"));
    be_buffer_finish(&out);
    fixture_finish(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_file_is_written, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(markdown_is_as_committed, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(html_is_well_formed_and_needs_nothing_else, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(a_script_of_the_folder_draws_the_same_picture_again,
                                        folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(weak_scaling_is_in_every_title, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(counters_that_nobody_saw_were_asked_for_all_the_same,
                                        folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(what_the_search_added_is_no_column_and_no_panel,
                                        folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(fits_are_drawn_where_there_are_any, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(the_curve_is_plain_ascii, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(one_point_makes_no_curve, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(too_few_rounds_for_an_interval_are_drawn_without_bars,
                                        folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(unknown_points_are_left_out_and_named, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(bars_are_of_what_is_known, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(many_workers_and_tasks_are_drawn, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(
            too_many_lines_to_tell_apart_leave_the_fastest_of_each_executor, folder_setup,
            folder_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
