#include "report_folder.h"

#include "golden.h"
#include "transports_fixture.h"

/* The picture's data, and what the report says beside it. */
static void a_run_of_transports_is_drawn_and_told(void **state)
{
    struct fixture fixture;
    (void)state;

    gnuplot_or_skip();
    fixture_transport_run(&fixture);
    write_report(&fixture);
    assert_exists("transports.svg", true);
    char *data = content("transports.dat");
    assert_golden("transports.dat", data);
    free(data);
    assert_contains("transports.gp", "limit_line = 100\n");
    assert_contains("transports.gp", "limit_wake = 5000\n");
    assert_contains("transports.gp", "lines_in[2] = [' 1 2 3', ' 1 2 3']");
    assert_contains("report.md", "plan transports: what does a message take?");
    assert_contains("report.md", "## Transports");
    assert_contains("report.md", "| mqueue | 4 MiB | unavailable |");
    assert_contains("report.md", "mqueue from 4 MiB on (messages of 64 KiB at most)");
    assert_contains("report.md", "0 failed, 2 unavailable;");
    assert_lacks("report.md", "Speedup");
    assert_lacks("report.md", "Break-even");
    assert_exists("speedup.svg", false);
    assert_contains("report.md",
                    "2c 100 ns (96 .. 102), two wake-ups and system calls 2(W+S) 5.00 us;");
    fixture_finish(&fixture);
}

static void without_floors_there_are_no_limits(void **state)
{
    struct fixture fixture;
    (void)state;

    gnuplot_or_skip();
    fixture_transport_run(&fixture);
    free(fixture.run.machine_json);
    fixture.run.machine_json = strdup("{}");
    write_report(&fixture);
    assert_exists("transports.svg", true);
    assert_contains("transports.gp", "limit_line = 0\n");
    assert_contains("report.md", "Floors: unavailable");
    fixture_finish(&fixture);
}

/* What all bars share is not in their names, so that what tells them apart is. */
static void bars_are_named_by_what_they_differ_in(void **state)
{
    struct fixture fixture;
    (void)state;

    gnuplot_or_skip();
    fixture_transport_run(&fixture);
    for (size_t i = 0; i < fixture.results.summaries.count; i++) {
        fixture.results.summaries.items[i].budget.known = true;
    }
    write_report(&fixture);
    assert_contains("budget.gp", "'unix-stream, window 1 x1, 64 B'");
    assert_contains("budget.gp", "'shm-arena, window 1024 x1, 4 MiB'");
    fixture_finish(&fixture);
}

/* Tasks that compute have speedups; what does not carry them is told once. */
static void what_is_unavailable_is_told_once_a_series(void **state)
{
    struct fixture fixture;
    (void)state;

    fixture_begin(&fixture, "custom", 2);
    for (uint32_t block = 0; block < 2; block++) {
        char params[64];
        fixture_add_serial(&fixture, block, UINT64_C(1000) * (block + 1));
        snprintf(params, sizeof(params), "tasks=%u executor=processes transport=pipe", 9 + block);
        fixture_add(&fixture, BE_ROLE_MEASURED, block, params);
        snprintf(params, sizeof(params), "tasks=%u executor=processes transport=mqueue", 9 + block);
        fixture_add(&fixture, BE_ROLE_MEASURED, block, params)->why_unavailable = "no queues";
    }
    fixture_find(&fixture);
    write_report(&fixture);
    assert_contains("report.md",
                    "Unavailable here: processes, mqueue (2 of 2 configurations: no queues).");
    assert_contains("report.md", "| unavailable: no queues |");
    fixture_finish(&fixture);
}

/* Floors are measured once, at the begin, and a virtual core may be slow just then. */
static void floors_above_round_trips_are_said_to_be(void **state)
{
    struct fixture fixture;
    (void)state;

    fixture_transport_run(&fixture);
    write_report(&fixture);
    assert_lacks("report.md", "some round trips are below");
    free(fixture.run.machine_json);
    fixture.run.machine_json = strdup("{\"floors\":{\"pus\":[0,1],\"cache_line_ns\":300.0,"
                                      "\"futex_wake_ns\":2500.0}}");
    write_report(&fixture);
    assert_contains("report.md", "slower than later: some round trips are below");
    fixture_finish(&fixture);
}

/* With 2 workers speedup is .647 at 1 us and 1.617 at 10 us: 1 at 2,312 ns, over 4,096 bytes. */
static void tasks_with_a_payload_have_their_leverage(void **state)
{
    static const struct fixture_executor executors[] = {
        {"executor=processes payload=4088", 2000, false}, {0}};
    struct fixture fixture;
    (void)state;

    fixture_begin(&fixture, "leverage", 2);
    fixture_sweep(&fixture, (const uint64_t[]){1000, 10000, 0}, (const uint32_t[]){1, 2, 0},
                  executors);
    write_report(&fixture);
    assert_contains("report.md", "Leverage, lambda");
    assert_contains("report.md", "| 1 | 2 | 4,096 | 0.565 ns (0.537 .. 0.593) |");
    fixture_finish(&fixture);
}

/* Other runs say nothing of transports and leave no file behind. */
static void a_run_of_tasks_has_no_such_picture(void **state)
{
    struct fixture fixture;
    (void)state;

    gnuplot_or_skip();
    fixture_quick(&fixture);
    write_report(&fixture);
    assert_exists("transports.gp", false);
    assert_exists("transports.svg", false);
    assert_lacks("report.md", "## Transports");
    assert_lacks("report.md", "lambda");
    fixture_finish(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_run_of_transports_is_drawn_and_told, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(without_floors_there_are_no_limits, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(bars_are_named_by_what_they_differ_in, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(what_is_unavailable_is_told_once_a_series, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(floors_above_round_trips_are_said_to_be, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(tasks_with_a_payload_have_their_leverage, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(a_run_of_tasks_has_no_such_picture, folder_setup,
                                        folder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
