/* labels: threads */
/* What a sample says of where time and memory went, and what injections do, on the real program. */
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>

#include "bench_process.h"
#include "delay.h"
#include "executor/executor.h"

#define MS UINT64_C(1000000)

static const char *const pools[] = {"threads", "threads-gil", "processes"};

enum { POOLS = sizeof(pools) / sizeof(pools[0]) };

struct load {
    const char *executor;
    const char *workload;
    uint64_t steps;
    uint64_t tasks;
    uint32_t workers;
    const char *inject; /* NULL: none */
    const char *codec;  /* NULL: what the executor takes by itself */
};

/* A sample of 2 timed passes and 1 before them. */
static void measure(const struct load *load, struct be_sample_record *record)
{
    char spec[512];
    char codec[64] = "";
    struct be_spec parsed;
    struct be_error error = {BE_OK, ""};

    if (load->codec) {
        snprintf(codec, sizeof(codec), ",\"codec\":\"%s\"", load->codec);
    }
    snprintf(spec, sizeof(spec),
             "{\"protocol\":1,\"params\":{\"executor\":\"%s\",\"workload\":\"%s\","
             "\"steps\":\"%" PRIu64 "\",\"tasks\":\"%" PRIu64 "\",\"workers\":\"%" PRIu32
             "\",\"inject\":\"%s\"%s},\"passes\":2,\"warmup\":1}\n",
             load->executor, load->workload, load->steps, load->tasks, load->workers,
             load->inject ? load->inject : "none", codec);
    if (bench_measure(spec, record, &error) != BE_OK) {
        fail_msg("%s: %s", load->executor, error.message);
    }
    be_spec_init(&parsed);
    assert_int_equal(be_spec_parse(spec, strlen(spec), &parsed, NULL), BE_OK);
    if (be_sample_record_check(record, &parsed, UINT64_MAX, &error) != BE_OK) {
        fail_msg("%s: %s", load->executor, error.message);
    }
    be_spec_finish(&parsed);
}

static uint64_t compute_ns(const struct be_pass_record *pass)
{
    uint64_t sum_ns = pass->dispatcher.stamps.compute_ns;

    for (uint32_t i = 0; i < pass->worker_count; i++) {
        sum_ns += pass->workers[i].stamps.compute_ns;
    }
    return sum_ns;
}

/* No worker's parts come to more than the pass, nor the dispatcher's to more than its CPU time. */
static void expect_parts_fit(const struct be_pass_record *pass)
{
    const struct be_stamps *own = &pass->dispatcher.stamps;

    assert_true(pass->stamped);
    for (uint32_t i = 0; i < pass->worker_count; i++) {
        const struct be_stamps *stamps = &pass->workers[i].stamps;
        assert_true(stamps->compute_ns + stamps->codec_ns + stamps->send_ns + stamps->receive_ns <=
                    pass->wall_ns);
        assert_int_equal(stamps->merge_ns, 0);
    }
    assert_true(own->codec_ns + own->send_ns + own->receive_ns + own->merge_ns <=
                pass->dispatcher.cpu_ns);
}

/*
 * Sleeping takes as long as it says and more. A machine that lets workers wait for a core at the
 * wrong moment may cost some of it.
 */
static void compute_time_is_that_of_the_tasks(void **state)
{
    static const char *const executors[] = {"serial", "threads"};
    (void)state;

    for (size_t i = 0; i < sizeof(executors) / sizeof(executors[0]); i++) {
        struct be_sample_record record;
        measure(&(struct load){executors[i], "sleep", 10 * MS, 20, i == 0 ? 1 : 2, NULL, NULL},
                &record);
        for (size_t k = 0; k < record.pass_count; k++) {
            const struct be_pass_record *pass = &record.passes[k];
            expect_parts_fit(pass);
            if (compute_ns(pass) < 100 * MS) {
                fail_msg("%s: %" PRIu64 " ns computing", executors[i], compute_ns(pass));
            }
            assert_true(compute_ns(pass) <= record.worker_count * pass->wall_ns);
        }
        be_sample_record_finish(&record);
    }
}

