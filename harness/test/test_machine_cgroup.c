#include <math.h>
#include <unistd.h>

#include "fake_root.h"
#include "machine/cgroup.h"

static const char mount_v2[] =
    "30 24 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw\n";
static const char mount_v1[] =
    "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
    "33 31 0:30 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset\n"
    "34 31 0:31 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
static const char self_v1[] =
    "9:name=systemd:/\n4:cpu,cpuacct:/slurm/job_7\n3:cpuset:/\n0::/init\n";

#define V1 "/sys/fs/cgroup/cpu,cpuacct"
#define V2 "/sys/fs/cgroup"

struct file {
    const char *path;
    const char *text;
};

struct expected {
    bool known;
    bool limited;
    double cores;
};

static const struct expected none = {true, false, 0};
static const struct expected unknown = {false, false, 0};

static struct be_cgroup_quota quota_of(const struct file *files)
{
    struct fake_root root;
    struct be_cgroup_chain chain = {0};
    struct be_cgroup_quota quota;

    fake_root_create(&root);
    for (size_t i = 0; files[i].path; i++) {
        fake_root_put(&root, files[i].path, files[i].text);
    }
    assert_int_equal(be_cgroup_find(root.path, &chain, NULL), BE_OK);
    be_cgroup_read_quota(&chain, &quota);
    be_cgroup_chain_finish(&chain);
    fake_root_remove(&root);
    return quota;
}

static void assert_quota(const struct file *files, struct expected expected)
{
    struct be_cgroup_quota quota = quota_of(files);

    assert_int_equal(quota.known, expected.known);
    if (expected.known) {
        assert_int_equal(quota.limited, expected.limited);
    }
    if (expected.known && expected.limited) {
        assert_true(fabs(quota.cores - expected.cores) < 1e-9);
    }
}

static void v2_takes_the_smallest_of_all_ancestors(void **state)
{
    const struct file files[] = {
        {"/proc/self/cgroup", "0::/kubepods/pod1/app\n"},
        {"/proc/self/mountinfo", mount_v2},
        {V2 "/cpu.stat", "usage_usec 1\n"},
        {V2 "/kubepods/cpu.max", "max 100000\n"},
        {V2 "/kubepods/pod1/cpu.max", "150000 100000\n"},
        {V2 "/kubepods/pod1/app/cpu.max", "400000 100000\n"},
        {NULL, NULL},
    };
    (void)state;
    assert_quota(files, (struct expected){true, true, 1.5});
}

static void v2_without_a_limit_has_no_quota(void **state)
{
    const struct file files[] = {
        {"/proc/self/cgroup", "0::/user.slice\n"},
        {"/proc/self/mountinfo", mount_v2},
        {V2 "/user.slice/cpu.max", "max 100000\n"},
        {NULL, NULL},
    };
    (void)state;
    assert_quota(files, none);
}

static void v2_without_the_cpu_controller_has_no_quota(void **state)
{
    const struct file files[] = {
        {"/proc/self/cgroup", "0::/user.slice/session-1.scope\n"},
        {"/proc/self/mountinfo", mount_v2},
        {V2 "/user.slice/session-1.scope/cgroup.procs", "1\n"},
        {NULL, NULL},
    };
    (void)state;
    assert_quota(files, none);
}

static void v1_takes_the_smallest_of_all_ancestors(void **state)
{
    const struct file files[] = {
        {"/proc/self/cgroup", self_v1},
        {"/proc/self/mountinfo", mount_v1},
        {V1 "/cpu.cfs_quota_us", "-1\n"},
        {V1 "/cpu.cfs_period_us", "100000\n"},
        {V1 "/slurm/cpu.cfs_quota_us", "75000\n"},
        {V1 "/slurm/cpu.cfs_period_us", "50000\n"},
        {V1 "/slurm/job_7/cpu.cfs_quota_us", "400000\n"},
        {V1 "/slurm/job_7/cpu.cfs_period_us", "100000\n"},
        /* v2 is mounted too, but the CPU controller is not in it. */
        {"/sys/fs/cgroup/unified/init/cpu.max", "1000 100000\n"},
        {NULL, NULL},
    };
    (void)state;
    assert_quota(files, (struct expected){true, true, 1.5});
}

