#include "report_folder.h"

#include "report/plot.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void without_gnuplot_the_report_says_so(void **state)
{
    struct fixture fixture;
    struct be_buffer out = {0};
    const char *set = getenv("PATH");
    char *path = strdup(set ? set : "/usr/bin:/bin");
    (void)state;

    fixture_quick(&fixture);
    write_report(&fixture); /* its pictures must not outlive it */
    setenv("PATH", "/nonexistent", 1);
    struct be_report_result result = write_report(&fixture);
    assert_int_equal(result.plots_drawn, 0);
    assert_int_equal(result.plots_missing, PLOTS_OF_TASKS);
    assert_int_equal(result.plot_error.status, BE_EUNAVAILABLE);
    assert_string_equal(result.plot_error.message,
                        "gnuplot not found: apt-get install gnuplot-nox");
    assert_contains("report.html", "Unavailable: gnuplot not found: apt-get install gnuplot-nox");
    assert_contains("report.md", "Unavailable: gnuplot not found: apt-get install gnuplot-nox");
    assert_well_formed("report.html");
    assert_exists("speedup.gp", true);
    assert_exists("speedup.dat", true);
    assert_exists("speedup.svg", false);
    assert_int_equal(be_report_curve(&fixture.results, PLOTS, 100, &out, NULL), BE_OK);
    assert_string_equal(
        be_buffer_text(&out),
        "speedup curve unavailable: gnuplot not found: apt-get install gnuplot-nox\n");
    setenv("PATH", path, 1);
    free(path);
    be_buffer_finish(&out);
    fixture_finish(&fixture);
}

/* A sweep blocks the signals that it wants to hear of itself; gnuplot must still hear them. */
static void gnuplot_ends_when_told_to(void **state)
{
    struct fixture fixture;
    char script[128];
    char path[4096];
    sigset_t interrupt;
    const char *set = getenv("PATH");
    char *before = strdup(set ? set : "/usr/bin:/bin");
    (void)state;

    snprintf(script, sizeof(script), "%s/gnuplot", folder);
    snprintf(path, sizeof(path), "%s:%s", folder, before);
    FILE *file = fopen(script, "w");
    assert_non_null(file);
    fputs("#!/bin/sh\nkill -INT $$\necho still here >&2\nexit 1\n", file);
    fclose(file);
    assert_int_equal(chmod(script, 0700), 0);
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);

    fixture_quick(&fixture);
    setenv("PATH", path, 1);
    sigprocmask(SIG_BLOCK, &interrupt, NULL);
    struct be_report_result result = write_report(&fixture);
    sigprocmask(SIG_UNBLOCK, &interrupt, NULL);
    setenv("PATH", before, 1);
    assert_string_equal(result.plot_error.message, "gnuplot died of signal 2");
    unlink(script);
    free(before);
    fixture_finish(&fixture);
}

static void without_its_scripts_the_report_says_so(void **state)
{
    struct fixture fixture;
    struct be_report_result result;
    (void)state;

    fixture_quick(&fixture);
    assert_int_equal(be_report_write(&fixture.results, folder, "/nonexistent", &result, NULL),
                     BE_OK);
    assert_int_equal(result.plot_error.status, BE_ENOTFOUND);
    assert_contains("report.html", "/nonexistent/common.gp");
    fixture_finish(&fixture);
}

static void assert_fails(const struct fixture *fixture, const char *where, const char *message)
{
    struct be_error error;

    assert_int_equal(be_report_write(&fixture->results, where, PLOTS, NULL, &error), BE_EIO);
    if (!strstr(error.message, message) || strchr(error.message, '\n')) {
        fail_msg("'%s' does not say '%s'", error.message, message);
    }
}

static void a_folder_that_cannot_be_written_is_one_error(void **state)
{
    struct fixture fixture;
    char path[128];
    (void)state;

    fixture_quick(&fixture);
    snprintf(path, sizeof(path), "%s/file", folder);
    assert_int_equal(be_io_write_file(path, "x", 1, NULL), BE_OK);
    snprintf(path, sizeof(path), "%s/file/report", folder);
    assert_fails(&fixture, path, "cannot make folder");
    assert_fails(&fixture, "/proc/self", "/proc/self/");
    fixture_finish(&fixture);
}

