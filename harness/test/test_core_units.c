#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/rng.h"
#include "core/units.h"

typedef enum be_status number_parser(const char *text, uint64_t *value, struct be_error *error);

struct number_case {
    const char *text;
    uint64_t value;
};

static void check_numbers(number_parser *parse, const struct number_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t value = 0;
        struct be_error error = {BE_OK, ""};
        if (parse(cases[i].text, &value, &error) != BE_OK) {
            fail_msg("%s", error.message);
        }
        assert_int_equal(value, cases[i].value);
    }
}

/* Refused, the value left alone, the text quoted. */
static void check_refused(number_parser *parse, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t value = 77;
        struct be_error error = {BE_OK, ""};
        if (parse(texts[i], &value, &error) != BE_EINVAL) {
            fail_msg("'%s' was taken", texts[i]);
        }
        assert_int_equal(error.status, BE_EINVAL);
        assert_int_equal(value, 77);
        assert_non_null(strstr(error.message, texts[i]));
        assert_int_equal(parse(texts[i], &value, NULL), BE_EINVAL);
    }
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void counts_are_whole_and_fit(void **state)
{
    static const struct number_case good[] = {
        {"0", 0},
        {"7", 7},
        {"007", 7},
        {"18446744073709551615", UINT64_MAX},
    };
    static const char *const bad[] = {
        "",
        " 7",
        "7 ",
        "-1",
        "+1",
        "1.0",
        "1e3",
        "0x10",
        "18446744073709551616",
        "99999999999999999999",
        "seven",
    };
    (void)state;
    check_numbers(be_units_parse_count, good, COUNT(good));
    check_refused(be_units_parse_count, bad, COUNT(bad));
}

static void durations_have_a_unit_and_are_exact(void **state)
{
    static const struct number_case good[] = {
        {"250ns", 250},
        {"10us", 10000},
        {"1.5ms", 1500000},
        {"0.1us", 100},
        {"2s", 2000000000},
        {"3min", UINT64_C(180000000000)},
        {"0ns", 0},
        {"0.000000001s", 1},
        {"9007199254740993ns", UINT64_C(9007199254740993)},
        {"9223372035s", UINT64_C(9223372035000000000)},
    };
    static const char *const bad[] = {
        "10",
        "us",
        "",
        "10 us",
        "10us ",
        "-1us",
        "1e3us",
        "0x10us",
        "1.us",
        ".5us",
        "1,5us",
        "10usec",
        "10US",
        "1.5ns",
        "0.0001us",
        "1.0000000001s",
        "9223372037s",
        "99999999999999999999999999999min",
        "18446744073709551615.999999999min",
        "nans",
        "infs",
    };
    (void)state;
    check_numbers(be_units_parse_duration, good, COUNT(good));
    check_refused(be_units_parse_duration, bad, COUNT(bad));
}

static void sizes_are_binary_and_exact(void **state)
{
    static const struct number_case good[] = {
        {"64", 64},        {"64B", 64},
        {"4KiB", 4096},    {"1.5KiB", 1536},
        {"1MiB", 1048576}, {"2GiB", UINT64_C(2147483648)},
        {"0", 0},          {"9007199254740993", UINT64_C(9007199254740993)},
    };
    static const char *const bad[] = {"", "B", "4KB", "4kib", "4 KiB", "1.5", "0.3B", "-4", "1TiB"};
    (void)state;
    check_numbers(be_units_parse_size, good, COUNT(good));
    check_refused(be_units_parse_size, bad, COUNT(bad));
}

struct list_case {
    const char *text;
    size_t count;
    uint64_t values[16];
};

static void check_list(const struct list_case *wanted, enum be_status status,
                       const struct be_error *error, uint64_t *values, size_t count)
{
    if (status != BE_OK) {
        fail_msg("'%s': %s", wanted->text, error->message);
    }
    assert_int_equal(count, wanted->count);
    assert_memory_equal(values, wanted->values, count * sizeof(values[0]));
    free(values);
}

