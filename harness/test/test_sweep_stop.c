/*
 * When a sweep stops and what it searches for, with a runner whose truth is known: this program
 * itself, which answers a spec with times that follow from a model of the pool.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "analysis/breakeven.h"
#include "core/clock.h"
#include "core/protocol.h"
#include "core/rng.h"
#include "machine/machine.h"
#include "machine/topology.h"
#include "measure/launch.h"
#include "measure/sweep.h"
#include "scratch_folder.h"
#include "store/store.h"

/* Tells this program that it is the runner; its value is how noisy: .5 is up to 50 % slower. */
#define NOISE "BREAKEVEN_TEST_NOISE"

/* Tells it that every worker is moved away from its CPU, which makes each sample suspect. */
#define MOVED "BREAKEVEN_TEST_MOVED"

/* The model: a step takes 2 ns, and a task of a pool DISPATCH_NS more; so w* on two workers is it.
 */
enum { STEP_NS = 2, DISPATCH_NS = 3000, CHECKSUM = 4711, SPEC_BYTES_MAX = 1 << 20 };

/* Tasks of WIDE_STEPS steps and more are the noisy ones. */
enum { WIDE_STEPS = 5000 };

static double chance(void)
{
    struct be_rng rng;
    be_rng_init(&rng, be_clock_now_ns() ^ (uint64_t)getpid() << 32);
    return (double)(be_rng_next(&rng) >> 11) * 0x1p-53;
}

static uint64_t pass_model_ns(const struct be_spec *spec)
{
    uint64_t tasks = be_params_get_count(&spec->params, "tasks", 0);
    uint64_t steps = be_params_get_count(&spec->params, "steps", 0);
    uint64_t workers = be_params_get_count(&spec->params, "workers", 1);
    bool pool = strcmp(be_params_get(&spec->params, "executor"), "serial") != 0;
    const char *wanted = getenv(NOISE);
    double noise = pool && steps >= WIDE_STEPS && wanted ? strtod(wanted, NULL) : 0;
    double task_ns = (double)(1 + steps * STEP_NS) + (pool ? DISPATCH_NS : 0);

    return (uint64_t)((double)tasks * task_ns / (double)workers * (1 + noise * chance()));
}

static void pass_answer(const struct be_spec *spec, enum be_pass_kind kind,
                        struct be_buffer *answer)
{
    uint32_t workers = (uint32_t)be_params_get_count(&spec->params, "workers", 1);
    uint64_t tasks = be_params_get_count(&spec->params, "tasks", 0);
    uint64_t wall_ns = pass_model_ns(spec);
    struct timespec pause = {(time_t)(wall_ns / 1000000000), (long)(wall_ns % 1000000000)};
    struct be_pass_record pass = {
        .kind = kind,
        .wall_ns = wall_ns,
        .cpu_ns = wall_ns,
        .tasks = tasks,
        .checksum = CHECKSUM,
        .worker_count = kind == BE_PASS_COLD ? 0 : workers,
        .workers = calloc(workers, sizeof(*pass.workers)),
    };

    for (uint32_t i = 0; i < workers; i++) {
        pass.workers[i] = (struct be_pass_worker){.tasks = tasks / workers + (i < tasks % workers),
                                                  .cpu_ns = wall_ns / workers,
                                                  .end_ns = wall_ns};
    }
    be_pass_encode(&pass, answer);
    free(pass.workers);
    nanosleep(&pause, NULL);
}