static void a_worker_s_parts_come_from_its_own_time(void **state)
{
    (void)state;

    for (size_t i = 0; i < POOLS; i++) {
        struct be_sample_record record;
        measure(&(struct load){pools[i], "null", 0, 20000, 2, NULL, NULL}, &record);
        bool talks = strcmp(pools[i], "processes") == 0;
        uint64_t send_ns = 0;
        uint64_t merge_ns = 0;
        for (size_t k = 0; k < record.pass_count; k++) {
            expect_parts_fit(&record.passes[k]);
            send_ns += record.passes[k].dispatcher.stamps.send_ns;
            merge_ns += record.passes[k].dispatcher.stamps.merge_ns;
        }
        /* So short a pass may have no round that is timed, the first one has. */
        assert_int_equal(send_ns > 0, talks);
        assert_int_equal(merge_ns > 0, talks);
        be_sample_record_finish(&record);
    }
}

/* A worker has nothing to do where numbers travel as they are, and threads have no codec. */
static void codecs_take_time_where_there_is_something_to_do(void **state)
{
    static const struct {
        const char *executor;
        const char *codec;
        bool encodes;
    } cases[] = {
        {"processes", "json", true}, {"processes", "raw", false}, {"threads", NULL, false}};
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_sample_record record;
        measure(&(struct load){cases[i].executor, "null", 0, 20000, 2, NULL, cases[i].codec},
                &record);
        const struct be_pass_record *pass = &record.passes[2];
        expect_parts_fit(pass);
        uint64_t workers_ns = pass->workers[0].stamps.codec_ns + pass->workers[1].stamps.codec_ns;
        assert_int_equal(workers_ns > 0, cases[i].encodes);
        if (cases[i].encodes) {
            assert_true(pass->dispatcher.stamps.codec_ns > 0);
        }
        be_sample_record_finish(&record);
    }
}

static void latencies_rise_and_are_those_of_tasks(void **state)
{
    (void)state;

    for (size_t i = 0; i < POOLS; i++) {
        struct be_sample_record record;
        measure(&(struct load){pools[i], "sleep", 1 * MS, 60, 4, NULL, NULL}, &record);
        const struct be_latency *latency = &record.latency;
        assert_in_range(latency->count, 1, 2 * 60);
        assert_true(latency->p50_ns >= 968000);
        assert_true(latency->count < 100 ? latency->p99_ns == 0
                                         : latency->p99_ns >= latency->p50_ns);
        assert_int_equal(latency->p999_ns, 0);
        assert_true(latency->max_ns >= latency->p50_ns && latency->max_ns >= latency->p99_ns);
        be_sample_record_finish(&record);
    }
}

static void a_process_knows_its_memory_and_a_thread_has_none(void **state)
{
    (void)state;

    for (size_t i = 0; i < POOLS; i++) {
        struct be_sample_record record;
        bool own =
            strcmp(pools[i], "processes") == 0 && access("/proc/self/smaps_rollup", R_OK) == 0;
        measure(&(struct load){pools[i], "null", 0, 100, 3, NULL, NULL}, &record);
        for (size_t k = 0; k < 3; k++) {
            assert_int_equal(record.workers[k].pss_bytes > 4096, own);
        }
        be_sample_record_finish(&record);
    }
}

static uint64_t peak_rss_bytes(const char *executor)
{
    struct be_sample_record record;

    measure(&(struct load){executor, "null", 0, 100, 2, NULL, NULL}, &record);
    uint64_t bytes = (uint64_t)record.gauges.said[BE_GAUGE_peak_rss_bytes].value;
    be_sample_record_finish(&record);
    assert_true(bytes > 4096);
    return bytes;
}

