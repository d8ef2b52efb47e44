#include "sample_record_builder.h"

#include "core/rng.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void check_counters(const struct be_counters *actual, const struct be_counters *expected)
{
    assert_int_equal(actual->count, expected->count);
    for (uint32_t i = 0; i < expected->count; i++) {
        const struct be_counter_value *value = &actual->items[i];
        assert_string_equal(value->name, expected->items[i].name);
        assert_int_equal(value->state, expected->items[i].state);
        assert_int_equal(value->value, expected->items[i].value);
        assert_true(value->share == expected->items[i].share);
        assert_string_equal(value->reason, expected->items[i].reason);
    }
}

static void check_disturbance(const struct be_worker_record *actual,
                              const struct be_worker_record *expected)
{
    const struct be_disturbance *disturbance = &actual->disturbance;

    assert_int_equal(actual->watched, expected->watched);
    assert_int_equal(disturbance->voluntary_switches, expected->disturbance.voluntary_switches);
    assert_int_equal(disturbance->involuntary_switches, expected->disturbance.involuntary_switches);
    assert_int_equal(disturbance->major_faults, expected->disturbance.major_faults);
    assert_int_equal(disturbance->delay_known, expected->disturbance.delay_known);
    assert_int_equal(disturbance->delay_ns, expected->disturbance.delay_ns);
    assert_int_equal(disturbance->migrations_known, expected->disturbance.migrations_known);
    assert_int_equal(disturbance->migrations, expected->disturbance.migrations);
}

static void check_stamps(const struct be_stamps *actual, const struct be_stamps *expected)
{
    assert_int_equal(actual->compute_ns, expected->compute_ns);
    assert_int_equal(actual->codec_ns, expected->codec_ns);
    assert_int_equal(actual->send_ns, expected->send_ns);
    assert_int_equal(actual->receive_ns, expected->receive_ns);
    assert_int_equal(actual->merge_ns, expected->merge_ns);
    assert_int_equal(actual->spin_ns, expected->spin_ns);
}

static void check_latency(const struct be_latency *actual, const struct be_latency *expected)
{
    assert_int_equal(actual->count, expected->count);
    assert_int_equal(actual->p50_ns, expected->p50_ns);
    assert_int_equal(actual->p99_ns, expected->p99_ns);
    assert_int_equal(actual->p999_ns, expected->p999_ns);
    assert_int_equal(actual->max_ns, expected->max_ns);
}

static void check_worker(const struct be_worker_record *actual,
                         const struct be_worker_record *expected)
{
    assert_int_equal(actual->pu_asked, expected->pu_asked);
    assert_int_equal(actual->pu_bound, expected->pu_bound);
    assert_int_equal(actual->pu_seen, expected->pu_seen);
    assert_int_equal(actual->pss_bytes, expected->pss_bytes);
    check_disturbance(actual, expected);
    check_counters(&actual->counters, &expected->counters);
}

static void check_pass(const struct be_pass_record *actual, const struct be_pass_record *expected)
{
    assert_int_equal(actual->kind, expected->kind);
    assert_int_equal(actual->wall_ns, expected->wall_ns);
    assert_int_equal(actual->cpu_ns, expected->cpu_ns);
    assert_int_equal(actual->tasks, expected->tasks);
    assert_int_equal(actual->failed, expected->failed);
    assert_int_equal(actual->checksum, expected->checksum);
    assert_int_equal(actual->stamped, expected->stamped);
    assert_int_equal(actual->dispatcher.cpu_ns, expected->dispatcher.cpu_ns);
    check_stamps(&actual->dispatcher.stamps, &expected->dispatcher.stamps);
    assert_int_equal(actual->worker_count, expected->worker_count);
    for (uint32_t i = 0; i < expected->worker_count; i++) {
        assert_int_equal(actual->workers[i].tasks, expected->workers[i].tasks);
        assert_int_equal(actual->workers[i].cpu_ns, expected->workers[i].cpu_ns);
        assert_int_equal(actual->workers[i].start_ns, expected->workers[i].start_ns);
        assert_int_equal(actual->workers[i].end_ns, expected->workers[i].end_ns);
        check_stamps(&actual->workers[i].stamps, &expected->workers[i].stamps);
    }
}

