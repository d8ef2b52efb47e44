#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/io.h"
#include "core/pairs.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char folder[] = "/tmp/breakeven-test-XXXXXX";
static char path[64];

static int folder_make(void **state)
{
    (void)state;
    if (!mkdtemp(folder)) {
        return -1;
    }
    snprintf(path, sizeof(path), "%s/pairs.csv", folder);
    return 0;
}

static int folder_remove(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static enum be_status csv_read(const char *text, struct be_pairs *pairs, struct be_error *error)
{
    assert_int_equal(be_io_write_file(path, text, strlen(text), NULL), BE_OK);
    return be_pairs_read(path, pairs, error);
}

struct pairs_case {
    const char *text;
    size_t count;
    struct be_pair pairs[4];
};

typedef enum be_status pairs_reader(const char *text, struct be_pairs *pairs,
                                    struct be_error *error);

static void check_good(pairs_reader *read, const struct pairs_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct be_pairs pairs = {0};
        struct be_error error = {BE_OK, ""};
        if (read(cases[i].text, &pairs, &error) != BE_OK) {
            fail_msg("%s", error.message);
        }
        assert_int_equal(pairs.count, cases[i].count);
        assert_memory_equal(pairs.items, cases[i].pairs, pairs.count * sizeof(pairs.items[0]));
        be_pairs_finish(&pairs);
        assert_int_equal(pairs.count, 0);
        assert_null(pairs.items);
    }
}

static void csv_files_are_read(void **state)
{
    static const struct pairs_case good[] = {
        {"1,2\n", 1, {{1, 2}}},
        {"1,2", 1, {{1, 2}}},
        {"a,b\n1,2\n3,4\n", 2, {{1, 2}, {3, 4}}},
        {"first,second\r\n1,2\r\n3,4\r\n", 2, {{1, 2}, {3, 4}}},
        {"\n1,2\n\n \n3,4\n\n", 2, {{1, 2}, {3, 4}}},
        {" 1 ,\t2 \n", 1, {{1, 2}}},
        {"18446744073709551615,1\n", 1, {{UINT64_MAX, 1}}},
        {"1963309,2265973\n2030677,3814172\n1551645,2229620\n2039045,2020802\n",
         4,
         {{1963309, 2265973}, {2030677, 3814172}, {1551645, 2229620}, {2039045, 2020802}}},
    };
    (void)state;
    check_good(csv_read, good, COUNT(good));
}