/* A process begins as a copy of who starts it, and the kernel counts that as its own peak. */
static void a_peak_is_not_that_of_who_started_the_runner(void **state)
{
    enum { BALLAST_BYTES = 64 << 20 };
    uint64_t before_bytes[POOLS];
    (void)state;

    for (size_t i = 0; i < POOLS; i++) {
        before_bytes[i] = peak_rss_bytes(pools[i]);
    }
    void *ballast =
        mmap(NULL, BALLAST_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(ballast != MAP_FAILED);
    memset(ballast, 1, BALLAST_BYTES);
    for (size_t i = 0; i < POOLS; i++) {
        assert_true(peak_rss_bytes(pools[i]) < before_bytes[i] + BALLAST_BYTES / 2);
    }
    munmap(ballast, BALLAST_BYTES);
}

/* Each task sleeps once; the dispatcher waits for the pass once at least. */
static void workers_and_dispatcher_are_watched(void **state)
{
    (void)state;

    for (size_t i = 0; i < POOLS; i++) {
        struct be_sample_record record;
        uint64_t switches = 0;
        measure(&(struct load){pools[i], "sleep", 2 * MS, 10, 2, NULL, NULL}, &record);
        for (size_t k = 0; k < 2; k++) {
            assert_true(record.workers[k].watched);
            switches += record.workers[k].disturbance.voluntary_switches;
        }
        assert_true(switches >= 20);
        assert_true(record.dispatcher.watched);
        assert_true(record.dispatcher.disturbance.voluntary_switches >= 2);
        be_sample_record_finish(&record);
    }
}

/* Where two must take turns on one CPU, each of them waits. */
static void waiting_for_a_core_is_known_where_the_kernel_tells(void **state)
{
    bool told = be_delay_read(gettid()).known;
    cpu_set_t allowed;
    cpu_set_t one;
    (void)state;

    assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
    int cpu = 0;
    while (!CPU_ISSET(cpu, &allowed)) {
        cpu++;
    }
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
    for (size_t i = 0; i < POOLS; i++) {
        struct be_sample_record record;
        uint64_t delay_ns = 0;
        measure(&(struct load){pools[i], "spin", 2 * MS, 20, 2, NULL, NULL}, &record);
        for (size_t k = 0; k < 2; k++) {
            assert_int_equal(record.workers[k].disturbance.delay_known, told);
            delay_ns += record.workers[k].disturbance.delay_ns;
            assert_int_equal(record.workers[k].disturbance.migrations, 0);
        }
        assert_int_equal(record.dispatcher.disturbance.delay_known, told);
        assert_int_equal(delay_ns > 0, told);
        be_sample_record_finish(&record);
    }
    assert_int_equal(sched_setaffinity(0, sizeof(allowed), &allowed), 0);
}

/* The lock lets one after the other start: the first gives it up after its first task. */
static void a_worker_that_starts_late_is_seen(void **state)
{
    struct be_sample_record record;
    (void)state;

    measure(&(struct load){"threads-gil", "sleep", 20 * MS, 4, 2, NULL, NULL}, &record);
    for (size_t i = 0; i < record.pass_count; i++) {
        const struct be_pass_worker *workers = record.passes[i].workers;
        if (workers[0].tasks > 0 && workers[1].tasks > 0) {
            uint64_t a = workers[0].start_ns;
            uint64_t b = workers[1].start_ns;
            assert_true((a > b ? a - b : b - a) >= 19 * MS);
        }
    }
    be_sample_record_finish(&record);
}

static void more_workers_than_cores_work(void **state)
{
    cpu_set_t allowed;
    (void)state;

    assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
    uint32_t workers = 2 * (uint32_t)CPU_COUNT(&allowed) + 1;
    workers = workers < 64 ? workers : 64;
    for (size_t i = 0; i < POOLS; i++) {
        struct be_sample_record record;
        measure(&(struct load){pools[i], "spin", 20000, 500, workers, NULL, NULL}, &record);
        assert_int_equal(record.worker_count, workers);
        for (size_t k = 0; k < record.pass_count; k++) {
            expect_parts_fit(&record.passes[k]);
        }
        be_sample_record_finish(&record);
    }
}

/* What an injection adds to the wall time of sleeping tasks is known from below. */
static void injections_do_what_they_say(void **state)
{
    static const struct {
        const char *inject;
        uint32_t workers;
        uint64_t wall_ms; /* at least */
    } cases[] = {
        {"none", 4, 20},
        {"serial:50%", 4, 50},     /* 20 alone, 20 on 4 */
        {"imbalance:100%", 4, 25}, /* 50 on 4 */
        {"cost:1ms", 1, 119},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t p = 0; p < POOLS; p++) {
            struct be_sample_record record;
            /* Under the lock one sleeps after the other. */
            bool locked = strcmp(pools[p], "threads-gil") == 0;
            measure(&(struct load){pools[p], "sleep", 2 * MS, 40, cases[i].workers, cases[i].inject,
                                   NULL},
                    &record);
            for (size_t k = 0; k < record.pass_count; k++) {
                uint64_t least_ns = (locked ? 80 : cases[i].wall_ms) * MS;
                if (record.passes[k].wall_ns < least_ns) {
                    fail_msg("%s, %s: %" PRIu64 " ns", pools[p], cases[i].inject,
                             record.passes[k].wall_ns);
                }
            }
            be_sample_record_finish(&record);
        }
    }
}