static void percentages_have_their_sign(void **state)
{
    static const struct {
        const char *text;
        double ratio;
    } good[] = {{"1%", .01}, {"0.5 %", .005}, {"100%", 1}, {"2.25%", .0225}, {"0%", 0}};
    static const char *const bad[] = {"",     "1",   "%",   "-1%",  "1%%",
                                      "1  %", ".5%", "1.%", "1,5%", "nan%"};
    (void)state;

    for (size_t i = 0; i < COUNT(good); i++) {
        double ratio = -1;
        assert_int_equal(be_units_parse_percent(good[i].text, &ratio, NULL), BE_OK);
        assert_true(ratio == good[i].ratio);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        double ratio = -1;
        assert_int_equal(be_units_parse_percent(bad[i], &ratio, NULL), BE_EINVAL);
        assert_true(ratio == -1);
    }
}

static void worker_lists_are_sorted_sets(void **state)
{
    static const struct list_case good[] = {
        {"1", 1, {1}},
        {"1,2,4", 3, {1, 2, 4}},
        {"4,1,2,4", 3, {1, 2, 4}},
        {"1..5", 5, {1, 2, 3, 4, 5}},
        {"3..3", 1, {3}},
        {"1..12*2", 5, {1, 2, 4, 8, 12}},
        {"1..8*2", 4, {1, 2, 4, 8}},
        {"3..100*3", 5, {3, 9, 27, 81, 100}},
        {"max", 1, {6}},
        {"1..max", 6, {1, 2, 3, 4, 5, 6}},
        {"1..max*2", 4, {1, 2, 4, 6}},
        {"1..3,max,16", 5, {1, 2, 3, 6, 16}},
        {"4096", 1, {4096}},
        {"2..9*4096", 2, {2, 9}},
    };
    struct be_error error;
    (void)state;

    for (size_t i = 0; i < COUNT(good); i++) {
        uint64_t *values = NULL;
        size_t count = 0;
        enum be_status status = be_units_parse_workers(good[i].text, 6, &values, &count, &error);
        check_list(&good[i], status, &error, values, count);
    }
}

static void wrong_worker_lists_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        ",",
        "1,",
        ",1",
        "0",
        "0..4",
        "4097",
        "-1",
        "1-4",
        "5..1",
        "1..",
        "..5",
        "1...5",
        "1..5..7",
        "1..8*1",
        "1..8*0",
        "1..8*",
        "1..8*4097",
        "1..8*9223372036854775808",
        "1..8/2",
        "1 ,2",
        "1..4096",
        "two",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        uint64_t *values = NULL;
        size_t count = 5;
        struct be_error error = {BE_OK, ""};
        if (be_units_parse_workers(bad[i], 6, &values, &count, &error) != BE_EINVAL) {
            fail_msg("'%s' was taken", bad[i]);
        }
        assert_null(values);
        assert_int_equal(count, 5);
        assert_true(error.message[0] != '\0');
    }
}

static void grain_lists_are_sorted_sets(void **state)
{
    static const struct list_case good[] = {
        {"10us", 1, {10000}},
        {"10us,1us", 2, {1000, 10000}},
        {"1us,1000ns", 1, {1000}},
        {"1us..10us", 2, {1000, 10000}},
        {"1us..10us/2", 3, {1000, 3162, 10000}},
        {"1us..100us/4", 9, {1000, 1778, 3162, 5623, 10000, 17783, 31623, 56234, 100000}},
        {"1us..5us/2", 3, {1000, 3162, 5000}},
        {"1ns..3ns/4", 3, {1, 2, 3}},
    };
    struct be_error error;
    (void)state;

    for (size_t i = 0; i < COUNT(good); i++) {
        uint64_t *values = NULL;
        size_t count = 0;
        enum be_status status = be_units_parse_grains(good[i].text, &values, &count, &error);
        check_list(&good[i], status, &error, values, count);
    }
}

