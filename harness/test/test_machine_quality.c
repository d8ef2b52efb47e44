/* What a sample lost: CPU time of the CPUs in use, as /proc/stat, control groups and PSI say. */
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "quality_root.h"

static const uint64_t ms = 1000000;

static void only_the_cpus_in_use_are_summed(void **state)
{
    static const struct {
        int32_t pus[4];
        uint32_t pu_count;
        int32_t dispatcher_pu;
        uint32_t cpus;
        uint64_t ticks;
    } cases[] = {
        {{1}, 1, -1, 1, 200},         {{1}, 1, 3, 2, 600},      {{1, 2}, 2, 2, 2, 500},
        {{0, 1, 0, 1}, 4, 1, 2, 300}, {{-1, 2}, 2, -1, 1, 300}, {{0}, 0, -1, 4, 1000},
        {{0}, 0, 3, 1, 400},
    };
    struct fake_root root;
    (void)state;

    machine_create(&root);
    struct be_quality *quality = watch(&root);
    uint64_t tick_ns = UINT64_C(1000000000) / (uint64_t)sysconf(_SC_CLK_TCK);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_quality_reading reading;
        be_quality_read(quality, cases[i].pus, cases[i].pu_count, cases[i].dispatcher_pu, &reading);
        assert_int_equal(reading.watched,
                         BE_QUALITY_STEAL | BE_QUALITY_THROTTLED | BE_QUALITY_OTHERS);
        assert_int_equal(reading.machine_cpus, 4);
        assert_int_equal(reading.cpus, cases[i].cpus);
        assert_int_equal(reading.steal_ns, cases[i].ticks * tick_ns);
        assert_int_equal(reading.busy_ns, reading.cpus * UINT64_C(27) * tick_ns);
        assert_int_equal(reading.throttled_ns, 5 * ms);
        assert_int_equal(reading.throttled_count, 3);
    }
    be_quality_destroy(quality);
    fake_root_remove(&root);
}

static void all_groups_above_count(void **state)
{
    struct fake_root root;
    struct be_quality_reading reading;
    (void)state;

    machine_create(&root);
    fake_root_put(&root, "/proc/self/cgroup", "0::/job/step\n");
    put_throttled(&root, GROUP "/step", 10, 1000);
    struct be_quality *quality = watch(&root);
    be_quality_read(quality, NULL, 0, -1, &reading);
    assert_int_equal(reading.throttled_ns, 6 * ms);
    assert_int_equal(reading.throttled_count, 13);
    be_quality_destroy(quality);
    fake_root_remove(&root);
}

static void v1_counts_in_nanoseconds(void **state)
{
    struct fake_root root;
    struct be_quality_reading reading;
    (void)state;

    fake_root_create(&root);
    fake_root_put(&root, "/proc/self/cgroup", "1:cpu:/a\n0::/\n");
    fake_root_put(&root, "/proc/self/mountinfo", "1 0 0:1 / /cg rw - cgroup cgroup rw,cpu\n");
    fake_root_put(&root, "/cg/a/cpu.stat", "nr_periods 9\nnr_throttled 2\nthrottled_time 7000\n");
    fake_root_put(&root, "/cg/cpu.stat", "nr_periods 0\nnr_throttled 0\nthrottled_time 0\n");
    struct be_quality *quality = watch(&root);
    be_quality_read(quality, NULL, 0, -1, &reading);
    assert_int_equal(reading.watched, BE_QUALITY_THROTTLED);
    assert_int_equal(reading.throttled_ns, 7000);
    assert_int_equal(reading.throttled_count, 2);
    be_quality_destroy(quality);
    fake_root_remove(&root);
}

static void throttling_is_a_share_of_the_quota(void **state)
{
    struct fake_root root;
    struct be_quality_reading reading;
    const int32_t pus[] = {0, 1, 2};
    (void)state;

    machine_create(&root);
    fake_root_put(&root, GROUP "/cpu.max", "150000 100000\n");
    struct be_quality *quality = watch(&root);
    be_quality_read(quality, NULL, 0, -1, &reading);
    assert_true(reading.throttled_cpus == 1.5);
    be_quality_read(quality, pus, 1, -1, &reading);
    assert_true(reading.throttled_cpus == 1);
    be_quality_read(quality, pus, 3, -1, &reading);
    assert_true(reading.throttled_cpus == 1.5);
    be_quality_destroy(quality);
    fake_root_remove(&root);
}

