/* What the kernel says of a thread's waiting for a core, and what it does not say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "delay.h"

static void only_an_account_that_is_kept_is_known(void **state)
{
    static const struct {
        const char *text;
        struct be_delay delay;
    } cases[] = {
        {"409981 1234 7\n", {true, 1234}},
        {"409981 0 1\n", {true, 0}},
        {"409981 18446744073709551615 1\n", {true, UINT64_MAX}},
        {"0 0 0\n", {false, 0}},
        {"409981 1234\n", {false, 0}},
        {"?\n", {false, 0}},
        {"", {false, 0}},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_delay delay = be_delay_parse(cases[i].text);
        if (delay.known != cases[i].delay.known || delay.ns != cases[i].delay.ns) {
            fail_msg("'%s'", cases[i].text);
        }
    }
    assert_false(be_delay_read(0).known);
}

static void a_sum_is_known_as_long_as_its_parts_are(void **state)
{
    const struct be_delay before = {true, 100};
    const struct be_delay after = {true, 107};
    const struct be_delay unknown = {false, 0};
    struct be_delay sum = {true, 0};
    (void)state;

    be_delay_add(&sum, &before, &after);
    be_delay_add(&sum, &before, &after);
    assert_true(sum.known);
    assert_int_equal(sum.ns, 14);
    be_delay_add(&sum, &unknown, &after);
    be_delay_add(&sum, &before, &after);
    assert_false(sum.known);
    assert_int_equal(sum.ns, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_an_account_that_is_kept_is_known),
        cmocka_unit_test(a_sum_is_known_as_long_as_its_parts_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
