/* Specs that cannot be run: each gives one clear error line and the exit code of its status. */
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench_process.h"

/* A spec whose params are those of a job that would run, and then `more`. */
#define SPEC(params, more)                                                                         \
    "{\"protocol\":1,\"params\":{\"workload\":\"gcd-euclid\",\"executor\":\"serial\"" params       \
    "}" more "}\n"
/* So many tasks of a workload whose payload can be chosen. */
#define SIZED(payload, tasks)                                                                      \
    "{\"protocol\":1,\"params\":{\"workload\":\"touch\",\"executor\":\"serial\","                  \
    "\"payload\":\"" payload "\",\"tasks\":\"" tasks "\"}}\n"
#define TASKS ",\"tasks\":\"10\",\"steps\":\"5\""

static void assert_refused(const char *spec, size_t bytes, enum be_status wanted, const char *part)
{
    struct bench_said said = bench_run(NULL, NULL, spec, bytes);
    struct be_sample_record record = {0};
    struct be_error error = {BE_OK, ""};

    enum be_status got = be_sample_record_parse(said.output, strlen(said.output), &record, &error);
    if (got != wanted || !strstr(error.message, part)) {
        fail_msg("'%.60s': %s '%s', wanted %s '%s'", spec, be_status_name(got), error.message,
                 be_status_name(wanted), part);
    }
    assert_int_equal(said.exit_code, be_status_exit_code(wanted));
    assert_string_equal(said.notes, "");
    /* Two lines: hello, and the error. */
    const char *second = strchr(said.output, '\n') + 1;
    assert_memory_equal(second, "{\"type\":\"error\"", strlen("{\"type\":\"error\""));
    assert_string_equal(strchr(second, '\n'), "\n");
    be_sample_record_finish(&record);
    bench_said_finish(&said);
}

