/* Counters of whole samples: what workers did adds up, however they come to be and end. */
#include "bench_process.h"

#include <math.h>

enum { WORKERS = 2, TASKS = 400, PASSES = 3 };

/* Skips the test where software-defined events cannot be published. */
static void sample_measure(const char *executor, const char *params,
                           struct be_sample_record *record)
{
    struct be_error error = {BE_OK, ""};
    char spec[1024];

    snprintf(
        spec, sizeof(spec),
        "{\"protocol\":1,\"passes\":%d,\"warmup\":1,\"counters\":[\"sde:tasks\",\"sde:messages\","
        "\"sde:bytes\",\"sde:parks\",\"papi:sde:::breakeven::tasks\"],\"params\":{\"executor\":"
        "\"%s\",\"workload\":\"gcd-trial\",\"steps\":\"2000\",\"tasks\":\"%d\"%s}}",
        PASSES, executor, TASKS, params);
    if (bench_measure(spec, record, &error) != BE_OK) {
        fail_msg("%s %s: %s", executor, params, error.message);
    }
    for (uint32_t i = 0; i < record->workers[0].counters.count; i++) {
        const char *reason = record->workers[0].counters.items[i].reason;
        if (strstr(reason, "apt-get install")) {
            print_message("%s\n", reason);
            be_sample_record_finish(record);
            skip();
        }
    }
}

static const struct be_counter_value *value_of(const struct be_sample_record *record, size_t worker,
                                               const char *name)
{
    const struct be_counters *counters = &record->workers[worker].counters;

    for (uint32_t i = 0; i < counters->count; i++) {
        if (strcmp(counters->items[i].name, name) == 0) {
            return &counters->items[i];
        }
    }
    fail_msg("no counter %s", name);
    return NULL;
}

/* Over all workers; each must have counted it. */
static uint64_t sum_of(const struct be_sample_record *record, const char *name)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < record->worker_count; i++) {
        const struct be_counter_value *value = value_of(record, i, name);
        if (value->state != BE_COUNTER_COUNTED) {
            fail_msg("%s of worker %zu: %s", name, i, value->reason);
        }
        sum += value->value;
    }
    return sum;
}

/* The warm-up pass is in none of them. */
static void workers_together_did_all_timed_tasks(void **state)
{
    static const struct {
        const char *executor;
        const char *params;
        uint64_t messages;
        uint64_t bytes; /* of a task */
    } cases[] = {
        {"serial", "", 0, 0},
        {"threads", ",\"workers\":\"2\"", TASKS, 0},
        {"threads", ",\"workers\":\"2\",\"chunk\":\"100\"", TASKS / 100, 0},
        {"threads-gil", ",\"workers\":\"2\"", TASKS, 0},
        {"processes", ",\"workers\":\"2\"", TASKS, 24},
        {"processes", ",\"workers\":\"2\",\"chunk\":\"100\"", TASKS / 100, 24},
        {"processes", ",\"workers\":\"2\",\"transport\":\"shm-ring\"", TASKS, 24},
        {"processes", ",\"workers\":\"2\",\"transport\":\"pipe\"", TASKS, 24},
        {"processes", ",\"workers\":\"2\",\"start\":\"spawn\"", TASKS, 24},
        {"processes", ",\"workers\":\"2\",\"start\":\"forkserver\"", TASKS, 24},
    };
    struct be_sample_record record;
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        sample_measure(cases[i].executor, cases[i].params, &record);
        assert_int_equal(sum_of(&record, "sde:tasks"), TASKS * PASSES);
        assert_int_equal(sum_of(&record, "papi:sde:::breakeven::tasks"), TASKS * PASSES);
        assert_int_equal(sum_of(&record, "sde:messages"), cases[i].messages * PASSES);
        assert_int_equal(sum_of(&record, "sde:bytes"), cases[i].bytes * TASKS * PASSES);
        for (size_t w = 0; w < record.worker_count; w++) {
            assert_int_equal(value_of(&record, w, "sde:tasks")->value,
                             value_of(&record, w, "papi:sde:::breakeven::tasks")->value);
        }
        be_sample_record_finish(&record);
    }
}

/* A worker is killed in each pass: what it counted in the passes before is kept. */
static void counts_of_lost_workers_are_kept_and_said_to_be_in_part(void **state)
{
    struct be_sample_record record;
    double rounds = 0;
    (void)state;

    sample_measure("processes", ",\"workers\":\"2\",\"fault\":\"kill:every=400\"", &record);
    assert_true(record.gauges.said[BE_GAUGE_workers_replaced].value == PASSES);
    for (size_t i = 0; i < record.worker_count; i++) {
        const struct be_counter_value *value = value_of(&record, i, "sde:tasks");
        if (value->state == BE_COUNTER_UNAVAILABLE) {
            assert_string_equal(value->reason, "a worker was replaced");
            continue;
        }
        assert_true(value->state == BE_COUNTER_COUNTED || value->state == BE_COUNTER_SCALED);
        rounds += PASSES * (value->state == BE_COUNTER_SCALED ? value->share : 1);
    }
    /* Each pass lost one worker's. */
    assert_int_equal(lround(rounds), WORKERS * PASSES - PASSES);
    be_sample_record_finish(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_together_did_all_timed_tasks),
        cmocka_unit_test(counts_of_lost_workers_are_kept_and_said_to_be_in_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