/* What the harness asks of its runner; what there is to measure is what the real one says. */
static int runner_main(int argc, char **argv)
{
    static char text[SPEC_BYTES_MAX];
    struct be_sample_record record = {.hello = {BE_PROTOCOL_VERSION, "model", "1", "00"}};
    struct be_buffer answer = {0};
    struct be_spec spec;

    if (argc > 1) {
        execv(BE_RUNNER, argv);
        return 127;
    }
    be_spec_init(&spec);
    if (!fgets(text, sizeof(text), stdin) ||
        be_spec_parse(text, strlen(text), &spec, NULL) != BE_OK) {
        return 1;
    }
    be_hello_encode(&record.hello, &answer);
    if (spec.cold) {
        pass_answer(&spec, BE_PASS_COLD, &answer);
    }
    for (uint32_t i = 0; i < spec.warmup + spec.passes; i++) {
        pass_answer(&spec, i < spec.warmup ? BE_PASS_WARMUP : BE_PASS_TIMED, &answer);
    }
    record.worker_count = be_params_get_count(&spec.params, "workers", 1);
    record.workers = calloc(record.worker_count, sizeof(*record.workers));
    record.dispatcher = (struct be_worker_record){.pu_asked = -1, .pu_bound = -1, .pu_seen = -1};
    for (size_t i = 0; i < record.worker_count; i++) {
        record.workers[i] = record.dispatcher;
        if (getenv(MOVED)) {
            record.workers[i].pu_bound = 0;
            record.workers[i].pu_seen = 1;
        }
    }
    be_done_encode(&record, &answer);
    fwrite(answer.data, 1, answer.length, stdout);
    fflush(stdout);
    _exit(0);
}

/* What a sweep needs beside its plan. */
static struct lab {
    struct be_runner runner;
    struct be_topology *topology;
    struct be_machine machine;
    char root[PATH_MAX]; /* an empty folder: nothing is watched, so nothing disturbs the model */
} lab;

static void must(enum be_status status, const struct be_error *error)
{
    if (status != BE_OK) {
        fail_msg("%s: %s", be_status_name(status), error->message);
    }
}

static int lab_make(void **state)
{
    struct be_error error = {0};
    char self[PATH_MAX] = "";

    if (folder_make(state) != 0 || readlink("/proc/self/exe", self, sizeof(self) - 1) < 0) {
        return -1;
    }
    snprintf(lab.root, sizeof(lab.root), "%s/root", folder);
    setenv(NOISE, "0", 1);
    return mkdir(lab.root, 0700) == 0 && be_launch_prepare(&error) == BE_OK &&
                   be_runner_open(self, -1, &lab.runner, &error) == BE_OK &&
                   be_topology_load(&lab.topology, &error) == BE_OK &&
                   be_machine_capture("", lab.topology, &lab.machine, &error) == BE_OK
               ? 0
               : -1;
}

static int lab_remove(void **state)
{
    be_machine_finish(&lab.machine);
    be_topology_destroy(lab.topology);
    be_runner_finish(&lab.runner);
    return folder_remove(state);
}

/* Two workers that are not pinned, one pass a sample; settings come in pairs and end with NULL. */
static void plan_make(struct be_plan *plan, const char *const *settings)
{
    static const char *const always[] = {
        "executor", "processes", "workers", "2",   "placement", "none",
        "passes",   "1",         "warmup",  "0",   "cold",      "off",
        "counters", "none",      "tasks",   "100", NULL,
    };
    const struct be_plan_limits limits = {.max_workers = 2, .placements = "none"};
    struct be_error error = {0};

    must(be_plan_init(plan, &error), &error);
    for (size_t i = 0; always[i]; i += 2) {
        must(be_plan_set(plan, always[i], always[i + 1], &error), &error);
    }
    for (size_t i = 0; settings[i]; i += 2) {
        must(be_plan_set(plan, settings[i], settings[i + 1], &error), &error);
    }
    must(be_plan_check(plan, &lab.runner.catalog, &limits, &error), &error);
}

/* Stops a sweep between two samples. */
struct stop {
    size_t at; /* samples of this session; 0: never */
    size_t count;
    int write_fd;
};

static void stop_when_due(void *context, const struct be_sweep_progress *progress)
{
    struct stop *stop = context;

    if (progress->stage == BE_SWEEP_SAMPLED && ++stop->count == stop->at) {
        assert_int_equal(write(stop->write_fd, "x", 1), 1);
    }
}

