#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/record.h"
#include "core/run.h"
#include "core/status.h"

static void every_status_has_a_name_a_text_and_an_exit_code(void **state)
{
    (void)state;
#define CHECK(name, exit_code, text)                                                               \
    assert_string_equal(be_status_name(name), #name);                                              \
    assert_string_equal(be_status_text(name), text);                                               \
    assert_int_equal(be_status_exit_code(name), exit_code);                                        \
    assert_int_equal(be_status_from_name(#name), name);
    BE_STATUS_LIST(CHECK)
#undef CHECK
    assert_int_equal(be_status_from_name("BE_ENOTHING"), BE_EINTERNAL);
    assert_int_equal(be_status_from_name(""), BE_EINTERNAL);
    assert_string_equal(be_status_name((enum be_status)999), "BE_EINTERNAL");
    assert_int_equal(be_status_exit_code((enum be_status)999), 1);
}

static void an_error_keeps_its_status_and_message(void **state)
{
    struct be_error error;
    (void)state;

    assert_int_equal(be_error_set(&error, BE_EINVAL, "'%s' is %d", "x", 5), BE_EINVAL);
    assert_int_equal(error.status, BE_EINVAL);
    assert_string_equal(error.message, "'x' is 5");
    assert_int_equal(be_error_set(NULL, BE_EIO, "nobody listens"), BE_EIO);
    errno = ENOSPC;
    assert_int_equal(be_error_errno(&error, BE_EIO, "write '%s'", "f"), BE_EIO);
    assert_string_equal(error.message, "write 'f': No space left on device");
    assert_int_equal(be_error_errno(NULL, BE_EIO, "nobody listens"), BE_EIO);
}

static void a_long_message_is_cut_visibly(void **state)
{
    char text[2000];
    struct be_error error;
    (void)state;

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    be_error_fill(&error, BE_EINVAL, "%s", text);
    assert_int_equal(strlen(error.message), sizeof(error.message) - 1);
    assert_string_equal(error.message + sizeof(error.message) - 4, "...");
    text[sizeof(error.message) - 1] = '\0';
    be_error_fill(&error, BE_EINVAL, "%s", text);
    assert_string_equal(error.message, text);
}

#define CHECK_NAMES(object, first, last)                                                           \
    do {                                                                                           \
        enum be_##object value = (first);                                                          \
        struct be_error error;                                                                     \
        for (int i = (first); i <= (int)(last); i++) {                                             \
            const char *name = be_##object##_name((enum be_##object)i);                            \
            assert_int_equal(be_##object##_parse(name, &value, NULL), BE_OK);                      \
            assert_int_equal(value, i);                                                            \
        }                                                                                          \
        assert_int_equal(be_##object##_parse("no such name", &value, &error), BE_EINVAL);          \
        assert_non_null(strstr(error.message, "'no such name'"));                                  \
        assert_int_equal(value, (last));                                                           \
    } while (0)

static void names_of_values_parse_back(void **state)
{
    (void)state;
    CHECK_NAMES(counter_state, BE_COUNTER_COUNTED, BE_COUNTER_UNAVAILABLE);
    CHECK_NAMES(pass_kind, BE_PASS_COLD, BE_PASS_TIMED);
    CHECK_NAMES(role, BE_ROLE_REFERENCE, BE_ROLE_OVERHEAD);
    CHECK_NAMES(sample_state, BE_SAMPLE_CLEAN, BE_SAMPLE_UNAVAILABLE);
    CHECK_NAMES(run_status, BE_RUN_ACTIVE, BE_RUN_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_name_a_text_and_an_exit_code),
        cmocka_unit_test(an_error_keeps_its_status_and_message),
        cmocka_unit_test(a_long_message_is_cut_visibly),
        cmocka_unit_test(names_of_values_parse_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
