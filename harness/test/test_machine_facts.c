/* What a process runs in, what stands in the kernel's files, and pairs of PUs by nearness. */
#include <math.h>
#include <unistd.h>

#include "fake_machines.h"
#include "machine/nearness.h"

enum { FILES_MAX = 4 };

static const struct {
    struct fake_file files[FILES_MAX];
    const char *environment[4];
    enum be_container container;
    enum be_scheduler scheduler;
    const char *job;
    int64_t cores;
    int64_t left_s;
} marked[] = {
    {{FAKE_END}, {NULL}, BE_CONTAINER_NONE, BE_SCHEDULER_NONE, "", -1, -1},
    {{{"/.dockerenv", "\n"}, FAKE_END}, {NULL}, BE_CONTAINER_DOCKER, BE_SCHEDULER_NONE, "", -1, -1},
    {{{"/proc/self/cgroup", "1:cpu:/docker/12ab\n"}, FAKE_END},
     {NULL},
     BE_CONTAINER_DOCKER,
     BE_SCHEDULER_NONE,
     "",
     -1,
     -1},
    {{{"/run/.containerenv", "\n"}, FAKE_END},
     {NULL},
     BE_CONTAINER_PODMAN,
     BE_SCHEDULER_NONE,
     "",
     -1,
     -1},
    {{{"/.dockerenv", "\n"}, FAKE_END},
     {"KUBERNETES_SERVICE_HOST=10.0.0.1", NULL},
     BE_CONTAINER_KUBERNETES,
     BE_SCHEDULER_NONE,
     "",
     -1,
     -1},
    {{{"/proc/self/cgroup", "0::/kubepods.slice/pod1\n"}, FAKE_END},
     {NULL},
     BE_CONTAINER_KUBERNETES,
     BE_SCHEDULER_NONE,
     "",
     -1,
     -1},
    {{FAKE_END}, {"container=lxc", NULL}, BE_CONTAINER_OTHER, BE_SCHEDULER_NONE, "", -1, -1},
    {{{"/run/systemd/container", "systemd-nspawn\n"}, FAKE_END},
     {NULL},
     BE_CONTAINER_OTHER,
     BE_SCHEDULER_NONE,
     "",
     -1,
     -1},
    {{FAKE_END},
     {"SLURM_JOB_ID=7", "SLURM_CPUS_ON_NODE=128", "SLURM_JOB_END_TIME=2800", NULL},
     BE_CONTAINER_NONE,
     BE_SCHEDULER_SLURM,
     "7",
     128,
     1800},
    {{FAKE_END},
     {"SLURM_JOB_ID=7", "SLURM_JOB_CPUS_PER_NODE=4(x2),8", "SLURM_JOB_END_TIME=900", NULL},
     BE_CONTAINER_NONE,
     BE_SCHEDULER_SLURM,
     "7",
     4,
     -1},
    {{FAKE_END},
     {"PBS_JOBID=12.host", "NCPUS=16", NULL},
     BE_CONTAINER_NONE,
     BE_SCHEDULER_PBS,
     "12.host",
     16,
     -1},
    {{FAKE_END},
     {"LSB_JOBID=99", "LSB_DJOB_NUMPROC=many", NULL},
     BE_CONTAINER_NONE,
     BE_SCHEDULER_LSF,
     "99",
     -1,
     -1},
    {{FAKE_END}, {"SLURM_JOB_ID_X=7", NULL}, BE_CONTAINER_NONE, BE_SCHEDULER_NONE, "", -1, -1},
};

static void surroundings_are_told_by_their_marks(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof(marked) / sizeof(marked[0]); i++) {
        struct fake_root root;
        struct be_surroundings found;
        fake_root_create(&root);
        for (const struct fake_file *file = marked[i].files; file->path; file++) {
            fake_root_put(&root, file->path, file->text);
        }
        be_surroundings_capture(root.path, marked[i].environment, 1000, &found);
        fake_root_remove(&root);
        if (found.container != marked[i].container || found.scheduler != marked[i].scheduler ||
            strcmp(found.job, marked[i].job) != 0 || found.job_cores != marked[i].cores ||
            found.job_left_s != marked[i].left_s) {
            fail_msg("case %zu: container %d, scheduler %d, job '%s', %lld cores, %lld s", i,
                     (int)found.container, (int)found.scheduler, found.job,
                     (long long)found.job_cores, (long long)found.job_left_s);
        }
    }
}