/* The database `name`, to be closed. */
static struct be_store *store_open(const char *name)
{
    char path[PATH_MAX];
    struct be_error error = {0};
    struct be_store *store = NULL;

    snprintf(path, sizeof(path), "%s/%s/runs.db", folder, name);
    must(be_store_open(path, BE_STORE_WRITE, &store, &error), &error);
    return store;
}

/* Sweeps into the database `name`, or goes on there; *run is the caller's to finish. */
static enum be_status sweep_try(const char *name, const char *noise, const char *const *settings,
                                size_t stop_at, struct be_run *run, struct be_error *error)
{
    int pipe_fds[2];
    struct be_plan plan;
    struct be_store *store = store_open(name);

    setenv(NOISE, noise, 1);
    plan_make(&plan, settings);
    assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
    struct stop stop = {.at = stop_at, .write_fd = pipe_fds[1]};
    const struct be_sweep sweep = {.plan = &plan,
                                   .runner = &lab.runner,
                                   .topology = lab.topology,
                                   .machine = &lab.machine,
                                   .store = store,
                                   .root = lab.root,
                                   .interrupt_fd = pipe_fds[0],
                                   .progress = stop_when_due,
                                   .context = &stop};
    enum be_status status = be_sweep_measure(&sweep, run, error);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    be_store_close(store);
    be_plan_finish(&plan);
    return status;
}

static void sweep(const char *name, const char *noise, const char *const *settings, size_t stop_at,
                  struct be_run *run)
{
    struct be_error error = {0};
    enum be_status status = sweep_try(name, noise, settings, stop_at, run, &error);

    if (status != (stop_at > 0 ? BE_EINTERRUPTED : BE_OK)) {
        fail_msg("%s: %s: %s", name, be_status_name(status), error.message);
    }
}

/* Rounds that the block of this grain was measured in. */
static uint32_t grain_rounds(const struct be_run *run, uint64_t grain_ns)
{
    uint32_t rounds = 0;

    for (size_t i = 0; i < run->sample_count; i++) {
        const struct be_sample *sample = &run->samples[i];
        if (run->configurations[sample->configuration].grain_asked_ns == grain_ns &&
            sample->round >= rounds) {
            rounds = sample->round + 1;
        }
    }
    return rounds;
}

/* Both grains are above break-even in all of these, so there is nothing to search. */
static void blocks_stop_when_precise(void **state)
{
    static const struct {
        const char *name;
        const char *noise; /* at 20 us, none at 8 us */
        const char *most;
        uint32_t rounds[2]; /* at 8 us, at 20 us */
    } cases[] = {
        {"precise", "0", "10000", {10, 10}},
        {"wide", "0.5", "11", {10, 11}},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_run run = {0};
        sweep(cases[i].name, cases[i].noise,
              (const char *[]){"grain", "8us,20us", "rounds", cases[i].most, NULL}, 0, &run);
        assert_int_equal(grain_rounds(&run, 8000), cases[i].rounds[0]);
        assert_int_equal(grain_rounds(&run, 20000), cases[i].rounds[1]);
        assert_int_equal(run.status, BE_RUN_DONE);
        be_run_finish(&run);
    }
}

/* A block of three samples fits the budget on a busy machine, too. */
static void the_budget_ends_what_precision_does_not(void **state)
{
    struct be_run run = {0};
    (void)state;

    sweep("budget", "0.5",
          (const char *[]){"grain", "20us", "rounds", "10000", "time-budget", "3s", NULL}, 0, &run);
    assert_int_equal(run.status, BE_RUN_DONE);
    assert_true(run.sample_count > 0);
    assert_true(grain_rounds(&run, 20000) < 10000);
    be_run_finish(&run);
}

