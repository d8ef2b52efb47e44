/*
 * What the runner calls when, and what it adds up: its passes over an executor that does nothing
 * but note each call, sleep a known time, and tell CPU times that no clock gives.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "core/protocol.h"
#include "runner.h"

#define MS UINT64_C(1000000)

enum { WORKERS = 2, CREATE_MS = 8, RUN_MS = 4, DESTROY_MS = 16 };

/* CPU time that every worker says to have used between two questions. */
static const uint64_t told_cpu_ns = 3600000 * MS;

struct be_executor {
    int unused;
};

static char calls[64];
static uint64_t asked[WORKERS]; /* how often a worker's CPU time was asked for */

static void call_note(char call)
{
    size_t length = strlen(calls);

    assert_true(length + 1 < sizeof(calls));
    calls[length] = call;
    calls[length + 1] = '\0';
}

static void sleep_ms(long ms)
{
    struct timespec time = {0, ms * 1000000};
    nanosleep(&time, NULL);
}

/* 'c' with counters, 'C' without. */
static enum be_status noted_create(const struct be_executor_env *env, struct be_executor **executor,
                                   struct be_error *error)
{
    static struct be_executor only;
    (void)error;

    call_note(env->counters ? 'c' : 'C');
    sleep_ms(CREATE_MS);
    *executor = &only;
    return BE_OK;
}

static enum be_status noted_run(struct be_executor *executor, const struct be_batch *batch,
                                struct be_error *error)
{
    (void)executor;
    (void)batch;
    (void)error;

    call_note('r');
    sleep_ms(RUN_MS);
    return BE_OK;
}

static enum be_status noted_count(struct be_executor *executor, bool start, struct be_error *error)
{
    (void)executor;
    (void)error;

    call_note(start ? '<' : '>');
    return BE_OK;
}

static uint64_t noted_cpu_ns(const struct be_executor *executor, uint32_t index)
{
    (void)executor;
    return told_cpu_ns * asked[index]++;
}

static void noted_destroy(struct be_executor *executor)
{
    (void)executor;
    call_note('d');
    sleep_ms(DESTROY_MS);
}

static const struct be_param no_params[] = {{0}};

/* One cold pass, two to warm up, three timed ones, of an executor of the given abilities. */
static void noted_measure(unsigned caps, struct be_sample_record *record)
{
    static const char spec[] =
        "{\"protocol\":1,\"params\":{\"workload\":\"null\",\"executor\":\"serial\",\"tasks\":\"9\"}"
        ","
        "\"passes\":3,\"warmup\":2,\"cold\":true,\"counters\":[\"rusage:minor-faults\"]}";
    const struct be_executor_ops noted = {
        .name = "noted",
        .summary = "notes what is called",
        .caps = caps,
        .params = no_params,
        .create = noted_create,
        .run = noted_run,
        .count = noted_count,
        .cpu_ns = noted_cpu_ns,
        .destroy = noted_destroy,
    };
    struct be_job job = {0};
    struct be_spec asked_for;
    struct be_buffer lines = {0};
    struct be_hello_record hello = {.protocol = BE_PROTOCOL_VERSION, .program = "test"};
    struct be_error error = {BE_OK, ""};

    calls[0] = '\0';
    memset(asked, 0, sizeof(asked));
    be_hello_encode(&hello, &lines);
    be_spec_init(&asked_for);
    enum be_status status = be_spec_parse(spec, strlen(spec), &asked_for, &error);
    if (status == BE_OK) {
        status = be_job_init(&job, &asked_for, &error);
    }
    if (status == BE_OK) {
        job.executor = &noted;
        job.workers = WORKERS;
        status = be_runner_run(&job, &lines, &error);
    }
    *record = (struct be_sample_record){0};
    if (status == BE_OK) {
        status = be_sample_record_parse(lines.data, lines.length, record, &error);
    }
    if (status != BE_OK) {
        fail_msg("%s", error.message);
    }
    be_buffer_finish(&lines);
    be_job_finish(&job);
}

static void counters_run_over_timed_passes_only(void **state)
{
    struct be_sample_record record;
    (void)state;

    noted_measure(BE_EXECUTOR_PARALLEL, &record);
    assert_string_equal(calls, "Crdcrr<rrr>d");
    be_sample_record_finish(&record);
}

static void inline_what_lies_between_passes_is_not_counted(void **state)
{
    struct be_sample_record record;
    (void)state;

    noted_measure(BE_EXECUTOR_INLINE, &record);
    assert_string_equal(calls, "Crdcrr<r><r><r>d");
    be_sample_record_finish(&record);
}

static void a_cold_pass_holds_start_and_end_of_its_pool(void **state)
{
    struct be_sample_record record;
    (void)state;

    noted_measure(BE_EXECUTOR_PARALLEL, &record);
    const struct be_pass_record *cold = be_sample_record_pass(&record, BE_PASS_COLD);
    const struct be_pass_record *warm = be_sample_record_pass(&record, BE_PASS_WARMUP);
    assert_true(cold && cold->wall_ns >= (CREATE_MS + RUN_MS + DESTROY_MS) * MS);
    assert_true(warm && warm->wall_ns >= RUN_MS * MS);
    assert_true(record.pool_start_ns >= CREATE_MS * MS);
    be_sample_record_finish(&record);
}

/* The dispatcher's own time is some microseconds: a worker's is an hour. */
static void cpu_time_is_the_sum_over_workers(void **state)
{
    static const struct {
        unsigned caps;
        uint64_t workers; /* whose time comes on top of the dispatcher's */
    } cases[] = {{BE_EXECUTOR_PARALLEL, WORKERS}, {BE_EXECUTOR_INLINE, WORKERS - 1}};
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_sample_record record;
        noted_measure(cases[i].caps, &record);
        for (size_t pass = 1; pass < record.pass_count; pass++) {
            assert_int_equal(record.passes[pass].cpu_ns / told_cpu_ns, cases[i].workers);
            assert_int_equal(record.passes[pass].workers[0].cpu_ns / told_cpu_ns,
                             cases[i].workers + 1 - WORKERS);
            assert_int_equal(record.passes[pass].workers[1].cpu_ns, told_cpu_ns);
        }
        be_sample_record_finish(&record);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_run_over_timed_passes_only),
        cmocka_unit_test(inline_what_lies_between_passes_is_not_counted),
        cmocka_unit_test(a_cold_pass_holds_start_and_end_of_its_pool),
        cmocka_unit_test(cpu_time_is_the_sum_over_workers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
