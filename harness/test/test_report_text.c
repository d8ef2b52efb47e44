#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/escape.h"
#include "report/shown.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void text_is_made_harmless_for_its_target(void **state)
{
    static const struct {
        enum be_escape_target target;
        const char *text;
        size_t columns_max;
        const char *expected;
    } cases[] = {
        {BE_ESCAPE_TERMINAL, "plain <b> 'x'", 0, "plain <b> 'x'"},
        {BE_ESCAPE_TERMINAL, "\033[31mred\033[0m\a", 0, "?[31mred?[0m?"},
        {BE_ESCAPE_TERMINAL, "a\nb\tc\r\nd", 0, "a b c  d"},
        {BE_ESCAPE_TERMINAL, "caf\xc3\xa9 \xc2\xb7", 0, "caf\xc3\xa9 \xc2\xb7"},
        {BE_ESCAPE_TERMINAL,
         "\xc2\x9b"
         "31m",
         0, "?31m"},
        {BE_ESCAPE_TERMINAL,
         "a\xe2\x80\xae"
         "b",
         0, "a?b"},
        {BE_ESCAPE_TERMINAL, "\xff\xc3[\xed\xa0\x80", 0, "??[???"},
        {BE_ESCAPE_TERMINAL, "\xc3", 0, "?"},
        {BE_ESCAPE_TERMINAL, "0123456789", 10, "0123456789"},
        {BE_ESCAPE_TERMINAL, "0123456789a", 10, "0123456..."},
        {BE_ESCAPE_TERMINAL, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 4, "\xc3\xa9..."},
        {BE_ESCAPE_HTML, "<a href=\"x\">'&'", 0, "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;"},
        {BE_ESCAPE_HTML, "<<<<<<", 5, "&lt;&lt;..."},
        {BE_ESCAPE_MARKDOWN, "a|b`c`*d*_e_[f](g)", 0, "a\\|b\\`c\\`\\*d\\*\\_e\\_\\[f\\](g)"},
        {BE_ESCAPE_MARKDOWN, "<script>&\\", 0, "&lt;script&gt;&amp;\\\\"},
        {BE_ESCAPE_MARKDOWN, "@team\n| x |", 0, "&#64;team \\| x \\|"},
        {BE_ESCAPE_GNUPLOT, "it's `id` $x\n\"", 0, "it''s `id` $x \""},
        {BE_ESCAPE_DATA, "say \"hi\" \\n", 0, "say 'hi' /n"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct be_buffer out = {0};
        be_escape_append(&out, cases[i].target, cases[i].text, cases[i].columns_max);
        assert_string_equal(be_buffer_text(&out), cases[i].expected);
        be_buffer_finish(&out);
    }
}

static void columns_count_characters(void **state)
{
    (void)state;
    assert_int_equal(be_escape_columns(""), 0);
    assert_int_equal(be_escape_columns("caf\xc3\xa9"), 4);
    assert_int_equal(be_escape_columns("\xff\n"), 2);
}

static void figures_carry_their_unit_and_interval(void **state)
{
    static const struct {
        enum be_shown_kind kind;
        double median, low, high;
        const char *value;
        const char *interval;
    } cases[] = {
        {BE_SHOWN_TIME, 134.94e6, 134.1e6, 136.0e6, "134.9 ms", "(134.1 .. 136.0)"},
        {BE_SHOWN_TIME, 1.507e9, 1.5e9, 1.51e9, "1.507 s", "(1.500 .. 1.510)"},
        {BE_SHOWN_TIME, 77, 76, 78.25, "77.00 ns", "(76.00 .. 78.25)"},
        {BE_SHOWN_TIME, 0, 0, 0, "0.000 ns", "(0.000 .. 0.000)"},
        {BE_SHOWN_TIME, -2500, -2600, -2400, "-2.500 us", "(-2.600 .. -2.400)"},
        {BE_SHOWN_TIME, 999.96e6, 999e6, 1001e6, "1.000 s", "(0.999 .. 1.001)"},
        {BE_SHOWN_RATIO, 3.71, 3.68, 3.73, "3.71", "(3.68 .. 3.73)"},
        {BE_SHOWN_RATIO, 0.312, 0.31, 0.32, "0.31", "(0.31 .. 0.32)"},
        {BE_SHOWN_RATIO, 0.0312, 0.031, 0.032, "0.031", "(0.031 .. 0.032)"},
        {BE_SHOWN_RATIO, 0.00041, 0.0004, 0.0005, "0.00041", "(0.00040 .. 0.00050)"},
        {BE_SHOWN_RATIO, 61.94, 61.5, 62.3, "61.9", "(61.5 .. 62.3)"},
        {BE_SHOWN_PERCENT, .928, .92, .935, "93 %", "(92 .. 94)"},
        {BE_SHOWN_PERCENT, .00006, .00005, .00007, "0.0060 %", "(0.0050 .. 0.0070)"},
        {BE_SHOWN_PERCENT, 2.1, 2.0, 2.2, "210 %", "(200 .. 220)"},
        {BE_SHOWN_RATE, 74129, 73000, 75000, "74,129", "(73,000 .. 75,000)"},
        {BE_SHOWN_RATE, 38.8, 38, 40, "38.80", "(38.00 .. 40.00)"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct be_estimate estimate = {.known = true,
                                       .bounded = true,
                                       .median = cases[i].median,
                                       .low = cases[i].low,
                                       .high = cases[i].high};
        struct be_shown shown = be_shown_of(cases[i].kind, &estimate);
        assert_string_equal(shown.value, cases[i].value);
        assert_string_equal(shown.interval, cases[i].interval);
    }
}

static void what_is_unknown_is_never_a_number(void **state)
{
    struct be_estimate unknown = {.known = false, .bounded = true, .median = 7, .low = 1};
    struct be_estimate unbounded = {.known = true, .bounded = false, .median = 2, .low = 1};
    (void)state;

    assert_string_equal(be_shown_of(BE_SHOWN_TIME, &unknown).value, "-");
    assert_string_equal(be_shown_of(BE_SHOWN_TIME, &unknown).interval, "");
    assert_string_equal(be_shown_of(BE_SHOWN_RATIO, &unbounded).value, "2.00");
    assert_string_equal(be_shown_of(BE_SHOWN_RATIO, &unbounded).interval, "");
    assert_string_equal(be_shown_of_value(BE_SHOWN_RATE, 0.0 / 0.0).value, "-");
    assert_string_equal(be_shown_of_value(BE_SHOWN_RATE, 1.0 / 0.0).value, "-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_made_harmless_for_its_target),
        cmocka_unit_test(columns_count_characters),
        cmocka_unit_test(figures_carry_their_unit_and_interval),
        cmocka_unit_test(what_is_unknown_is_never_a_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