/* Each configuration by its id, and how many distinct rounds it has. */
static void assert_same_rounds(const struct be_run *a, const struct be_run *b)
{
    assert_int_equal(a->configuration_count, b->configuration_count);
    for (size_t i = 0; i < a->configuration_count; i++) {
        assert_string_equal(a->configurations[i].id, b->configurations[i].id);
        assert_int_equal(a->configurations[i].block, b->configurations[i].block);
        assert_int_equal(grain_rounds(a, a->configurations[i].grain_asked_ns),
                         grain_rounds(b, b->configurations[i].grain_asked_ns));
    }
}

/* The search has ended: nothing is left to measure, and what was measured is about break-even. */
static void assert_found(const struct be_run *run, double breakeven_ns)
{
    struct be_summaries summaries = {0};
    struct be_wish *wishes = NULL;
    size_t wish_count = 1;
    double nearest = INFINITY;

    assert_int_equal(be_summaries_create(run, &summaries, NULL), BE_OK);
    for (size_t i = 0; i < summaries.count; i++) {
        const struct be_estimate *grain = &summaries.items[i].grain_ns;
        if (run->configurations[i].role == BE_ROLE_MEASURED && grain->known) {
            nearest = fmin(nearest, fabs(log(grain->median / breakeven_ns)));
        }
    }
    assert_true(nearest < log(1.05));
    for (size_t goal = 0; goal < BE_BREAKEVEN_GOALS; goal++) {
        assert_int_equal(be_breakeven_wishes(run, &summaries, goal, &wishes, &wish_count, NULL),
                         BE_OK);
        assert_int_equal(wish_count, 0);
        free(wishes);
    }
    be_summaries_finish(&summaries);
}

/* The model's break-even is at DISPATCH_NS, between the grains of the plan. */
static void a_break_even_is_found_in_one_go_or_in_two(void **state)
{
    static const char *const settings[] = {"grain",       "1us,10us", "rounds", "6",
                                           "time-budget", "60min",    NULL};
    /* Two blocks of 3, and two stages of 4 blocks of 2; this is amid the second one. */
    enum { CONFIGURATIONS = 2 * 3 + 2 * 4 * 2, STOP = 97 };
    struct be_run whole = {0};
    struct be_run begun = {0};
    struct be_run run = {0};
    (void)state;

    sweep("whole", "0", settings, 0, &whole);
    assert_found(&whole, DISPATCH_NS);
    assert_int_equal(whole.configuration_count, CONFIGURATIONS);
    for (size_t i = 0; i < whole.configuration_count; i++) {
        assert_int_equal(grain_rounds(&whole, whole.configurations[i].grain_asked_ns), 6);
    }
    sweep("stop", "0", settings, STOP, &begun);
    assert_int_equal(begun.sample_count, STOP);
    assert_int_equal(begun.configuration_count, CONFIGURATIONS);
    sweep("stop", "0", settings, 0, &run);
    assert_int_equal(run.id, begun.id);
    assert_same_rounds(&run, &whole);
    be_run_finish(&begun);
    be_run_finish(&run);
    be_run_finish(&whole);
}

/*
 * A sample that computes takes some 36 ms, so 6 rounds of a stage of 8 configurations take 1.7 s:
 * the budget has no room for them, however slow this machine is.
 */
static void a_stage_that_would_not_get_its_rounds_is_not_begun(void **state)
{
    struct be_run run = {0};
    (void)state;

    sweep("short", "0",
          (const char *[]){"grain", "1us,10us", "rounds", "6", "tasks", "8000", "time-budget", "2s",
                           NULL},
          0, &run);
    assert_int_equal(run.configuration_count, 6);
    be_run_finish(&run);
}

static void assert_same_sample(const struct be_sample *a, const struct be_sample *b)
{
    assert_int_equal(a->configuration, b->configuration);
    assert_int_equal(a->round, b->round);
}