static void a_full_disk_is_one_error_and_keeps_the_old_report(void **state)
{
    struct fixture fixture;
    struct be_error error;
    struct rlimit before;
    char path[128];
    (void)state;

    fixture_quick(&fixture);
    snprintf(path, sizeof(path), "%s/report.html", folder);
    assert_int_equal(be_io_write_file(path, "old", 3, NULL), BE_OK);
    (void)signal(SIGXFSZ,
                 SIG_IGN); /* a write beyond the limit then fails, as on a disk that is full */
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit tight = {.rlim_cur = 100, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    enum be_status status = be_report_write(&fixture.results, folder, PLOTS, NULL, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, BE_EIO);
    if (!strstr(error.message, folder) || !strstr(error.message, "File too large")) {
        fail_msg("'%s' does not say what and why", error.message);
    }
    char *text = content("report.html");
    assert_string_equal(text, "old");
    free(text);
    fixture_finish(&fixture);
}

/* What people and plug-ins could call an executor or a plan. */
static void names_do_no_harm_anywhere(void **state)
{
    static const char name[] = "<script>alert('1')</script>|`touch/pwned`'\"\\\n@x\033[31m$(id)";
    struct fixture fixture;
    char params[256];
    char path[128];
    (void)state;

    gnuplot_or_skip();
    snprintf(params, sizeof(params), "executor=%s", name);
    const struct fixture_executor executors[] = {{params, 60, false}, {0}};
    fixture_begin(&fixture, name, 2);
    free(fixture.run.machine_json);
    fixture.run.machine_json =
        strdup("{\"description\":\"<img src=x onerror=y> 'quoted' `id` | pipe\"}");
    free(fixture.run.plan_text);
    fixture.run.plan_text = strdup("{\"axes\":{\"`a`\":[\"<script>alert('1')</script>|`b`\"]}}");
    fixture_sweep(&fixture, (const uint64_t[]){1000, 2000, 0}, (const uint32_t[]){1, 2, 0},
                  executors);
    fixture_count(&fixture.results.summaries.items[1], "<b>", BE_COUNTER_UNAVAILABLE, NAN,
                  "a | b <i>");
    struct be_sample *sample = builder_add_sample(&fixture.run, 1, 0, 0, 0);
    sample->reason = strdup("died: <script> | `x`");
    struct be_report_result result = write_report(&fixture);
    assert_int_equal(result.plots_drawn, PLOTS_OF_TASKS);
    assert_well_formed("report.html");
    assert_well_formed("speedup.svg");
    assert_lacks("report.html", "<script");
    assert_lacks("report.html", "<img");
    assert_lacks("report.html", "<i>");
    char *text = content("report.md");
    char *fence = strstr(text, "```"); /* inside it nothing is read as HTML */
    assert_non_null(fence);
    assert_true(strcspn(text, "<") > (size_t)(fence - text));
    free(text);
    assert_lacks("report.md", "\033");
    assert_contains("report.md", "sweep --'`a`' '<script>alert('\\''1'\\'')</script>|`b`' --seed");
    assert_lacks("speedup.svg", "<script");
    snprintf(path, sizeof(path), "%s/pwned", folder);
    assert_int_equal(access(path, F_OK), -1);
    fixture_finish(&fixture);
}

static void a_very_long_name_is_cut_where_it_would_hide_others(void **state)
{
    struct fixture fixture;
    char params[1000] = "executor=";
    (void)state;

    gnuplot_or_skip();
    memset(params + 9, 'n', 900);
    const struct fixture_executor executors[] = {{params, 60, false}, {0}};
    fixture_begin(&fixture, "quick", 2);
    fixture_sweep(&fixture, (const uint64_t[]){1000, 0}, (const uint32_t[]){1, 2, 0}, executors);
    assert_int_equal(write_report(&fixture).plots_drawn, 4);
    assert_contains("stages.gp", "nnn... x2'");
    assert_contains("speedup.gp", "nnn...'");
    assert_lacks("speedup.gp", "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn");
    fixture_finish(&fixture);
}

static void a_run_without_results_still_has_a_report(void **state)
{
    struct fixture fixture;
    (void)state;

    fixture_begin(&fixture, "quick", 2);
    fixture_add(&fixture, BE_ROLE_REFERENCE, 0, "")->failed = 12;
    fixture_add(&fixture, BE_ROLE_MEASURED, 0, "executor=threads workers=2")->failed = 12;
    fixture_find(&fixture);
    struct be_sample *sample = builder_add_sample(&fixture.run, 1, 3, 0, 0);
    sample->reason = strdup("the runner died of signal 9");
    struct be_report_result result = write_report(&fixture);
    assert_int_equal(result.plots_drawn, 0);
    assert_int_equal(result.plot_error.status, BE_ENODATA);
    assert_well_formed("report.html");
    assert_contains("report.html", "Nothing can be judged");
    assert_contains("report.html", "the runner died of signal 9");
    assert_contains("report.md", "| threads x2 | 4 | failed |");
    fixture_finish(&fixture);
}

static void nothing_of_an_earlier_run_stays_beside_a_report(void **state)
{
    static const char *const extensions[] = {"gp", "dat", "svg"};
    struct fixture fixture;
    char name[64];
    (void)state;

    fixture_quick(&fixture);
    write_report(&fixture);
    fixture_finish(&fixture);
    fixture_begin(&fixture, "run", 2);
    fixture_add(&fixture, BE_ROLE_REFERENCE, 0, "")->failed = 12;
    fixture_find(&fixture);
    write_report(&fixture);
    for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
        snprintf(name, sizeof(name), "speedup.%s", extensions[i]);
        assert_exists(name, false);
    }
    fixture_finish(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_gnuplot_the_report_says_so, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(gnuplot_ends_when_told_to, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(without_its_scripts_the_report_says_so, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(a_folder_that_cannot_be_written_is_one_error, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(a_full_disk_is_one_error_and_keeps_the_old_report,
                                        folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(names_do_no_harm_anywhere, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(a_very_long_name_is_cut_where_it_would_hide_others,
                                        folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(a_run_without_results_still_has_a_report, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(nothing_of_an_earlier_run_stays_beside_a_report,
                                        folder_setup, folder_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