/* A cost is CPU time of workers, and none of it is computing, unless another had the core. */
static void a_cost_is_no_computing(void **state)
{
    (void)state;

    for (size_t p = 0; p < POOLS; p++) {
        struct be_sample_record record;
        bool is_seen = false;
        measure(&(struct load){pools[p], "null", 0, 4000, 2, "cost:10us", NULL}, &record);
        for (size_t k = 0; k < record.pass_count; k++) {
            const struct be_pass_record *pass = &record.passes[k];
            uint64_t cpu_ns = pass->workers[0].cpu_ns + pass->workers[1].cpu_ns;
            assert_true(cpu_ns >= 4000 * UINT64_C(9000));
            is_seen |= compute_ns(pass) <= cpu_ns / 2;
        }
        assert_true(is_seen);
        be_sample_record_finish(&record);
    }
}

static void results_are_those_without_injection(void **state)
{
    static const char *const injections[] = {"none", "serial:25%", "cost:1us", "imbalance:50%"};
    uint64_t wanted = 0;
    (void)state;

    for (size_t p = 0; p < POOLS; p++) {
        for (size_t i = 0; i < sizeof(injections) / sizeof(injections[0]); i++) {
            struct be_sample_record record;
            measure(&(struct load){pools[p], "gcd-euclid", 9, 3000, 3, injections[i], NULL},
                    &record);
            wanted = wanted ? wanted : record.passes[0].checksum;
            assert_true(record.passes[0].checksum == wanted);
            be_sample_record_finish(&record);
        }
    }
}

static void an_injection_needs_a_pool(void **state)
{
    static const struct {
        const char *executor;
        const char *inject;
        const char *says;
    } cases[] = {
        {"serial", "cost:1us", "inject: executor 'serial' is no pool and takes none"},
        {"null", "serial:5%", "inject: executor 'null' is no pool and takes none"},
        {"threads", "cost:1", "inject: "},
        {"threads", "slow", "inject: 'slow' is not one of: none serial"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char spec[256];
        struct be_sample_record record;
        struct be_error error = {BE_OK, ""};
        snprintf(spec, sizeof(spec),
                 "{\"protocol\":1,\"params\":{\"executor\":\"%s\",\"workload\":\"null\","
                 "\"tasks\":\"10\",\"inject\":\"%s\"}}\n",
                 cases[i].executor, cases[i].inject);
        assert_int_equal(bench_measure(spec, &record, &error), BE_EINVAL);
        if (strncmp(error.message, cases[i].says, strlen(cases[i].says)) != 0) {
            fail_msg("%s", error.message);
        }
        be_sample_record_finish(&record);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compute_time_is_that_of_the_tasks),
        cmocka_unit_test(a_worker_s_parts_come_from_its_own_time),
        cmocka_unit_test(codecs_take_time_where_there_is_something_to_do),
        cmocka_unit_test(latencies_rise_and_are_those_of_tasks),
        cmocka_unit_test(a_process_knows_its_memory_and_a_thread_has_none),
        cmocka_unit_test(a_peak_is_not_that_of_who_started_the_runner),
        cmocka_unit_test(workers_and_dispatcher_are_watched),
        cmocka_unit_test(waiting_for_a_core_is_known_where_the_kernel_tells),
        cmocka_unit_test(a_worker_that_starts_late_is_seen),
        cmocka_unit_test(more_workers_than_cores_work),
        cmocka_unit_test(injections_do_what_they_say),
        cmocka_unit_test(a_cost_is_no_computing),
        cmocka_unit_test(results_are_those_without_injection),
        cmocka_unit_test(an_injection_needs_a_pool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
