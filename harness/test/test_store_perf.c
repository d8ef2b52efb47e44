/* labels: perf */
/* What analysing a stored run takes: from its file to summaries and findings. */
#include "store_fixture.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "analysis/findings.h"
#include "analysis/summary.h"
#include "core/clock.h"
#include "core/rng.h"
#include "run_builder.h"
#include "sample_record_builder.h"
#include "store/store_query.h"
#include "store/store_sample.h"

enum { BLOCKS = 5, MEMBERS = 10, CONFIGURATIONS = BLOCKS * MEMBERS, PASSES = 5 };

/* Serial, threads and processes at 1, 2, 4 workers, and what messages alone cost each of these. */
static void configurations_add(struct be_run *run, uint32_t block)
{
    static const char *const members[MEMBERS] = {
        "",
        "executor=threads workers=1",
        "executor=threads workers=2",
        "executor=threads workers=4",
        "executor=processes workers=1",
        "executor=processes workers=2",
        "executor=processes workers=4",
        "executor=processes workers=1 workload=null steps=0",
        "executor=processes workers=2 workload=null steps=0",
        "executor=processes workers=4 workload=null steps=0",
    };
    char params[128];

    for (uint32_t i = 0; i < MEMBERS; i++) {
        snprintf(params, sizeof(params), "%s chunk=%u", members[i], block + 1);
        builder_add_configuration(run,
                                  i == 0  ? BE_ROLE_REFERENCE
                                  : i < 7 ? BE_ROLE_MEASURED
                                          : BE_ROLE_OVERHEAD,
                                  block, params);
        run->configurations[run->configuration_count - 1].grain_asked_ns =
            UINT64_C(1000) * (block + 1);
    }
}

/* All that a runner can say, with counters of which two cannot be counted here. */
static void record_make(const struct be_configuration *configuration, struct be_rng *rng,
                        struct be_sample_record *record)
{
    static const char *const events[] = {
        "rusage:user-time",        "rusage:system-time",     "rusage:minor-faults",
        "perf_event:task-clock:u", "perf_event:page-faults", "perf_event:migrations",
        "papi:PAPI_TOT_INS",       "papi:PAPI_TOT_CYC",
    };
    uint32_t workers = configuration->workers;

    *record = (struct be_sample_record){
        .hello = {BE_PROTOCOL_VERSION, "breakeven-bench", "0.1.0", "00ff"},
        .pool_start_ns = 100000,
        .gauges.said[BE_GAUGE_peak_rss_bytes] = {true, 1 << 22},
        .latency = {2000, 3000, 4000, 5000, 60000},
        .pass_count = PASSES + 1,
        .passes = calloc(PASSES + 1, sizeof(*record->passes)),
        .worker_count = workers,
        .workers = calloc(workers, sizeof(*record->workers)),
    };
    for (size_t p = 0; p <= PASSES; p++) {
        struct be_pass_record *pass = &record->passes[p];
        uint64_t wall_ns = 60000000 / workers + be_rng_below(rng, 1000000);
        *pass = (struct be_pass_record){.kind = p == 0 ? BE_PASS_COLD : BE_PASS_TIMED,
                                        .wall_ns = wall_ns,
                                        .cpu_ns = wall_ns * workers,
                                        .tasks = configuration->tasks,
                                        .stamped = true};
        pass->dispatcher = (struct be_pass_dispatcher){100000, {0, 0, 30000, 20000, 10000, 0}};
        pass->worker_count = p == 0 ? 0 : workers;
        pass->workers = p == 0 ? NULL : calloc(workers, sizeof(*pass->workers));
        for (uint32_t w = 0; w < pass->worker_count; w++) {
            pass->workers[w] = (struct be_pass_worker){10,
                                                       wall_ns,
                                                       1000 + w,
                                                       wall_ns - UINT64_C(1000) * w,
                                                       {wall_ns / 2, 0, 1000, 1000, 0, 0}};
        }
    }
    for (uint32_t w = 0; w < workers; w++) {
        struct be_counter_value values[8] = {0};
        for (size_t i = 0; i < 8; i++) {
            snprintf(values[i].name, sizeof(values[i].name), "%s", events[i]);
            snprintf(values[i].reason, sizeof(values[i].reason), "%s", i < 6 ? "" : "no PMU");
            values[i].state = i < 6 ? BE_COUNTER_COUNTED : BE_COUNTER_UNAVAILABLE;
            values[i].value = i < 6 ? 1 + be_rng_below(rng, 1 << 30) : 0;
        }
        record->workers[w].watched = true;
        record->workers[w].pu_bound = (int32_t)w;
        ASSERT_OK(be_counters_copy(values, 8, &record->workers[w].counters, &error));
    }
}