static const struct {
    const char *spec;
    enum be_status status;
    const char *part;
} wrong_specs[] = {
    {"", BE_EPROTOCOL, "no spec"},
    {"\n", BE_EPROTOCOL, "no spec"},
    {"\n" SPEC(TASKS, ""), BE_EPROTOCOL, "no spec"},
    {"measure, please\n", BE_EPROTOCOL, ""},
    {"[]\n", BE_EPROTOCOL, ""},
    {"{\"protocol\":1,\"params\":{\"workload\":\"gcd-euclid\",", BE_EPROTOCOL, ""},
    {SPEC(TASKS, "}"), BE_EPROTOCOL, ""},
    {"{\"protocol\":1}\n", BE_EPROTOCOL, "'params'"},
    {"{\"protocol\":1,\"params\":[]}\n", BE_EPROTOCOL, "'params'"},
    {"{\"protocol\":1,\"params\":{\"workload\":[]}}\n", BE_EPROTOCOL, "workload"},
    {"{\"protocol\":2,\"params\":{}}\n", BE_EPROTOCOL, "protocol 2"},
    {"{\"protocol\":1,\"protocol\":1,\"params\":{}}\n", BE_EPROTOCOL, ""},
    {SPEC(TASKS, ",\"passes\":\"three\""), BE_EPROTOCOL, "'passes'"},
    {SPEC(TASKS, ",\"passes\":0"), BE_EPROTOCOL, "'passes'"},
    {SPEC(TASKS, ",\"passes\":10001"), BE_EPROTOCOL, "'passes'"},
    {SPEC(TASKS, ",\"warmup\":-1"), BE_EPROTOCOL, "'warmup'"},
    {SPEC(TASKS, ",\"pus\":[-2]"), BE_EPROTOCOL, "'pus'"},
    {SPEC(TASKS, ",\"pus\":\"0\""), BE_EPROTOCOL, "'pus'"},
    {SPEC(TASKS, ",\"pus\":[0,0]"), BE_EINVAL, "2 PU numbers for 1 workers"},
    {SPEC(TASKS, ",\"pus\":[1048575]"), BE_EUNAVAILABLE, "PU 1048575"},
    {SPEC(TASKS, ",\"dispatcher_pu\":1048575"), BE_EUNAVAILABLE, "PU 1048575"},
    {SPEC(TASKS, ",\"topology_xml\":\"<topology\""), BE_EPROTOCOL, "topology_xml"},
    {SPEC(TASKS, ",\"counters\":[\"abacus:beads\"]"), BE_EINVAL, "abacus:beads"},
    {SPEC(TASKS, ",\"counters\":[7]"), BE_EPROTOCOL, "'counters'"},
    {SPEC(TASKS, ",\"pairs\":[[1]]"), BE_EPROTOCOL, "'pairs'"},
    {SPEC(TASKS, ",\"pairs\":[[1,-1]]"), BE_EPROTOCOL, "'pairs'"},
    {SPEC(TASKS, ",\"input\":{\"path\":\"/nonexistent/p.csv\",\"hash\":1}"), BE_ENOTFOUND,
     "/nonexistent/p.csv"},
    {SPEC(TASKS ",\"workers\":\"0\"", ""), BE_EINVAL, "1 .. 4096"},
    {SPEC(TASKS ",\"workers\":\"4097\"", ""), BE_EINVAL, "1 .. 4096"},
    {SPEC(TASKS ",\"workers\":\"99999999999999999999\"", ""), BE_EINVAL, "workers"},
    {SPEC(TASKS ",\"workers\":\"2\"", ""), BE_EINVAL, "executor 'serial' has 1 worker"},
    {SPEC(TASKS ",\"chunk\":\"0\"", ""), BE_EINVAL, "chunk"},
    {SPEC(TASKS ",\"colour\":\"red\"", ""), BE_EINVAL, "'colour' is no parameter"},
    {SPEC(TASKS ",\"payload\":\"64\"", ""), BE_EINVAL,
     "'payload' is no parameter of workload 'gcd-euclid'"},
    {SIZED("8", "10"), BE_EINVAL, "payload: '8' is outside 16 .. 4194304"},
    {SIZED("4194312", "10"), BE_EINVAL, "payload: '4194312' is outside 16 .. 4194304"},
    {SIZED("20", "10"), BE_EINVAL, "payload: '20' is not a multiple of 8 bytes"},
    {SIZED("4194304", "1000"), BE_EINVAL, "1000 with 4194304 bytes each"},
    {SPEC("", ""), BE_EINVAL, "tasks: missing"},
    {SPEC(",\"tasks\":\"10\"", ""), BE_EINVAL, "1 .. 91"},
    {SPEC(",\"tasks\":\"10\",\"steps\":\"92\"", ""), BE_EINVAL, "1 .. 91"},
    {SPEC(TASKS ",\"distribution\":\"normal\"", ""), BE_EINVAL, "fixed uniform pareto"},
    {SPEC(",\"distribution\":\"fixed\"", ",\"pairs\":[[4,6]]"), BE_EINVAL, "of generated tasks"},
    {SPEC(",\"tasks\":\"10\",\"steps\":\"60\",\"distribution\":\"uniform\"", ""), BE_EINVAL,
     "uniform around 60 steps goes up to 119"},
    {"{\"protocol\":1,\"params\":{\"workload\":\"null\",\"executor\":\"serial\",\"tasks\":"
     "\"5\","
     "\"distribution\":\"pareto\"}}\n",
     BE_EINVAL, "'distribution' is no parameter of workload 'null'"},
    {SPEC(",\"tasks\":\"0\",\"steps\":\"5\"", ""), BE_EINVAL, "tasks"},
    {SPEC(",\"tasks\":\"1000000000000\",\"steps\":\"5\"", ""), BE_EINVAL, "tasks"},
    {"{\"protocol\":1,\"params\":{\"executor\":\"serial\"}}\n", BE_EINVAL,
     "workload: missing; it is one of: gcd-trial gcd-euclid null"},
    {"{\"protocol\":1,\"params\":{\"workload\":\"primes\",\"executor\":\"serial\"}}\n", BE_EINVAL,
     "'primes' is not one of: gcd-trial"},
    {"{\"protocol\":1,\"params\":{\"workload\":\"null\",\"executor\":\"magic\"}}\n", BE_EINVAL,
     "'magic' is not one of: serial"},
};

static void wrong_specs_are_refused_with_what_would_be_right(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof(wrong_specs) / sizeof(wrong_specs[0]); i++) {
        assert_refused(wrong_specs[i].spec, strlen(wrong_specs[i].spec), wrong_specs[i].status,
                       wrong_specs[i].part);
    }
}

static void a_line_longer_than_1_mib_is_refused(void **state)
{
    size_t bytes = (size_t)BE_JSON_LINE_BYTES_MAX + 2;
    char *spec = malloc(bytes);
    (void)state;

    assert_non_null(spec);
    memset(spec, ' ', bytes);
    assert_refused(spec, bytes, BE_EPROTOCOL, "1 MiB");
    spec[bytes - 1] = '\n';
    assert_refused(spec, bytes, BE_EPROTOCOL, "1 MiB");
    free(spec);
}

static void deep_nesting_is_refused(void **state)
{
    struct be_buffer spec = {0};
    (void)state;

    be_buffer_puts(&spec, "{\"protocol\":1,\"params\":{\"workload\":");
    for (int i = 0; i < 100000; i++) {
        be_buffer_puts(&spec, "[");
    }
    be_buffer_puts(&spec, "\n");
    assert_refused(spec.data, spec.length, BE_EPROTOCOL, "32");
    be_buffer_finish(&spec);
}

