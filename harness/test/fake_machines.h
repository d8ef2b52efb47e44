/*
 * Machines that nobody here has, as files: what checks and the doctor's output are tested on.
 */
#ifndef BE_TEST_FAKE_MACHINES_H
#define BE_TEST_FAKE_MACHINES_H

#include "facts_fixture.h"
#include "hybrid_topology.h"

#define FAKE_CPU   "/sys/devices/system/cpu"
#define FAKE_CLOCK "/sys/devices/system/clocksource/clocksource0"

#define FAKE_NO_GROUPS                                                                             \
    {                                                                                              \
        "/proc/self/mountinfo", "1 0 0:1 / / rw - ext4 /dev/sda rw\n"                              \
    }
#define FAKE_TSC                                                                                   \
    {FAKE_CLOCK "/current_clocksource", "tsc\n"},                                                  \
    {                                                                                              \
        FAKE_CLOCK "/available_clocksource", "tsc hpet acpi_pm\n"                                  \
    }
#define FAKE_MEMORY                                                                                \
    {"/proc/meminfo", "MemTotal: 1000 kB\nSwapTotal: 5000 kB\nSwapFree: 5000 kB\n"},               \
        {"/proc/vmstat", "nr_free_pages 1\npswpin 7\npswpout 9\n"},                                \
        {"/proc/sys/kernel/randomize_va_space", "2\n"},                                            \
    {                                                                                              \
        "/proc/self/personality", "00000000\n"                                                     \
    }
#define FAKE_PLAIN_CPU                                                                             \
    {"/proc/cpuinfo", "model name : AMD Ryzen 7 7840U\nflags : fpu avx2\n"},                       \
    {                                                                                              \
        FAKE_CPU "/online", "0-3\n"                                                                \
    }
#define FAKE_VIRTUAL_CPU                                                                           \
    {"/proc/cpuinfo", "model name : AMD EPYC\nflags : fpu hypervisor\n"},                          \
    {                                                                                              \
        FAKE_CPU "/online", "0-3\n"                                                                \
    }
#define FAKE_QUIET                                                                                 \
    {"/proc/stat", "cpu  40 0 0 400 0 0 0 0 0 0\ncpu0 10 0 0 100 0 0 0 0 0 0\n"                    \
                   "cpu1 10 0 0 100 0 0 0 0 0 0\ncpu2 10 0 0 100 0 0 0 0 0 0\n"                    \
                   "cpu3 10 0 0 100 0 0 0 0 0 0\nintr 1\n"},                                       \
    {                                                                                              \
        "/proc/loadavg", "0.25 0.10 0.05 1/99 1234\n"                                              \
    }
#define FAKE_END                                                                                   \
    {                                                                                              \
        NULL, NULL                                                                                 \
    }

/* A server at rest, as its administrator should leave it. */
static const struct fake_file server_files[] = {
    FAKE_NO_GROUPS,
    FAKE_TSC,
    FAKE_MEMORY,
    FAKE_PLAIN_CPU,
    FAKE_QUIET,
    {FAKE_CPU "/cpu0/cpufreq/scaling_governor", "performance\n"},
    {FAKE_CPU "/cpu0/cpufreq/scaling_driver", "intel_pstate\n"},
    {FAKE_CPU "/intel_pstate/no_turbo", "1\n"},
    {FAKE_CPU "/cpu0/thermal_throttle/core_throttle_count", "0\n"},
    {FAKE_CPU "/cpu1/thermal_throttle/core_throttle_count", "0\n"},
    {FAKE_CPU "/cpu2/thermal_throttle/core_throttle_count", "0\n"},
    {FAKE_CPU "/cpu3/thermal_throttle/core_throttle_count", "0\n"},
    {"/sys/class/power_supply/hidpp/type", "Battery\n"},
    {"/sys/class/power_supply/hidpp/scope", "Device\n"},
    FAKE_END,
};