static void v1_without_a_limit_has_no_quota(void **state)
{
    const struct file files[] = {
        {"/proc/self/cgroup", self_v1},
        {"/proc/self/mountinfo", mount_v1},
        {V1 "/slurm/job_7/cpu.cfs_quota_us", "-1\n"},
        {V1 "/slurm/job_7/cpu.cfs_period_us", "100000\n"},
        {NULL, NULL},
    };
    (void)state;
    assert_quota(files, none);
}

static void a_container_mount_starts_at_its_own_group(void **state)
{
    const struct file files[] = {
        {"/proc/self/cgroup", "4:cpu:/docker/abc/inner\n0::/docker/abc\n"},
        {"/proc/self/mountinfo",
         "8 7 0:9 /docker/ab /mnt/other ro - cgroup cgroup rw,cpu\n"
         "9 7 0:9 /docker/abc /sys/fs/cgroup/my\\040cpu ro,nosuid - cgroup cgroup rw,cpu\n"},
        {"/mnt/other/cpu.cfs_quota_us", "1000\n"},
        {"/mnt/other/cpu.cfs_period_us", "100000\n"},
        {"/sys/fs/cgroup/my cpu/cpu.cfs_quota_us", "200000\n"},
        {"/sys/fs/cgroup/my cpu/cpu.cfs_period_us", "100000\n"},
        {"/sys/fs/cgroup/my cpu/inner/cpu.cfs_quota_us", "-1\n"},
        {NULL, NULL},
    };
    (void)state;
    assert_quota(files, (struct expected){true, true, 2});
}

static void the_mount_that_shows_most_ancestors_is_read(void **state)
{
    const struct file files[] = {
        {"/proc/self/cgroup", "0::/a/b\n"},
        {"/proc/self/mountinfo", "1 0 0:9 /a /mnt/a rw - cgroup2 none rw\n"
                                 "2 0 0:9 / /mnt/all rw - cgroup2 none rw\n"
                                 "3 0 0:9 /a/b /mnt/b rw - cgroup2 none rw\n"},
        {"/mnt/a/b/cpu.max", "max 100000\n"},
        {"/mnt/all/a/b/cpu.max", "max 100000\n"},
        {"/mnt/all/a/cpu.max", "100000 100000\n"},
        {"/mnt/b/cpu.max", "max 100000\n"},
        {NULL, NULL},
    };
    (void)state;
    assert_quota(files, (struct expected){true, true, 1});
}

static void a_kernel_without_control_groups_has_no_quota(void **state)
{
    const struct file files[] = {{"/proc/self/mountinfo", "1 0 0:1 / / rw - ext4 /dev/sda rw\n"},
                                 {NULL, NULL}};
    (void)state;
    assert_quota(files, none);
}

static void what_cannot_be_seen_is_unknown(void **state)
{
    static const struct file cases[][4] = {
        {{NULL, NULL}},
        /* Its group is not mounted here. */
        {{"/proc/self/cgroup", "0::/a\n"},
         {"/proc/self/mountinfo", "1 0 0:1 / / rw - ext4 /dev/sda rw\n"}},
        /* The folder is not there. */
        {{"/proc/self/cgroup", "0::/a\n"},
         {"/proc/self/mountinfo", mount_v2},
         {V2 "/cgroup.procs", "1\n"}},
        /* The group is outside of what this process may see. */
        {{"/proc/self/cgroup", "0::/../a\n"},
         {"/proc/self/mountinfo", mount_v2},
         {V2 "/cpu.max", "1000 100000\n"}},
        {{"/proc/self/cgroup", "0::/\n"},
         {"/proc/self/mountinfo", "30 24 0:26 /.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"},
         {V2 "/cpu.max", "1000 100000\n"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_quota(cases[i], unknown);
    }
}

static void garbage_is_unknown(void **state)
{
    static const char *const texts[] = {
        "",          "banana\n",          "100000\n",         "max100000\n",
        "1 banana",  "100000 0\n",        "0 100000\n",       "-5 100000\n",
        "1e5 1e5\n", "100000 100000 x\n", "200000  100000\n", "99999999999999999999 100000\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const struct file v2[] = {{"/proc/self/cgroup", "0::/a\n"},
                                  {"/proc/self/mountinfo", mount_v2},
                                  {V2 "/a/cpu.max", texts[i]},
                                  {NULL, NULL}};
        assert_quota(v2, unknown);
    }
    static const char *const limits[] = {"", "banana\n", "-2\n", "0\n", "max 100000\n"};
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        const struct file v1[] = {{"/proc/self/cgroup", "1:cpu:/\n"},
                                  {"/proc/self/mountinfo", mount_v1},
                                  {V1 "/cpu.cfs_quota_us", limits[i]},
                                  {V1 "/cpu.cfs_period_us", "100000\n"},
                                  {NULL, NULL}};
        assert_quota(v1, unknown);
    }
}

