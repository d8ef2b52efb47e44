#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/protocol.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char *copy(const char *text)
{
    char *copied = strdup(text);
    assert_non_null(copied);
    return copied;
}

/* Everything that can stand in a spec with inline pairs. */
static void spec_fill(struct be_spec *spec)
{
    static const struct be_pair pairs[] = {{1963309, 2265973}, {UINT64_MAX, 1}};
    static const int32_t pus[] = {3, 0, 5};

    be_spec_init(spec);
    be_params_set(&spec->params, "executor", "processes", NULL);
    be_params_set(&spec->params, "workers", "3", NULL);
    be_params_set(&spec->params, "tasks", "2", NULL);
    spec->pairs.items = calloc(2, sizeof(pairs[0]));
    spec->pairs.count = 2;
    memcpy(spec->pairs.items, pairs, sizeof(pairs));
    spec->seed = UINT64_C(9007199254740993);
    spec->passes = 7;
    spec->warmup = 2;
    spec->cold = true;
    spec->pus = calloc(3, sizeof(pus[0]));
    spec->pu_count = 3;
    memcpy(spec->pus, pus, sizeof(pus));
    spec->dispatcher_pu = 1;
    spec->topology_xml = copy("<topology name=\"a &amp; b\"/>\n");
    spec->counters = calloc(2, sizeof(spec->counters[0]));
    spec->counters[0] = copy("rusage:user-time");
    spec->counters[1] = copy("papi:PAPI_TOT_INS");
    spec->counter_count = 2;
    spec->leash = true;
}

static void check_string(const char *actual, const char *expected)
{
    if (expected) {
        assert_string_equal(actual, expected);
    } else {
        assert_null(actual);
    }
}

static void check_equal(const struct be_spec *actual, const struct be_spec *expected)
{
    char id[BE_ID_BYTES];
    char wanted[BE_ID_BYTES];

    assert_string_equal(be_params_id(&actual->params, id), be_params_id(&expected->params, wanted));
    assert_int_equal(actual->pairs.count, expected->pairs.count);
    assert_int_equal(be_pairs_hash(&actual->pairs), be_pairs_hash(&expected->pairs));
    check_string(actual->input_path, expected->input_path);
    assert_int_equal(actual->input_hash, expected->input_hash);
    assert_int_equal(actual->seed, expected->seed);
    assert_int_equal(actual->passes, expected->passes);
    assert_int_equal(actual->warmup, expected->warmup);
    assert_int_equal(actual->cold, expected->cold);
    assert_int_equal(actual->pu_count, expected->pu_count);
    for (uint32_t i = 0; i < expected->pu_count; i++) {
        assert_int_equal(actual->pus[i], expected->pus[i]);
    }
    assert_int_equal(actual->dispatcher_pu, expected->dispatcher_pu);
    check_string(actual->topology_xml, expected->topology_xml);
    assert_int_equal(actual->counter_count, expected->counter_count);
    for (size_t i = 0; i < expected->counter_count; i++) {
        assert_string_equal(actual->counters[i], expected->counters[i]);
    }
    assert_int_equal(actual->leash, expected->leash);
}

