/* The command line end to end: the real programs, on real input, as a user runs them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/json.h"
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command_run.h"
#include "scratch_folder.h"

/* A small plan that still has every part: two workers' worth of threads and processes. */
#define SMALL                                                                                      \
    "--executor serial,threads,processes --workers 2 --grain 20us --rounds 6 --passes 1 "          \
    "--warmup 0 --tasks 200"

/*
 * Runs breakeven with a database of its own for each `name`; --lock off, since tests run side by
 * side. The result is stderr after stdout.
 */
static int breakeven(const char *name, const char *arguments, struct be_buffer *output)
{
    char command[4096];
    snprintf(command, sizeof(command), "cd '%s' && '%s' %s --db '%s/%s/runs.db' 2>&1", folder,
             BE_BREAKEVEN, arguments, folder, name);
    return command_run(command, output);
}

/* A sweep that measures, on a machine that may be busy. */
static void assert_measures(const char *name, const char *arguments, const char *expected)
{
    struct be_buffer output = {0};
    int got = breakeven(name, arguments, &output);

    if (!command_measured(got) || !strstr(be_buffer_text(&output), expected)) {
        fail_msg("'%s' ended with %d and printed, without '%s':\n%s", arguments, got, expected,
                 be_buffer_text(&output));
    }
    be_buffer_finish(&output);
}

static void assert_prints(int code, const char *name, const char *arguments, const char *expected)
{
    struct be_buffer output = {0};
    int got = breakeven(name, arguments, &output);

    if (got != code || !strstr(be_buffer_text(&output), expected)) {
        fail_msg("'%s' ended with %d (wanted %d) and printed, without '%s':\n%s", arguments, got,
                 code, expected, be_buffer_text(&output));
    }
    be_buffer_finish(&output);
}

static bool file_is_there(const char *path)
{
    char whole[PATH_MAX];
    struct stat info;
    snprintf(whole, sizeof(whole), "%s/%s", folder, path);
    return stat(whole, &info) == 0 && info.st_size > 0;
}

static void a_sweep_leaves_a_table_and_a_report(void **state)
{
    (void)state;
    assert_measures("sweep", "sweep " SMALL " --lock off", "processes");
    assert_true(file_is_there("sweep/latest/report.html"));
    assert_true(file_is_there("sweep/latest/report.md"));
    assert_prints(0, "sweep", "report --format term", "processes");
    assert_prints(0, "sweep", "report", "run-1/report.html");
    assert_prints(0, "sweep", "list runs", "done");
}

/* On a machine so busy that no sample is good there is nothing to plot. */
static void a_sweep_leaves_plots_of_what_it_can_judge(void **state)
{
    struct be_buffer output = {0};
    (void)state;

    assert_true(command_measured(breakeven("plots", "sweep " SMALL " --lock off", &output)));
    bool judged = !strstr(be_buffer_text(&output), "Nothing can be");
    be_buffer_finish(&output);
    if (!judged) {
        print_message("every sample was disturbed by other programs: no plots to look at\n");
        skip();
    }
    assert_true(file_is_there("plots/latest/speedup.gp"));
    assert_true(file_is_there("plots/latest/speedup.dat"));
}

static const json_t *member(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!value) {
        fail_msg("the JSON has no '%s'", key);
    }
    return value;
}

static void json_has_what_was_promised(void **state)
{
    static const char *const keys[] = {
        "id",
        "params",
        "workload",
        "executor",
        "workers",
        "placement",
        "grain_ns",
        "steps",
        "tasks",
        "chunk",
        "samples",
        "wall_ns",
        "cold_wall_ns",
        "speedup",
        "efficiency",
        "ipc_overhead_ns",
        "overhead_ns_per_task",
        "tasks_per_s",
        "cpu_ns",
        "counters",
        "pus",
        "quality",
        "failures",
    };
    struct be_buffer output = {0};
    (void)state;

    assert_true(
        command_measured(breakeven("json",
                                   "run --executor processes --workers 2 --grain 20us --tasks 100 "
                                   "--rounds 6 --lock off --quiet --json",
                                   &output)));
    /* On a busy machine notes stand before and behind: no plot, nothing to judge by. */
    json_t *root = json_loads(strchr(be_buffer_text(&output), '{'), JSON_DISABLE_EOF_CHECK, NULL);
    assert_non_null(root);
    assert_int_equal(json_integer_value(member(root, "schema_version")), 1);
    assert_string_equal(json_string_value(member(member(root, "run"), "status")), "done");
    const json_t *alike = member(member(root, "machine"), "alike_workers");
    assert_true(json_integer_value(member(alike, "cores")) >= 1);
    const json_t *configurations = member(root, "configurations");
    /* serial, processes, and of these what messages alone cost, and the same without counters. */
    assert_int_equal(json_array_size(configurations), 4);
    for (size_t i = 0; i < 4; i++) {
        for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
            member(json_array_get(configurations, i), keys[k]);
        }
        /* All six rounds are there, whatever this machine let them be. */
        const json_t *quality = member(json_array_get(configurations, i), "quality");
        assert_int_equal(json_integer_value(member(quality, "clean")) +
                             json_integer_value(member(quality, "suspect")) +
                             json_integer_value(member(quality, "rejected")) -
                             json_integer_value(member(quality, "rerun")),
                         6);
    }
    json_decref(root);
    be_buffer_finish(&output);
}