/* A sample whose times are its configuration's record's, moved a little unless it is the last. */
static void sample_put(struct be_sample_writer *writer, const struct be_sample *pattern,
                       const struct be_buffer *lines, uint32_t round, struct be_rng *rng)
{
    struct be_sample sample = *pattern;
    struct be_counter_sum counters[BE_COUNTERS_MAX];

    sample.round = round;
    sample.counters = counters;
    memcpy(counters, pattern->counters, sample.counter_count * sizeof(counters[0]));
    if (round + 1 < writer->run->rounds) {
        sample.wall_ns += be_rng_below(rng, 1000000);
        sample.cpu_ns += be_rng_below(rng, 1000000);
        for (size_t i = 0; i < BE_VALUE_COUNT; i++) {
            sample.values[i] += (double)be_rng_below(rng, 100);
        }
        for (uint32_t i = 0; i < sample.counter_count; i++) {
            counters[i].value += (double)be_rng_below(rng, 1000);
        }
    }
    ASSERT_OK(be_sample_writer_put(writer, &sample, lines, &error));
}

static void run_make(struct be_run *run, uint32_t rounds)
{
    fixture_run(run);
    for (size_t i = 0; i < run->configuration_count; i++) {
        be_configuration_finish(&run->configurations[i]);
    }
    run->configuration_count = 0;
    run->rounds = rounds;
    for (uint32_t block = 0; block < BLOCKS; block++) {
        configurations_add(run, block);
    }
}

/* A run of as many samples, stored in one transaction: a commit each would take minutes. */
static void database_make(const char *path, uint32_t rounds)
{
    struct be_sample patterns[CONFIGURATIONS] = {0};
    struct be_buffer lines[CONFIGURATIONS] = {0};
    struct be_sample_writer writer;
    struct be_store *store = NULL;
    struct be_run run;
    struct be_rng rng;

    be_rng_init(&rng, 1);
    run_make(&run, rounds);
    ASSERT_OK(be_store_open(path, BE_STORE_WRITE, &store, &error));
    ASSERT_OK(be_store_begin_run(store, &run, &error));
    for (uint32_t i = 0; i < CONFIGURATIONS; i++) {
        struct be_sample_record record;
        record_make(&run.configurations[i], &rng, &record);
        record_encode(&record, &lines[i]);
        patterns[i] = (struct be_sample){
            .configuration = i, .started_ns = 1, .elapsed_ns = 1 << 30, .overhead_ns = 1 << 21};
        ASSERT_OK(be_sample_fill(&patterns[i], &record, &run, &error));
        be_sample_record_finish(&record);
    }
    ASSERT_OK(be_store_execute(store, "BEGIN", "cannot begin", &error));
    ASSERT_OK(be_sample_writer_init(&writer, store, &run, &error));
    for (uint32_t round = 0; round < rounds; round++) {
        for (uint32_t i = 0; i < CONFIGURATIONS; i++) {
            /* The others are not read, and would take 5 GB. */
            bool said = round % 10 == 0 || round + 1 == rounds;
            sample_put(&writer, &patterns[i], said ? &lines[i] : NULL, round, &rng);
        }
    }
    be_sample_writer_finish(&writer);
    ASSERT_OK(be_store_execute(store, "COMMIT", "cannot commit", &error));
    be_store_close(store);
    for (uint32_t i = 0; i < CONFIGURATIONS; i++) {
        be_buffer_finish(&lines[i]);
        be_sample_finish(&patterns[i]);
    }
    be_run_finish(&run);
}

