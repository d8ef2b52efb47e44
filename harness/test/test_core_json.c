#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/buffer.h"
#include "core/json.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static json_t *parse(const char *text)
{
    json_t *value = NULL;
    struct be_error error = {BE_OK, ""};

    if (be_json_parse(text, strlen(text), &value, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    return value;
}

static void check_refused(const char *text, size_t bytes, const char *cause)
{
    json_t *value = NULL;
    struct be_error error = {BE_OK, ""};

    if (be_json_parse(text, bytes, &value, &error) != BE_EPROTOCOL) {
        fail_msg("'%.60s' was taken", text);
    }
    assert_null(value);
    if (!strstr(error.message, cause)) {
        fail_msg("'%s' should say '%s'", error.message, cause);
    }
}

static void what_is_not_one_json_value_is_refused(void **state)
{
    static const struct {
        const char *text;
        const char *cause;
    } bad[] = {
        {"", "not JSON"},
        {" ", "not JSON"},
        {"null", "not JSON"},
        {"1", "not JSON"},
        {"\"text\"", "not JSON"},
        {"{", "not JSON"},
        {"{]", "not JSON"},
        {"}", "not JSON"},
        {"{\"a\":}", "not JSON"},
        {"{\"a\":1,}", "not JSON"},
        {"{'a':1}", "not JSON"},
        {"{\"a\":01}", "not JSON"},
        {"{\"a\":NaN}", "not JSON"},
        {"{\"a\":1e999}", "not JSON"},
        {"{\"a\":18446744073709551615}", "not JSON"},
        {"{} {}", "end of file"},
        {"{}x", "end of file"},
        {"[]]", "end of file"},
        {"{\"a\":1,\"a\":1}", "duplicate"},
        {"{\"b\":{\"a\":1,\"c\":2,\"a\":3}}", "duplicate"},
        {"{\"a\":\"\xff\"}", "unable to decode"},
        {"{\"a\":\"\xc3(\"}", "unable to decode"},
        {"{\"\xed\xa0\x80\":1}", "unable to decode"},
        {"{\"a\":\"\\u0000\"}", "not JSON"},
        {"{\"a\":\"\\ud800\"}", "not JSON"},
        {"{\"a\":\"line\nbreak\"}", "not JSON"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        check_refused(bad[i].text, strlen(bad[i].text), bad[i].cause);
    }
    check_refused("{}\0{}", 5, "not JSON");
    check_refused("{\"a\":\"\0\"}", 9, "not JSON");
}

/* `levels` arrays inside one another, with `middle` in the innermost. */
static void nest(int levels, const char *middle, struct be_buffer *text)
{
    for (int i = 0; i < levels; i++) {
        be_buffer_puts(text, "[");
    }
    be_buffer_puts(text, middle);
    for (int i = 0; i < levels; i++) {
        be_buffer_puts(text, "]");
    }
}

static void depth_32_is_taken_and_33_is_not(void **state)
{
    static const char brackets[] = "\"[[[[{{{{\\\"[[[[\"";
    (void)state;

    for (int levels = 1; levels <= BE_JSON_DEPTH_MAX; levels++) {
        struct be_buffer text = {0};
        nest(levels, brackets, &text);
        json_decref(parse(text.data));
        be_buffer_finish(&text);
    }
    for (int levels = BE_JSON_DEPTH_MAX + 1; levels < 300000; levels *= 10) {
        struct be_buffer text = {0};
        nest(levels, "", &text);
        check_refused(text.data, text.length, "deeper than 32");
        be_buffer_finish(&text);
    }
}

static void a_mebibyte_is_taken_and_one_byte_more_is_not(void **state)
{
    struct be_buffer text = {0};
    json_t *value = NULL;
    (void)state;

    be_buffer_puts(&text, "[\"");
    while (text.length < BE_JSON_LINE_BYTES_MAX - 2) {
        be_buffer_puts(&text, "x");
    }
    be_buffer_puts(&text, "\"]");
    assert_int_equal(text.length, BE_JSON_LINE_BYTES_MAX);
    assert_int_equal(be_json_parse(text.data, text.length, &value, NULL), BE_OK);
    json_decref(value);
    be_buffer_puts(&text, " ");
    check_refused(text.data, text.length, "1048577 bytes");
    be_buffer_finish(&text);
}

static void counts_survive_other_readers(void **state)
{
    static const struct {
        uint64_t value;
        const char *text;
    } cases[] = {
        {0, "{\"n\":0}"},
        {UINT64_C(9007199254740992), "{\"n\":9007199254740992}"},
        {UINT64_C(9007199254740993), "{\"n\":\"9007199254740993\"}"},
        {UINT64_MAX, "{\"n\":\"18446744073709551615\"}"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        uint64_t back = 1;
        json_t *object = json_pack("{s:o}", "n", be_json_count(cases[i].value));
        char *text = json_dumps(object, JSON_COMPACT);
        assert_string_equal(text, cases[i].text);
        json_decref(object);
        object = parse(text);
        assert_int_equal(be_json_get_count(object, "n", &back, NULL), BE_OK);
        assert_int_equal(back, cases[i].value);
        json_decref(object);
        free(text);
    }
}

static void both_forms_of_a_count_are_read_and_nothing_else(void **state)
{
    static const char good[] = "{\"a\":5,\"b\":\"5\",\"c\":9223372036854775807}";
    static const char bad[] = "{\"a\":-1,\"b\":\"-1\",\"c\":1.0,\"d\":\"\",\"e\":\" 5\",\"f\":null,"
                              "\"g\":true,\"h\":[5],\"i\":{},\"j\":\"18446744073709551616\","
                              "\"k\":\"0x5\",\"l\":1e3}";
    uint64_t value = 0;
    struct be_error error;
    (void)state;

    json_t *object = parse(good);
    assert_int_equal(be_json_get_count(object, "a", &value, NULL), BE_OK);
    assert_int_equal(value, 5);
    assert_true(be_json_has_count(object, "b", &value));
    assert_int_equal(value, 5);
    assert_true(be_json_has_count(object, "c", &value));
    assert_int_equal(value, INT64_MAX);
    assert_false(be_json_has_count(object, "d", &value));
    json_decref(object);

    object = parse(bad);
    value = 77;
    for (char key[] = "a"; key[0] <= 'm'; key[0]++) {
        char named[] = {'\'', key[0], '\'', '\0'};
        assert_int_equal(be_json_get_count(object, key, &value, &error), BE_EPROTOCOL);
        assert_non_null(strstr(error.message, named));
    }
    assert_int_equal(value, 77);
    json_decref(object);
}

static void members_have_the_type_that_is_asked_for(void **state)
{
    json_t *object = parse("{\"s\":\"text\",\"a\":[],\"o\":{},\"n\":null}");
    const json_t *value = NULL;
    const char *text = NULL;
    struct be_error error;
    (void)state;

    assert_int_equal(be_json_get_string(object, "s", &text, NULL), BE_OK);
    assert_string_equal(text, "text");
    assert_int_equal(be_json_get_array(object, "a", &value, NULL), BE_OK);
    assert_int_equal(be_json_get_object(object, "o", &value, NULL), BE_OK);
    assert_int_equal(be_json_get_string(object, "a", &text, &error), BE_EPROTOCOL);
    assert_non_null(strstr(error.message, "'a'"));
    assert_int_equal(be_json_get_array(object, "o", &value, &error), BE_EPROTOCOL);
    assert_int_equal(be_json_get_object(object, "s", &value, &error), BE_EPROTOCOL);
    assert_int_equal(be_json_get_string(object, "n", &text, &error), BE_EPROTOCOL);
    assert_int_equal(be_json_get_string(object, "missing", &text, &error), BE_EPROTOCOL);
    assert_non_null(strstr(error.message, "'missing'"));
    assert_false(be_json_has_string(object, "n", &text));
    assert_string_equal(text, "text");
    json_decref(object);
}

static void an_unknown_number_is_null(void **state)
{
    static const double unknown[] = {NAN, INFINITY, -INFINITY};
    (void)state;

    for (size_t i = 0; i < COUNT(unknown); i++) {
        json_t *value = be_json_real(unknown[i]);
        assert_true(json_is_null(value));
        json_decref(value);
    }
    json_t *value = be_json_real(0.25);
    assert_true(json_is_real(value));
    json_decref(value);
}

static void params_come_back(void **state)
{
    struct be_params params = {0};
    struct be_params back = {0};
    struct be_error error;
    char id[BE_ID_BYTES];
    char back_id[BE_ID_BYTES];
    (void)state;

    be_params_set(&params, "executor", "threads", NULL);
    be_params_set(&params, "quote", "\"\\\n\xc3\xa9", NULL);
    be_params_set(&params, "empty", "", NULL);
    json_t *object = be_json_from_params(&params);
    assert_int_equal(be_json_to_params(object, &back, NULL), BE_OK);
    json_decref(object);
    assert_int_equal(back.count, 3);
    assert_string_equal(be_params_id(&back, back_id), be_params_id(&params, id));
    be_params_finish(&params);
    be_params_finish(&back);

    object = parse("{\"workers\":4}");
    assert_int_equal(be_json_to_params(object, &back, NULL), BE_OK);
    assert_string_equal(be_params_get(&back, "workers"), "4");
    be_params_finish(&back);
    json_decref(object);

    object = parse("{\"workers\":\"4\",\"chunk\":1.5}");
    assert_int_equal(be_json_to_params(object, &back, &error), BE_EPROTOCOL);
    assert_non_null(strstr(error.message, "'chunk'"));
    be_params_finish(&back);
    json_decref(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_one_json_value_is_refused),
        cmocka_unit_test(depth_32_is_taken_and_33_is_not),
        cmocka_unit_test(a_mebibyte_is_taken_and_one_byte_more_is_not),
        cmocka_unit_test(counts_survive_other_readers),
        cmocka_unit_test(both_forms_of_a_count_are_read_and_nothing_else),
        cmocka_unit_test(members_have_the_type_that_is_asked_for),
        cmocka_unit_test(an_unknown_number_is_null),
        cmocka_unit_test(params_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
