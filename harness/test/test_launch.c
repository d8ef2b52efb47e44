#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure/launch.h"

static const uint64_t long_ns = UINT64_C(60000000000);

static enum be_status shell(const char *script, const char *input, uint64_t timeout_ns,
                            int interrupt_fd, struct be_launch_result *result,
                            struct be_error *error)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    const struct be_launch launch = {.argv = argv,
                                     .input = input,
                                     .input_bytes = strlen(input),
                                     .timeout_ns = timeout_ns,
                                     .interrupt_fd = interrupt_fd};
    return be_launch_run(&launch, result, error);
}

static int descriptor_count(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;

    while (readdir(folder)) {
        count++;
    }
    closedir(folder);
    return count;
}

/* No child of this process is left, running or not. */
static void assert_no_children(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void output_and_notes_are_kept_apart(void **state)
{
    struct be_launch_result result = {0};
    struct be_error error = {0};
    char note[32];
    (void)state;

    assert_int_equal(shell("read line; echo \"got $line\"; echo first >&2; echo last >&2", "spec\n",
                           long_ns, -1, &result, &error),
                     BE_OK);
    assert_string_equal(be_buffer_text(&result.output), "got spec\n");
    assert_string_equal(be_launch_last_note(&result, note, sizeof(note)), "last");
    assert_true(result.elapsed_ns > 0);
    be_launch_result_finish(&result);
    assert_no_children();
}

static void large_input_reaches_a_slow_reader(void **state)
{
    struct be_launch_result result = {0};
    struct be_error error = {0};
    size_t bytes = (size_t)1 << 20;
    char *input = malloc(bytes + 1);
    (void)state;

    memset(input, 'x', bytes);
    input[bytes] = '\0';
    assert_int_equal(
        shell("sleep .1; head -c 1048576 | wc -c", input, long_ns, -1, &result, &error), BE_OK);
    assert_int_equal(strtol(be_buffer_text(&result.output), NULL, 10), 1 << 20);
    be_launch_result_finish(&result);
    free(input);
}

static void large_output_is_read_while_input_is_not(void **state)
{
    struct be_launch_result result = {0};
    struct be_error error = {0};
    (void)state;

    assert_int_equal(shell("head -c 3000000 /dev/zero", "never read", long_ns, -1, &result, &error),
                     BE_OK);
    assert_int_equal(result.output.length, 3000000);
    be_launch_result_finish(&result);
}

static void a_flood_is_stopped(void **state)
{
    struct be_launch_result result = {0};
    struct be_error error = {0};
    (void)state;

    assert_int_equal(shell("cat /dev/zero", "", long_ns, -1, &result, &error), BE_EPROTOCOL);
    assert_non_null(strstr(error.message, "32 MiB"));
    be_launch_result_finish(&result);
    assert_no_children();
}

static void a_hang_ends_at_the_timeout_with_all_descendants(void **state)
{
    struct be_launch_result result = {0};
    struct be_error error = {0};
    (void)state;

    assert_int_equal(
        shell("sleep 1000 & sleep 1000 & wait", "", UINT64_C(100000000), -1, &result, &error),
        BE_ETIMEOUT);
    assert_non_null(strstr(error.message, "no end within 100"));
    assert_true(result.elapsed_ns >= UINT64_C(100000000));
    be_launch_result_finish(&result);
    assert_no_children();
}

/* What clears up behind a child that was killed, as soon as it is gone, is given the time. */
static void leftovers_can_clear_up(void **state)
{
    static const char script[] =
        "(while kill -0 $$ && [ $(cut -d' ' -f3 /proc/$$/stat) != Z ]; do sleep .02; done; "
        "rm \"$LEFT\") & exec sleep 1000";
    char left[] = "/tmp/breakeven-test-XXXXXX";
    struct be_launch_result result = {0};
    struct be_error error = {0};
    int fd = mkstemp(left);
    (void)state;

    assert_true(fd >= 0);
    close(fd);
    setenv("LEFT", left, 1);
    assert_int_equal(shell(script, "", UINT64_C(300000000), -1, &result, &error), BE_ETIMEOUT);
    unsetenv("LEFT");
    assert_int_equal(unlink(left), -1);
    assert_int_equal(errno, ENOENT);
    be_launch_result_finish(&result);
    assert_no_children();
}

static void orphans_of_a_child_that_ended_are_reaped(void **state)
{
    struct be_launch_result result = {0};
    struct be_error error = {0};
    (void)state;

    assert_int_equal(shell("sleep 1000 & echo done", "", long_ns, -1, &result, &error), BE_OK);
    be_launch_result_finish(&result);
    assert_no_children();
}

static void death_by_signal_is_named(void **state)
{
    struct be_launch_result result = {0};
    struct be_error error = {0};
    (void)state;

    assert_int_equal(shell("kill -SEGV $$", "", long_ns, -1, &result, &error), BE_ECRASH);
    assert_non_null(strstr(error.message, "signal 11"));
    be_launch_result_finish(&result);
}

static void an_interrupt_ends_it(void **state)
{
    struct be_launch_result result = {0};
    struct be_error error = {0};
    int fd = eventfd(1, EFD_CLOEXEC);
    (void)state;

    assert_int_equal(shell("sleep 1000", "", long_ns, fd, &result, &error), BE_EINTERRUPTED);
    be_launch_result_finish(&result);
    close(fd);
    assert_no_children();
}

static void a_program_that_is_not_there_is_named(void **state)
{
    const char *argv[] = {"/nonexistent/runner", NULL};
    const struct be_launch launch = {
        .argv = argv, .input = "", .timeout_ns = long_ns, .interrupt_fd = -1};
    struct be_launch_result result = {0};
    struct be_error error = {0};
    (void)state;

    assert_int_equal(be_launch_run(&launch, &result, &error), BE_ENOTFOUND);
    assert_non_null(strstr(error.message, "'/nonexistent/runner': No such file"));
    be_launch_result_finish(&result);
    assert_no_children();
}

static void no_descriptor_is_leaked(void **state)
{
    int before = descriptor_count();
    (void)state;

    for (int i = 0; i < 20; i++) {
        struct be_launch_result result = {0};
        struct be_error error;
        shell("exit 3", "x", long_ns, -1, &result, &error);
        be_launch_result_finish(&result);
    }
    assert_int_equal(descriptor_count(), before);
}

/* The child dies with its parent, even when the parent is killed. */
static void a_killed_parent_leaves_no_child(void **state)
{
    int report[2];
    char line[32] = "";
    (void)state;

    assert_int_equal(pipe(report), 0);
    pid_t parent = fork();
    if (parent == 0) {
        struct be_launch_result result = {0};
        char script[64];
        snprintf(script, sizeof(script), "echo $$ >&%d; exec sleep 1000", report[1]);
        shell(script, "", long_ns, -1, &result, NULL);
        _exit(1);
    }
    assert_true(read(report[0], line, sizeof(line) - 1) > 0);
    pid_t child = (pid_t)strtol(line, NULL, 10);
    kill(parent, SIGKILL);
    waitpid(parent, NULL, 0);
    /* This process is a subreaper, so the child becomes ours and can be waited for. */
    assert_int_equal(waitpid(child, NULL, 0), child);
    close(report[0]);
    close(report[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_and_notes_are_kept_apart),
        cmocka_unit_test(large_input_reaches_a_slow_reader),
        cmocka_unit_test(large_output_is_read_while_input_is_not),
        cmocka_unit_test(a_flood_is_stopped),
        cmocka_unit_test(a_hang_ends_at_the_timeout_with_all_descendants),
        cmocka_unit_test(leftovers_can_clear_up),
        cmocka_unit_test(orphans_of_a_child_that_ended_are_reaped),
        cmocka_unit_test(death_by_signal_is_named),
        cmocka_unit_test(an_interrupt_ends_it),
        cmocka_unit_test(a_program_that_is_not_there_is_named),
        cmocka_unit_test(no_descriptor_is_leaked),
        cmocka_unit_test(a_killed_parent_leaves_no_child),
    };

    if (be_launch_prepare(NULL) != BE_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
