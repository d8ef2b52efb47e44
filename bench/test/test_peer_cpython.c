/*
 * The runner of CPython's pools: it speaks the protocol as breakeven-bench does, its results are
 * ours, and it leaves nothing behind. Skipped where there is no python3.
 */
#define BENCH_PROGRAM BE_SOURCE_DIR "/bench/peer/cpython/breakeven-cpython"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <time.h>

#include "bench_process.h"
#include "core/clock.h"
#include "core/hash.h"
#include "core/json.h"

/* Numbers of both sides of 2^32, and one task that is its own gcd. */
#define PAIRS "\"pairs\":[[12,18],[35,21],[270,192],[1,7],[4294967310,30],[17,17],[1000,999]]"
#define SPEC(params, more)                                                                         \
    "{\"protocol\":1,\"params\":{\"workload\":\"gcd-euclid\",\"executor\":\"cpython-"              \
    "serial\"" params "}" more "}\n"

enum { SKIPPED = 77 };

/* What it says of itself; the caller's (json_decref). */
static json_t *described(void)
{
    struct bench_said said = bench_run("--describe", NULL, "", 0);
    struct be_error error;
    json_t *object = NULL;

    assert_int_equal(said.exit_code, 0);
    if (be_json_parse(said.output, strlen(said.output), &object, &error) != BE_OK) {
        fail_msg("%s: %s", error.message, said.output);
    }
    bench_said_finish(&said);
    return object;
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void what_it_says_is_what_its_file_says(void **state)
{
    char *text = NULL;
    size_t bytes = 0;
    json_t *said = described();
    json_t *written = NULL;
    const json_t *rows = json_object_get(said, "executors");
    (void)state;

    assert_int_equal(be_io_read_file(BE_SOURCE_DIR "/bench/peer/cpython/describe.json", 1 << 16,
                                     &text, &bytes, NULL),
                     BE_OK);
    assert_int_equal(be_json_parse(text, bytes, &written, NULL), BE_OK);
    assert_int_equal(strspn(text_of(said, "build_id"), "0123456789abcdef"), 64);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        const char *reason = text_of(row, "unavailable");
        assert_true(!reason || strncmp(reason, "needs ", 6) == 0);
        json_object_set_new(row, "unavailable", json_null());
    }
    assert_true(json_equal(rows, json_object_get(written, "executors")));
    json_decref(written);
    json_decref(said);
    free(text);
}

/* The record of a spec that must be measured, by this program or by breakeven-bench. */
static void measured(const char *spec, struct be_sample_record *record)
{
    struct be_error error = {BE_OK, ""};

    if (bench_measure(spec, record, &error) != BE_OK) {
        fail_msg("%s%s", spec, error.message);
    }
}

static uint64_t right_checksum(const char *workload)
{
    static const uint64_t of_null[] = {12 ^ 18,         35 ^ 21, 270 ^ 192, 1 ^ 7,
                                       4294967310 ^ 30, 17 ^ 17, 1000 ^ 999};
    static const uint64_t of_gcd[] = {6, 7, 6, 1, 30, 17, 1};
    bool null = strcmp(workload, "null") == 0;

    return be_hash_bytes(BE_HASH_SEED, null ? of_null : of_gcd, sizeof(of_gcd));
}

