/*
 * CPython's pools in a sweep of the real programs. What needs python3 is skipped where there is
 * none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command_run.h"
#include "scratch_folder.h"

/* environment: what stands before the command, such as a PATH; the result is stderr after stdout.
 */
static int breakeven(const char *environment, const char *arguments, struct be_buffer *output)
{
    char command[1024];

    snprintf(command, sizeof(command), "cd '%s' && %s '%s' %s --db '%s/runs.db' 2>&1", folder,
             environment, BE_BREAKEVEN, arguments, folder);
    return command_run(command, output);
}

static void assert_prints(int code, const char *environment, const char *arguments,
                          const char *expected)
{
    struct be_buffer output = {0};
    int got = breakeven(environment, arguments, &output);

    if (got != code || !strstr(be_buffer_text(&output), expected)) {
        fail_msg("'%s' ended with %d (wanted %d) and printed, without '%s':\n%s", arguments, got,
                 code, expected, be_buffer_text(&output));
    }
    be_buffer_finish(&output);
}

/* A sample that could not be measured, or whose results are not those of our serial run, fails. */
static void assert_all_measured(const char *arguments, int samples)
{
    char export[] = "export @last --format csv";
    struct be_buffer output = {0};
    int found = 0;

    if (!command_measured(breakeven("", arguments, &output))) {
        fail_msg("'%s' printed:\n%s", arguments, be_buffer_text(&output));
    }
    be_buffer_finish(&output);
    assert_int_equal(breakeven("", export, &output), 0);
    for (const char *at = be_buffer_text(&output); (at = strstr(at, ",cpython-")); at++) {
        const char *end = strchr(at, '\n');
        const char *failed = strstr(at, ",failed,");
        if (failed && failed < end) {
            fail_msg("%.*s", (int)(end - at), at);
        }
        found++;
    }
    be_buffer_finish(&output);
    assert_true(found >= samples);
}

#define SMALL                                                                                      \
    "sweep --rounds 1 --passes 1 --warmup 1 --tasks 300 --workers 2 --lock off --quiet "           \
    "--placement cores --counters default,rusage:minor-faults "

static void samples_of_both_runners_are_of_the_same_tasks(void **state)
{
    (void)state;

    if (system("command -v python3 >/dev/null") != 0) {
        skip();
    }
    assert_all_measured(SMALL "--workload gcd-euclid --steps 20 --executor "
                              "threads,cpython-serial,cpython-threads --chunk 1,7",
                        5);
    assert_all_measured(SMALL "--workload gcd-trial --steps 9 --distribution pareto --executor "
                              "cpython-processes,cpython-pool --chunk 100,200@cpython-pool",
                        4);
    assert_all_measured("sweep --rounds 1 --workers 2 --lock off --quiet --pairs '4 6, 10 15' "
                        "--executor cpython-processes --chunk 100",
                        2);
    assert_prints(0, "", "export @last --format json", " breakeven-cpython ");
}

static void without_python_its_executors_are_unavailable_and_nothing_else_is(void **state)
{
    static const char nowhere[] = "PATH=/nowhere";
    (void)state;

    assert_prints(0, nowhere, "list executors", "unavailable: no python3");
    assert_prints(4, nowhere, "sweep --executor cpython-pool",
                  "executor 'cpython-pool' is unavailable: no python3");
    assert_prints(0, nowhere, "sweep seed --dry-run", "nothing was measured");
    assert_prints(0, nowhere, "sweep --help all", "--start");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_of_both_runners_are_of_the_same_tasks),
        cmocka_unit_test(without_python_its_executors_are_unavailable_and_nothing_else_is),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
