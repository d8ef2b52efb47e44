/* labels: threads */
/* Every probe as a sample of the real runner, and what it refuses. */
#include <sched.h>
#include <stdio.h>

#include "bench_process.h"
#include "probe/probe.h"

/* How many CPUs this process may use, and the first two of them. */
static int allowed_pus(int pus[2])
{
    cpu_set_t set;
    int count = 0;

    assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
    for (int i = 0; i < CPU_SETSIZE; i++) {
        if (CPU_ISSET((size_t)i, &set)) {
            if (count < 2) {
                pus[count] = i;
            }
            count++;
        }
    }
    return count;
}

static void assert_measures(const struct be_probe_ops *ops, const int *pus)
{
    char spec[256];
    char list[64];
    struct be_spec asked;
    struct be_sample_record record = {0};
    struct be_error error = {BE_OK, ""};

    snprintf(list, sizeof(list), ops->answer ? "[%d,%d]" : "[%d]", pus[0], pus[1]);
    snprintf(spec, sizeof(spec),
             "{\"protocol\":1,\"passes\":3,\"warmup\":1,\"pus\":%s,"
             "\"params\":{\"probe\":\"%s\",\"tasks\":\"4\",\"workers\":\"%u\"}}\n",
             list, ops->name, be_probe_workers(ops));
    if (bench_measure(spec, &record, &error) != BE_OK) {
        fail_msg("%s: %s", ops->name, error.message);
    }
    be_spec_init(&asked);
    assert_int_equal(be_spec_parse(spec, strlen(spec) - 1, &asked, &error), BE_OK);
    if (be_sample_record_check(&record, &asked, UINT64_MAX, &error) != BE_OK) {
        fail_msg("%s: %s", ops->name, error.message);
    }
    /* Between a fraction of a ns and a second an operation, on any machine. */
    assert_in_range(be_sample_record_wall_ns(&record), 1, UINT64_C(4000000000));
    for (size_t i = 0; i < record.worker_count; i++) {
        assert_int_equal(record.workers[i].pu_bound, pus[i]);
    }
    be_spec_finish(&asked);
    be_sample_record_finish(&record);
}

static void every_probe_measures_where_it_is_told_to(void **state)
{
    int pus[2] = {0, 0};
    int count = allowed_pus(pus);
    (void)state;

    for (size_t i = 0; be_probe_table[i]; i++) {
        if (!be_probe_table[i]->answer || count > 1) {
            assert_measures(be_probe_table[i], pus);
        }
    }
}

static void a_probe_unpinned_takes_its_own_number_of_operations(void **state)
{
    struct be_sample_record record = {0};
    struct be_error error = {BE_OK, ""};
    (void)state;

    assert_int_equal(
        bench_measure("{\"protocol\":1,\"params\":{\"probe\":\"clock\"}}\n", &record, &error),
        BE_OK);
    assert_int_equal(record.pass_count, 1);
    assert_int_equal(record.passes[0].tasks, be_probe_find("clock")->tasks);
    assert_int_equal(record.workers[0].pu_asked, -1);
    be_sample_record_finish(&record);
}

#define PROBE(params, more) "{\"protocol\":1" more ",\"params\":{\"probe\":" params "}}\n"

static void wrong_specs_are_refused_with_what_would_be_right(void **state)
{
    static const struct {
        const char *spec;
        enum be_status status;
        const char *part;
    } cases[] = {
        {PROBE("\"abacus\"", ""), BE_EINVAL, "'abacus' is not one of: cache-line"},
        {PROBE("\"clock\",\"steps\":\"5\"", ""), BE_EINVAL, "'steps' is no parameter"},
        {PROBE("\"clock\",\"executor\":\"serial\"", ""), BE_EINVAL, "'executor' is no parameter"},
        {PROBE("\"clock\",\"tasks\":\"0\"", ""), BE_EINVAL, "tasks: 0 is outside 1 .."},
        {PROBE("\"clock\",\"tasks\":\"100000001\"", ""), BE_EINVAL, "100000000"},
        {PROBE("\"clock\",\"tasks\":\"many\"", ""), BE_EINVAL, "tasks: 'many'"},
        {PROBE("\"clock\",\"workers\":\"2\"", ""), BE_EINVAL, "probe 'clock' has 1, not 2"},
        {PROBE("\"cache-line\",\"workers\":\"1\"", ""), BE_EINVAL, "has 2, not 1"},
        {PROBE("\"cache-line\",\"tasks\":\"3\"", ",\"pus\":[0,1]"), BE_EINVAL, "3 is odd"},
        {PROBE("\"cache-line\"", ",\"pus\":[0]"), BE_EINVAL, "1 PU numbers for 2 workers"},
        {PROBE("\"cache-line\"", ",\"pus\":[0,0]"), BE_EUNAVAILABLE, "between two PUs"},
        {PROBE("\"futex-wake\"", ",\"pus\":[0,0]"), BE_EUNAVAILABLE, "between two PUs"},
        {PROBE("\"futex-wake\"", ",\"pus\":[0,1048575]"), BE_EUNAVAILABLE, "PU 1048575"},
        {PROBE("\"clock\"", ",\"cold\":true"), BE_EINVAL, "no cold pass"},
        {PROBE("\"clock\"", ",\"counters\":[\"rusage:user-time\"]"), BE_EINVAL, "counters"},
        {PROBE("\"clock\"", ",\"pairs\":[[12,18]]"), BE_EINVAL, "input"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_sample_record record = {0};
        struct be_error error = {BE_OK, ""};
        enum be_status status = bench_measure(cases[i].spec, &record, &error);
        if (status != cases[i].status || !strstr(error.message, cases[i].part)) {
            fail_msg("%s got %s '%s', wanted %s '%s'", cases[i].spec, be_status_name(status),
                     error.message, be_status_name(cases[i].status), cases[i].part);
        }
        be_sample_record_finish(&record);
    }
}

static void the_steps_of_a_probe_cannot_be_counted(void **state)
{
    static const char spec[] = PROBE("\"clock\"", "");
    struct bench_said said = bench_run("--count-steps", NULL, spec, strlen(spec));
    (void)state;

    assert_int_equal(said.exit_code, 2);
    assert_non_null(strstr(said.notes, "workload: missing"));
    bench_said_finish(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_probe_measures_where_it_is_told_to),
        cmocka_unit_test(a_probe_unpinned_takes_its_own_number_of_operations),
        cmocka_unit_test(wrong_specs_are_refused_with_what_would_be_right),
        cmocka_unit_test(the_steps_of_a_probe_cannot_be_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