static void everything_that_is_said_comes_back(void **state)
{
    struct be_sample_record record;
    struct be_sample_record back = {0};
    struct be_buffer text = {0};
    struct be_error error;
    (void)state;

    record_fill(&record);
    record.passes[3].failed = RECORD_LARGE + 4;
    record_encode(&record, &text);
    if (be_sample_record_parse(text.data, text.length, &back, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    assert_int_equal(back.hello.protocol, 1);
    assert_string_equal(back.hello.program, record.hello.program);
    assert_string_equal(back.hello.version, record.hello.version);
    assert_string_equal(back.hello.build_id, record.hello.build_id);
    assert_int_equal(back.pass_count, record.pass_count);
    for (size_t i = 0; i < record.pass_count; i++) {
        check_pass(&back.passes[i], &record.passes[i]);
    }
    assert_int_equal(back.worker_count, record.worker_count);
    for (size_t i = 0; i < record.worker_count; i++) {
        check_worker(&back.workers[i], &record.workers[i]);
    }
    check_worker(&back.dispatcher, &record.dispatcher);
    assert_int_equal(back.pool_start_ns, record.pool_start_ns);
    assert_memory_equal(&back.gauges, &record.gauges, sizeof(back.gauges));
    check_latency(&back.latency, &record.latency);
    assert_true(back.complete);
    be_sample_record_finish(&record);
    be_sample_record_finish(&back);
    be_buffer_finish(&text);
}

/* As a runner of before wrote them, which must stay readable. */
static void what_is_left_out_is_unknown(void **state)
{
    static const char text[] =
        "{\"type\":\"hello\",\"protocol\":1,\"program\":\"b\",\"version\":\"1\",\"build_id\":\"\"}"
        "\n"
        "{\"type\":\"pass\",\"kind\":\"timed\",\"wall_ns\":9,\"cpu_ns\":8,\"tasks\":1,\"failed\":0,"
        "\"checksum\":\"0123456789abcdef\","
        "\"workers\":[{\"tasks\":1,\"cpu_ns\":8,\"start_ns\":1,\"end_ns\":2}]}\n"
        "{\"type\":\"done\",\"pool_start_ns\":5,"
        "\"dispatcher\":{\"pu_asked\":-1,\"pu_bound\":-1,\"pu_seen\":-1,\"counters\":{}},"
        "\"workers\":[{\"pu_asked\":-1,\"pu_bound\":-1,\"pu_seen\":-1,\"counters\":{}}]}\n";
    struct be_sample_record record = {0};
    struct be_error error;
    (void)state;

    if (be_sample_record_parse(text, strlen(text), &record, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    assert_false(record.passes[0].stamped);
    assert_int_equal(record.passes[0].dispatcher.cpu_ns, 0);
    assert_int_equal(record.passes[0].workers[0].stamps.compute_ns, 0);
    assert_int_equal(record.latency.count, 0);
    assert_int_equal(record.workers[0].pss_bytes, 0);
    assert_false(record.gauges.said[BE_GAUGE_peak_rss_bytes].known);
    assert_false(record.workers[0].watched);
    assert_false(record.dispatcher.watched);
    be_sample_record_finish(&record);
}

static void what_is_unknown_is_not_written(void **state)
{
    struct be_sample_record record;
    struct be_buffer text = {0};
    (void)state;

    record_fill(&record);
    for (size_t i = 0; i < record.pass_count; i++) {
        record.passes[i].stamped = false;
    }
    for (size_t i = 0; i < record.worker_count; i++) {
        record.workers[i].watched = false;
        record.workers[i].pss_bytes = 0;
    }
    record.latency.p999_ns = 0;
    record.gauges = (struct be_gauges){0};
    record_encode(&record, &text);
    assert_non_null(strstr(text.data, "p99_ns"));
    assert_null(strstr(text.data, "p999_ns"));
    assert_null(strstr(text.data, "compute_ns"));
    assert_null(strstr(text.data, "pss_bytes"));
    assert_null(strstr(text.data, "peak_rss_bytes"));
    assert_null(strstr(text.data, "disturbance"));
    be_buffer_finish(&text);
    be_sample_record_finish(&record);
}

static void lines_in_another_order_are_refused(void **state)
{
    /* h, p, d: hello, pass, done; e: error with BE_ETASK */
    static const struct {
        const char *order;
        enum be_status status;
        const char *cause;
    } cases[] = {
        {"hpd", BE_OK, ""},
        {"hd", BE_OK, ""},
        {"", BE_EPROTOCOL, "without a 'done'"},
        {"h", BE_EPROTOCOL, "without a 'done'"},
        {"hpp", BE_EPROTOCOL, "without a 'done'"},
        {"p", BE_EPROTOCOL, "line 1: a line of type 'pass' where 'hello'"},
        {"d", BE_EPROTOCOL, "line 1: a line of type 'done' where 'hello'"},
        {"phd", BE_EPROTOCOL, "line 1"},
        {"hh", BE_EPROTOCOL, "line 2: a line of type 'hello'"},
        {"hphd", BE_EPROTOCOL, "line 3: a line of type 'hello'"},
        {"hpdd", BE_EPROTOCOL, "line 4: a line after 'done'"},
        {"hpdp", BE_EPROTOCOL, "line 4: a line after 'done'"},
        {"hpde", BE_EPROTOCOL, "line 4: a line after 'done'"},
        {"e", BE_ETASK, "task 3 failed"},
        {"he", BE_ETASK, "task 3 failed"},
        {"hpe", BE_ETASK, "task 3 failed"},
        {"hed", BE_ETASK, "task 3 failed"},
    };
    struct be_error said = {BE_ETASK, "task 3 failed"};
    struct lines lines;
    (void)state;

    lines_init(&lines);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct be_buffer text = {0};
        struct be_error error = {BE_OK, ""};
        for (const char *kind = cases[i].order; *kind; kind++) {
            if (*kind == 'e') {
                be_error_encode(&said, &text);
            } else {
                be_buffer_puts(&text, be_buffer_text(*kind == 'h'   ? &lines.hello
                                                     : *kind == 'p' ? &lines.pass
                                                                    : &lines.done));
            }
        }
        enum be_status status = parse_wrong(be_buffer_text(&text), text.length, &error);
        if (status != cases[i].status || !strstr(error.message, cases[i].cause)) {
            fail_msg("'%s': %s '%s'", cases[i].order, be_status_name(status), error.message);
        }
        be_buffer_finish(&text);
    }
    lines_finish(&lines);
}

static void what_is_not_a_line_is_refused(void **state)
{
    static const struct {
        const char *text;
        const char *cause;
    } bad[] = {
        {"\n", "line 1: not JSON"},
        {"hello\n", "line 1: not JSON"},
        {"[]\n", "line 1: 'type'"},
        {"{}\n", "line 1: 'type'"},
        {"{\"type\":5}\n", "line 1: 'type'"},
        {"{\"type\":\"Hello\"}\n", "line 1: a line of type 'Hello'"},
        {"{\"type\":\"hello\"}\n", "line 1: 'protocol'"},
        {"{\"type\":\"hello\"}", "line 1 is cut short"},
        {"\xff\xfe\n", "line 1: not JSON"},
        {"{\"type\":\"error\"}\n", "line 1: 'status'"},
        {"{\"type\":\"error\",\"status\":\"BE_EIO\"}\n", "line 1: 'message'"},
        {"{\"type\":\"error\",\"status\":\"BE_OK\",\"message\":\"\"}\n", "BE_OK"},
    };
    struct lines lines;
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        check_refused(bad[i].text, strlen(bad[i].text), bad[i].cause);
    }
    lines_init(&lines);
    be_buffer_puts(&lines.hello, "a library's own words\n");
    check_refused(lines.hello.data, lines.hello.length, "line 2: not JSON");
    lines_finish(&lines);
}

static void an_unknown_status_of_the_runner_is_an_internal_error(void **state)
{
    static const char line[] = "{\"type\":\"error\",\"status\":\"BE_ENEW\",\"message\":\"new\"}\n";
    struct be_error error;
    (void)state;

    assert_int_equal(parse_wrong(line, strlen(line), &error), BE_EINTERNAL);
    assert_string_equal(error.message, "new");
}

static void oversized_and_deep_lines_are_refused(void **state)
{
    struct lines lines;
    size_t padding = BE_JSON_LINE_BYTES_MAX;
    (void)state;

    lines_init(&lines);
    char *end = be_buffer_reserve(&lines.hello, padding);
    assert_non_null(end);
    memset(end - 1, ' ', padding);
    lines.hello.length += padding;
    lines.hello.data[lines.hello.length - 1] = '\n';
    check_refused(lines.hello.data, lines.hello.length, "line 1: JSON line of");
    lines_finish(&lines);

    lines_init(&lines);
    for (int i = 0; i < 40; i++) {
        be_buffer_puts(&lines.hello, "[");
    }
    be_buffer_puts(&lines.hello, "\n");
    check_refused(lines.hello.data, lines.hello.length, "line 2: JSON deeper than");
    lines_finish(&lines);
}

static void every_truncated_transcript_is_refused(void **state)
{
    struct be_sample_record record;
    struct be_buffer text = {0};
    (void)state;

    record_fill(&record);
    record_encode(&record, &text);
    for (size_t bytes = 0; bytes < text.length; bytes++) {
        check_refused(text.data, bytes, "");
    }
    be_sample_record_finish(&record);
    be_buffer_finish(&text);
}

/* What a flipped byte leaves readable is a whole record: no crash, and nothing out of bounds. */
static void any_flipped_byte_is_survived(void **state)
{
    struct be_sample_record record;
    struct be_buffer text = {0};
    struct be_rng rng;
    (void)state;

    record_fill(&record);
    record_encode(&record, &text);
    be_rng_init(&rng, 1);
    for (int i = 0; i < 5000; i++) {
        struct be_sample_record back = {0};
        size_t at = be_rng_below(&rng, text.length);
        char before = text.data[at];
        text.data[at] = (char)be_rng_below(&rng, 256);
        struct be_error error = {BE_OK, ""};
        enum be_status status = be_sample_record_parse(text.data, text.length, &back, &error);
        assert_int_equal(back.complete, status == BE_OK);
        assert_int_equal(error.status, status);
        be_sample_record_finish(&back);
        text.data[at] = before;
    }
    be_sample_record_finish(&record);
    be_buffer_finish(&text);
}

static void a_sample_s_time_is_the_median_of_its_timed_passes(void **state)
{
    struct be_sample_record record;
    (void)state;

    record_fill(&record);
    record.passes[0].wall_ns = 1;
    record.passes[1].wall_ns = 2;
    record.passes[2].wall_ns = UINT64_MAX;
    record.passes[3].wall_ns = UINT64_MAX - 2;
    record.passes[3].cpu_ns = 1500004;
    assert_int_equal(be_sample_record_wall_ns(&record), UINT64_MAX - 1);
    assert_int_equal(be_sample_record_cpu_ns(&record), 1500002);
    record.passes[1].kind = BE_PASS_TIMED;
    assert_int_equal(be_sample_record_wall_ns(&record), UINT64_MAX - 2);
    assert_ptr_equal(be_sample_record_pass(&record, BE_PASS_COLD), &record.passes[0]);
    assert_ptr_equal(be_sample_record_pass(&record, BE_PASS_TIMED), &record.passes[1]);
    assert_null(be_sample_record_pass(&record, BE_PASS_WARMUP));
    be_sample_record_finish(&record);
    assert_int_equal(be_sample_record_wall_ns(&record), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_that_is_said_comes_back),
        cmocka_unit_test(what_is_left_out_is_unknown),
        cmocka_unit_test(what_is_unknown_is_not_written),
        cmocka_unit_test(lines_in_another_order_are_refused),
        cmocka_unit_test(what_is_not_a_line_is_refused),
        cmocka_unit_test(an_unknown_status_of_the_runner_is_an_internal_error),
        cmocka_unit_test(oversized_and_deep_lines_are_refused),
        cmocka_unit_test(every_truncated_transcript_is_refused),
        cmocka_unit_test(any_flipped_byte_is_survived),
        cmocka_unit_test(a_sample_s_time_is_the_median_of_its_timed_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
