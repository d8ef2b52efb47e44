/* Each member that a runner has to send: missing, of another type, out of range. */
#include "sample_record_builder.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Sets (value NULL: deletes) a member of a line's object, or of the object at `path` in it. */
static void line_change(struct be_buffer *line, const char *path, const char *key, json_t *value)
{
    json_t *root = json_loadb(line->data, line->length, 0, NULL);
    json_t *object = root;

    for (const char *part = path; *part; part += strlen(part) + 1) {
        object = json_is_array(object) ? json_array_get(object, (size_t)(*part - '0'))
                                       : json_object_get(object, part);
    }
    assert_true(json_is_object(object));
    assert_non_null(json_object_get(object, key));
    if (value) {
        json_object_set_new(object, key, value);
    } else {
        json_object_del(object, key);
    }
    be_buffer_finish(line);
    be_protocol_line(root, line);
}

/* A member of a line. */
struct member {
    char line;        /* h, p or d: hello, pass, done */
    const char *path; /* where in the line; each part ends with a NUL */
    const char *key;
    char takes; /* s, a or o: any string, array or object may stand there */
};

#define SECOND_WORKER "workers\0001\0"
#define COUNTERS      "workers\0001\0counters\0"

static const struct member members[] = {
    {'h', "", "type", 's'},
    {'h', "", "protocol", 0},
    {'h', "", "program", 's'},
    {'h', "", "version", 's'},
    {'h', "", "build_id", 's'},
    {'p', "", "type", 's'},
    {'p', "", "kind", 0},
    {'p', "", "wall_ns", 0},
    {'p', "", "cpu_ns", 0},
    {'p', "", "tasks", 0},
    {'p', "", "failed", 0},
    {'p', "", "checksum", 0},
    {'p', "", "workers", 'a'},
    {'p', "dispatcher\0", "cpu_ns", 0},
    {'p', "dispatcher\0", "compute_ns", 0},
    {'p', SECOND_WORKER, "compute_ns", 0},
    {'p', SECOND_WORKER, "codec_ns", 0},
    {'p', SECOND_WORKER, "send_ns", 0},
    {'p', SECOND_WORKER, "receive_ns", 0},
    {'p', SECOND_WORKER, "merge_ns", 0},
    {'p', SECOND_WORKER, "spin_ns", 0},
    {'p', SECOND_WORKER, "tasks", 0},
    {'p', SECOND_WORKER, "cpu_ns", 0},
    {'p', SECOND_WORKER, "start_ns", 0},
    {'p', SECOND_WORKER, "end_ns", 0},
    {'d', "", "pool_start_ns", 0},
    {'d', "", "dispatcher", 'o'},
    {'d', "latency\0", "count", 0},
    {'d', "latency\0", "p50_ns", 0},
    {'d', "latency\0", "max_ns", 0},
    {'d', SECOND_WORKER "disturbance\0", "voluntary_switches", 0},
    {'d', SECOND_WORKER "disturbance\0", "involuntary_switches", 0},
    {'d', SECOND_WORKER "disturbance\0", "major_faults", 0},
    {'d', "", "workers", 0},
    {'d', "dispatcher\0", "pu_asked", 0},
    {'d', "dispatcher\0", "counters", 'o'},
    {'d', SECOND_WORKER, "pu_asked", 0},
    {'d', SECOND_WORKER, "pu_bound", 0},
    {'d', SECOND_WORKER, "pu_seen", 0},
    {'d', SECOND_WORKER, "counters", 'o'},
    {'d', COUNTERS "rusage:user-time\0", "state", 0},
    {'d', COUNTERS "rusage:user-time\0", "value", 0},
    {'d', COUNTERS "perf_event:page-faults:u\0", "value", 0},
    {'d', COUNTERS "perf_event:page-faults:u\0", "share", 0},
    {'d', COUNTERS "papi:PAPI_TOT_CYC\0", "reason", 's'},
    {'d', COUNTERS "papi:PAPI_TOT_INS\0", "reason", 's'},
};

/* What may be missing, but not be something else. */
static const struct member optional_members[] = {
    {'p', "", "stamped", 0},
    {'p', "", "dispatcher", 'o'},
    {'d', "", "gauges", 'o'},
    {'d', "gauges\0", "peak_rss_bytes", 0},
    {'d', "", "latency", 'o'},
    {'d', "latency\0", "p99_ns", 0},
    {'d', "latency\0", "p999_ns", 0},
    {'d', SECOND_WORKER, "pss_bytes", 0},
    {'d', SECOND_WORKER, "disturbance", 'o'},
    {'d', SECOND_WORKER "disturbance\0", "delay_ns", 0},
    {'d', SECOND_WORKER "disturbance\0", "migrations", 0},
};