static void csv_has_a_row_a_sample(void **state)
{
    struct be_buffer output = {0};
    size_t lines = 0;
    (void)state;

    assert_measures("csv",
                    "run --executor threads --workers 2 --grain 20us --tasks 100 --rounds 6 "
                    "--lock off --quiet",
                    "threads");
    assert_int_equal(breakeven("csv", "export --format csv", &output), 0);
    for (const char *p = be_buffer_text(&output); *p; p++) {
        lines += *p == '\n';
    }
    /* Six rounds of one block of four, of which some may have been re-run. */
    assert_in_range(lines, 1 + 4 * 6, 1 + 2 * 4 * 6);
    assert_int_equal(lines % 4, 1);
    be_buffer_finish(&output);
}

/* The line of a report that begins like this, without that beginning; the caller frees it. */
static char *report_line(const char *name, const char *beginning)
{
    char path[PATH_MAX];
    char *line = NULL;
    size_t room = 0;

    snprintf(path, sizeof(path), "%s/%s/run-1/report.md", folder, name);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    while (getline(&line, &room, file) > 0) {
        if (strncmp(line, beginning, strlen(beginning)) == 0) {
            line[strcspn(line, "\n")] = '\0';
            memmove(line, line + strlen(beginning), strlen(line + strlen(beginning)) + 1);
            fclose(file);
            return line;
        }
    }
    fail_msg("%s has no line '%s'", path, beginning);
    return NULL;
}

static void a_report_says_how_to_measure_it_again(void **state)
{
    static const char *const plans[] = {
        "--executor threads,processes --workers 1,2 --steps 100 --inject none,serial:5% --tasks "
        "100 --scaling weak --rounds 1 --seed 7 --window 8 --cold off",
        "--executor threads --workers 2 --pairs '12 18,35 21' --rounds 1 --passes 2 --warmup 0",
    };
    char name[] = "again0";
    char command[2048];
    (void)state;

    for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++, name[5]++) {
        struct be_buffer planned = {0};
        struct be_buffer again = {0};
        snprintf(command, sizeof(command), "sweep %s --dry-run", plans[i]);
        assert_int_equal(breakeven(name, command, &planned), 0);
        snprintf(command, sizeof(command), "sweep %s --lock off --quiet", plans[i]);
        assert_measures(name, command, "report");
        char *line = report_line(name, "breakeven sweep");
        snprintf(command, sizeof(command), "sweep %s --dry-run", line);
        assert_int_equal(breakeven(name, command, &again), 0);
        assert_string_equal(be_buffer_text(&again), be_buffer_text(&planned));
        free(line);
        be_buffer_finish(&planned);
        be_buffer_finish(&again);
    }
}

static void an_export_never_replaces_the_database(void **state)
{
    (void)state;
    assert_measures("kept", "run --executor threads --tasks 100 --rounds 1 --lock off --quiet",
                    "threads");
    assert_prints(2, "kept", "export --out kept/runs.db", "is the database");
    assert_prints(0, "kept", "list runs", "done");
}

static void a_dry_run_measures_and_stores_nothing(void **state)
{
    (void)state;
    assert_prints(0, "dry", "sweep " SMALL " --dry-run", "nothing was measured or stored");
    assert_false(file_is_there("dry/runs.db"));
}

/* Lines that are alike in every column say what tells them apart, and only that. */
static void a_dry_run_says_what_varies(void **state)
{
    struct be_buffer output = {0};

    (void)state;
    assert_int_equal(breakeven("varied",
                               "sweep --executor processes --workers 2 --codec json "
                               "--transport pipe,shm-ring --wake futex,spin --dry-run",
                               &output),
                     0);
    assert_non_null(strstr(be_buffer_text(&output), "  transport pipe\n"));
    assert_non_null(strstr(be_buffer_text(&output), "  transport shm-ring, wake futex\n"));
    assert_non_null(strstr(be_buffer_text(&output), "  transport shm-ring, wake spin\n"));
    assert_null(strstr(be_buffer_text(&output), "codec"));
    be_buffer_finish(&output);
}