static void facts_are_read_from_their_files(void **state)
{
    static const struct fake_file files[] = {
        FAKE_NO_GROUPS,
        {FAKE_CPU "/online", "0-3,8,10-11\n"},
        {FAKE_CPU "/isolated", "2-3\n"},
        {FAKE_CPU "/cpu0/cpufreq/scaling_driver", "amd-pstate-epp\n"},
        {FAKE_CLOCK "/available_clocksource", "tsc hpet\n"},
        {"/proc/meminfo", "MemTotal: 9 kB\nSwapTotal: 3000 kB\nSwapFree: 1000 kB\n"},
        {"/proc/self/personality", "00040000\n"},
        {"/proc/sys/kernel/randomize_va_space", "2\n"},
        {"/proc/sys/kernel/numa_balancing", "1\n"},
        {"/proc/sys/kernel/perf_event_paranoid", "-1\n"},
        {"/proc/loadavg", "3.25 0.10 0.05 1/99 1234\n"},
        {"/sys/class/power_supply/BAT0/type", "Battery\n"},
        {"/sys/class/power_supply/BAT1/type", "Battery\n"},
        {"/sys/class/power_supply/mouse/type", "Battery\n"},
        {"/sys/class/power_supply/mouse/scope", "Device\n"},
        FAKE_END,
    };
    static const struct fake_machine machine = {.topology = "core:4 pu:1", .files = files};
    struct facts_fixture f;
    (void)state;

    facts_create(&f, &machine);
    assert_int_equal(f.facts.cpus_online, 7);
    assert_string_equal(f.facts.cpus_isolated, "2-3");
    assert_string_equal(f.facts.cpus_fastest, "0-3");
    assert_string_equal(f.facts.clock_driver, "amd-pstate-epp");
    assert_string_equal(f.facts.clock_sources, "tsc hpet");
    assert_int_equal(f.facts.swap_used_bytes, 2000 * 1024);
    assert_int_equal(f.facts.layout_pinned, BE_YES);
    assert_int_equal(f.facts.layout_random, 2);
    assert_int_equal(f.facts.numa_balancing, 1);
    assert_int_equal(f.facts.perf_paranoid, -1);
    assert_true(f.facts.load == 3.25);
    assert_int_equal(f.facts.batteries, 2);
    facts_finish(&f);
}

static void what_cannot_be_read_is_unknown(void **state)
{
    struct facts_fixture f;
    (void)state;

    facts_create(&f, &blind);
    assert_int_equal(f.facts.cpus_online, -1);
    assert_string_equal(f.facts.cpus_isolated, "");
    assert_string_equal(f.facts.clock_driver, "");
    assert_int_equal(f.facts.swap_used_bytes, -1);
    assert_int_equal(f.facts.layout_pinned, BE_UNKNOWN);
    assert_int_equal(f.facts.layout_random, -1);
    assert_int_equal(f.facts.numa_balancing, -1);
    assert_int_equal(f.facts.perf_paranoid, BE_FACTS_PARANOID_UNKNOWN);
    assert_true(isnan(f.facts.load));
    assert_int_equal(f.facts.batteries, -1);
    facts_finish(&f);
}

/* One end of a pipe stands for the user's wish to stop. */
static void watching_ends_when_the_user_wants_to_stop(void **state)
{
    struct facts_fixture f;
    struct be_error error;
    int ends[2];
    (void)state;

    facts_create(&f, &server);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(
        be_facts_watch(f.root.path, f.topology, UINT64_C(600000000000), ends[0], &f.facts, &error),
        BE_EINTERRUPTED);
    close(ends[0]);
    close(ends[1]);
    facts_finish(&f);
}

static void each_nearness_has_its_first_pair(void **state)
{
    static const struct {
        const char *topology;
        int32_t pairs[BE_NEARNESS_COUNT][2]; /* {-1}: none */
    } cases[] = {
        {"core:1 pu:1", {{-1}, {-1}, {-1}, {-1}, {-1}}},
        {"core:1 pu:2", {{0, 1}, {-1}, {-1}, {-1}, {-1}}},
        {"package:1 core:2 pu:1", {{-1}, {-1}, {-1}, {0, 1}, {-1}}},
        {"package:1 l3:1 core:2 pu:1", {{-1}, {-1}, {0, 1}, {-1}, {-1}}},
        {"package:2 l3:2 l2:2 core:2 pu:2", {{0, 1}, {0, 2}, {0, 4}, {0, 8}, {0, 16}}},
        {"package:2 core:1 pu:1", {{-1}, {-1}, {-1}, {-1}, {0, 1}}},
        {hybrid_xml, {{4, 5}, {0, 1}, {-1}, {0, 4}, {-1}}},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct fake_machine machine = {.topology = cases[i].topology, .files = blind_files};
        struct facts_fixture f;
        struct be_near_pair pairs[BE_NEARNESS_COUNT];
        facts_create(&f, &machine);
        be_nearness_find_pairs(f.topology, pairs);
        for (int j = 0; j < BE_NEARNESS_COUNT; j++) {
            const int32_t *wanted = cases[i].pairs[j];
            if (pairs[j].found != (wanted[0] >= 0) ||
                (pairs[j].found &&
                 (pairs[j].pus[0] != wanted[0] || pairs[j].pus[1] != wanted[1]))) {
                fail_msg("%s: %s is %d and %d", cases[i].topology,
                         be_nearness_name((enum be_nearness)j), pairs[j].pus[0], pairs[j].pus[1]);
            }
        }
        facts_finish(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(surroundings_are_told_by_their_marks),
        cmocka_unit_test(facts_are_read_from_their_files),
        cmocka_unit_test(what_cannot_be_read_is_unknown),
        cmocka_unit_test(watching_ends_when_the_user_wants_to_stop),
        cmocka_unit_test(each_nearness_has_its_first_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
