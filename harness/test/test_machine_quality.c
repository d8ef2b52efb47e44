#include <unistd.h>

#include "fake_root.h"
#include "machine/quality.h"

#define GROUP "/sys/fs/cgroup/job"

static const uint64_t ms = 1000000;

/* /proc/stat of four CPUs with these steal ticks, the lines after the CPUs' left as they are. */
static void put_stat(const struct fake_root *root, int cpu0, int cpu1, int cpu2, int cpu3)
{
    char text[512];

    snprintf(text, sizeof(text),
             "cpu  9 9 9 9 9 9 9 %d 5 5\n"
             "cpu0 9 9 9 9 9 9 9 %d 5 5\n"
             "cpu1 9 9 9 9 9 9 9 %d 5 5\n"
             "cpu2 9 9 9 9 9 9 9 %d 5 5\n"
             "cpu3 9 9 9 9 9 9 9 %d 5 5\n"
             "intr 1 2 3\nctxt 5\n",
             cpu0 + cpu1 + cpu2 + cpu3, cpu0, cpu1, cpu2, cpu3);
    fake_root_put(root, "/proc/stat", text);
}

static void put_throttled(const struct fake_root *root, const char *folder, int count, int us)
{
    char text[256];
    char path[128];

    snprintf(path, sizeof(path), "%s/cpu.stat", folder);
    snprintf(text, sizeof(text),
             "usage_usec 1\nuser_usec 2\nsystem_usec 3\nnr_periods 4\nnr_throttled %d\n"
             "throttled_usec %d\nnr_bursts 6\n",
             count, us);
    fake_root_put(root, path, text);
}

static struct be_quality *watch(const struct fake_root *root)
{
    struct be_quality *quality = NULL;

    assert_int_equal(be_quality_create(root->path, &quality, NULL), BE_OK);
    return quality;
}

/* A machine of four CPUs on which this process is in the v2 group "job". */
static void machine_create(struct fake_root *root)
{
    fake_root_create(root);
    fake_root_put(root, "/proc/self/cgroup", "0::/job\n");
    fake_root_put(root, "/proc/self/mountinfo",
                  "30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    fake_root_put(root, "/sys/fs/cgroup/cpu.stat", "usage_usec 1\nuser_usec 2\n");
    put_stat(root, 100, 200, 300, 400);
    put_throttled(root, GROUP, 3, 5000);
}

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
        assert_int_equal(reading.watched, BE_QUALITY_STEAL | BE_QUALITY_THROTTLED);
        assert_int_equal(reading.cpus, cases[i].cpus);
        assert_int_equal(reading.steal_ns, cases[i].ticks * tick_ns);
        assert_int_equal(reading.throttled_ns, 5 * ms);
        assert_int_equal(reading.throttled_count, 3);
    }
    be_quality_destroy(quality);
    fake_root_remove(&root);
}

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
    be_quality_judge(&before, &after, 1000 * ms, &verdict);
    assert_int_equal(verdict.state, BE_SAMPLE_SUSPECT);
    assert_string_equal(verdict.reason, "lost 5.0 % of its CPU time: stolen by the hypervisor "
                                        "0.0 %, throttled by a CPU quota 5.0 %");
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

static void what_cannot_be_read_is_not_watched(void **state)
{
    static const struct {
        const char *stat;
        const char *group; /* /proc/self/cgroup */
        unsigned watched;
        const char *name;
    } cases[] = {
        {NULL, NULL, 0, "nothing"},
        {"intr 5\n", NULL, 0, "nothing"},
        {"cpu  1 2 3 4 5 6 7\ncpu0 1 2 3 4 5 6 7\n", NULL, 0, "nothing"},
        {"cpu  1 2 3\ncpu1 1 2 3 4 5 6 7 8\n", NULL, 0, "nothing"},
        {"garbage", "garbage", BE_QUALITY_THROTTLED, "throttling"},
        {"cpu0 1 2 3 4 5 6 7 8\n", "0::/gone\n", BE_QUALITY_STEAL, "steal"},
        {"cpu0 1 2 3 4 5 6 7 8\n", "0::/\n", BE_QUALITY_STEAL | BE_QUALITY_THROTTLED,
         "steal, throttling"},
    };
    const int32_t pus[] = {0};
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fake_root root;
        struct be_quality_reading reading;
        fake_root_create(&root);
        if (cases[i].stat) {
            fake_root_put(&root, "/proc/stat", cases[i].stat);
        }
        if (cases[i].group) {
            fake_root_put(&root, "/proc/self/cgroup", cases[i].group);
            fake_root_put(&root, "/proc/self/mountinfo", "1 0 0:1 / /cg rw - cgroup2 none rw\n");
            fake_root_put(&root, "/cg/cpu.stat", "usage_usec 1\n");
        }
        struct be_quality *quality = watch(&root);
        be_quality_read(quality, pus, 1, -1, &reading);
        assert_int_equal(reading.watched, cases[i].watched);
        assert_string_equal(be_quality_watched_name(reading.watched), cases[i].name);
        be_quality_destroy(quality);
        fake_root_remove(&root);
    }
}

