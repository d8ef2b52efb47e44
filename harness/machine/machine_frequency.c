#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/params.h"
#include "machine/machine_parts.h"
#include "machine/procfile.h"

static const char *cpufreq_path(char *path, int32_t pu, const char *name)
{
    snprintf(path, PATH_MAX, "/sys/devices/system/cpu/cpu%d/cpufreq/%s", pu, name);
    return path;
}

static enum be_status governors_collect(const char *root, const struct be_topology *topology,
                                        struct be_params *set, struct be_error *error)
{
    enum be_status status = BE_OK;

    for (uint32_t i = 0; i < be_topology_counts(topology)->pus && status == BE_OK; i++) {
        char path[PATH_MAX];
        int32_t pu = be_topology_pus(topology)[i].os_index;
        char *governor = be_procfile_read(root, cpufreq_path(path, pu, "scaling_governor"));
        if (governor) {
            status = be_params_set(set, governor, "", error);
        }
        free(governor);
    }
    return status;
}

static void limits_capture(const char *root, const struct be_topology *topology,
                           struct be_machine *machine)
{
    for (uint32_t i = 0; i < be_topology_counts(topology)->pus; i++) {
        char path[PATH_MAX];
        int32_t pu = be_topology_pus(topology)[i].os_index;
        int64_t low = be_procfile_read_count(root, cpufreq_path(path, pu, "scaling_min_freq"));
        int64_t high = be_procfile_read_count(root, cpufreq_path(path, pu, "scaling_max_freq"));
        if (low >= 0 && (machine->clock_khz_min < 0 || low < machine->clock_khz_min)) {
            machine->clock_khz_min = low;
        }
        if (high > machine->clock_khz_max) {
            machine->clock_khz_max = high;
        }
    }
}

/* Intel's driver has a file that says "no", the others one that says "yes". */
static enum be_answer turbo_capture(const char *root)
{
    switch (be_procfile_read_count(root, "/sys/devices/system/cpu/intel_pstate/no_turbo")) {
    case 0:
        return BE_YES;
    case 1:
        return BE_NO;
    default:
        break;
    }
    switch (be_procfile_read_count(root, "/sys/devices/system/cpu/cpufreq/boost")) {
    case 0:
        return BE_NO;
    case 1:
        return BE_YES;
    default:
        return BE_UNKNOWN;
    }
}

enum be_status be_machine_capture_frequency(const char *root, const struct be_topology *topology,
                                            struct be_machine *machine, struct be_error *error)
{
    struct be_params governors = {0};
    enum be_status status = governors_collect(root, topology, &governors, error);

    if (status == BE_OK) {
        status = be_machine_join(&governors, &machine->governor, error);
    }
    be_params_finish(&governors);
    machine->clock_khz_min = -1;
    machine->clock_khz_max = -1;
    limits_capture(root, topology, machine);
    machine->turbo = turbo_capture(root);
    return status;
}