static void a_dry_run_is_json_when_asked(void **state)
{
    struct be_buffer output = {0};
    (void)state;

    assert_int_equal(breakeven("dry", "sweep " SMALL " --dry-run --json", &output), 0);
    json_t *root = json_loads(be_buffer_text(&output), 0, NULL);
    assert_non_null(root);
    assert_int_equal(json_array_size(member(root, "configurations")), 7);
    assert_true(json_is_null(member(member(root, "run"), "id")));
    json_decref(root);
    be_buffer_finish(&output);
}

static void help_needs_no_runner(void **state)
{
    (void)state;
    assert_prints(0, "help", "run --help --runner /nonexistent", "--executor");
    assert_prints(2, "help", "run --label --help --runner /nonexistent", "/nonexistent");
}

static void the_seed_plan_shows_its_bounds(void **state)
{
    (void)state;
    assert_measures("seed", "sweep seed --rounds 1 --lock off --quiet", "1.868");
    assert_prints(0, "seed", "report --format term", "1.899");
}

static void verbose_lists_each_speedup(void **state)
{
    (void)state;
    assert_measures("verbose",
                    "run --executor threads --workers 2 --grain 20us --tasks 100 --rounds 1 "
                    "--precision 2.5% --lock off --quiet --verbose",
                    "half of the 95 % interval of each speedup; wanted: 2.5 %\n"
                    "  half     rounds   speedup       task\n"
                    "  none ");
    struct be_buffer output = {0};
    breakeven("verbose",
              "sweep --executor null,threads --workers 2 --grain 20us --tasks 100 --rounds 1 "
              "--lock off --quiet --verbose",
              &output);
    assert_non_null(strstr(be_buffer_text(&output), "threads x2, chunk"));
    assert_null(strstr(be_buffer_text(&output), "  null x"));
    be_buffer_finish(&output);
}

static void own_pairs_are_measured(void **state)
{
    char path[PATH_MAX];
    (void)state;

    snprintf(path, sizeof(path), "%s/pairs.csv", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 64; i++) {
        fprintf(file, "%d,%d\n", 2000 + i, 3000 + i);
    }
    fclose(file);
    assert_measures("pairs",
                    "run --executor processes --workers 2 --input pairs.csv --rounds 1 --lock off",
                    "processes");
}

/* What is refused, with which exit code, and what the one line says. */
static const struct {
    const char *arguments;
    int code;
    const char *says;
} refusals[] = {
    {"frobnicate", 2, "'frobnicate' is not a command"},
    {"sweep --frobnicate 3", 2, "--frobnicate"},
    {"sweep nosuchplan", 2, "nosuchplan"},
    {"sweep quick seed", 2, "one argument too many"},
    {"sweep --executor nosuch", 2, "nosuch"},
    {"sweep --workers 0", 2, "'0'"},
    {"sweep --workers 1..", 2, "workers"},
    {"sweep --grain fast", 2, "'fast' is not a duration"},
    {"sweep --window 0 --executor processes", 2, "window"},
    {"sweep --input /nonexistent.csv", 2, "/nonexistent.csv"},
    {"sweep --lock maybe", 2, "maybe"},
    {"sweep --precision 1", 2, "precision: '1' is not a percentage"},
    {"sweep --precision 0%", 2, "precision: '0%' is outside 0.1% .. 50%"},
    {"sweep --scaling strange", 2, "scaling: 'strange' is not one of: strong weak"},
    {"sweep --scaling weak --pairs '4 6'", 2, "scaling: weak needs"},
    {"sweep --inject luck", 2, "inject: "},
    {"sweep --inject serial:100%", 2, "inject: '100%' is not"},
    {"run --inject none,cost:2us", 2, "is a list"},
    {"sweep --label last --dry-run", 2, "cannot be a label"},
    {"sweep --cpus 9999", 2, "--cpus"},
    {"sweep --runner /nonexistent", 2, "/nonexistent"},
    {"sweep --runner /bin/true", 4, "/bin/true"},
    {"run --workers 1,2", 2, "is a list"},
    {"run quick", 2, "takes no argument"},
    {"sweep --workload gcd-euclid --grain 1ms --lock off", 2, "steps"},
    {"report", 2, "runs.db"},
    {"export 7", 2, "runs.db"},
    {"list everything", 2, "cannot be listed"},
};

static void bad_usage_is_one_line_and_the_right_code(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct be_buffer output = {0};
        int code = breakeven("refused", refusals[i].arguments, &output);
        const char *text = be_buffer_text(&output);
        const char *newline = strchr(text, '\n');
        if (code != refusals[i].code || !strstr(text, refusals[i].says) || !newline ||
            newline[1] != '\0') {
            fail_msg("'%s' ended with %d (wanted %d) and printed:\n%s", refusals[i].arguments, code,
                     refusals[i].code, text);
        }
        be_buffer_finish(&output);
    }
}

