#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/params.h"
#include "core/rng.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct be_param chunk = {"chunk", BE_PARAM_COUNT, "1", 1, 1000, NULL, "tasks"};
static const struct be_param wait = {"wait", BE_PARAM_DURATION, "5ms", 1000, 1000000000, NULL, "w"};
static const struct be_param room = {"room", BE_PARAM_SIZE, "4096", 64, 1048576, NULL, "room"};
static const struct be_param start = {"start", BE_PARAM_CHOICE, "fork",         0,
                                      0,       "fork spawn",    "how it starts"};
static const struct be_param join = {"join", BE_PARAM_COUNT, "auto", 1, 1000, "auto all", "join"};

static void values_become_canonical(void **state)
{
    static const struct {
        const struct be_param *param;
        const char *value;
        const char *canonical;
    } cases[] = {
        {&chunk, "1", "1"},         {&chunk, "0064", "64"},     {&chunk, "1000", "1000"},
        {&wait, "1000ns", "1us"},   {&wait, "1.5ms", "1500us"}, {&wait, "1s", "1s"},
        {&wait, "1000000us", "1s"}, {&room, "64", "64"},        {&room, "4KiB", "4096"},
        {&room, "1MiB", "1048576"}, {&start, "fork", "fork"},   {&start, "spawn", "spawn"},
        {&join, "auto", "auto"},    {&join, "016", "16"},       {&join, "all", "all"},
    };
    char text[32];
    struct be_error error;
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        if (be_param_check(cases[i].param, cases[i].value, text, sizeof(text), &error) != BE_OK) {
            fail_msg("%s", error.message);
        }
        assert_string_equal(text, cases[i].canonical);
        char again[32];
        assert_int_equal(be_param_check(cases[i].param, text, again, sizeof(again), NULL), BE_OK);
        assert_string_equal(again, text);
    }
}

static void wrong_values_are_refused_with_what_is_right(void **state)
{
    static const struct {
        const struct be_param *param;
        const char *value;
        const char *right;
    } cases[] = {
        {&chunk, "0", "1 .. 1000"},
        {&chunk, "1001", "1 .. 1000"},
        {&chunk, "", "whole number"},
        {&chunk, "many", "whole number"},
        {&chunk, "1KiB", "whole number"},
        {&wait, "999ns", "1us .. 1s"},
        {&wait, "2s", "1us .. 1s"},
        {&wait, "5", "10us"},
        {&room, "63", "64 .. 1048576"},
        {&room, "68", "a multiple of 8 bytes"},
        {&room, "4KB", "4KiB"},
        {&start, "", "fork spawn"},
        {&start, "for", "fork spawn"},
        {&start, "forks", "fork spawn"},
        {&start, "fork spawn", "fork spawn"},
        {&join, "none", "auto all"},
        {&join, "0", "1 .. 1000"},
    };
    char text[32] = "as before";
    struct be_error error;
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(be_param_check(cases[i].param, cases[i].value, text, sizeof(text), &error),
                         BE_EINVAL);
        assert_non_null(strstr(error.message, cases[i].param->name));
        assert_non_null(strstr(error.message, cases[i].right));
        assert_string_equal(text, "as before");
    }
}

static void types_have_names(void **state)
{
    enum be_param_type type = BE_PARAM_COUNT;
    (void)state;

    for (int i = BE_PARAM_COUNT; i <= BE_PARAM_CHOICE; i++) {
        const char *name = be_param_type_name((enum be_param_type)i);
        assert_int_equal(be_param_type_parse(name, &type, NULL), BE_OK);
        assert_int_equal(type, i);
    }
    assert_int_equal(be_param_type_parse("number", &type, NULL), BE_EINVAL);
    assert_int_equal(be_param_type_parse("", &type, NULL), BE_EINVAL);
}

