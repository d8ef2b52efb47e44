/* labels: serial */
/* `breakeven doctor` on this machine, whatever it is: as root or not, on one core or many. */
#include <glob.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command_run.h"
#include "core/io.h"
#include "core/json.h"
#include "scratch_folder.h"

/* Standard error is left out. */
static int doctor(const char *arguments, struct be_buffer *output)
{
    char command[1024];

    snprintf(command, sizeof(command), "'%s' doctor %s 2>/dev/null", BE_BREAKEVEN, arguments);
    return command_run(command, output);
}

static json_t *doctor_json(const char *arguments)
{
    struct be_buffer output = {0};
    struct be_error error;
    json_t *json = NULL;

    assert_int_equal(doctor(arguments, &output), 0);
    if (be_json_parse(output.data, output.length, &json, &error) != BE_OK) {
        fail_msg("%s: %s", error.message, be_buffer_text(&output));
    }
    be_buffer_finish(&output);
    return json;
}

static void fast_shows_checks_and_measures_nothing(void **state)
{
    static const char *const lines[] = {"cores",
                                        "clock",
                                        "memory",
                                        "counters",
                                        "floors   not measured: --fast",
                                        "good for: scaling curves",
                                        "nothing was changed",
                                        "exit 0"};
    struct be_buffer output = {0};
    (void)state;

    assert_int_equal(doctor("--fast", &output), 0);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        if (!strstr(be_buffer_text(&output), lines[i])) {
            fail_msg("no '%s' in:\n%s", lines[i], be_buffer_text(&output));
        }
    }
    be_buffer_finish(&output);
}

/* The JSON comes from the same run, since what spoils changes by the second. */
static void strict_fails_when_something_spoils(void **state)
{
    struct be_buffer output = {0};
    struct be_error error;
    json_t *json = NULL;
    uint64_t spoils = 0;
    (void)state;

    int code = doctor("--fast --strict --json", &output);
    assert_int_equal(be_json_parse(output.data, output.length, &json, &error), BE_OK);
    assert_true(be_json_has_count(json, "spoils", &spoils));
    assert_int_equal(code, spoils > 0 ? 4 : 0);
    json_decref(json);
    be_buffer_finish(&output);
}

static void json_is_one_object_without_the_host(void **state)
{
    static const char *const keys[] = {"machine",    "surroundings", "checks", "floors", "noise",
                                       "unmeasured", "good_for",     "spoils", "unknown"};
    json_t *json = doctor_json("--fast --json");
    (void)state;

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        assert_non_null(json_object_get(json, keys[i]));
    }
    assert_true(json_is_null(json_object_get(json, "noise")));
    assert_int_equal(json_array_size(json_object_get(json, "floors")), 0);
    assert_null(json_object_get(json, "host"));
    json_decref(json);
}

/* Another process may hold the lock of these CPUs: then both say so. */
static void the_whole_measures_floors_and_noise(void **state)
{
    json_t *json = doctor_json("--json");
    const json_t *noise = json_object_get(json, "noise");
    const char *unmeasured = NULL;
    uint64_t rounds = 0;
    (void)state;

    if (be_json_has_string(json, "unmeasured", &unmeasured)) {
        assert_non_null(strstr(unmeasured, "measures on these CPUs"));
    } else {
        assert_true(be_json_has_count(noise, "rounds", &rounds));
        assert_int_equal(rounds, 20);
        assert_true(json_number_value(json_object_get(noise, "smallest_visible")) > 0);
        assert_true(json_array_size(json_object_get(json, "floors")) >= 8);
    }
    json_decref(json);
}

/* Everything that a check could be tempted to mend, as "path: content". */
static void settings_read(struct be_buffer *settings)
{
    static const char *const patterns[] = {
        "/sys/devices/system/cpu/online",
        "/sys/devices/system/cpu/smt/control",
        "/sys/devices/system/cpu/intel_pstate/no_turbo",
        "/sys/devices/system/cpu/cpufreq/boost",
        "/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor",
        "/sys/devices/system/cpu/cpu*/cpufreq/scaling_m*_freq",
        "/sys/devices/system/cpu/cpu*/cpufreq/energy_performance_preference",
        "/sys/devices/system/clocksource/clocksource*/current_clocksource",
        "/sys/kernel/mm/transparent_hugepage/enabled",
        "/proc/sys/kernel/randomize_va_space",
        "/proc/sys/kernel/numa_balancing",
        "/proc/sys/kernel/perf_event_paranoid",
        "/proc/sys/kernel/nmi_watchdog",
        "/proc/sys/kernel/sched_*",
        "/proc/sys/vm/swappiness",
    };

    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        glob_t found = {0};
        glob(patterns[i], 0, NULL, &found);
        for (size_t k = 0; k < found.gl_pathc; k++) {
            char *text = NULL;
            size_t bytes = 0;
            if (be_io_read_file(found.gl_pathv[k], 4096, &text, &bytes, NULL) == BE_OK) {
                be_buffer_printf(settings, "%s: %s", found.gl_pathv[k], text);
                free(text);
            }
        }
        globfree(&found);
    }
}