static const struct fake_machine server = {
    .topology = "numa:2 core:2 pu:1", .files = server_files, .clock_read_ns = 18};

/* On battery and hot, with everything that drifts. */
static const struct fake_file laptop_files[] = {
    FAKE_NO_GROUPS,
    FAKE_TSC,
    FAKE_MEMORY,
    FAKE_PLAIN_CPU,
    FAKE_QUIET,
    {FAKE_CPU "/cpu0/cpufreq/scaling_governor", "powersave\n"},
    {FAKE_CPU "/cpu0/cpufreq/scaling_driver", "intel_pstate\n"},
    {FAKE_CPU "/intel_pstate/no_turbo", "0\n"},
    {FAKE_CPU "/cpu0/thermal_throttle/core_throttle_count", "12\n"},
    {FAKE_CPU "/cpu1/thermal_throttle/core_throttle_count", "0\n"},
    {FAKE_CPU "/cpu2/thermal_throttle/core_throttle_count", "0\n"},
    {FAKE_CPU "/cpu3/thermal_throttle/core_throttle_count", "0\n"},
    {"/sys/class/power_supply/AC/type", "Mains\n"},
    {"/sys/class/power_supply/AC/online", "0\n"},
    {"/sys/class/power_supply/BAT0/type", "Battery\n"},
    {"/sys/class/power_supply/BAT0/status", "Discharging\n"},
    {"/proc/sys/kernel/perf_event_paranoid", "3\n"},
    FAKE_END,
};

static const struct fake_machine laptop = {.topology = "package:1 core:2 pu:2",
                                           .files = laptop_files,
                                           .counters_unavailable = "perf_event_paranoid is 3: …",
                                           .clock_read_ns = 18};

/* A container with a quota, v2. */
static const struct fake_file container_files[] = {
    {"/.dockerenv", "\n"},
    {"/proc/self/cgroup", "0::/docker/abc\n"},
    {"/proc/self/mountinfo", "30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"},
    {"/sys/fs/cgroup/docker/abc/cpu.max", "150000 100000\n"},
    {"/sys/fs/cgroup/docker/abc/cpu.stat", "nr_throttled 41\nthrottled_usec 2500000\n"},
    {"/sys/fs/cgroup/docker/cpu.max", "max 100000\n"},
    {"/sys/fs/cgroup/docker/cpu.stat", "nr_throttled 0\nthrottled_usec 0\n"},
    {"/sys/fs/cgroup/cpu.stat", "usage_usec 1\n"},
    {FAKE_CLOCK "/current_clocksource", "hpet\n"},
    {FAKE_CLOCK "/available_clocksource", "tsc hpet acpi_pm\n"},
    FAKE_MEMORY,
    FAKE_PLAIN_CPU,
    FAKE_QUIET,
    {FAKE_CPU "/cpu0/cpufreq/scaling_governor", "schedutil\n"},
    {FAKE_CPU "/cpu0/cpufreq/scaling_driver", "acpi-cpufreq\n"},
    {FAKE_CPU "/cpufreq/boost", "1\n"},
    FAKE_END,
};

static const struct fake_machine container = {
    .topology = "package:1 core:4 pu:1",
    .files = container_files,
    .counters_unavailable = "perf_event_open is forbidden here (EPERM): allow it",
    .clock_read_ns = 4500};

