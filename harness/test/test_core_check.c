/* What a runner that lies, or is broken, says: each lie is caught and named. */
#include "sample_record_builder.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Longer than the four passes of 1 ms together. */
static const uint64_t elapsed_ns = 5000000;

static enum be_status check(const struct be_sample_record *record, uint64_t sample_ns,
                            struct be_error *error)
{
    struct be_spec spec;

    record_fill_spec(&spec);
    enum be_status status = be_sample_record_check(record, &spec, sample_ns, error);
    be_spec_finish(&spec);
    return status;
}

static void a_good_record_is_taken(void **state)
{
    struct be_sample_record record;
    struct be_error error;
    (void)state;

    record_fill(&record);
    if (check(&record, elapsed_ns, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    assert_int_equal(check(&record, 4000000, &error), BE_OK);
    be_sample_record_finish(&record);
}

static void fewer_tasks(struct be_sample_record *record)
{
    record->passes[3].tasks--;
}

static void more_tasks(struct be_sample_record *record)
{
    record->passes[0].tasks++;
}

static void workers_did_fewer(struct be_sample_record *record)
{
    record->passes[2].workers[1].tasks--;
}

static void workers_did_more(struct be_sample_record *record)
{
    record->passes[1].workers[0].tasks = UINT64_MAX;
}

static void failed_tasks(struct be_sample_record *record)
{
    record->passes[2].failed = 2;
}

static void failed_warmup(struct be_sample_record *record)
{
    record->passes[1].failed = 1;
}

static void differing_checksum(struct be_sample_record *record)
{
    record->passes[3].checksum ^= 1;
}

static void differing_cold_checksum(struct be_sample_record *record)
{
    record->passes[0].checksum ^= UINT64_C(1) << 63;
}

static void zero_time(struct be_sample_record *record)
{
    record->passes[2].wall_ns = 0;
}

static void zero_cold_time(struct be_sample_record *record)
{
    record->passes[0].wall_ns = 0;
}

static void ends_before_its_start(struct be_sample_record *record)
{
    record->passes[3].workers[0].start_ns = record->passes[3].workers[0].end_ns + 1;
}

static void ends_after_the_pass(struct be_sample_record *record)
{
    record->passes[3].workers[0].end_ns = record->passes[3].wall_ns + 1;
}

static void too_much_cpu_time(struct be_sample_record *record)
{
    record->passes[2].cpu_ns = 3 * (record->passes[2].wall_ns + 20000000) + 3;
}

static void endless_cpu_time(struct be_sample_record *record)
{
    record->passes[0].cpu_ns = UINT64_MAX;
}

static void longer_than_the_sample(struct be_sample_record *record)
{
    record->passes[1].wall_ns = elapsed_ns - 3000000 + 1;
}

static void endless_passes(struct be_sample_record *record)
{
    record->passes[0].wall_ns = UINT64_MAX - 1;
    record->passes[1].wall_ns = UINT64_MAX - 1;
}

static void a_pass_less(struct be_sample_record *record)
{
    be_pass_record_finish(&record->passes[--record->pass_count]);
}

static void another_kind_of_pass(struct be_sample_record *record)
{
    record->passes[1].kind = BE_PASS_TIMED;
}

static void no_cold_pass(struct be_sample_record *record)
{
    record->passes[0].kind = BE_PASS_WARMUP;
}

static void a_worker_less_in_a_pass(struct be_sample_record *record)
{
    record->passes[2].worker_count = 1;
    record->passes[2].workers[0].tasks = RECORD_TASKS;
}

static void a_worker_less(struct be_sample_record *record)
{
    free(record->workers[--record->worker_count].counters.items);
}

static void endless_stamp(struct be_sample_record *record)
{
    record->passes[2].workers[1].stamps.send_ns = UINT64_MAX;
}

static void too_large_a_stamp(struct be_sample_record *record)
{
    record->passes[2].dispatcher.stamps.merge_ns = 100 * (record->passes[2].wall_ns + 20000001);
}

static void too_busy_a_dispatcher(struct be_sample_record *record)
{
    record->passes[3].dispatcher.cpu_ns = record->passes[3].wall_ns + 20000001;
}

static void falling_percentiles(struct be_sample_record *record)
{
    record->latency.p99_ns = record->latency.p50_ns - 1;
}

static void falling_latency_over_an_unknown_one(struct be_sample_record *record)
{
    record->latency.p999_ns = 0;
    record->latency.max_ns = record->latency.p99_ns - 1;
}

static void latency_beyond_the_sample(struct be_sample_record *record)
{
    record->latency.max_ns = elapsed_ns + 1;
}

static void lies_are_caught_and_named(void **state)
{
    static const struct {
        void (*lie)(struct be_sample_record *record);
        enum be_status status;
        const char *cause;
    } cases[] = {
        {fewer_tasks, BE_EWRONG, "wrong task count: 9 merged, 10 asked for"},
        {more_tasks, BE_EWRONG, "wrong task count: 11 merged, 10 asked for"},
        {workers_did_fewer, BE_EWRONG, "wrong task count: 9 were computed"},
        {workers_did_more, BE_EWRONG, "were computed, the pass merged 10"},
        {failed_tasks, BE_ETASK, "2 of 10 tasks failed"},
        {failed_warmup, BE_ETASK, "1 of 10 tasks failed"},
        {differing_checksum, BE_EWRONG, "wrong checksum: 0123456789abcdee in pass 4"},
        {differing_cold_checksum, BE_EWRONG, "wrong checksum"},
        {zero_time, BE_EWRONG, "impossible times: a pass of 0 ns"},
        {zero_cold_time, BE_EWRONG, "impossible times: a pass of 0 ns"},
        {ends_before_its_start, BE_EWRONG, "impossible times: worker 0"},
        {ends_after_the_pass, BE_EWRONG, "impossible times: worker 0"},
        {too_much_cpu_time, BE_EWRONG, "ns of CPU in a pass"},
        {endless_cpu_time, BE_EWRONG, "ns of CPU in a pass"},
        {longer_than_the_sample, BE_EWRONG, "in a sample that took 5000000 ns"},
        {endless_passes, BE_EWRONG, "in a sample that took 5000000 ns"},
        {a_pass_less, BE_EWRONG, "wrong number of passes: 1 cold, 1 warm-up, 1 timed"},
        {another_kind_of_pass, BE_EWRONG, "wrong number of passes: 1 cold, 0 warm-up, 3 timed"},
        {no_cold_pass, BE_EWRONG, "wrong number of passes: 0 cold"},
        {a_worker_less_in_a_pass, BE_EWRONG, "1 workers in a pass, 2 asked for"},
        {a_worker_less, BE_EWRONG, "1 workers reported, 2 asked for"},
        {endless_stamp, BE_EWRONG, "stamps of 18446744073709551615 ns in a pass of 1000000 ns"},
        {too_large_a_stamp, BE_EWRONG, "stamps of 2100000100 ns in a pass of 1000000 ns"},
        {too_busy_a_dispatcher, BE_EWRONG, "a dispatcher of 21000001 ns of CPU in a pass"},
        {falling_percentiles, BE_EWRONG, "a latency of 1999 ns after 2000 ns"},
        {falling_latency_over_an_unknown_one, BE_EWRONG, "a latency of 2999 ns after 3000 ns"},
        {latency_beyond_the_sample, BE_EWRONG, "a latency of 5000001 ns after 4000 ns"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct be_sample_record record;
        struct be_error error = {BE_OK, ""};
        record_fill(&record);
        cases[i].lie(&record);
        enum be_status status = check(&record, elapsed_ns, &error);
        if (status != cases[i].status || !strstr(error.message, cases[i].cause)) {
            fail_msg("case %zu: %s '%s' should say '%s'", i, be_status_name(status), error.message,
                     cases[i].cause);
        }
        assert_int_equal(error.status, status);
        be_sample_record_finish(&record);
    }
}

static void what_was_not_said_is_no_lie(void **state)
{
    struct be_sample_record record;
    struct be_error error;
    (void)state;

    record_fill(&record);
    record.latency = (struct be_latency){0};
    record.passes[2].stamped = false;
    record.passes[2].dispatcher = (struct be_pass_dispatcher){0};
    record.passes[2].workers[0].stamps = (struct be_stamps){0};
    record.passes[2].workers[1].stamps = (struct be_stamps){0};
    record.passes[3].worker_count = 0;
    assert_int_equal(check(&record, elapsed_ns, &error), BE_OK);
    be_sample_record_finish(&record);
}

/* Half of the 10 tasks are the dispatcher's own. */
static void an_injected_serial_part_is_no_worker_s(void **state)
{
    struct be_sample_record record;
    struct be_error error;
    struct be_spec spec;
    (void)state;

    record_fill(&record);
    record_fill_spec(&spec);
    assert_int_equal(be_params_set(&spec.params, "inject", "serial:50%", NULL), BE_OK);
    assert_int_equal(be_sample_record_check(&record, &spec, elapsed_ns, &error), BE_EWRONG);
    assert_non_null(strstr(error.message, "15 were computed, the pass merged 10"));
    for (size_t i = 0; i < record.pass_count; i++) {
        for (uint32_t k = 0; k < record.passes[i].worker_count; k++) {
            record.passes[i].workers[k].tasks = k == 0 ? 5 : 0;
        }
    }
    assert_int_equal(be_sample_record_check(&record, &spec, elapsed_ns, &error), BE_OK);
    be_spec_finish(&spec);
    be_sample_record_finish(&record);
}

static void two_ticks_of_cpu_time_are_forgiven(void **state)
{
    struct be_sample_record record;
    struct be_error error;
    (void)state;

    record_fill(&record);
    record.passes[2].cpu_ns = 3 * record.passes[2].wall_ns + 20000000;
    assert_int_equal(check(&record, elapsed_ns, &error), BE_OK);
    be_sample_record_finish(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_record_is_taken),
        cmocka_unit_test(lies_are_caught_and_named),
        cmocka_unit_test(what_was_not_said_is_no_lie),
        cmocka_unit_test(an_injected_serial_part_is_no_worker_s),
        cmocka_unit_test(two_ticks_of_cpu_time_are_forgiven),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