/* A transcript in which one member is `value` (NULL: missing) is refused, naming the member. */
static void check_member(const struct member *member, json_t *value)
{
    struct lines lines;
    struct be_buffer text = {0};
    char named[64];

    lines_init(&lines);
    line_change(member->line == 'h'   ? &lines.hello
                : member->line == 'p' ? &lines.pass
                                      : &lines.done,
                member->path, member->key, value);
    be_buffer_puts(&text, be_buffer_text(&lines.hello));
    be_buffer_puts(&text, be_buffer_text(&lines.pass));
    be_buffer_puts(&text, be_buffer_text(&lines.done));
    snprintf(named, sizeof(named), "'%s'", member->key);
    check_refused(text.data, text.length, named);
    be_buffer_finish(&text);
    lines_finish(&lines);
}

static void every_missing_member_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(members); i++) {
        check_member(&members[i], NULL);
    }
}

static void check_types(const struct member *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct member *member = &list[i];
        check_member(member, json_null());
        if (strcmp(member->key, "stamped") != 0) {
            check_member(member, json_true());
        }
        check_member(member, json_real(-0.5));
        check_member(member, json_integer(-2));
        if (member->takes != 's') {
            check_member(member, json_string("x"));
        }
        if (member->takes != 'a') {
            check_member(member, json_array());
        }
        if (member->takes != 'o') {
            check_member(member, json_object());
        }
    }
}

static void every_member_of_a_wrong_type_is_named(void **state)
{
    (void)state;
    check_types(members, COUNT(members));
    check_types(optional_members, COUNT(optional_members));
}

static void every_value_out_of_range_is_named(void **state)
{
    static const char scaled[] = COUNTERS "perf_event:page-faults:u\0";
    const struct {
        struct member member;
        json_t *value;
    } cases[] = {
        {{'p', "", "checksum", 0}, json_string("0123456789abcde")},
        {{'p', "", "checksum", 0}, json_string("0123456789abcdef0")},
        {{'p', "", "checksum", 0}, json_string("0123456789ABCDEF")},
        {{'p', "", "checksum", 0}, json_string("0x23456789abcdef")},
        {{'d', SECOND_WORKER, "pu_seen", 0}, json_integer(2000000)},
        {{'d', scaled, "share", 0}, json_integer(0)},
        {{'d', scaled, "share", 0}, json_real(1.001)},
        {{'d', scaled, "state", 0}, json_string("estimated")},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        check_member(&cases[i].member, cases[i].value);
    }
}

static void another_protocol_is_refused(void **state)
{
    struct lines lines;
    (void)state;

    lines_init(&lines);
    line_change(&lines.hello, "", "protocol", json_integer(2));
    check_refused(lines.hello.data, lines.hello.length, "speaks protocol 2, not 1");
    lines_finish(&lines);
}

/* More of something than a record holds. */
static json_t *repeated(size_t count, json_t *item)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++) {
        json_array_append(array, item);
    }
    json_decref(item);
    return array;
}

static void more_than_a_record_holds_is_refused(void **state)
{
    json_t *counters = json_object();
    (void)state;

    for (int i = 0; i <= BE_COUNTERS_MAX; i++) {
        char name[16];
        snprintf(name, sizeof(name), "a:%d", i);
        json_object_set_new(counters, name, json_pack("{s:s,s:i}", "state", "counted", "value", 1));
    }
    check_member(&(struct member){'d', SECOND_WORKER, "counters", 0}, counters);

    char long_name[BE_COUNTER_NAME_BYTES + 1];
    memset(long_name, 'x', BE_COUNTER_NAME_BYTES);
    long_name[BE_COUNTER_NAME_BYTES] = '\0';
    counters = json_pack("{s:{s:s,s:i}}", long_name, "state", "counted", "value", 1);
    check_member(&(struct member){'d', SECOND_WORKER, "counters", 0}, counters);

    json_t *workers = repeated(BE_WORKERS_MAX + 1, json_object());
    check_member(&(struct member){'p', "", "workers", 0}, workers);
    workers = repeated(BE_WORKERS_MAX + 1, json_object());
    check_member(&(struct member){'d', "", "workers", 0}, workers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_missing_member_is_named),
        cmocka_unit_test(every_member_of_a_wrong_type_is_named),
        cmocka_unit_test(every_value_out_of_range_is_named),
        cmocka_unit_test(another_protocol_is_refused),
        cmocka_unit_test(more_than_a_record_holds_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