static void entries_are_sorted_and_replaced(void **state)
{
    static const char *const keys[] = {"workers", "chunk", "executor", "a", "workload", "zero"};
    struct be_params params = {0};
    (void)state;

    for (size_t i = 0; i < COUNT(keys); i++) {
        assert_int_equal(be_params_set(&params, keys[i], "first", NULL), BE_OK);
        assert_int_equal(be_params_set(&params, keys[i], keys[i], NULL), BE_OK);
    }
    assert_int_equal(params.count, COUNT(keys));
    for (size_t i = 1; i < params.count; i++) {
        assert_true(strcmp(params.entries[i - 1].key, params.entries[i].key) < 0);
    }
    for (size_t i = 0; i < COUNT(keys); i++) {
        assert_string_equal(be_params_get(&params, keys[i]), keys[i]);
    }
    assert_null(be_params_get(&params, "work"));
    be_params_remove(&params, "chunk");
    be_params_remove(&params, "chunk");
    assert_null(be_params_get(&params, "chunk"));
    assert_int_equal(params.count, COUNT(keys) - 1);
    be_params_finish(&params);
    assert_int_equal(params.count, 0);
    be_params_finish(&params);
}

static void a_value_may_replace_itself(void **state)
{
    struct be_params params = {0};
    (void)state;

    assert_int_equal(be_params_set(&params, "key", "a value", NULL), BE_OK);
    assert_int_equal(be_params_set(&params, "key", be_params_get(&params, "key"), NULL), BE_OK);
    assert_string_equal(be_params_get(&params, "key"), "a value");
    be_params_finish(&params);
}

static void numbers_are_read_from_canonical_text(void **state)
{
    struct be_params params = {0};
    (void)state;

    assert_int_equal(be_params_set_count(&params, "tasks", UINT64_MAX, NULL), BE_OK);
    assert_int_equal(be_params_set(&params, "grain", "10us", NULL), BE_OK);
    assert_int_equal(be_params_set(&params, "executor", "threads", NULL), BE_OK);
    assert_int_equal(be_params_get_count(&params, "tasks", 5), UINT64_MAX);
    assert_int_equal(be_params_get_count(&params, "grain", 5), 10000);
    assert_int_equal(be_params_get_count(&params, "executor", 5), 5);
    assert_int_equal(be_params_get_count(&params, "nothing", 5), 5);
    be_params_finish(&params);
}

static void merging_replaces_equal_keys(void **state)
{
    struct be_params params = {0};
    struct be_params from = {0};
    (void)state;

    be_params_set(&params, "a", "1", NULL);
    be_params_set(&params, "b", "2", NULL);
    be_params_set(&from, "b", "3", NULL);
    be_params_set(&from, "c", "4", NULL);
    assert_int_equal(be_params_merge(&params, &from, NULL), BE_OK);
    be_params_finish(&from);
    assert_int_equal(params.count, 3);
    assert_string_equal(be_params_get(&params, "a"), "1");
    assert_string_equal(be_params_get(&params, "b"), "3");
    assert_string_equal(be_params_get(&params, "c"), "4");
    be_params_finish(&params);
}

/* Stored runs are found by it: if this fails, ids have changed and old runs are lost. */
static void the_id_is_this_one_in_any_order(void **state)
{
    static const struct {
        const char *key;
        const char *value;
    } entries[] = {{"chunk", "1"}, {"executor", "threads"}, {"workers", "4"}};
    struct be_rng rng;
    char id[BE_ID_BYTES];
    (void)state;

    be_rng_init(&rng, 1);
    for (int round = 0; round < 20; round++) {
        struct be_params params = {0};
        size_t first = be_rng_below(&rng, 3);
        size_t step = 1 + be_rng_below(&rng, 2);
        for (size_t i = 0; i < 3; i++) {
            size_t at = (first + i * step) % 3;
            be_params_set(&params, entries[at].key, entries[at].value, NULL);
        }
        assert_string_equal(be_params_id(&params, id), "909d5efe6f2032db");
        be_params_set(&params, "workers", "5", NULL);
        assert_string_not_equal(be_params_id(&params, id), "909d5efe6f2032db");
        be_params_finish(&params);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_become_canonical),
        cmocka_unit_test(wrong_values_are_refused_with_what_is_right),
        cmocka_unit_test(types_have_names),
        cmocka_unit_test(entries_are_sorted_and_replaced),
        cmocka_unit_test(a_value_may_replace_itself),
        cmocka_unit_test(numbers_are_read_from_canonical_text),
        cmocka_unit_test(merging_replaces_equal_keys),
        cmocka_unit_test(the_id_is_this_one_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