static void judging_follows_the_thresholds(void **state)
{
    static const struct {
        uint64_t steal_ms;
        uint64_t throttled_ms;
        uint64_t elapsed_ms;
        uint32_t cpus;
        enum be_sample_state state;
    } cases[] = {
        {0, 0, 1000, 1, BE_SAMPLE_CLEAN},
        {20, 0, 1000, 1, BE_SAMPLE_CLEAN},     /* 2 % is not above 2 % */
        {30, 0, 1000, 1, BE_SAMPLE_SUSPECT},   /* 3 % */
        {30, 0, 1000, 2, BE_SAMPLE_CLEAN},     /* 1.5 % of two CPUs */
        {100, 0, 1000, 1, BE_SAMPLE_SUSPECT},  /* 10 % is not above 10 % */
        {110, 0, 1000, 1, BE_SAMPLE_REJECTED}, /* 11 % */
        {15, 15, 1000, 1, BE_SAMPLE_SUSPECT},  /* together */
        {0, 21, 1000, 1, BE_SAMPLE_SUSPECT},   /* 2.1 % and above 2 ticks */
        {0, 110, 1000, 1, BE_SAMPLE_REJECTED}, /* throttling alone */
        {20, 0, 50, 1, BE_SAMPLE_CLEAN},       /* 40 %, but 2 ticks */
        {30, 0, 50, 1, BE_SAMPLE_REJECTED},    /* 60 %, 3 ticks */
    };
    (void)state;

    if (sysconf(_SC_CLK_TCK) != 100) {
        skip(); /* The cases are written for ticks of 10 ms. */
    }
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_quality_reading before = {
            .watched = BE_QUALITY_STEAL | BE_QUALITY_THROTTLED,
            .cpus = cases[i].cpus,
            .throttled_cpus = cases[i].cpus,
            .steal_ns = 7 * ms,
            .throttled_ns = 9 * ms,
        };
        struct be_quality_reading after = before;
        struct be_quality_verdict verdict;
        after.steal_ns += cases[i].steal_ms * ms;
        after.throttled_ns += cases[i].throttled_ms * ms;
        be_quality_judge(&before, &after, cases[i].elapsed_ms * ms, &verdict);
        assert_int_equal(verdict.state, cases[i].state);
        assert_int_equal(verdict.watched, BE_QUALITY_STEAL | BE_QUALITY_THROTTLED);
        assert_true((verdict.reason[0] == '\0') == (verdict.state == BE_SAMPLE_CLEAN));
    }
}

static void a_signal_that_one_reading_lacks_does_not_judge(void **state)
{
    struct be_quality_reading before = {
        .watched = BE_QUALITY_THROTTLED, .cpus = 1, .throttled_cpus = 1};
    struct be_quality_reading after = {.watched = BE_QUALITY_THROTTLED | BE_QUALITY_STEAL,
                                       .cpus = 1,
                                       .throttled_cpus = 1,
                                       .steal_ns = 900 * ms};
    struct be_quality_verdict verdict;
    (void)state;

    be_quality_judge(&before, &after, 1000 * ms, &verdict);
    assert_int_equal(verdict.state, BE_SAMPLE_CLEAN);
    assert_int_equal(verdict.watched, BE_QUALITY_THROTTLED);
}

static void a_signal_that_ran_backwards_is_not_watched(void **state)
{
    struct be_quality_reading before = {.watched = BE_QUALITY_THROTTLED | BE_QUALITY_STEAL,
                                        .cpus = 1,
                                        .throttled_cpus = 1,
                                        .steal_ns = 900 * ms,
                                        .throttled_ns = 900 * ms};
    struct be_quality_reading after = before;
    struct be_quality_verdict verdict;
    (void)state;

    after.steal_ns -= 1;
    after.throttled_ns -= 1;
    be_quality_judge(&before, &after, 1000 * ms, &verdict);
    assert_int_equal(verdict.state, BE_SAMPLE_CLEAN);
    assert_int_equal(verdict.watched, 0);
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
    be_quality_judge(&before, &after, 3600000 * ms, &verdict);
    assert_int_equal(verdict.state, BE_SAMPLE_CLEAN);
    be_quality_destroy(quality);
    be_quality_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_cpus_in_use_are_summed),
        cmocka_unit_test(a_reading_is_of_now),
        cmocka_unit_test(all_groups_above_count),
        cmocka_unit_test(v1_counts_in_nanoseconds),
        cmocka_unit_test(throttling_is_a_share_of_the_quota),
        cmocka_unit_test(what_cannot_be_read_is_not_watched),
        cmocka_unit_test(judging_follows_the_thresholds),
        cmocka_unit_test(a_signal_that_one_reading_lacks_does_not_judge),
        cmocka_unit_test(a_signal_that_ran_backwards_is_not_watched),
        cmocka_unit_test(this_machine_can_be_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
