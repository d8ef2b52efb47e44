/*
 * scripts/peers_table.py: what it says of a run whose times are known. Skipped without python3.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/stats.h"
#include "command_run.h"
#include "core/io.h"
#include "scratch_folder.h"

enum { SKIPPED = 77, ROUNDS = 10 };

static const struct {
    const char *executor;
    const char *params;
    double wall_ns; /* in the median */
} configurations[] = {
    {"processes", "chunk=1;coalesce=1;executor=processes;transport=unix-stream", 2000},
    {"processes", "chunk=1;coalesce=auto;executor=processes;transport=unix-stream", 400},
    {"processes", "chunk=auto;coalesce=auto;executor=processes;transport=unix-stream", 100},
    {"threads", "chunk=auto;executor=threads", 80},
    {"cpython-processes", "chunk=1;executor=cpython-processes;start=fork", 100000},
    {"cpython-processes", "chunk=100;executor=cpython-processes;start=fork", 3000},
    {"cpython-processes", "chunk=1000;executor=cpython-processes;start=fork", 1000},
};

enum { CONFIGURATIONS = sizeof(configurations) / sizeof(configurations[0]) };

/* How far a round's times of all but ours are off: all differ, so that ranks matter. */
static double round_factor(int round)
{
    return 1 + .0113 * ((round * 7) % ROUNDS - 4.5);
}

/* An export: each configuration in each round, whose last one was rejected. */
static void export_write(const char *path)
{
    struct be_buffer text = {0};

    be_buffer_puts(&text, "run,configuration,role,params,round,state,wall_ns\n");
    for (int round = 0; round <= ROUNDS; round++) {
        for (int i = 0; i < CONFIGURATIONS; i++) {
            bool ours = strcmp(configurations[i].executor, "processes") == 0;
            be_buffer_printf(&text, "1,c%d,measured,%s,%d,%s,%.0f\n", i, configurations[i].params,
                             round, round < ROUNDS ? "clean" : "rejected",
                             configurations[i].wall_ns * 1000 * (ours ? 1 : round_factor(round)));
        }
    }
    assert_int_equal(be_io_write_file(path, text.data, text.length, NULL), BE_OK);
    be_buffer_finish(&text);
}

/* The interval as the harness has it. */
static void expected_print(double ratio, char *text, size_t bytes)
{
    struct be_estimate estimate;
    double values[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        values[i] = ratio * round_factor(i);
    }
    assert_int_equal(be_stats_estimate(values, ROUNDS, .95, &estimate, NULL), BE_OK);
    assert_true(estimate.bounded);
    snprintf(text, bytes, "%.3g (%.3g .. %.3g)", estimate.median, estimate.low, estimate.high);
}

static void assert_line(const char *output, const char *begin, double ratio, const char *end)
{
    const char *line = strstr(output, begin);
    char expected[128];

    expected_print(ratio, expected, sizeof(expected));
    const char *found = line ? strstr(line, expected) : NULL;
    if (!found || found > strchr(line, '\n') ||
        strncmp(strchr(line, '\n') - strlen(end), end, strlen(end)) != 0) {
        fail_msg("no line with '%s', '%s', '%s' in:\n%s", begin, expected, end, output);
    }
}

static void each_target_is_held_against_the_ratio_of_neighbours(void **state)
{
    char path[128];
    char command[512];
    struct be_buffer output = {0};
    (void)state;

    snprintf(path, sizeof(path), "%s/run.csv", folder);
    export_write(path);
    /* The run before has neither side of any. */
    snprintf(command, sizeof(command),
             "head -n 1 '%s' >'%s/none' && "
             "python3 '" BE_SOURCE_DIR "/scripts/peers_table.py' '%s/none' '%s' 2>&1",
             path, folder, folder, path);
    assert_int_equal(command_run(command, &output), 0);
    const char *text = be_buffer_text(&output);
    assert_line(text, "chunk 1, coalesce 1 : cpython-processes, chunk 1 ", 50, "  met");
    assert_line(text, "chunk 1, coalesce auto : cpython-processes, chunk 1 ", 250, "  not met");
    assert_line(text, "chunk auto, coalesce auto : cpython-processes, chunk 1000 ", 10,
                "  not met");
    assert_line(text, "chunk auto, coalesce auto : threads, chunk auto ", .8, "  met");
    be_buffer_finish(&output);
}

static void what_was_not_measured_is_said(void **state)
{
    struct be_buffer output = {0};
    (void)state;

    char command[512];

    snprintf(command, sizeof(command),
             "echo configuration,role,params,round,state,wall_ns >'%s/none' && "
             "python3 '" BE_SOURCE_DIR "/scripts/peers_table.py' '%s/none' 2>&1",
             folder, folder);
    assert_int_equal(command_run(command, &output), 0);
    assert_non_null(strstr(be_buffer_text(&output), "not measured"));
    be_buffer_finish(&output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_target_is_held_against_the_ratio_of_neighbours),
        cmocka_unit_test(what_was_not_measured_is_said),
    };

    if (system("command -v python3 >/dev/null") != 0) {
        printf("no python3\n");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