/* Every attempt is disturbed, so each round has two, wherever a session ends. */
static void a_disturbed_block_is_measured_twice_in_one_go_or_in_two(void **state)
{
    static const char *const settings[] = {"grain", "20us", "rounds", "2", NULL};
    static const size_t stops[] = {2, 3, 4, 6, 9, 11};
    enum { MEMBERS = 3, SAMPLES = MEMBERS * 2 * 2 };
    struct be_run whole = {0};
    (void)state;

    setenv(MOVED, "1", 1);
    sweep("moved", "0", settings, 0, &whole);
    assert_int_equal(whole.sample_count, SAMPLES);
    for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
        char name[16];
        size_t kept = stops[i] / MEMBERS * MEMBERS; /* samples of whole attempts */
        struct be_run first = {0};
        struct be_run second = {0};
        snprintf(name, sizeof(name), "moved%zu", stops[i]);
        sweep(name, "0", settings, stops[i], &first);
        be_run_finish(&first);
        sweep(name, "0", settings, 0, &second);
        assert_int_equal(second.sample_count, SAMPLES + stops[i] - kept);
        for (size_t k = kept; k < SAMPLES; k++) {
            assert_same_sample(&second.samples[k + stops[i] - kept], &whole.samples[k]);
        }
        be_run_finish(&second);
    }
    be_run_finish(&whole);
    unsetenv(MOVED);
}

static void weak_scaling_is_checked_and_measured(void **state)
{
    struct be_run run = {0};
    (void)state;

    sweep("weak", "0", (const char *[]){"rounds", "2", "scaling", "weak", NULL}, 0, &run);
    assert_int_equal(run.configuration_count, 3);
    assert_int_equal(run.configurations[0].tasks, 100);
    assert_int_equal(run.configurations[1].tasks, 200);
    for (size_t i = 0; i < run.sample_count; i++) {
        assert_int_not_equal(run.samples[i].state, BE_SAMPLE_FAILED);
    }
    be_run_finish(&run);
}

/* A first block that was left half-way has samples, and says nothing. */
static void samples_without_a_speedup_are_no_result(void **state)
{
    static const char *const settings[] = {"rounds", "2", "time-budget", "100s", NULL};
    struct be_run run = {0};
    struct be_run resumed = {0};
    struct be_error error = {0};
    (void)state;

    sweep("half", "0", settings, 1, &run);
    struct be_store *store = store_open("half");
    must(be_store_set_status(store, run.id, BE_RUN_INTERRUPTED, UINT64_C(200000000000), &error),
         &error);
    be_store_close(store);
    assert_int_equal(sweep_try("half", "0", settings, 0, &resumed, &error), BE_ENODATA);
    assert_non_null(strstr(error.message, "no configuration has a good sample"));
    assert_int_equal(resumed.id, run.id);
    assert_int_equal(resumed.sample_count, 1);
    be_run_finish(&run);
    be_run_finish(&resumed);
}

/* Nothing else was asked for. */
static void serial_times_alone_are_a_result(void **state)
{
    struct be_run run = {0};
    (void)state;

    sweep("serial", "0", (const char *[]){"rounds", "2", "executor", "serial", NULL}, 0, &run);
    assert_int_equal(run.sample_count, 2);
    be_run_finish(&run);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_stop_when_precise),
        cmocka_unit_test(the_budget_ends_what_precision_does_not),
        cmocka_unit_test(a_break_even_is_found_in_one_go_or_in_two),
        cmocka_unit_test(a_stage_that_would_not_get_its_rounds_is_not_begun),
        cmocka_unit_test(a_disturbed_block_is_measured_twice_in_one_go_or_in_two),
        cmocka_unit_test(weak_scaling_is_checked_and_measured),
        cmocka_unit_test(samples_without_a_speedup_are_no_result),
        cmocka_unit_test(serial_times_alone_are_a_result),
    };

    if (getenv(NOISE)) {
        return runner_main(argc, argv);
    }
    return cmocka_run_group_tests(tests, lab_make, lab_remove);
}