/* How long each step took. */
struct cost {
    uint64_t open_ns;
    uint64_t load_ns;
    uint64_t summaries_ns;
    uint64_t findings_ns;
    uint64_t cpu_ns; /* of all of them: what is less than the sum was taken by others */
    size_t samples;
};

static uint64_t lap(uint64_t *since_ns)
{
    uint64_t now_ns = be_clock_now_ns();
    uint64_t spent_ns = now_ns - *since_ns;

    *since_ns = now_ns;
    return spent_ns;
}

static void run_analyse(const char *path, struct cost *cost)
{
    struct be_summaries summaries;
    struct be_findings findings;
    struct be_store *store = NULL;
    struct be_run run = {0};
    uint64_t at_ns = be_clock_now_ns();

    ASSERT_OK(be_store_open(path, BE_STORE_READ, &store, &error));
    cost->open_ns = lap(&at_ns);
    ASSERT_OK(be_store_load_run(store, 1, BE_STORE_VALUES, &run, &error));
    cost->load_ns = lap(&at_ns);
    ASSERT_OK(be_summaries_create(&run, &summaries, &error));
    cost->summaries_ns = lap(&at_ns);
    ASSERT_OK(be_findings_create(&run, &summaries, &findings, &error));
    cost->findings_ns = lap(&at_ns);
    cost->cpu_ns = be_clock_thread_cpu_ns();
    cost->samples = summaries.items[1].samples;
    be_findings_finish(&findings);
    be_summaries_finish(&summaries);
    be_run_finish(&run);
    be_store_close(store);
}

/* In a process of its own, so that its peak memory is that of analysing. */
static void database_analyse(const char *path, size_t samples, uint64_t limit_ns)
{
    struct cost *cost =
        mmap(NULL, sizeof(*cost), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct rusage usage;
    struct stat file;
    int wait_status = 0;

    assert_ptr_not_equal(cost, MAP_FAILED);
    assert_int_equal(stat(path, &file), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        run_analyse(path, cost);
        _exit(0);
    }
    assert_int_equal(wait4(pid, &wait_status, 0, &usage), pid);
    assert_true(WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0);
    assert_int_equal(cost->samples, samples / CONFIGURATIONS);
    uint64_t total_ns = cost->open_ns + cost->load_ns + cost->summaries_ns + cost->findings_ns;
    print_message("%zu samples, %.0f MB: open %.0f ms, load %.0f ms, summaries %.0f ms, findings"
                  " %.0f ms, in all %.0f ms (CPU %.0f ms); peak %.0f MB, %.0f bytes a sample\n",
                  samples, (double)file.st_size / 1e6, (double)cost->open_ns / 1e6,
                  (double)cost->load_ns / 1e6, (double)cost->summaries_ns / 1e6,
                  (double)cost->findings_ns / 1e6, (double)total_ns / 1e6,
                  (double)cost->cpu_ns / 1e6, (double)usage.ru_maxrss * 1024 / 1e6,
                  (double)usage.ru_maxrss * 1024 / (double)samples);
    assert_true(total_ns <= limit_ns);
    munmap(cost, sizeof(*cost));
}

static void a_hundred_thousand_samples_within_a_second(void **state)
{
    const struct fixture *fixture = *state;

    database_make(fixture->path, 100000 / CONFIGURATIONS);
    database_analyse(fixture->path, 100000, UINT64_C(1000000000));
}

static void a_million_samples_within_ten_seconds(void **state)
{
    const struct fixture *fixture = *state;

    database_make(fixture->path, 1000000 / CONFIGURATIONS);
    database_analyse(fixture->path, 1000000, UINT64_C(10000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_hundred_thousand_samples_within_a_second, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_million_samples_within_ten_seconds, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests_name("store_perf", tests, NULL, NULL);
}
