/* What the doctor says, line by line, and as JSON. */
#include "core/json.h"
#include "fake_machines.h"
#include "golden.h"
#include "report/doctor.h"

static struct be_floor items[] = {
    {"cache-line", "same L3", {true, true, 9, 24, 23.5, 25}, "", false},
    {"cache-line", "other package", {true, true, 9, 210, 200, 220}, "", false},
    {"syscall", NULL, {true, true, 9, 62, 61, 63}, "", false},
    {"futex-wake", "same L3", {true, true, 9, 3462, 3400, 3500}, "", false},
    {"clock", NULL, {true, true, 9, 18, 17.9, 18.2}, "", false},
    {"thread", NULL, {true, true, 9, 14000, 13000, 15000}, "", false},
    {"fork", NULL, {true, true, 9, 210000, 200000, 220000}, "", false},
    {"posix-spawn", NULL, {false}, "posix_spawn of /bin/true: No such file or directory", false},
};

/* A doctor who has looked at this machine, and whose floors are the ones above. */
static struct be_doctor doctor_make(struct facts_fixture *f, const struct fake_machine *fake)
{
    facts_create(f, fake);
    struct be_doctor doctor = {
        .facts = f->facts,
        .floors = {items, sizeof(items) / sizeof(items[0])},
        .noise = {.known = true, .rounds = 20, .spread = .006, .median = .0005, .visible = .0046},
    };
    /* What a text shows of the moment watched is to be the same each time. */
    doctor.facts.after = doctor.facts.before;
    doctor.facts.after.at_ns += 1000000;
    for (size_t i = 0; i < BE_CHECK_COUNT; i++) {
        be_check_run(&be_checks[i], &doctor.facts, &doctor.checks[i]);
    }
    return doctor;
}

static void doctor_print(const struct be_doctor *doctor, const char *host, struct be_buffer *out)
{
    be_doctor_put_head(&doctor->facts, host, out);
    for (size_t i = 0; i < BE_CHECK_COUNT; i++) {
        be_doctor_put_check(be_checks[i].name, &doctor->checks[i], out);
    }
    be_doctor_put_floors(doctor, out);
    be_doctor_put_noise(doctor, out);
    be_doctor_put_end(doctor, out);
}

static const struct {
    const char *name;
    const struct fake_machine *machine;
} cases[] = {
    {"doctor_server.txt", &server},
    {"doctor_laptop.txt", &laptop},
    {"doctor_container.txt", &container},
    {"doctor_virtual.txt", &virtual_machine},
};

static void each_machine_has_its_page(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct facts_fixture f;
        struct be_buffer out = {0};
        struct be_doctor doctor = doctor_make(&f, cases[i].machine);
        doctor_print(&doctor, "node042", &out);
        assert_golden(cases[i].name, be_buffer_text(&out));
        be_buffer_finish(&out);
        facts_finish(&f);
    }
}

/* The columns of the widest line; a character of UTF-8 begins with no 10xxxxxx. */
static size_t widest_line(const char *text)
{
    size_t widest = 0;
    size_t columns = 0;

    for (; *text; text++) {
        columns = *text == '\n' ? 0 : columns + (((unsigned char)*text & 0xc0) != 0x80);
        widest = columns > widest ? columns : widest;
    }
    return widest;
}

static void no_line_is_wider_than_100_columns(void **state)
{
    static const struct fake_machine *const machines[] = {
        &server, &laptop, &container, &nested, &virtual_machine, &slurm_node, &blind};
    (void)state;

    for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
        struct facts_fixture f;
        struct be_buffer out = {0};
        struct be_doctor doctor = doctor_make(&f, machines[i]);
        doctor_print(&doctor, "a-host-name-that-is-rather-long.example.org", &out);
        if (widest_line(be_buffer_text(&out)) > 100) {
            fail_msg("wider than 100 columns:\n%s", be_buffer_text(&out));
        }
        be_buffer_finish(&out);
        facts_finish(&f);
    }
}

static void a_job_is_named_with_what_is_left_of_it(void **state)
{
    struct facts_fixture f;
    struct be_buffer out = {0};
    (void)state;

    facts_create(&f, &slurm_node);
    f.facts.surroundings.job_left_s = 29 * 60 + 59;
    be_doctor_put_head(&f.facts, NULL, &out);
    assert_non_null(strstr(be_buffer_text(&out), "Slurm job 88123: 4 cores, 29 min left\n"));
    be_buffer_finish(&out);
    facts_finish(&f);
}

/* Text from a runner cannot command the terminal. */
static void reasons_are_cleaned(void **state)
{
    const struct be_check_result result = {
        .state = BE_CHECK_UNKNOWN, .found = "none: \x1b[31m red", .remedy = ""};
    struct be_doctor doctor = {.unmeasured = "not measured: \x1b[2J"};
    struct be_buffer out = {0};
    (void)state;

    be_doctor_put_check("counters", &result, &out);
    be_doctor_put_floors(&doctor, &out);
    be_doctor_put_noise(&doctor, &out);
    assert_null(strchr(be_buffer_text(&out), '\x1b'));
    assert_non_null(strstr(be_buffer_text(&out), "not measured"));
    be_buffer_finish(&out);
}