static void a_limit_without_a_period_is_unknown(void **state)
{
    const struct file files[] = {{"/proc/self/cgroup", "1:cpu:/\n"},
                                 {"/proc/self/mountinfo", mount_v1},
                                 {V1 "/cpu.cfs_quota_us", "100000\n"},
                                 {NULL, NULL}};
    (void)state;
    assert_quota(files, unknown);
}

static void garbage_in_proc_is_survived(void **state)
{
    static const char *const texts[] = {
        "::::\n:\n\n0\n0:\n",
        "0::\n",
        "- - - -\n1 2 3\n1 2 3 / / - cgroup2\n",
        "30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw",
        "\\\\\\040\\9\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++) {
            const struct file files[] = {
                {"/proc/self/cgroup", texts[i]}, {"/proc/self/mountinfo", texts[k]}, {NULL, NULL}};
            assert_false(quota_of(files).limited);
        }
    }
}

static void folders_lead_from_the_own_group_to_the_mount(void **state)
{
    struct fake_root root;
    struct be_cgroup_chain chain = {0};
    (void)state;

    fake_root_create(&root);
    fake_root_put(&root, "/proc/self/cgroup", "0::/a/b\n");
    fake_root_put(&root, "/proc/self/mountinfo", mount_v2);
    fake_root_put(&root, V2 "/a/b/cgroup.procs", "1\n");
    assert_int_equal(be_cgroup_find(root.path, &chain, NULL), BE_OK);
    assert_true(chain.known && chain.v2);
    assert_int_equal(chain.count, 3);
    assert_string_equal(chain.folders[0] + strlen(root.path), V2 "/a/b");
    assert_string_equal(chain.folders[1] + strlen(root.path), V2 "/a");
    assert_string_equal(chain.folders[2] + strlen(root.path), V2);
    be_cgroup_chain_finish(&chain);
    fake_root_remove(&root);
}

static void this_machine_can_be_read(void **state)
{
    struct be_cgroup_chain chain = {0};
    struct be_cgroup_quota quota;
    (void)state;

    assert_int_equal(be_cgroup_find("", &chain, NULL), BE_OK);
    be_cgroup_read_quota(&chain, &quota);
    assert_true(!quota.known || !quota.limited || quota.cores > 0);
    for (size_t i = 0; i < chain.count; i++) {
        assert_int_equal(access(chain.folders[i], F_OK), 0);
    }
    be_cgroup_chain_finish(&chain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v2_takes_the_smallest_of_all_ancestors),
        cmocka_unit_test(v2_without_a_limit_has_no_quota),
        cmocka_unit_test(v2_without_the_cpu_controller_has_no_quota),
        cmocka_unit_test(v1_takes_the_smallest_of_all_ancestors),
        cmocka_unit_test(v1_without_a_limit_has_no_quota),
        cmocka_unit_test(a_container_mount_starts_at_its_own_group),
        cmocka_unit_test(the_mount_that_shows_most_ancestors_is_read),
        cmocka_unit_test(a_kernel_without_control_groups_has_no_quota),
        cmocka_unit_test(what_cannot_be_seen_is_unknown),
        cmocka_unit_test(garbage_is_unknown),
        cmocka_unit_test(a_limit_without_a_period_is_unknown),
        cmocka_unit_test(garbage_in_proc_is_survived),
        cmocka_unit_test(folders_lead_from_the_own_group_to_the_mount),
        cmocka_unit_test(this_machine_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