static void bad_pairs_name_file_and_line(void **state)
{
    static const char *const lines[] = {"0,5", "-3,5", "five,6", "18446744073709551616,3", "7"};
    char path[PATH_MAX];
    (void)state;

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        snprintf(path, sizeof(path), "%s/bad.csv", folder);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fprintf(file, "a,b\n12,18\n%s\n", lines[i]);
        fclose(file);
        assert_prints(2, "bad", "run --input bad.csv --lock off", "bad.csv:3: ");
    }
}

/* Every command that prints, onto a full disk and onto nothing at all. */
static void output_that_cannot_be_written_is_a_failure(void **state)
{
    static const char dry_run[] = "sweep " SMALL " --dry-run";
    static const char *const commands[] = {"--help",    "--version",  "list",
                                           "list runs", "run --help", dry_run};
    static const char *const outputs[] = {">/dev/full", ">&-", "<&- >&-"};
    struct be_buffer output = {0};
    char command[4096];
    (void)state;

    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        for (size_t j = 0; j < sizeof(outputs) / sizeof(outputs[0]); j++) {
            snprintf(command, sizeof(command), "cd '%s' && XDG_STATE_HOME='%s' '%s' %s 2>&1 %s",
                     folder, folder, BE_BREAKEVEN, commands[i], outputs[j]);
            if (command_run(command, &output) != 1 ||
                !strstr(be_buffer_text(&output), "cannot write to standard output")) {
                fail_msg("'%s' printed: %s", command, be_buffer_text(&output));
            }
            be_buffer_finish(&output);
        }
    }
}

static void a_report_that_cannot_be_written_hides_no_result(void **state)
{
    (void)state;
    assert_prints(1, "hidden", "sweep " SMALL " --lock off --quiet --out /dev/null", "processes");
    assert_prints(0, "hidden", "list runs", "done");
}

/* The name of a plan in a database is text from outside. */
static void a_plan_named_like_a_command_is_only_shown(void **state)
{
    struct be_buffer output = {0};
    char command[4096];
    (void)state;

    snprintf(
        command, sizeof(command),
        "mkdir -p '%s/state/breakeven' && cd '%s/state/breakeven' && XDG_STATE_HOME='%s/state' "
        "'%s' sweep " SMALL " --lock off --quiet --rounds 1 --db breakeven.db >/dev/null 2>&1; "
        "LC_ALL=C sed -i 's/custom/c\x1b[31m/' breakeven.db; "
        "XDG_STATE_HOME='%s/state' '%s'",
        folder, folder, folder, BE_BREAKEVEN, folder, BE_BREAKEVEN);
    assert_int_equal(command_run(command, &output), 2);
    assert_non_null(strstr(be_buffer_text(&output), "c?[31m"));
    assert_null(strchr(be_buffer_text(&output), '\x1b'));
    be_buffer_finish(&output);
}

static void no_subcommand_explains_and_fails(void **state)
{
    struct be_buffer output = {0};
    (void)state;
    assert_int_equal(command_run("'" BE_BREAKEVEN "'", &output), 2);
    assert_non_null(strstr(be_buffer_text(&output), "this machine"));
    assert_non_null(strstr(be_buffer_text(&output), "breakeven sweep quick"));
    be_buffer_finish(&output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sweep_leaves_a_table_and_a_report),
        cmocka_unit_test(a_sweep_leaves_plots_of_what_it_can_judge),
        cmocka_unit_test(json_has_what_was_promised),
        cmocka_unit_test(csv_has_a_row_a_sample),
        cmocka_unit_test(a_report_says_how_to_measure_it_again),
        cmocka_unit_test(an_export_never_replaces_the_database),
        cmocka_unit_test(a_dry_run_measures_and_stores_nothing),
        cmocka_unit_test(a_dry_run_says_what_varies),
        cmocka_unit_test(a_dry_run_is_json_when_asked),
        cmocka_unit_test(help_needs_no_runner),
        cmocka_unit_test(the_seed_plan_shows_its_bounds),
        cmocka_unit_test(verbose_lists_each_speedup),
        cmocka_unit_test(own_pairs_are_measured),
        cmocka_unit_test(bad_usage_is_one_line_and_the_right_code),
        cmocka_unit_test(bad_pairs_name_file_and_line),
        cmocka_unit_test(output_that_cannot_be_written_is_a_failure),
        cmocka_unit_test(a_report_that_cannot_be_written_hides_no_result),
        cmocka_unit_test(a_plan_named_like_a_command_is_only_shown),
        cmocka_unit_test(no_subcommand_explains_and_fails),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
