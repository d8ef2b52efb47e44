/* For tests of the protocol: a record with everything that a runner can say, and its lines. */
#ifndef BE_TEST_SAMPLE_RECORD_BUILDER_H
#define BE_TEST_SAMPLE_RECORD_BUILDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/protocol.h"

enum { RECORD_WORKERS = 2, RECORD_TASKS = 10 };

/* A value that a double cannot hold, so it travels as a string. */
#define RECORD_LARGE UINT64_C(9007199254740993)

static inline void record_fill_pass(struct be_pass_record *pass, enum be_pass_kind kind)
{
    *pass = (struct be_pass_record){
        .kind = kind,
        .wall_ns = 1000000,
        .cpu_ns = 1500000,
        .tasks = RECORD_TASKS,
        .checksum = UINT64_C(0x0123456789abcdef),
    };
    if (kind == BE_PASS_COLD) {
        return;
    }
    pass->workers = calloc(RECORD_WORKERS, sizeof(pass->workers[0]));
    assert_non_null(pass->workers);
    pass->worker_count = RECORD_WORKERS;
    pass->workers[0] =
        (struct be_pass_worker){.tasks = 7, .cpu_ns = 700000, .start_ns = 10, .end_ns = 900000};
    pass->workers[1] =
        (struct be_pass_worker){.tasks = 3, .cpu_ns = 600000, .start_ns = 20, .end_ns = 1000000};
    pass->stamped = kind == BE_PASS_TIMED;
    pass->dispatcher.cpu_ns = 150000;
    if (pass->stamped) {
        pass->dispatcher.stamps = (struct be_stamps){1, 600, 40000, 30000, 20000, 10};
        pass->workers[0].stamps = (struct be_stamps){600000, 700, 5000, 4000, 2, 20};
        pass->workers[1].stamps = (struct be_stamps){300000, 800, 3000, 2000, 3, 30};
    }
}

static inline void record_fill_counters(struct be_counters *counters)
{
    static const struct be_counter_value items[] = {
        {"rusage:minor-faults", BE_COUNTER_COUNTED, 0, 0, ""},
        {"rusage:user-time", BE_COUNTER_COUNTED, RECORD_LARGE, 0, ""},
        {"perf_event:page-faults:u", BE_COUNTER_SCALED, 40, 0.25, ""},
        {"papi:PAPI_TOT_CYC", BE_COUNTER_NOT_COUNTING, 0, 0, "opened, but \"0\""},
        {"papi:PAPI_TOT_INS", BE_COUNTER_UNAVAILABLE, 0, 0, "no PMU"},
    };

    assert_int_equal(be_counters_copy(items, sizeof(items) / sizeof(items[0]), counters, NULL),
                     BE_OK);
}

/* One cold pass, one warm-up pass and two timed ones of two workers: good in every way. */
static inline void record_fill(struct be_sample_record *record)
{
    static const enum be_pass_kind kinds[] = {BE_PASS_COLD, BE_PASS_WARMUP, BE_PASS_TIMED,
                                              BE_PASS_TIMED};

    *record = (struct be_sample_record){.hello = {1, "breakeven-bench", "0.1.0", "00ff"}};
    record->passes = calloc(4, sizeof(record->passes[0]));
    record->workers = calloc(RECORD_WORKERS, sizeof(record->workers[0]));
    assert_non_null(record->passes);
    assert_non_null(record->workers);
    for (record->pass_count = 0; record->pass_count < 4; record->pass_count++) {
        record_fill_pass(&record->passes[record->pass_count], kinds[record->pass_count]);
    }
    record->worker_count = RECORD_WORKERS;
    for (int i = 0; i < RECORD_WORKERS; i++) {
        record->workers[i].pu_asked = i;
        record->workers[i].pu_bound = i;
        record->workers[i].pu_seen = i;
        record->workers[i].pss_bytes = RECORD_LARGE + 4 + (uint64_t)i;
        record->workers[i].watched = true;
        record->workers[i].disturbance =
            (struct be_disturbance){10, 20, (uint64_t)i, i > 0, (uint64_t)i, i > 0, (uint64_t)i};
        record_fill_counters(&record->workers[i].counters);
    }
    record->dispatcher.pu_asked = -1;
    record->dispatcher.pu_bound = -1;
    record->dispatcher.pu_seen = 3;
    record->pool_start_ns = 250000;
    be_gauges_set(&record->gauges, BE_GAUGE_peak_rss_bytes, 4096.5);
    record->latency = (struct be_latency){1500, 2000, 3000, 4000, 5000};
    record->complete = true;
}

/* The spec that the record answers. */
static inline void record_fill_spec(struct be_spec *spec)
{
    be_spec_init(spec);
    be_params_set_count(&spec->params, "tasks", RECORD_TASKS, NULL);
    be_params_set_count(&spec->params, "workers", RECORD_WORKERS, NULL);
    spec->passes = 2;
    spec->warmup = 1;
    spec->cold = true;
}

/* As a runner prints it. */
static inline void record_encode(const struct be_sample_record *record, struct be_buffer *text)
{
    be_hello_encode(&record->hello, text);
    for (size_t i = 0; i < record->pass_count; i++) {
        be_pass_encode(&record->passes[i], text);
    }
    be_done_encode(record, text);
    assert_int_equal(be_buffer_check(text, NULL), BE_OK);
}

/* Parses what cannot be right; *error says why. */
static inline enum be_status parse_wrong(const char *text, size_t bytes, struct be_error *error)
{
    struct be_sample_record record = {0};
    enum be_status status = be_sample_record_parse(text, bytes, &record, error);

    be_sample_record_finish(&record);
    return status;
}

static inline void check_refused(const char *text, size_t bytes, const char *cause)
{
    struct be_error error = {BE_OK, ""};

    if (parse_wrong(text, bytes, &error) != BE_EPROTOCOL) {
        fail_msg("'%.*s' was taken", (int)bytes, text);
    }
    if (!strstr(error.message, cause)) {
        fail_msg("'%s' should say %s", error.message, cause);
    }
}

/* The lines of a good transcript; pass is a timed one. */
struct lines {
    struct be_buffer hello;
    struct be_buffer pass;
    struct be_buffer done;
};

static inline void lines_init(struct lines *lines)
{
    struct be_sample_record record;

    *lines = (struct lines){0};
    record_fill(&record);
    be_hello_encode(&record.hello, &lines->hello);
    be_pass_encode(&record.passes[2], &lines->pass);
    be_done_encode(&record, &lines->done);
    be_sample_record_finish(&record);
}

static inline void lines_finish(struct lines *lines)
{
    be_buffer_finish(&lines->hello);
    be_buffer_finish(&lines->pass);
    be_buffer_finish(&lines->done);
}

#endif
