/*
 * Slowed down cores: how often heat throttled them, and the highest clock that they may have. Both
 * are in files of each CPU, which are opened as far as half of this process's descriptors go.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "machine/quality_parts.h"

enum core_file { CORE_HEAT, PACKAGE_HEAT, CLOCK, FILE_COUNT };

static const char *const file_names[FILE_COUNT] = {
    "thermal_throttle/core_throttle_count",
    "thermal_throttle/package_throttle_count",
    "cpufreq/scaling_max_freq",
};

struct be_quality_core_fds {
    int fds[FILE_COUNT]; /* -1: cannot be opened */
};

static bool cpu_exists(const char *root, size_t cpu)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/sys/devices/system/cpu/cpu%zu", root, cpu);
    return access(path, F_OK) == 0;
}

static void fds_open(const char *root, size_t cpu, struct be_quality_core_fds *item)
{
    char path[128];

    for (size_t i = 0; i < FILE_COUNT; i++) {
        snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%zu/%s", cpu, file_names[i]);
        item->fds[i] = be_quality_open(root, path);
    }
}

/* Launching samples needs descriptors too. */
static size_t cpus_max(void)
{
    struct rlimit limit = {.rlim_cur = 0};

    getrlimit(RLIMIT_NOFILE, &limit);
    size_t most = limit.rlim_cur / 2 / FILE_COUNT;
    return most < BE_QUALITY_CPUS_MAX ? most : BE_QUALITY_CPUS_MAX;
}

enum be_status be_quality_core_init(struct be_quality_core *core, const char *root,
                                    struct be_error *error)
{
    size_t count = 0;

    for (size_t most = cpus_max(); count < most && cpu_exists(root, count);) {
        count++;
    }
    core->items = calloc(count + 1, sizeof(*core->items));
    if (!core->items) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a quality watch");
    }
    for (; core->count < count; core->count++) {
        fds_open(root, core->count, &core->items[core->count]);
    }
    return BE_OK;
}

void be_quality_core_finish(struct be_quality_core *core)
{
    for (size_t i = 0; i < core->count; i++) {
        for (size_t k = 0; k < FILE_COUNT; k++) {
            if (core->items[i].fds[k] >= 0) {
                close(core->items[i].fds[k]);
            }
        }
    }
    free(core->items);
}

/* A core has one of the two counts, or both. */
static bool heat_read(const struct be_quality_core_fds *item, uint64_t *count)
{
    uint64_t core = 0;
    uint64_t package = 0;
    bool core_known = be_quality_number_read(item->fds[CORE_HEAT], &core);
    bool package_known = be_quality_number_read(item->fds[PACKAGE_HEAT], &package);

    *count += core + package;
    return core_known || package_known;
}

static bool clock_read(const struct be_quality_core_fds *item, uint64_t *khz)
{
    uint64_t limit = 0;
    bool known = be_quality_number_read(item->fds[CLOCK], &limit);

    *khz += limit;
    return known;
}

/* A signal is watched when it is known of every CPU that is used. */
void be_quality_core_read(const struct be_quality_core *core, const struct be_quality_cpus *cpus,
                          struct be_quality_reading *reading)
{
    uint32_t wanted = cpus->count > 0 ? cpus->count : (uint32_t)core->count;
    uint32_t heat_known = 0;
    uint32_t clock_known = 0;

    for (size_t i = 0; i < core->count; i++) {
        if (cpus->count == 0 || cpus->used[i]) {
            heat_known += heat_read(&core->items[i], &reading->heat_count);
            clock_known += clock_read(&core->items[i], &reading->clock_khz);
        }
    }
    if (wanted > 0 && heat_known == wanted) {
        reading->watched |= BE_QUALITY_HEAT;
    }
    if (wanted > 0 && clock_known == wanted) {
        reading->watched |= BE_QUALITY_CLOCK;
    }
}