/* The CPU controller of v1 beside an empty v2 hierarchy, as systemd mounts them. */
static void hybrid_groups_are_of_v1(void **state)
{
    struct fake_root root;
    (void)state;

    fake_root_create(&root);
    fake_root_put(&root, "/proc/self/cgroup", "4:cpu,cpuacct:/job\n1:name=systemd:/x\n0::/x\n");
    fake_root_put(&root, "/proc/self/mountinfo",
                  "1 0 0:1 / /cg/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
                  "2 0 0:2 / /cg/unified rw - cgroup2 cgroup2 rw\n");
    fake_root_put(&root, "/cg/cpu/job/cpu.stat", "nr_throttled 5\nthrottled_time 9000\n");
    fake_root_put(&root, "/cg/cpu/cpu.stat", "nr_throttled 0\nthrottled_time 0\n");
    fake_root_put(&root, "/cg/cpu/job/cpu.cfs_quota_us", "50000\n");
    fake_root_put(&root, "/cg/cpu/job/cpu.cfs_period_us", "100000\n");
    fake_root_put(&root, "/cg/cpu/cpu.cfs_quota_us", "-1\n");
    fake_root_put(&root, "/cg/cpu/cpu.cfs_period_us", "100000\n");
    fake_root_put(&root, "/cg/unified/x/cpu.stat", "nr_throttled 77\nthrottled_usec 77\n");
    struct be_quality_reading reading = read_now(&root, NULL, 0);
    assert_int_equal(reading.watched, BE_QUALITY_THROTTLED);
    assert_int_equal(reading.throttled_count, 5);
    assert_int_equal(reading.throttled_ns, 9000);
    assert_true(reading.throttled_cpus == 0.5);
    fake_root_remove(&root);
}

/* With nested quotas the tightest one is in force, and each may throttle. */
static void nested_quotas_are_one(void **state)
{
    struct fake_root root;
    const int32_t pus[] = {0, 1, 2, 3};
    (void)state;

    machine_create(&root);
    fake_root_put(&root, "/proc/self/cgroup", "0::/job/step\n");
    put_throttled(&root, GROUP "/step", 1, 700);
    fake_root_put(&root, GROUP "/cpu.max", "150000 100000\n");
    fake_root_put(&root, GROUP "/step/cpu.max", "300000 100000\n");
    struct be_quality_reading reading = read_now(&root, pus, 4);
    assert_true(reading.throttled_cpus == 1.5);
    assert_int_equal(reading.throttled_ns, 5700000);
    fake_root_remove(&root);
}

#define PRESSURE(total)                                                                            \
    "some avg10=1.56 avg60=1.63 avg300=3.51 total=" total "\n"                                     \
    "full avg10=0.00 avg60=0.00 avg300=0.00 total=9\n"

static void pressure_is_the_own_groups_or_the_machines(void **state)
{
    static const struct {
        const char *machine;
        const char *group;
        bool watched;
        uint64_t waited_ns;
    } cases[] = {
        {NULL, NULL, false, 0},
        {PRESSURE("1234"), NULL, true, 1234000},
        {PRESSURE("1234"), PRESSURE("5"), true, 5000},
        {NULL, PRESSURE("5"), true, 5000},
        {"garbage\n", NULL, false, 0},
        {"some avg10=0.00\n", NULL, false, 0},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fake_root root;
        machine_create(&root);
        if (cases[i].machine) {
            fake_root_put(&root, "/proc/pressure/cpu", cases[i].machine);
        }
        if (cases[i].group) {
            fake_root_put(&root, GROUP "/cpu.pressure", cases[i].group);
        }
        struct be_quality_reading reading = read_now(&root, NULL, 0);
        assert_int_equal((reading.watched & BE_QUALITY_PRESSURE) != 0, cases[i].watched);
        assert_int_equal(reading.waited_ns, cases[i].waited_ns);
        fake_root_remove(&root);
    }
}

/* In a container others' CPUs are in /proc/stat too. */
static void unpinned_samples_use_the_allowed_cpus(void **state)
{
    static const struct {
        const char *list;
        uint32_t cpus;
        uint64_t ticks;
    } cases[] = {{"0-3", 4, 1000}, {"1,3", 2, 600}, {"0,2-3", 3, 800}, {"2", 1, 300}};
    uint64_t tick_ns = UINT64_C(1000000000) / (uint64_t)sysconf(_SC_CLK_TCK);
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fake_root root;
        char text[128];
        machine_create(&root);
        snprintf(text, sizeof(text),
                 "Name:\tx\nCpus_allowed:\tf\nCpus_allowed_list:\t%s\nMems:\t1\n", cases[i].list);
        fake_root_put(&root, "/proc/self/status", text);
        struct be_quality_reading reading = read_now(&root, NULL, 0);
        assert_int_equal(reading.cpus, cases[i].cpus);
        assert_int_equal(reading.steal_ns, cases[i].ticks * tick_ns);
        fake_root_remove(&root);
    }
}

