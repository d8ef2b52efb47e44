/* The runner end to end, as `echo SPEC | breakeven-bench` runs it. */
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>

#include "bench_process.h"
#include "core/hash.h"
#include "executor/executor.h"
#include "workload/workload_table.h"

#define NOTES_PAIRS "[[1963309,2265973],[2030677,3814172],[1551645,2229620],[2039045,2020802]]"

static void measure(const char *spec, struct be_sample_record *record)
{
    struct be_error error = {BE_OK, ""};
    enum be_status status = bench_measure(spec, record, &error);

    if (status != BE_OK) {
        fail_msg("%s: %s", be_status_name(status), error.message);
    }
    assert_true(record->complete);
}

/* The checksum of a pass: over its replies as little-endian bytes. */
static uint64_t hash_of(const uint64_t *replies, size_t count)
{
    uint64_t hash = BE_HASH_SEED;

    for (size_t i = 0; i < 8 * count; i++) {
        unsigned char byte = (unsigned char)(replies[i / 8] >> (8 * (i % 8)));
        hash = be_hash_bytes(hash, &byte, 1);
    }
    return hash;
}

static void a_serial_spec_gives_all_its_passes(void **state)
{
    static const char spec[] = "{\"protocol\":1,\"params\":{\"workload\":\"gcd-trial\","
                               "\"executor\":\"serial\",\"tasks\":\"4\",\"workers\":\"1\"},"
                               "\"pairs\":" NOTES_PAIRS ",\"passes\":3,\"warmup\":2,\"cold\":true}";
    static const enum be_pass_kind kinds[] = {BE_PASS_COLD,  BE_PASS_WARMUP, BE_PASS_WARMUP,
                                              BE_PASS_TIMED, BE_PASS_TIMED,  BE_PASS_TIMED};
    static const uint64_t gcds[] = {1, 1, 5, 1};
    struct be_sample_record record;
    struct be_spec parsed;
    (void)state;

    measure(spec, &record);
    be_spec_init(&parsed);
    assert_int_equal(be_spec_parse(spec, strlen(spec), &parsed, NULL), BE_OK);
    assert_int_equal(be_sample_record_check(&record, &parsed, UINT64_MAX, NULL), BE_OK);
    assert_int_equal(record.pass_count, 6);
    for (size_t i = 0; i < 6; i++) {
        const struct be_pass_record *pass = &record.passes[i];
        assert_int_equal(pass->kind, kinds[i]);
        assert_int_equal(pass->checksum, hash_of(gcds, 4));
        assert_int_equal(pass->worker_count, pass->kind == BE_PASS_COLD ? 0 : 1);
        assert_true(pass->cpu_ns > 0);
    }
    /* Its worker is the main thread, whose time counts once. */
    assert_true(record.passes[5].workers[0].cpu_ns < 2 * record.passes[5].cpu_ns);
    assert_true(record.passes[5].workers[0].end_ns > record.passes[5].workers[0].start_ns);
    assert_true(record.gauges.said[BE_GAUGE_peak_rss_bytes].value > 0);
    assert_true(record.pool_start_ns > 0);
    be_spec_finish(&parsed);
    be_sample_record_finish(&record);
}

/* The checksum of the first pass of a spec with these params. */
static uint64_t checksum_of(const char *params, const char *more)
{
    char spec[1024];
    struct be_sample_record record;

    snprintf(spec, sizeof(spec), "{\"protocol\":1,\"params\":{%s}%s}\n", params, more);
    measure(spec, &record);
    uint64_t checksum = record.passes[0].checksum;
    be_sample_record_finish(&record);
    return checksum;
}

static void every_computing_executor_gives_the_checksum_of_serial(void **state)
{
    (void)state;

    for (size_t w = 0; be_workload_table[w]; w++) {
        char params[256];
        snprintf(params, sizeof(params),
                 "\"workload\":\"%s\",\"tasks\":\"1000\",\"steps\":\"30\",\"executor\":\"serial\"",
                 be_workload_table[w]->name);
        uint64_t wanted = checksum_of(params, "");
        for (size_t e = 0; be_executor_table[e]; e++) {
            const struct be_executor_ops *row = be_executor_table[e];
            snprintf(params, sizeof(params),
                     "\"workload\":\"%s\",\"tasks\":\"1000\",\"steps\":\"30\",\"executor\":\"%s\","
                     "\"workers\":\"%d\"",
                     be_workload_table[w]->name, row->name,
                     row->caps & BE_EXECUTOR_PARALLEL ? 2 : 1);
            uint64_t got = checksum_of(params, ",\"passes\":2,\"warmup\":1,\"cold\":true");
            if (row->caps & BE_EXECUTOR_COMPUTES) {
                assert_int_equal(got, wanted);
            } else {
                static const uint64_t zeros[1000];
                assert_int_equal(got, hash_of(zeros, 1000));
            }
        }
    }
}

