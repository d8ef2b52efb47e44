/* What the store's tests share: a folder of their own, a small run, and samples told by a number.
 */
#ifndef BE_TEST_STORE_FIXTURE_H
#define BE_TEST_STORE_FIXTURE_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/buffer.h"
#include "core/protocol.h"
#include "core/run.h"
#include "core/values.h"
#include "store/store.h"

enum { FIXTURE_PATH_BYTES = 256 };

/* The call takes &error as its last argument. */
#define ASSERT_OK(call)                                                                            \
    do {                                                                                           \
        struct be_error error = {0};                                                               \
        if ((call) != BE_OK) {                                                                     \
            fail_msg("%s", error.message);                                                         \
        }                                                                                          \
    } while (0)

struct fixture {
    char folder[FIXTURE_PATH_BYTES];
    char path[FIXTURE_PATH_BYTES + 16]; /* of a database that is not there yet */
};

static inline int fixture_setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    const char *parent = getenv("TMPDIR");

    assert_non_null(fixture);
    snprintf(fixture->folder, sizeof(fixture->folder), "%s/be_store.XXXXXX",
             parent ? parent : "/tmp");
    assert_non_null(mkdtemp(fixture->folder));
    snprintf(fixture->path, sizeof(fixture->path), "%s/a.db", fixture->folder);
    *state = fixture;
    return 0;
}

static inline int fixture_remove(const char *path, const struct stat *file, int kind,
                                 struct FTW *where)
{
    (void)file;
    (void)kind;
    (void)where;
    return remove(path);
}

static inline int fixture_teardown(void **state)
{
    struct fixture *fixture = *state;
    int code = nftw(fixture->folder, fixture_remove, 8, FTW_DEPTH | FTW_PHYS);

    free(fixture);
    return code;
}

static inline void fixture_configuration(struct be_configuration *configuration,
                                         const char *executor, enum be_role role)
{
    static const char *const params[][2] = {
        {"workload", "gcd-trial"}, {"placement", "compact"}, {"workers", "2"}, {"chunk", "1"},
        {"tasks", "100"},          {"steps", "1000"},
    };

    for (size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++) {
        assert_int_equal(be_params_set(&configuration->params, params[i][0], params[i][1], NULL),
                         BE_OK);
    }
    ASSERT_OK(be_params_set(&configuration->params, "executor", executor, &error));
    ASSERT_OK(be_configuration_index(configuration, &error));
    configuration->role = role;
    configuration->block = 3;
}

/* A run of two configurations; the caller finishes it. */
static inline void fixture_run(struct be_run *run)
{
    *run = (struct be_run){
        .plan = strdup("quick"),
        .plan_text = strdup("plan"),
        .machine_key = strdup("key"),
        .machine_json = strdup("{}"),
        .boot_id = strdup("boot"),
        .build_id = strdup("build"),
        .seed = UINT64_MAX,
        .started_at = 1760000000,
        .rounds = 12,
        .configurations = calloc(2, sizeof(*run->configurations)),
        .configuration_count = 2,
    };
    assert_non_null(run->configurations);
    fixture_configuration(&run->configurations[0], "serial", BE_ROLE_REFERENCE);
    fixture_configuration(&run->configurations[1], "threads", BE_ROLE_MEASURED);
    run->configurations[1].grain_asked_ns = 10000;
    run->configurations[1].pu_count = 2;
    run->configurations[1].bound_order = 1.868;
    run->configurations[1].bound_best = 1.899;
}

/*
 * What a runner says whose warm passes took wall_ns, some 4 KiB, so that it fills pages; and the
 * sample of the run that it makes, which the caller finishes.
 */
static inline void fixture_sample(struct be_run *run, uint64_t wall_ns, struct be_sample *sample,
                                  struct be_buffer *lines)
{
    struct be_counter_value counters[] = {
        {.name = "rusage:user-time", .state = BE_COUNTER_COUNTED, .value = 3 * wall_ns},
        {.name = "papi:PAPI_TOT_INS", .state = BE_COUNTER_UNAVAILABLE, .reason = "no PMU"},
    };
    struct be_worker_record worker = {.pu_bound = -1, .counters = {counters, 2}};
    struct be_worker_record workers[2] = {worker, worker};
    struct be_pass_record passes[21] = {
        {.kind = BE_PASS_COLD, .wall_ns = 2 * wall_ns, .tasks = 100}};
    struct be_sample_record record = {
        .hello = {BE_PROTOCOL_VERSION, "fixture", "1", "build"},
        .passes = passes,
        .pass_count = 21,
        .workers = workers,
        .worker_count = 2,
        .latency = {.count = 7, .p50_ns = wall_ns, .max_ns = 2 * wall_ns},
    };

    be_hello_encode(&record.hello, lines);
    for (int i = 0; i < 21; i++) {
        if (i > 0) {
            passes[i] = (struct be_pass_record){.kind = BE_PASS_TIMED,
                                                .wall_ns = wall_ns,
                                                .cpu_ns = wall_ns + 1,
                                                .tasks = 100,
                                                .checksum = UINT64_MAX};
        }
        be_pass_encode(&passes[i], lines);
    }
    be_done_encode(&record, lines);
    ASSERT_OK(be_buffer_check(lines, &error));
    *sample = (struct be_sample){.configuration = wall_ns % 2,
                                 .round = 7,
                                 .started_ns = 5,
                                 .elapsed_ns = 4 * wall_ns,
                                 .overhead_ns = 11};
    ASSERT_OK(be_sample_fill(sample, &record, run, &error));
}

/* Stores the sample whose warm pass took wall_ns. */
static inline enum be_status fixture_add(struct be_store *store, int64_t run_id, uint64_t wall_ns,
                                         struct be_error *error)
{
    struct be_buffer lines = {0};
    struct be_sample sample;
    struct be_run run;

    fixture_run(&run);
    run.id = run_id;
    fixture_sample(&run, wall_ns, &sample, &lines);
    enum be_status status = be_store_add_sample(store, &run, &sample, &lines, NULL, error);
    be_buffer_finish(&lines);
    be_sample_finish(&sample);
    be_run_finish(&run);
    return status;
}

/* A closed database that holds one run (id 1) of `samples` samples, told 1, 2, 3 … */
static inline void fixture_database(const char *path, size_t samples)
{
    struct be_store *store = NULL;
    struct be_run run;

    fixture_run(&run);
    ASSERT_OK(be_store_open(path, BE_STORE_WRITE, &store, &error));
    ASSERT_OK(be_store_begin_run(store, &run, &error));
    for (size_t i = 1; i <= samples; i++) {
        ASSERT_OK(fixture_add(store, run.id, i, &error));
    }
    be_store_close(store);
    be_run_finish(&run);
}

#endif