static void assert_judged(const struct be_doctor *doctor, enum be_doctor_use use,
                          enum be_answer answer, const char *why)
{
    char text[BE_DOCTOR_WHY_BYTES];

    assert_int_equal(be_doctor_judge(doctor, use, text), answer);
    assert_string_equal(text, why);
}

static void uses_follow_from_checks_and_noise(void **state)
{
    struct facts_fixture f;
    struct be_doctor doctor = doctor_make(&f, &server);
    (void)state;

    assert_judged(&doctor, BE_DOCTOR_SCALING, BE_YES, "");
    assert_judged(&doctor, BE_DOCTOR_BREAKEVEN, BE_YES, "");
    assert_judged(&doctor, BE_DOCTOR_GATE, BE_YES, "");
    assert_judged(&doctor, BE_DOCTOR_COUNTING, BE_YES, "");

    doctor.noise.visible = .021;
    assert_judged(&doctor, BE_DOCTOR_SCALING, BE_YES, "");
    assert_judged(&doctor, BE_DOCTOR_GATE, BE_NO, "noise");
    doctor.noise.visible = .051;
    assert_judged(&doctor, BE_DOCTOR_SCALING, BE_NO, "noise");
    doctor.noise.visible = .004;
    doctor.noise.biased = true;
    assert_judged(&doctor, BE_DOCTOR_GATE, BE_NO, "noise");
    doctor.noise.known = false;
    assert_judged(&doctor, BE_DOCTOR_SCALING, BE_YES, "");
    assert_judged(&doctor, BE_DOCTOR_GATE, BE_UNKNOWN, "");
    facts_finish(&f);

    doctor = doctor_make(&f, &laptop);
    assert_judged(&doctor, BE_DOCTOR_SCALING, BE_NO, "power");
    assert_judged(&doctor, BE_DOCTOR_GATE, BE_YES, "");
    assert_judged(&doctor, BE_DOCTOR_COUNTING, BE_NO, "counters");
    facts_finish(&f);

    doctor = doctor_make(&f, &container);
    assert_judged(&doctor, BE_DOCTOR_SCALING, BE_NO, "cores");
    assert_judged(&doctor, BE_DOCTOR_BREAKEVEN, BE_NO, "cores, clock");
    facts_finish(&f);
}

static void strict_and_fast_are_told_at_the_end(void **state)
{
    struct facts_fixture f;
    struct be_buffer out = {0};
    struct be_doctor doctor = doctor_make(&f, &laptop);
    (void)state;

    doctor.strict = true;
    be_doctor_put_end(&doctor, &out);
    assert_non_null(strstr(be_buffer_text(&out), "exit 4 (--strict)"));
    be_buffer_finish(&out);
    doctor.fast = true;
    doctor.strict = false;
    be_doctor_put_end(&doctor, &out);
    assert_non_null(strstr(be_buffer_text(&out), "without --fast"));
    assert_non_null(strstr(be_buffer_text(&out), "exit 0 (--strict: 4)"));
    be_buffer_finish(&out);
    facts_finish(&f);
}

static void a_pair_that_differs_from_itself_is_told(void **state)
{
    struct be_doctor doctor = {
        .noise = {.known = true, .rounds = 20, .median = -.021, .visible = .014, .biased = true}};
    struct be_buffer out = {0};
    (void)state;

    be_doctor_put_noise(&doctor, &out);
    assert_non_null(strstr(be_buffer_text(&out), "a change of 1.4 % can be seen now"));
    assert_non_null(strstr(be_buffer_text(&out), "2.1"));
    be_buffer_finish(&out);
}

/* The machine's own description is left out: it has the compiler and the flags of this build. */
static void the_json_holds_all_of_it(void **state)
{
    struct facts_fixture f;
    struct be_buffer out = {0};
    struct be_buffer rest = {0};
    struct be_error error;
    json_t *json = NULL;
    struct be_doctor doctor = doctor_make(&f, &container);
    (void)state;

    assert_int_equal(be_doctor_put_json(&doctor, &out, &error), BE_OK);
    assert_int_equal(be_json_parse(out.data, out.length, &json, &error), BE_OK);
    assert_non_null(json_object_get(json_object_get(json, "machine"), "key"));
    json_object_del(json, "machine");
    char *text = json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    be_buffer_printf(&rest, "%s\n", text);
    assert_golden("doctor_container.json", be_buffer_text(&rest));
    free(text);
    json_decref(json);
    be_buffer_finish(&rest);
    be_buffer_finish(&out);
    facts_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_machine_has_its_page),
        cmocka_unit_test(no_line_is_wider_than_100_columns),
        cmocka_unit_test(a_job_is_named_with_what_is_left_of_it),
        cmocka_unit_test(reasons_are_cleaned),
        cmocka_unit_test(uses_follow_from_checks_and_noise),
        cmocka_unit_test(strict_and_fast_are_told_at_the_end),
        cmocka_unit_test(a_pair_that_differs_from_itself_is_told),
        cmocka_unit_test(the_json_holds_all_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
