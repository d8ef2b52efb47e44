/*
 * A fake machine of four CPUs for tests of the quality watch, on which this process is in the v2
 * group "job".
 */
#ifndef BE_TEST_QUALITY_ROOT_H
#define BE_TEST_QUALITY_ROOT_H

#include "fake_root.h"
#include "machine/quality.h"

#define GROUP "/sys/fs/cgroup/job"

/* /proc/stat of four CPUs with these steal ticks, the lines after the CPUs' left as they are. */
static inline void put_stat(const struct fake_root *root, int cpu0, int cpu1, int cpu2, int cpu3)
{
    char text[512];

    snprintf(text, sizeof(text),
             "cpu  36 40 32 4 4 4 4 %d 5 5\n"
             "cpu0 9 10 8 1 1 1 1 %d 5 5\n"
             "cpu1 9 10 8 1 1 1 1 %d 5 5\n"
             "cpu2 9 10 8 1 1 1 1 %d 5 5\n"
             "cpu3 9 10 8 1 1 1 1 %d 5 5\n"
             "intr 1 2 3\nctxt 5\n",
             cpu0 + cpu1 + cpu2 + cpu3, cpu0, cpu1, cpu2, cpu3);
    fake_root_put(root, "/proc/stat", text);
}

static inline void put_throttled(const struct fake_root *root, const char *folder, int count,
                                 int us)
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

static inline struct be_quality *watch(const struct fake_root *root)
{
    struct be_quality *quality = NULL;

    assert_int_equal(be_quality_create(root->path, &quality, NULL), BE_OK);
    return quality;
}

static inline void machine_create(struct fake_root *root)
{
    fake_root_create(root);
    fake_root_put(root, "/proc/self/cgroup", "0::/job\n");
    fake_root_put(root, "/proc/self/mountinfo",
                  "30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    fake_root_put(root, "/sys/fs/cgroup/cpu.stat", "usage_usec 1\nuser_usec 2\n");
    put_stat(root, 100, 200, 300, 400);
    put_throttled(root, GROUP, 3, 5000);
}

static inline struct be_quality_reading read_now(const struct fake_root *root, const int32_t *pus,
                                                 uint32_t pu_count)
{
    struct be_quality *quality = watch(root);
    struct be_quality_reading reading;

    be_quality_read(quality, pus, pu_count, -1, &reading);
    be_quality_destroy(quality);
    return reading;
}

#endif