static void wrong_grain_lists_are_refused(void **state)
{
    static const char *const bad[] = {
        "",           "10",       "1us,",       "0ns",          "0ns..1us",
        "1ms..1us",   "1us..1us", "1us..1ms/0", "1us..1ms/101", "1us..1ms/",
        "1us..1ms*2", "1us..",    "..1us",      "1..1us",       "1ns..9000000000s/100",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        uint64_t *values = NULL;
        size_t count = 5;
        struct be_error error = {BE_OK, ""};
        if (be_units_parse_grains(bad[i], &values, &count, &error) != BE_EINVAL) {
            fail_msg("'%s' was taken", bad[i]);
        }
        assert_null(values);
        assert_int_equal(count, 5);
        assert_true(error.message[0] != '\0');
    }
}

static void people_read_three_digits_and_a_unit(void **state)
{
    static const struct {
        double value;
        const char *duration;
    } cases[] = {
        {0, "0 ns"},         {1, "1 ns"},        {250, "250 ns"},         {0.5, "0.50 ns"},
        {12.345, "12.3 ns"}, {9.996, "10.0 ns"}, {999.4, "999.4 ns"},     {1000, "1.00 us"},
        {1234, "1.23 us"},   {12345, "12.3 us"}, {134900000, "134.9 ms"}, {999999, "1.00 ms"},
        {2.5e9, "2.50 s"},   {84e9, "84.0 s"},   {-1500, "-1.50 us"},
    };
    char text[BE_UNITS_TEXT_BYTES];
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(be_units_format_duration(text, cases[i].value), cases[i].duration);
    }
}

static void exact_durations_parse_back(void **state)
{
    static const struct number_case known[] = {
        {"0ns", 0},
        {"1ns", 1},
        {"1500ns", 1500},
        {"10us", 10000},
        {"15ms", 15000000},
        {"2s", 2000000000},
        {"60s", UINT64_C(60000000000)},
    };
    struct be_rng rng;
    char text[BE_UNITS_TEXT_BYTES];
    uint64_t back = 0;
    (void)state;

    for (size_t i = 0; i < COUNT(known); i++) {
        assert_string_equal(be_units_format_exact_duration(text, known[i].value), known[i].text);
    }
    be_rng_init(&rng, 1);
    for (int i = 0; i < 10000; i++) {
        uint64_t ns = be_rng_next(&rng) >> (2 + be_rng_below(&rng, 62));
        be_units_format_exact_duration(text, ns);
        assert_int_equal(be_units_parse_duration(text, &back, NULL), BE_OK);
        assert_int_equal(back, ns);
    }
}

static void sizes_are_short(void **state)
{
    static const struct number_case cases[] = {
        {"0 B", 0},        {"64 B", 64},          {"1023 B", 1023},   {"1 KiB", 1024},
        {"1.5 KiB", 1536}, {"1023 KiB", 1047552}, {"4 MiB", 4 << 20}, {"2 GiB", UINT64_C(2) << 30},
    };
    char text[BE_UNITS_TEXT_BYTES];
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(be_units_format_size(text, cases[i].value), cases[i].text);
    }
}

static void counts_have_commas(void **state)
{
    static const struct number_case cases[] = {
        {"0", 0},
        {"999", 999},
        {"1,000", 1000},
        {"74,129", 74129},
        {"18,446,744,073,709,551,615", UINT64_MAX},
    };
    char text[BE_UNITS_TEXT_BYTES];
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(be_units_format_count(text, cases[i].value), cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_whole_and_fit),
        cmocka_unit_test(durations_have_a_unit_and_are_exact),
        cmocka_unit_test(sizes_are_binary_and_exact),
        cmocka_unit_test(percentages_have_their_sign),
        cmocka_unit_test(worker_lists_are_sorted_sets),
        cmocka_unit_test(wrong_worker_lists_are_refused),
        cmocka_unit_test(grain_lists_are_sorted_sets),
        cmocka_unit_test(wrong_grain_lists_are_refused),
        cmocka_unit_test(people_read_three_digits_and_a_unit),
        cmocka_unit_test(exact_durations_parse_back),
        cmocka_unit_test(sizes_are_short),
        cmocka_unit_test(counts_have_commas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