/* Each with the line that is wrong and what is wrong with it. */
static void wrong_csv_files_are_refused_with_file_and_line(void **state)
{
    static const struct {
        const char *text;
        int line;
        const char *cause;
    } bad[] = {
        {"", 1, "no pair"},
        {"\n\n", 1, "no pair"},
        {"a,b\n", 1, "no pair"},
        {"0,2\n", 1, "zero"},
        {"1,2\n1,0\n", 2, "zero"},
        {"1,2\n3,4\n-5,6\n", 3, "'-5'"},
        {"a,b\r\n1,-2\r\n", 2, "'-2'"},
        {"1,2\n3,x\n", 2, "'x'"},
        {"1,2\na,b\n", 2, "'a'"},
        {"1.5,2\n", 1, "'1.5'"},
        {"1e3,2\n", 1, "'1e3'"},
        {"0x10,2\n", 1, "'0x10'"},
        {"+1,2\n", 1, "'+1'"},
        {"1 2,3\n", 1, "'1 2'"},
        {"18446744073709551616,1\n", 1, "2^64-1"},
        {"1,2\n1,99999999999999999999999\n", 2, "2^64-1"},
        {"1\n", 1, "one number"},
        {"1,2\n3\n", 2, "one number"},
        {"1 2\n", 1, "one number"},
        {"1;2\n", 1, "one number"},
        {"1,\n", 1, "''"},
        {",2\n", 1, "''"},
        {"1,,2\n", 1, "more than two"},
        {"1,2,3\n", 1, "more than two"},
        {"1,2,\n", 1, "more than two"},
        {"a,b\n1,2\n3,4,\n", 3, "more than two"},
        {"\"1\",\"2\"\n", 1, "'\"1\"'"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        char where[96];
        struct be_pairs pairs = {0};
        struct be_error error = {BE_OK, ""};
        if (csv_read(bad[i].text, &pairs, &error) != BE_EINPUT) {
            fail_msg("'%s' was taken", bad[i].text);
        }
        snprintf(where, sizeof(where), "%s:%d: ", path, bad[i].line);
        if (strncmp(error.message, where, strlen(where)) != 0 ||
            !strstr(error.message, bad[i].cause)) {
            fail_msg("'%s' should say %s and %s", error.message, where, bad[i].cause);
        }
        assert_null(pairs.items);
        assert_int_equal(csv_read(bad[i].text, &pairs, NULL), BE_EINPUT);
    }
}

static void a_file_with_a_nul_is_refused(void **state)
{
    struct be_pairs pairs = {0};
    struct be_error error;
    (void)state;

    assert_int_equal(be_io_write_file(path, "1,2\n\0003,4\n", 9, NULL), BE_OK);
    assert_int_equal(be_pairs_read(path, &pairs, &error), BE_EINPUT);
    assert_non_null(strstr(error.message, path));
}

static void a_file_that_is_not_there_is_not_found(void **state)
{
    struct be_pairs pairs = {0};
    struct be_error error;
    (void)state;

    assert_int_equal(be_pairs_read("/nonexistent/pairs.csv", &pairs, &error), BE_ENOTFOUND);
    assert_non_null(strstr(error.message, "/nonexistent/pairs.csv"));
}

static void plans_write_pairs_with_blanks(void **state)
{
    static const struct pairs_case good[] = {
        {"1963309 2265973, 2030677 3814172", 2, {{1963309, 2265973}, {2030677, 3814172}}},
        {"1 2", 1, {{1, 2}}},
        {"  1 \t 2 ,3  4 ", 2, {{1, 2}, {3, 4}}},
        {"1 2,\n 3 4", 2, {{1, 2}, {3, 4}}},
    };
    static const char *const bad[] = {
        "",    ",",   "1",    "1 2,", "1 2,,3 4", "1 2 3", "1,2",
        "0 1", "1 0", "-1 2", "1 x",  "1 2;3",    "1.5 2", "18446744073709551616 1"};
    (void)state;

    check_good(be_pairs_parse, good, COUNT(good));
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct be_pairs pairs = {0};
        struct be_error error = {BE_OK, ""};
        if (be_pairs_parse(bad[i], &pairs, &error) != BE_EINPUT) {
            fail_msg("'%s' was taken", bad[i]);
        }
        assert_null(pairs.items);
        assert_true(error.message[0] != '\0');
    }
}

static void the_hash_is_fnv_over_little_endian_numbers(void **state)
{
    struct be_pair items[] = {{1963309, 2265973}, {2030677, 3814172}};
    struct be_pairs pairs = {items, 2};
    struct be_pairs none = {0};
    (void)state;

    assert_int_equal(be_pairs_hash(&pairs), UINT64_C(0x765905381da7210c));
    assert_int_equal(be_pairs_hash(&none), UINT64_C(0xcbf29ce484222325));
    items[1].b++;
    assert_int_not_equal(be_pairs_hash(&pairs), UINT64_C(0x765905381da7210c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_files_are_read),
        cmocka_unit_test(wrong_csv_files_are_refused_with_file_and_line),
        cmocka_unit_test(a_file_with_a_nul_is_refused),
        cmocka_unit_test(a_file_that_is_not_there_is_not_found),
        cmocka_unit_test(plans_write_pairs_with_blanks),
        cmocka_unit_test(the_hash_is_fnv_over_little_endian_numbers),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
