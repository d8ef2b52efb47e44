#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/inject.h"

static void texts_parse_and_come_back_canonical(void **state)
{
    static const struct {
        const char *text;
        const char *canonical;
        struct be_inject inject;
    } cases[] = {
        {"none", "none", {.kind = BE_INJECT_NONE}},
        {"serial:5%", "serial:5%", {.kind = BE_INJECT_SERIAL, .share_permille = 50}},
        {"serial:05.0%", "serial:5%", {.kind = BE_INJECT_SERIAL, .share_permille = 50}},
        {"serial:0.1%", "serial:0.1%", {.kind = BE_INJECT_SERIAL, .share_permille = 1}},
        {"serial:99.9%", "serial:99.9%", {.kind = BE_INJECT_SERIAL, .share_permille = 999}},
        {"imbalance:1000%",
         "imbalance:1000%",
         {.kind = BE_INJECT_IMBALANCE, .share_permille = 10000}},
        {"imbalance:12.5%",
         "imbalance:12.5%",
         {.kind = BE_INJECT_IMBALANCE, .share_permille = 125}},
        {"cost:2us", "cost:2us", {.kind = BE_INJECT_COST, .cost_ns = 2000}},
        {"cost:2000ns", "cost:2us", {.kind = BE_INJECT_COST, .cost_ns = 2000}},
        {"cost:1s", "cost:1s", {.kind = BE_INJECT_COST, .cost_ns = UINT64_C(1000000000)}},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_inject inject;
        char text[BE_UNITS_TEXT_BYTES];
        assert_int_equal(be_inject_parse(cases[i].text, &inject, NULL), BE_OK);
        assert_int_equal(inject.kind, cases[i].inject.kind);
        assert_int_equal(inject.share_permille, cases[i].inject.share_permille);
        assert_int_equal(inject.cost_ns, cases[i].inject.cost_ns);
        assert_string_equal(be_inject_format(&inject, text), cases[i].canonical);
    }
}

static void what_is_no_injection_is_refused_by_name(void **state)
{
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        {"", "'' is not one of: none"},
        {"None", "'None' is not one of: none"},
        {"serial", "'serial' is not one of: none"},
        {"serials:5%", "'serials:5%' is not one of: none"},
        {"serial:", "'' is not 0.1% .. 99.9%"},
        {"serial:5", "'5' is not 0.1% .. 99.9%"},
        {"serial:0%", "'0%' is not 0.1% .. 99.9%"},
        {"serial:100%", "'100%' is not 0.1% .. 99.9%"},
        {"serial:5.25%", "'5.25%' is not 0.1% .. 99.9%"},
        {"serial:-5%", "'-5%' is not 0.1% .. 99.9%"},
        {"serial:.5%", "'.5%' is not 0.1% .. 99.9%"},
        {"serial:5%%", "'5%%' is not 0.1% .. 99.9%"},
        {"imbalance:1000.1%", "'1000.1%' is not 0.1% .. 1000.0%"},
        {"imbalance:99999999999%", "'99999999999%' is not 0.1% .. 1000.0%"},
        {"cost:0ns", "'0ns' is outside 1ns .. 1s"},
        {"cost:1001ms", "'1001ms' is outside 1ns .. 1s"},
        {"cost:2", "'2'"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_inject inject = {.kind = BE_INJECT_COST, .cost_ns = 77};
        struct be_error error = {BE_OK, ""};
        assert_int_equal(be_inject_parse(cases[i].text, &inject, &error), BE_EINVAL);
        assert_memory_equal(error.message, "inject: ", 8);
        if (!strstr(error.message, cases[i].says)) {
            fail_msg("'%s': %s", cases[i].text, error.message);
        }
        assert_int_equal(inject.cost_ns, 77);
    }
}

static void a_serial_part_leaves_the_pool_a_task(void **state)
{
    static const struct be_inject least = {.kind = BE_INJECT_SERIAL, .share_permille = 50};
    static const struct be_inject most = {.kind = BE_INJECT_SERIAL, .share_permille = 999};
    static const struct be_inject none = {0};
    (void)state;

    assert_int_equal(be_inject_serial_tasks(&least, 1000), 50);
    assert_int_equal(be_inject_serial_tasks(&least, 19), 0);
    assert_int_equal(be_inject_serial_tasks(&most, 1), 0);
    assert_int_equal(be_inject_serial_tasks(&most, 1000), 999);
    assert_int_equal(be_inject_serial_tasks(&none, 1000), 0);
}

static void an_imbalance_is_a_share_of_a_worker_s_tasks(void **state)
{
    static const struct be_inject third = {.kind = BE_INJECT_IMBALANCE, .share_permille = 300};
    static const struct be_inject none = {0};
    (void)state;

    assert_int_equal(be_inject_repeats(&third, 400, 4), 30);
    assert_int_equal(be_inject_repeats(&third, 400, 1), 120);
    assert_int_equal(be_inject_repeats(&third, 1, 4), 0);
    assert_int_equal(be_inject_repeats(&none, 400, 4), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_parse_and_come_back_canonical),
        cmocka_unit_test(what_is_no_injection_is_refused_by_name),
        cmocka_unit_test(a_serial_part_leaves_the_pool_a_task),
        cmocka_unit_test(an_imbalance_is_a_share_of_a_worker_s_tasks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