static void check_round_trip(const struct be_spec *spec)
{
    struct be_buffer line = {0};
    struct be_spec back;
    struct be_error error = {BE_OK, ""};

    be_spec_encode(spec, &line);
    assert_int_equal(be_buffer_check(&line, NULL), BE_OK);
    assert_ptr_equal(strchr(line.data, '\n'), line.data + line.length - 1);
    be_spec_init(&back);
    if (be_spec_parse(line.data, line.length, &back, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    check_equal(&back, spec);
    be_spec_finish(&back);
    be_buffer_finish(&line);
}

static void a_full_spec_comes_back(void **state)
{
    struct be_spec spec;
    (void)state;

    spec_fill(&spec);
    check_round_trip(&spec);
    be_pairs_finish(&spec.pairs);
    spec.input_path = copy("/a \"quoted\" path/pairs.csv");
    spec.input_hash = UINT64_MAX;
    check_round_trip(&spec);
    be_spec_finish(&spec);
}

static void an_empty_spec_comes_back(void **state)
{
    struct be_spec spec;
    (void)state;

    be_spec_init(&spec);
    check_round_trip(&spec);
    be_spec_finish(&spec);
}

static void what_a_short_spec_leaves_out_has_defaults(void **state)
{
    static const char line[] = "{\"protocol\":1,\"params\":{\"executor\":\"serial\"}}";
    struct be_spec spec;
    struct be_spec expected;
    (void)state;

    be_spec_init(&spec);
    be_spec_init(&expected);
    be_params_set(&expected.params, "executor", "serial", NULL);
    assert_int_equal(be_spec_parse(line, strlen(line), &spec, NULL), BE_OK);
    check_equal(&spec, &expected);
    assert_int_equal(spec.passes, 1);
    assert_int_equal(spec.dispatcher_pu, -1);
    be_spec_finish(&spec);
    be_spec_finish(&expected);
}

static void check_refused(const char *line, size_t bytes, const char *cause)
{
    struct be_spec spec;
    struct be_error error = {BE_OK, ""};

    be_spec_init(&spec);
    if (be_spec_parse(line, bytes, &spec, &error) != BE_EPROTOCOL) {
        fail_msg("'%.*s' was taken", (int)bytes, line);
    }
    if (!strstr(error.message, cause)) {
        fail_msg("'%s' should say %s", error.message, cause);
    }
    be_spec_finish(&spec);
}

static void every_wrong_member_is_named(void **state)
{
    static const struct {
        const char *member;
        const char *wrong[8];
    } cases[] = {
        {"pairs", {"[]", "5", "[5]", "[[1]]", "[[1,2,3]]", "null", "[[1,-1]]", "[[1,\"x\"]]"}},
        {"input", {"5", "[]", "\"path\"", "null"}},
        {"seed", {"-1", "1.5", "null", "\"x\"", "[]"}},
        {"passes", {"0", "10001", "-1", "null", "1.5", "\"x\""}},
        {"warmup", {"10001", "-1", "null", "true"}},
        {"cold", {"1", "\"yes\"", "null"}},
        {"leash", {"0", "\"no\"", "null"}},
        {"pus", {"[]", "5", "[-1]", "[1.5]", "[\"0\"]", "[2000000]", "null"}},
        {"dispatcher_pu", {"-1", "1.5", "\"0\"", "2000000", "null", "[0]"}},
        {"topology_xml", {"5", "null", "[]"}},
        {"counters", {"5", "{}", "[5]", "[null]", "\"rusage:user-time\""}},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        for (size_t j = 0; j < 8 && cases[i].wrong[j]; j++) {
            char line[256];
            char named[32];
            int length = snprintf(line, sizeof(line),
                                  "{\"protocol\":1,\"params\":{\"workers\":\"1\"},\"%s\":%s}",
                                  cases[i].member, cases[i].wrong[j]);
            snprintf(named, sizeof(named), "'%s'", cases[i].member);
            check_refused(line, (size_t)length, named);
        }
    }
}

static void every_wrong_spec_is_refused(void **state)
{
    static const struct {
        const char *line;
        const char *cause;
    } bad[] = {
        {"", "not JSON"},
        {"hello", "not JSON"},
        {"[]", "'protocol'"},
        {"{}", "'protocol'"},
        {"{\"params\":{}}", "'protocol'"},
        {"{\"protocol\":2,\"params\":{}}", "protocol 2"},
        {"{\"protocol\":0,\"params\":{}}", "protocol 0"},
        {"{\"protocol\":\"one\",\"params\":{}}", "'protocol'"},
        {"{\"protocol\":1}", "'params'"},
        {"{\"protocol\":1,\"params\":[]}", "'params'"},
        {"{\"protocol\":1,\"params\":{\"workers\":-4}}", "'workers'"},
        {"{\"protocol\":1,\"params\":{\"workers\":null}}", "'workers'"},
        {"{\"protocol\":1,\"params\":{},\"input\":{\"path\":\"x\"}}", "'hash'"},
        {"{\"protocol\":1,\"params\":{},\"input\":{\"hash\":1}}", "'path'"},
        {"{\"protocol\":1,\"params\":{},\"input\":{\"path\":5,\"hash\":1}}", "'path'"},
        {"{\"protocol\":1,\"params\":{},\"seed\":1,\"seed\":2}", "duplicate"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        check_refused(bad[i].line, strlen(bad[i].line), bad[i].cause);
    }
}

static void too_many_counters_are_refused(void **state)
{
    struct be_buffer line = {0};
    (void)state;

    be_buffer_puts(&line, "{\"protocol\":1,\"params\":{},\"counters\":[\"a\"");
    for (int i = 0; i < BE_COUNTERS_MAX; i++) {
        be_buffer_puts(&line, ",\"a\"");
    }
    be_buffer_puts(&line, "]}");
    check_refused(line.data, line.length, "'counters'");
    be_buffer_finish(&line);
}

/* Cut anywhere but at its newline, which only ends it. */
static void every_truncated_spec_is_refused(void **state)
{
    struct be_buffer line = {0};
    struct be_spec spec;
    (void)state;

    spec_fill(&spec);
    be_spec_encode(&spec, &line);
    for (size_t bytes = 0; bytes + 1 < line.length; bytes++) {
        check_refused(line.data, bytes, "not JSON");
    }
    be_buffer_finish(&line);
    be_spec_finish(&spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_spec_comes_back),
        cmocka_unit_test(an_empty_spec_comes_back),
        cmocka_unit_test(what_a_short_spec_leaves_out_has_defaults),
        cmocka_unit_test(every_wrong_member_is_named),
        cmocka_unit_test(every_wrong_spec_is_refused),
        cmocka_unit_test(too_many_counters_are_refused),
        cmocka_unit_test(every_truncated_spec_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