/* The same by v1, with the quota in the group above the own one. */
static const struct fake_file nested_files[] = {
    {"/run/.containerenv", "\n"},
    {"/proc/self/cgroup", "4:memory:/pod\n1:cpu,cpuacct:/pod/one\n0::/\n"},
    {"/proc/self/mountinfo", "30 24 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"},
    {"/sys/fs/cgroup/cpu/pod/one/cpu.cfs_quota_us", "-1\n"},
    {"/sys/fs/cgroup/cpu/pod/one/cpu.cfs_period_us", "100000\n"},
    {"/sys/fs/cgroup/cpu/pod/one/cpu.stat", "nr_throttled 0\nthrottled_time 0\n"},
    {"/sys/fs/cgroup/cpu/pod/cpu.cfs_quota_us", "200000\n"},
    {"/sys/fs/cgroup/cpu/pod/cpu.cfs_period_us", "100000\n"},
    {"/sys/fs/cgroup/cpu/pod/cpu.stat", "nr_throttled 2\nthrottled_time 3000000\n"},
    {"/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n"},
    {"/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"},
    {"/sys/fs/cgroup/cpu/cpu.stat", "nr_throttled 0\nthrottled_time 0\n"},
    FAKE_TSC,
    FAKE_PLAIN_CPU,
    FAKE_QUIET,
    FAKE_END,
};

static const struct fake_machine nested = {
    .topology = "package:1 core:4 pu:1", .files = nested_files, .clock_read_ns = 20};

/* A virtual machine whose hypervisor gives a tenth of its time to others. */
static const struct fake_file virtual_files[] = {
    FAKE_NO_GROUPS,
    {FAKE_CLOCK "/current_clocksource", "kvm-clock\n"},
    {FAKE_CLOCK "/available_clocksource", "kvm-clock tsc acpi_pm\n"},
    FAKE_MEMORY,
    FAKE_VIRTUAL_CPU,
    {"/proc/stat", "cpu  360 0 0 400 0 0 0 40 0 0\ncpu0 90 0 0 100 0 0 0 10 0 0\n"
                   "cpu1 90 0 0 100 0 0 0 10 0 0\ncpu2 90 0 0 100 0 0 0 10 0 0\n"
                   "cpu3 90 0 0 100 0 0 0 10 0 0\nintr 1\n"},
    {"/proc/loadavg", "1.00 1.00 1.00 1/99 1234\n"},
    {"/proc/sys/kernel/perf_event_paranoid", "2\n"},
    FAKE_END,
};

static const struct fake_machine virtual_machine = {
    .topology = "package:1 core:4 pu:1",
    .files = virtual_files,
    .counters_unavailable = "no hardware counters here; a virtual machine needs a virtual PMU",
    .clock_read_ns = 40};

/* A node of a cluster, in a job. */
static const struct fake_file node_files[] = {
    FAKE_NO_GROUPS,
    FAKE_TSC,
    FAKE_MEMORY,
    FAKE_PLAIN_CPU,
    FAKE_QUIET,
    {FAKE_CPU "/cpu0/cpufreq/scaling_governor", "schedutil\n"},
    {FAKE_CPU "/cpu0/cpufreq/scaling_driver", "acpi-cpufreq\n"},
    {FAKE_CPU "/cpufreq/boost", "1\n"},
    {"/proc/sys/kernel/numa_balancing", "1\n"},
    {"/proc/sys/kernel/perf_event_paranoid", "4\n"},
    FAKE_END,
};

static const char *const slurm_environment[] = {"HOME=/", "SLURM_JOB_ID=88123",
                                                "SLURM_JOB_CPUS_PER_NODE=4(x2)",
                                                "SLURM_JOB_END_TIME=4102444800", NULL};

static const struct fake_machine slurm_node = {
    .topology = "package:2 [numa] core:2 pu:1",
    .files = node_files,
    .environment = slurm_environment,
    .counters_unavailable = "perf_event_paranoid is 4: sysctl kernel.perf_event_paranoid=1",
    .clock_read_ns = 18};

/* Four slow cores, and two fast ones of two threads. */
static const struct fake_machine hybrid = {
    .topology = hybrid_xml, .files = server_files, .clock_read_ns = 18};

/* One core, and no file that could be read. */
static const struct fake_file blind_files[] = {FAKE_END};

static const struct fake_machine blind = {
    .topology = "core:1 pu:1", .files = blind_files, .clock_read_ns = 25};

#endif