static void what_cannot_be_read_is_not_watched(void **state)
{
    static const struct {
        const char *stat;
        const char *group; /* /proc/self/cgroup */
        unsigned watched;
    } cases[] = {
        {NULL, NULL, 0},
        {"intr 5\n", NULL, 0},
        {"cpu  1 2 3 4 5 6 7\ncpu0 1 2 3 4 5 6 7\n", NULL, 0},
        {"cpu  1 2 3\ncpu1 1 2 3 4 5 6 7 8\n", NULL, 0},
        {"garbage", "garbage", BE_QUALITY_THROTTLED},
        {"cpu0 1 2 3 4 5 6 7 8\n", "0::/gone\n", BE_QUALITY_STEAL | BE_QUALITY_OTHERS},
        {"cpu0 1 2 3 4 5 6 7 8\n", "0::/\n",
         BE_QUALITY_STEAL | BE_QUALITY_OTHERS | BE_QUALITY_THROTTLED},
    };
    const int32_t pus[] = {0};
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fake_root root;
        fake_root_create(&root);
        if (cases[i].stat) {
            fake_root_put(&root, "/proc/stat", cases[i].stat);
        }
        if (cases[i].group) {
            fake_root_put(&root, "/proc/self/cgroup", cases[i].group);
            fake_root_put(&root, "/proc/self/mountinfo", "1 0 0:1 / /cg rw - cgroup2 none rw\n");
            fake_root_put(&root, "/cg/cpu.stat", "usage_usec 1\n");
        }
        assert_int_equal(read_now(&root, pus, 1).watched, cases[i].watched);
        fake_root_remove(&root);
    }
}

/* The files stay open, yet what they say later is seen. */
static void a_reading_is_of_now(void **state)
{
    struct fake_root root;
    struct be_quality_reading before;
    struct be_quality_reading after;
    struct be_quality_verdict verdict;
    const int32_t pus[] = {0, 1};
    (void)state;

    machine_create(&root);
    struct be_quality *quality = watch(&root);
    be_quality_read(quality, pus, 2, -1, &before);
    put_stat(&root, 100, 200, 999, 999);
    put_throttled(&root, GROUP, 4, 105000);
    be_quality_read(quality, pus, 2, -1, &after);
    after.at_ns = before.at_ns + 1000 * ms;
    be_quality_judge(&before, &after, &verdict);
    assert_int_equal(verdict.state, BE_SAMPLE_SUSPECT);
    assert_string_equal(verdict.reason, "lost 5.0 % of its CPU time: 5.0 % to a CPU quota");
    be_quality_destroy(quality);
    fake_root_remove(&root);
}

/* Work of this process and of the children that it waited for is never another program's. */
static void own_work_is_known(void **state)
{
    struct fake_root root;
    struct be_quality_reading before;
    struct be_quality_reading after;
    (void)state;

    machine_create(&root);
    struct be_quality *quality = watch(&root);
    be_quality_read(quality, NULL, 0, -1, &before);
    uint64_t start_ns = be_clock_read_ns(CLOCK_PROCESS_CPUTIME_ID);
    while (be_clock_read_ns(CLOCK_PROCESS_CPUTIME_ID) < start_ns + 20 * ms) {
    }
    pid_t child = fork();
    if (child == 0) {
        while (be_clock_read_ns(CLOCK_PROCESS_CPUTIME_ID) < 30 * ms) {
        }
        _exit(0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    be_quality_read(quality, NULL, 0, -1, &after);
    assert_true(after.own_ns - before.own_ns >= 48 * ms);
    assert_true(after.at_ns - before.at_ns >= 48 * ms);
    be_quality_destroy(quality);
    fake_root_remove(&root);
}

static void this_machine_can_be_watched(void **state)
{
    struct be_quality *quality = NULL;
    struct be_quality_reading before;
    struct be_quality_reading after;
    struct be_quality_verdict verdict;
    (void)state;

    assert_int_equal(be_quality_create("", &quality, NULL), BE_OK);
    be_quality_read(quality, NULL, 0, -1, &before);
    be_quality_read(quality, NULL, 0, -1, &after);
    assert_int_equal(before.watched, after.watched);
    assert_true(before.cpus >= 1 && before.cpus == after.cpus);
    after.at_ns = before.at_ns + 3600000 * ms;
    be_quality_judge(&before, &after, &verdict);
    assert_int_not_equal(verdict.state, BE_SAMPLE_REJECTED);
    be_quality_destroy(quality);
    be_quality_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_cpus_in_use_are_summed),
        cmocka_unit_test(all_groups_above_count),
        cmocka_unit_test(v1_counts_in_nanoseconds),
        cmocka_unit_test(throttling_is_a_share_of_the_quota),
        cmocka_unit_test(hybrid_groups_are_of_v1),
        cmocka_unit_test(nested_quotas_are_one),
        cmocka_unit_test(pressure_is_the_own_groups_or_the_machines),
        cmocka_unit_test(unpinned_samples_use_the_allowed_cpus),
        cmocka_unit_test(what_cannot_be_read_is_not_watched),
        cmocka_unit_test(a_reading_is_of_now),
        cmocka_unit_test(own_work_is_known),
        cmocka_unit_test(this_machine_can_be_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