static void nul_bytes_are_refused(void **state)
{
    static const char inside[] = "{\"protocol\":1,\"params\":{\"work\0load\":\"null\"}}\n";
    static const char outside[] = "{\"protocol\":1,\"params\":{}}\0\0\n";
    (void)state;

    assert_refused(inside, sizeof(inside) - 1, BE_EPROTOCOL, "");
    assert_refused(outside, sizeof(outside) - 1, BE_EPROTOCOL, "");
}

/* Counters that there are not have their reasons in every worker's record. */
static void a_record_longer_than_1_mib_is_refused(void **state)
{
    struct be_buffer spec = {0};
    (void)state;

    be_buffer_puts(&spec, "{\"protocol\":1,\"params\":{\"workload\":\"null\",\"executor\":"
                          "\"threads\",\"workers\":\"300\",\"tasks\":\"300\"},\"counters\":[");
    for (int i = 0; i < BE_COUNTERS_MAX; i++) {
        be_buffer_printf(&spec, "%s\"perf_event:an-event-that-no-kernel-has-%d\"", i > 0 ? "," : "",
                         i);
    }
    be_buffer_puts(&spec, "]}\n");
    assert_refused(spec.data, spec.length, BE_EINVAL, "a record of 300 workers");
    be_buffer_finish(&spec);
}

static void assert_refused_beyond(const char *params, rlim_t file_bytes, const char *part)
{
    char spec[256];
    struct rlimit before;

    snprintf(spec, sizeof(spec),
             "{\"protocol\":1,\"params\":{\"workload\":\"null\",\"workers\":\"2\",%s}}\n", params);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &(struct rlimit){file_bytes, before.rlim_max}), 0);
    assert_refused(spec, strlen(spec), BE_ESYSTEM, part);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
}

/* Memory that is shared is a file, and too large a one would end the process by a signal. */
static void files_that_are_too_large_are_refused(void **state)
{
    (void)state;
    assert_refused_beyond("\"executor\":\"threads\",\"tasks\":\"100000\"", 1 << 16,
                          "of shared memory: File too large");
    assert_refused_beyond(
        "\"executor\":\"processes\",\"transport\":\"shm-ring\",\"tasks\":\"9999\","
        "\"window\":\"9999\"",
        1 << 20, "cannot make rings of ");
}

static void a_bad_csv_is_refused_with_file_and_line(void **state)
{
    static const struct {
        const char *text;
        const char *part;
    } cases[] = {
        {"a,b\n4,6\n0,3\n", ":3: '0' is zero"},
        {"4,6\n-3,3\n", ":2: "},
        {"4,6\n\n5\n", ":3: one number"},
        {"4,x\n", ":1: "},
        {"18446744073709551616,1\n", ":1: "},
        {"1,2,3\n", ":1: more than two"},
        {"4,6\n", "its hash is"},
    };
    char folder[] = "/tmp/be_csv_XXXXXX";
    char path[64];
    char spec[512];
    (void)state;

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/pairs.csv", folder);
    snprintf(spec, sizeof(spec), SPEC("", ",\"input\":{\"path\":\"%s\",\"hash\":1}"), path);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(be_io_write_file(path, cases[i].text, strlen(cases[i].text), NULL), BE_OK);
        assert_refused(spec, strlen(spec), BE_EINPUT, cases[i].part);
        assert_refused(spec, strlen(spec), BE_EINPUT, path);
    }
    unlink(path);
    rmdir(folder);
}

static void a_good_csv_is_measured(void **state)
{
    static const char text[] = "a,b\n12,18\n5,7\n";
    struct be_pair items[] = {{12, 18}, {5, 7}};
    struct be_pairs pairs = {items, 2};
    char folder[] = "/tmp/be_csv_XXXXXX";
    char path[64];
    char spec[512];
    struct be_sample_record record;
    (void)state;

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/pairs.csv", folder);
    assert_int_equal(be_io_write_file(path, text, strlen(text), NULL), BE_OK);
    snprintf(spec, sizeof(spec), SPEC("", ",\"input\":{\"path\":\"%s\",\"hash\":\"%" PRIu64 "\"}"),
             path, be_pairs_hash(&pairs));
    assert_int_equal(bench_measure(spec, &record, NULL), BE_OK);
    assert_int_equal(record.passes[0].tasks, 2);
    be_sample_record_finish(&record);
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_specs_are_refused_with_what_would_be_right),
        cmocka_unit_test(a_line_longer_than_1_mib_is_refused),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(nul_bytes_are_refused),
        cmocka_unit_test(a_record_longer_than_1_mib_is_refused),
        cmocka_unit_test(files_that_are_too_large_are_refused),
        cmocka_unit_test(a_bad_csv_is_refused_with_file_and_line),
        cmocka_unit_test(a_good_csv_is_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