/* Measures it in every kind of pass, and holds all against what was asked for. */
static void assert_measures(const char *workload, const char *executor, int workers, int chunk,
                            const char *start)
{
    char text[512];
    struct be_sample_record record;
    struct be_spec spec;
    struct be_error error = {BE_OK, ""};

    snprintf(
        text, sizeof(text),
        "{\"protocol\":1,\"params\":{\"workload\":\"%s\",\"executor\":\"%s\",\"workers\":\"%d\","
        "\"chunk\":\"%d\",\"tasks\":\"7\"%s%s%s},\"passes\":2,\"warmup\":1,\"cold\":true," PAIRS
        "}\n",
        workload, executor, workers, chunk, start ? ",\"start\":\"" : "", start ? start : "",
        start ? "\"" : "");
    measured(text, &record);
    be_spec_init(&spec);
    assert_int_equal(be_spec_parse(text, strlen(text), &spec, NULL), BE_OK);
    if (be_sample_record_check(&record, &spec, UINT64_MAX, &error) != BE_OK) {
        fail_msg("%s%s", text, error.message);
    }
    assert_int_equal(record.passes[0].checksum, right_checksum(workload));
    assert_int_equal(record.passes[0].kind, BE_PASS_COLD);
    assert_true(record.passes[0].cpu_ns > 0 && record.passes[3].cpu_ns > 0);
    assert_string_equal(record.hello.program, "breakeven-cpython");
    be_spec_finish(&spec);
    be_sample_record_finish(&record);
}

static void every_workload_has_our_results(void **state)
{
    static const char *const workloads[] = {"gcd-trial", "gcd-euclid", "null"};
    (void)state;

    for (size_t i = 0; i < sizeof(workloads) / sizeof(workloads[0]); i++) {
        assert_measures(workloads[i], "cpython-serial", 1, 1, NULL);
    }
}

/* Where it is asked to measure all the same, it says why it cannot. */
static void assert_unavailable(const char *executor, const char *reason)
{
    char text[256];
    struct be_sample_record record;
    struct be_error error = {BE_OK, ""};

    snprintf(text, sizeof(text), SPEC(",\"executor\":\"%s\"", "," PAIRS), executor);
    assert_int_equal(bench_measure(text, &record, &error), BE_EUNAVAILABLE);
    assert_non_null(strstr(error.message, reason));
    print_message("%s\n", error.message);
    be_sample_record_finish(&record);
}

static void every_executor_has_our_results(void **state)
{
    json_t *said = described();
    const json_t *rows = json_object_get(said, "executors");
    (void)state;

    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *name = text_of(row, "name");
        if (text_of(row, "unavailable")) {
            assert_unavailable(name, text_of(row, "unavailable"));
            continue;
        }
        assert_measures("gcd-euclid", name, 1, 1, NULL);
        if (json_is_true(json_object_get(row, "parallel"))) {
            assert_measures("gcd-euclid", name, 2, 3, NULL);
        }
        if (json_array_size(json_object_get(row, "params")) > 0) {
            assert_measures("gcd-euclid", name, 2, 1, "spawn");
            assert_measures("gcd-euclid", name, 2, 1, "forkserver");
        }
    }
    json_decref(said);
}

/* Four chunks a worker, as multiprocessing.Pool.map takes them; the last one is not full. */
static void a_chunk_of_its_own_choice_is_said(void **state)
{
    static const char spec[] =
        "{\"protocol\":1,\"params\":{\"workload\":\"null\",\"executor\":\"cpython-threads\","
        "\"workers\":\"2\",\"chunk\":\"auto\",\"tasks\":\"81\"}," PAIRS "}\n";
    struct bench_said said = bench_run(NULL, NULL, spec, strlen(spec));
    struct be_sample_record record;
    (void)state;

    assert_int_equal(said.exit_code, 0);
    assert_non_null(strstr(said.output, "\"gauges\":{\"chunk_most\":11,\"chunk_mean\":10.125,"));
    bench_said_finish(&said);
    measured(spec, &record);
    assert_int_equal(record.passes[0].tasks, 81);
    assert_true(record.gauges.said[BE_GAUGE_peak_rss_bytes].known);
    be_sample_record_finish(&record);
}