static void the_seed_decides_on_the_input(void **state)
{
    static const char params[] = "\"workload\":\"null\",\"executor\":\"serial\",\"tasks\":\"100\"";
    (void)state;

    assert_int_equal(checksum_of(params, ",\"seed\":5"), checksum_of(params, ",\"seed\":5"));
    assert_int_not_equal(checksum_of(params, ",\"seed\":5"), checksum_of(params, ",\"seed\":6"));
}

static void pairs_are_repeated_or_cut_to_the_tasks_wanted(void **state)
{
    static const uint64_t gcds[] = {6, 3, 6, 3, 6};
    static const struct {
        const char *params;
        size_t tasks;
    } cases[] = {
        {"\"workload\":\"gcd-euclid\",\"executor\":\"serial\"", 2},
        {"\"workload\":\"gcd-euclid\",\"executor\":\"serial\",\"tasks\":\"1\"", 1},
        {"\"workload\":\"gcd-euclid\",\"executor\":\"serial\",\"tasks\":\"5\"", 5},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(checksum_of(cases[i].params, ",\"pairs\":[[12,18],[3,\"9\"]]"),
                         hash_of(gcds, cases[i].tasks));
    }
}

static void a_failing_task_is_counted_and_leaves_the_others(void **state)
{
    static const uint64_t replies[] = {2, 0, 3};
    struct be_sample_record record;
    (void)state;

    measure("{\"protocol\":1,\"params\":{\"workload\":\"gcd-trial\",\"executor\":\"serial\"},"
            "\"pairs\":[[4,6],[0,6],[3,6]],\"passes\":2}",
            &record);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(record.passes[i].tasks, 3);
        assert_int_equal(record.passes[i].failed, 1);
        assert_int_equal(record.passes[i].checksum, hash_of(replies, 3));
    }
    be_sample_record_finish(&record);
}

static int first_allowed_pu(void)
{
    cpu_set_t set;

    assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
    for (int pu = 0; pu < CPU_SETSIZE; pu++) {
        if (CPU_ISSET(pu, &set)) {
            return pu;
        }
    }
    fail_msg("no PU is allowed");
    return -1;
}

static void workers_and_dispatcher_are_bound_and_read_back(void **state)
{
    char spec[512];
    struct be_sample_record record;
    int pu = first_allowed_pu();
    (void)state;

    for (size_t e = 0; be_executor_table[e]; e++) {
        snprintf(spec, sizeof(spec),
                 "{\"protocol\":1,\"params\":{\"workload\":\"null\",\"executor\":\"%s\","
                 "\"tasks\":\"10\"},\"pus\":[%d],\"dispatcher_pu\":%d}",
                 be_executor_table[e]->name, pu, pu);
        measure(spec, &record);
        assert_int_equal(record.worker_count, 1);
        const struct be_worker_record *const bound[] = {&record.workers[0], &record.dispatcher};
        for (size_t i = 0; i < 2; i++) {
            assert_int_equal(bound[i]->pu_asked, pu);
            assert_int_equal(bound[i]->pu_bound, pu);
            assert_int_equal(bound[i]->pu_seen, pu);
        }
        be_sample_record_finish(&record);
    }
}

static void an_unpinned_worker_says_so(void **state)
{
    struct be_sample_record record;
    (void)state;

    measure("{\"protocol\":1,\"params\":{\"workload\":\"null\",\"executor\":\"serial\","
            "\"tasks\":\"10\"}}",
            &record);
    assert_int_equal(record.workers[0].pu_asked, -1);
    assert_true(record.workers[0].pu_seen >= 0);
    be_sample_record_finish(&record);
}

