/* Empty tasks over transports, end to end: the real programs, as a user runs them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command_run.h"
#include "scratch_folder.h"

/* --lock off, since tests run side by side. The result is stderr after stdout. */
static int breakeven(const char *arguments, struct be_buffer *output)
{
    char command[1024];

    snprintf(command, sizeof(command), "cd '%s' && '%s' %s --db '%s/runs.db' 2>&1", folder,
             BE_BREAKEVEN, arguments, folder);
    return command_run(command, output);
}

static void assert_prints(bool fails, const char *arguments, const char *expected)
{
    struct be_buffer output = {0};
    int got = breakeven(arguments, &output);

    /* A machine that is busy drops all that it measures. */
    if (!(fails ? got == 4 : command_measured(got)) || !strstr(be_buffer_text(&output), expected)) {
        fail_msg("'%s' ended with %d and printed, without '%s':\n%s", arguments, got, expected,
                 be_buffer_text(&output));
    }
    be_buffer_finish(&output);
}

#define EMPTY                                                                                      \
    "sweep --workload null --executor processes --workers 1 --payload 4MiB --tasks 4 --rounds 2 "  \
    "--passes 1 --warmup 0 --cold off --counters none --placement none --lock off --transport "

/* What a transport cannot carry is no failure, and is asked for once. */
static void a_payload_beyond_a_transport_is_unavailable(void **state)
{
    struct be_buffer output = {0};
    (void)state;

    assert_prints(false, EMPTY "unix-stream,unix-seqpacket", "0 failed, 1 unavailable;");
    assert_prints(false, "report @last --format term",
                  "Unavailable: unix-seqpacket from 4 MiB on (transport 'unix-seqpacket' is");
    assert_int_equal(breakeven("export @last --format csv", &output), 0);
    assert_non_null(strstr(be_buffer_text(&output), ",unavailable,"));
    assert_null(strstr(be_buffer_text(&output), ",failed,"));
    be_buffer_finish(&output);
}

static void nothing_but_what_is_unavailable_says_why(void **state)
{
    (void)state;
    assert_prints(true, EMPTY "unix-seqpacket",
                  "Unavailable: unix-seqpacket from 4 MiB on (transport 'unix-seqpacket' is");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_payload_beyond_a_transport_is_unavailable),
        cmocka_unit_test(nothing_but_what_is_unavailable_says_why),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