static void wrong_specs_are_refused_with_what_would_be_right(void **state)
{
    static const struct {
        const char *spec;
        enum be_status status;
        const char *part;
    } cases[] = {
        {"", BE_EPROTOCOL, "no spec"},
        {"measure, please\n", BE_EPROTOCOL, "not JSON"},
        {"[]\n", BE_EPROTOCOL, "not an object"},
        {SPEC("", ",\"counters\":[{}]," PAIRS), BE_EPROTOCOL, "'counters'"},
        {SPEC("", ",\"counters\":5," PAIRS), BE_EPROTOCOL, "'counters'"},
        {SPEC("", ",\"input\":{\"path\":\"/a\\u0000b\",\"hash\":1}"), BE_ENOTFOUND, "/a"},
        {"{\"protocol\":1,\"params\":[]}\n", BE_EPROTOCOL, "'params'"},
        {"{\"protocol\":2,\"params\":{}}\n", BE_EPROTOCOL, "'protocol'"},
        {SPEC("", ""), BE_EINVAL, "breakeven-bench --input makes"},
        {SPEC("", ",\"pairs\":[[1,2,3]]"), BE_EPROTOCOL, "'pairs'"},
        {SPEC("", ",\"pairs\":[[1,-2]]"), BE_EPROTOCOL, "'pairs'"},
        {SPEC("", ",\"pairs\":[]"), BE_EPROTOCOL, "'pairs'"},
        {SPEC("", ",\"pairs\":[[0,0]],\"passes\":0"), BE_EPROTOCOL, "'passes'"},
        {SPEC("", "," PAIRS ",\"cold\":1"), BE_EPROTOCOL, "'cold'"},
        {SPEC("", "," PAIRS ",\"pus\":[-1]"), BE_EPROTOCOL, "'pus'"},
        {SPEC("", "," PAIRS ",\"pus\":[0,0]"), BE_EINVAL, "2 PU numbers for 1 workers"},
        {SPEC("", "," PAIRS ",\"pus\":[1048576]"), BE_EUNAVAILABLE, "PU 1048576"},
        {SPEC(",\"executor\":\"threads\"", "," PAIRS), BE_EINVAL, "cpython-pool"},
        {SPEC(",\"workload\":\"spin\"", "," PAIRS), BE_EINVAL, "gcd-euclid"},
        {SPEC(",\"workers\":\"2\"", "," PAIRS), BE_EINVAL, "has 1 worker, not 2"},
        {SPEC(",\"chunk\":\"0\"", "," PAIRS), BE_EINVAL, "chunk: '0'"},
        {SPEC(",\"window\":\"9\"", "," PAIRS), BE_EINVAL, "'window' is no parameter"},
        {SPEC(",\"start\":\"fork\"", "," PAIRS), BE_EINVAL, "'start' is no parameter"},
        {SPEC(",\"executor\":\"cpython-pool\",\"start\":\"thaw\"", "," PAIRS), BE_EINVAL,
         "fork spawn forkserver"},
        {SPEC("", ",\"input\":{\"path\":\"/dev/null\",\"hash\":1}"), BE_EINPUT, "no pair"},
        {SPEC("", ",\"input\":{\"path\":\"/nowhere\",\"hash\":1}"), BE_ENOTFOUND, "/nowhere"},
        {SPEC(",\"workload\":\"gcd-trial\"", ",\"pairs\":[[6,0]]"), BE_ETASK, "is 0"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_sample_record record;
        struct be_error error = {BE_OK, ""};
        enum be_status status = bench_measure(cases[i].spec, &record, &error);
        if (status != cases[i].status || !strstr(error.message, cases[i].part)) {
            fail_msg("%s: %s '%s', wanted %s '%s'", cases[i].spec, be_status_name(status),
                     error.message, be_status_name(cases[i].status), cases[i].part);
        }
        be_sample_record_finish(&record);
    }
}

static void an_input_is_the_one_that_was_planned(void **state)
{
    char text[512];
    struct be_pairs pairs = {0};
    struct be_sample_record record;
    struct be_error error = {BE_OK, ""};
    int fd = memfd_create("input", 0);
    static const char csv[] = "a,b\n12, 18\n\n18446744073709551615,5\n";
    static const char results[] = "\6\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0\6\0\0\0\0\0\0";
    uint64_t right = be_hash_bytes(BE_HASH_SEED, results, sizeof(results));
    (void)state;

    assert_int_equal(be_io_write_all(fd, csv, sizeof(csv) - 1, NULL), BE_OK);
    snprintf(text, sizeof(text), "/proc/%d/fd/%d", (int)getpid(), fd);
    assert_int_equal(be_pairs_read(text, &pairs, NULL), BE_OK);
    for (uint64_t off = 0; off < 2; off++) {
        snprintf(text, sizeof(text),
                 SPEC(",\"tasks\":\"3\"",
                      ",\"input\":{\"path\":\"/proc/%d/fd/%d\",\"hash\":\"%" PRIu64 "\"}"),
                 (int)getpid(), fd, be_pairs_hash(&pairs) + off);
        enum be_status status = bench_measure(text, &record, &error);
        assert_int_equal(status, off ? BE_EINPUT : BE_OK);
        assert_true(off || record.passes[0].checksum == right);
        be_sample_record_finish(&record);
    }
    be_pairs_finish(&pairs);
    close(fd);
}

/* What passes for one here is python3 by another name. */
static void a_build_with_the_lock_is_no_free_threaded_one(void **state)
{
    static const char script[] = "#!/bin/sh\nexec python3 \"$@\"\n";
    char folder[] = "/tmp/breakeven-test-XXXXXX";
    char text[256];
    struct be_sample_record record;
    struct be_error error = {BE_OK, ""};
    const char *asked = getenv("PATH");
    char *path = strdup(asked ? asked : "");
    struct be_buffer longer = {0};
    (void)state;

    assert_non_null(mkdtemp(folder));
    snprintf(text, sizeof(text), "%s/python3.19t", folder);
    assert_int_equal(be_io_write_file(text, script, strlen(script), NULL), BE_OK);
    assert_int_equal(chmod(text, 0700), 0);
    be_buffer_printf(&longer, "%s:%s", folder, path);
    setenv("PATH", be_buffer_text(&longer), 1);
    enum be_status status =
        bench_measure(SPEC(",\"executor\":\"cpython-free-threads\"", "," PAIRS), &record, &error);
    setenv("PATH", path, 1);
    assert_int_equal(unlink(text), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(status, BE_EUNAVAILABLE);
    assert_non_null(strstr(error.message, "python3.19t' is no free-threaded build"));
    be_sample_record_finish(&record);
    be_buffer_finish(&longer);
    free(path);
}

/* Starts a job that takes years, and lets it come as far as it does in a while. */
static pid_t endless_start(const char *executor, const char *start, int *input)
{
    char spec[512];
    int pipe_fds[2];

    snprintf(spec, sizeof(spec),
             "{\"protocol\":1,\"params\":{\"workload\":\"gcd-trial\",\"executor\":\"%s\"%s%s%s,"
             "\"workers\":\"2\",\"tasks\":\"4\"},\"leash\":true,"
             "\"pairs\":[[9000000000000000001,9000000000000000000]]}\n",
             executor, start ? ",\"start\":\"" : "", start ? start : "", start ? "\"" : "");
    assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(pipe_fds[0], STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        execl(BENCH_PROGRAM, BENCH_PROGRAM, (char *)NULL);
        _exit(127);
    }
    close(pipe_fds[0]);
    assert_int_equal(be_io_write_all(pipe_fds[1], spec, strlen(spec), NULL), BE_OK);
    *input = pipe_fds[1];
    return pid;
}

/* Waits until the program and all that it left behind are gone. */
static void assert_all_end(pid_t pid)
{
    pid_t ended;
    bool seen = false;

    while ((ended = waitpid(-1, NULL, 0)) > 0) {
        seen |= ended == pid;
    }
    assert_true(seen);
}

static void nothing_is_left_behind_whatever_ends_it(void **state)
{
    static const struct {
        const char *executor;
        const char *start;
    } cases[] = {{"cpython-threads", NULL},
                 {"cpython-processes", "fork"},
                 {"cpython-processes", "spawn"},
                 {"cpython-pool", "fork"},
                 {"cpython-processes", "forkserver"}};
    (void)state;

    for (size_t i = 0; i < 3 * sizeof(cases) / sizeof(cases[0]); i++) {
        int input;
        pid_t pid = endless_start(cases[i / 3].executor, cases[i / 3].start, &input);
        /* It has to work at any time: before there are workers, and most likely while they work. */
        nanosleep(&(struct timespec){0, i % 3 == 0 ? 50000000 : 600000000}, NULL);
        if (i % 3 == 2) {
            close(input);
        } else {
            kill(pid, SIGKILL);
        }
        assert_all_end(pid);
        if (i % 3 != 2) {
            close(input);
        }
    }
}

/* What a file of /proc says of a process; the caller frees. */
static char *process_text(pid_t pid, const char *file)
{
    char path[64];
    char *text = NULL;
    size_t bytes = 0;

    snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", (int)pid, (int)pid, file);
    be_io_read_file(path, 1 << 14, &text, &bytes, NULL);
    return text;
}

/* The second process that Python has forked; 0: it has not yet. */
static pid_t second_child(pid_t pid)
{
    char *name = process_text(pid, "comm");
    char *children = process_text(pid, "children");
    pid_t second = 0;

    if (name && children && strncmp(name, "python", strlen("python")) == 0) {
        char *behind_first;
        (void)strtol(children, &behind_first, 10);
        second = (pid_t)strtol(behind_first, NULL, 10);
    }
    free(name);
    free(children);
    return second;
}

/* Nothing but a task of years takes a process that long. */
static void computing_await(pid_t pid)
{
    clockid_t clock;

    assert_int_equal(clock_getcpuclockid(pid, &clock), 0);
    while (be_clock_read_ns(clock) < UINT64_C(300000000)) {
        nanosleep(&(struct timespec){0, 5000000}, NULL);
    }
}

static void a_pool_that_lost_a_process_ends(void **state)
{
    static const char *const executors[] = {"cpython-processes", "cpython-pool"};
    (void)state;

    if (access("/proc/thread-self/children", R_OK) != 0) {
        print_message("the kernel does not list a process's children\n");
        skip();
    }
    for (size_t i = 0; i < sizeof(executors) / sizeof(executors[0]); i++) {
        int input;
        int status = 0;
        pid_t worker = 0;
        pid_t pid = endless_start(executors[i], "fork", &input);
        while ((worker = second_child(pid)) == 0) {
            nanosleep(&(struct timespec){0, 1000000}, NULL);
        }
        computing_await(worker);
        assert_int_equal(kill(worker, SIGKILL), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), be_status_exit_code(BE_EWORKER));
        while (waitpid(-1, NULL, 0) > 0) {
        }
        close(input);
    }
}

static void an_interrupt_ends_it_without_a_word(void **state)
{
    int input;
    int status = 0;
    pid_t pid = endless_start("cpython-processes", "fork", &input);
    (void)state;

    nanosleep(&(struct timespec){0, 600000000}, NULL);
    kill(pid, SIGINT);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
    while (waitpid(-1, NULL, 0) > 0) {
    }
    close(input);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_says_is_what_its_file_says),
        cmocka_unit_test(every_workload_has_our_results),
        cmocka_unit_test(every_executor_has_our_results),
        cmocka_unit_test(a_chunk_of_its_own_choice_is_said),
        cmocka_unit_test(wrong_specs_are_refused_with_what_would_be_right),
        cmocka_unit_test(an_input_is_the_one_that_was_planned),
        cmocka_unit_test(a_build_with_the_lock_is_no_free_threaded_one),
        cmocka_unit_test(nothing_is_left_behind_whatever_ends_it),
        cmocka_unit_test(a_pool_that_lost_a_process_ends),
        cmocka_unit_test(an_interrupt_ends_it_without_a_word),
    };

    if (system("command -v python3 >/dev/null") != 0) {
        printf("no python3\n");
        return SKIPPED;
    }
    /* Orphans become children of this process, so that it can wait for them. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