/* Every file and folder in the working folder, with its size and times. */
static void folder_list(struct be_buffer *list)
{
    char command[128];

    snprintf(command, sizeof(command),
             "cd '%s' && find . -printf '%%p %%m %%s %%T@ %%C@\\n' | sort", folder);
    assert_int_equal(command_run(command, list), 0);
    assert_non_null(strstr(be_buffer_text(list), "./results/breakeven.db"));
}

static void assert_unchanged(struct be_buffer *before, struct be_buffer *after)
{
    assert_true(before->length > 0);
    assert_string_equal(be_buffer_text(before), be_buffer_text(after));
    be_buffer_finish(before);
    be_buffer_finish(after);
}

/* Whatever belongs to a user is looked for in the working folder as well. */
static void it_changes_nothing(void **state)
{
    static const char *const arguments[] = {"--fast", ""};
    char command[1024];
    (void)state;

    snprintf(command, sizeof(command), "mkdir '%s/results' && echo x >'%s/results/breakeven.db'",
             folder, folder);
    assert_int_equal(system(command), 0);
    for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
        struct be_buffer settings[2] = {{0}};
        struct be_buffer lists[2] = {{0}};
        struct be_buffer output = {0};
        cpu_set_t allowed[2];
        settings_read(&settings[0]);
        folder_list(&lists[0]);
        assert_int_equal(sched_getaffinity(0, sizeof(allowed[0]), &allowed[0]), 0);
        snprintf(command, sizeof(command),
                 "cd '%s' && env HOME=. TMPDIR=. XDG_CACHE_HOME=. XDG_CONFIG_HOME=. "
                 "XDG_DATA_HOME=. XDG_STATE_HOME=. '%s' doctor %s 2>&1",
                 folder, BE_BREAKEVEN, arguments[i]);
        assert_int_equal(command_run(command, &output), 0);
        assert_non_null(strstr(be_buffer_text(&output), "nothing was changed"));
        be_buffer_finish(&output);
        settings_read(&settings[1]);
        folder_list(&lists[1]);
        assert_int_equal(sched_getaffinity(0, sizeof(allowed[1]), &allowed[1]), 0);
        assert_true(CPU_EQUAL(&allowed[0], &allowed[1]));
        assert_unchanged(&settings[0], &settings[1]);
        assert_unchanged(&lists[0], &lists[1]);
    }
}

static void wrong_flags_are_one_line_and_exit_2(void **state)
{
    static const char *const wrong[] = {"--frobnicate", "quick", "--db x.db", "--workers 2",
                                        "--strict=yes"};
    char command[1024];
    (void)state;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct be_buffer output = {0};
        snprintf(command, sizeof(command), "'%s' doctor %s 2>&1", BE_BREAKEVEN, wrong[i]);
        int code = command_run(command, &output);
        const char *newline = strchr(be_buffer_text(&output), '\n');
        if (code != 2 || !newline || newline[1] != '\0') {
            fail_msg("'%s' ended with %d and printed:\n%s", wrong[i], code,
                     be_buffer_text(&output));
        }
        be_buffer_finish(&output);
    }
}

static void a_full_disk_is_a_failure(void **state)
{
    struct be_buffer output = {0};
    (void)state;

    assert_int_equal(command_run("'" BE_BREAKEVEN "' doctor --fast 2>&1 >/dev/full", &output), 1);
    assert_non_null(strstr(be_buffer_text(&output), "cannot write to standard output"));
    be_buffer_finish(&output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fast_shows_checks_and_measures_nothing),
        cmocka_unit_test(strict_fails_when_something_spoils),
        cmocka_unit_test(json_is_one_object_without_the_host),
        cmocka_unit_test(the_whole_measures_floors_and_noise),
        cmocka_unit_test(it_changes_nothing),
        cmocka_unit_test(wrong_flags_are_one_line_and_exit_2),
        cmocka_unit_test(a_full_disk_is_a_failure),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