static void counters_cover_the_timed_passes_of_each_worker(void **state)
{
    struct be_sample_record record;
    (void)state;

    measure("{\"protocol\":1,\"params\":{\"workload\":\"gcd-trial\",\"executor\":\"serial\","
            "\"tasks\":\"100\",\"steps\":\"100000\"},\"counters\":[\"rusage:user-time\"]}",
            &record);
    const struct be_counters *counters = &record.workers[0].counters;
    assert_int_equal(counters->count, 1);
    assert_string_equal(counters->items[0].name, "rusage:user-time");
    assert_int_equal(counters->items[0].state, BE_COUNTER_COUNTED);
    assert_true(counters->items[0].value > 0);
    assert_int_equal(record.dispatcher.counters.count, 0);
    be_sample_record_finish(&record);
}

static void the_hello_carries_the_build_id_of_the_program(void **state)
{
    struct be_sample_record record;
    char wanted[80];
    struct bench_said said = bench_run("--version", NULL, "", 0);
    (void)state;

    measure("{\"protocol\":1,\"params\":{\"workload\":\"null\",\"executor\":\"null\","
            "\"tasks\":\"1\"}}",
            &record);
    assert_int_equal(strlen(record.hello.build_id), 40);
    assert_int_equal(strspn(record.hello.build_id, "0123456789abcdef"), 40);
    snprintf(wanted, sizeof(wanted), "(build %s)\n", record.hello.build_id);
    assert_non_null(strstr(said.output, wanted));
    bench_said_finish(&said);
    be_sample_record_finish(&record);
}

static void describe_lists_every_row(void **state)
{
    struct bench_said said = bench_run("--describe", NULL, "", 0);
    json_t *object = NULL;
    (void)state;

    assert_int_equal(said.exit_code, 0);
    assert_int_equal(be_json_parse(said.output, strlen(said.output), &object, NULL), BE_OK);
    const json_t *executors = json_object_get(object, "executors");
    const json_t *workloads = json_object_get(object, "workloads");
    const json_t *counters = json_object_get(object, "counters");
    for (size_t i = 0; i < json_array_size(executors); i++) {
        const json_t *row = json_array_get(executors, i);
        const struct be_executor_ops *ops =
            be_executor_find(json_string_value(json_object_get(row, "name")));
        assert_non_null(ops);
        assert_true(json_is_boolean(json_object_get(row, "parallel")));
        size_t params = 0;
        while (ops->params[params].name) {
            params++;
        }
        assert_int_equal(json_array_size(json_object_get(row, "params")), params);
    }
    assert_null(be_executor_table[json_array_size(executors)]);
    assert_null(be_workload_table[json_array_size(workloads)]);
    assert_null(be_counter_table[json_array_size(counters)]);
    uint64_t steps_max = 0;
    assert_true(be_json_has_count(json_array_get(workloads, 0), "steps_max", &steps_max));
    assert_int_equal(steps_max, be_workload_table[0]->steps_max);
    json_decref(object);
    bench_said_finish(&said);
}

static void count_steps_prints_the_steps_of_each_task(void **state)
{
    static const char spec[] = "{\"protocol\":1,\"params\":{\"workload\":\"gcd-trial\","
                               "\"executor\":\"serial\"},\"pairs\":" NOTES_PAIRS "}\n";
    struct bench_said said = bench_run("--count-steps", NULL, spec, strlen(spec));
    (void)state;

    assert_int_equal(said.exit_code, 0);
    assert_string_equal(said.output, "1963309\n2030677\n1551641\n2020802\n");
    bench_said_finish(&said);
}

static void an_option_that_is_none_is_wrong_usage(void **state)
{
    struct bench_said said = bench_run("--descr", NULL, "", 0);
    (void)state;

    assert_int_equal(said.exit_code, 2);
    assert_string_equal(said.output, "");
    assert_non_null(strstr(said.notes, "'--descr'"));
    bench_said_finish(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_serial_spec_gives_all_its_passes),
        cmocka_unit_test(every_computing_executor_gives_the_checksum_of_serial),
        cmocka_unit_test(the_seed_decides_on_the_input),
        cmocka_unit_test(pairs_are_repeated_or_cut_to_the_tasks_wanted),
        cmocka_unit_test(a_failing_task_is_counted_and_leaves_the_others),
        cmocka_unit_test(workers_and_dispatcher_are_bound_and_read_back),
        cmocka_unit_test(an_unpinned_worker_says_so),
        cmocka_unit_test(counters_cover_the_timed_passes_of_each_worker),
        cmocka_unit_test(the_hello_carries_the_build_id_of_the_program),
        cmocka_unit_test(describe_lists_every_row),
        cmocka_unit_test(count_steps_prints_the_steps_of_each_task),
        cmocka_unit_test(an_option_that_is_none_is_wrong_usage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
