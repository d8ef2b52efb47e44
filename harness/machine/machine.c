#include "machine/machine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/buffer.h"
#include "core/hash.h"
#include "machine/machine_parts.h"
#include "machine/procfile.h"

enum be_status be_machine_join(const struct be_params *set, char **text, struct be_error *error)
{
    struct be_buffer buffer = {0};

    for (size_t i = 0; i < set->count; i++) {
        be_buffer_printf(&buffer, "%s%s", i > 0 ? " + " : "", set->entries[i].key);
    }
    enum be_status status = be_buffer_check(&buffer, error);
    if (status != BE_OK) {
        be_buffer_finish(&buffer);
        return status;
    }
    *text = buffer.data;
    return BE_OK;
}

static enum be_status cores_capture(const char *root, const struct be_topology *topology,
                                    struct be_machine *machine, struct be_error *error)
{
    struct be_cgroup_chain chain = {0};
    enum be_status status = be_cgroup_find(root, &chain, error);

    if (status != BE_OK) {
        return status;
    }
    be_cgroup_read_quota(&chain, &machine->quota);
    be_cgroup_chain_finish(&chain);
    machine->counts = *be_topology_counts(topology);
    machine->effective_cores = machine->counts.pus;
    if (machine->quota.known && machine->quota.limited) {
        machine->effective_cores = fmin(machine->effective_cores, machine->quota.cores);
    }
    return BE_OK;
}

static int64_t ram_bytes(const char *root)
{
    char *meminfo = be_procfile_read(root, "/proc/meminfo");
    const char *total = meminfo ? strstr(meminfo, "MemTotal:") : NULL;
    char *unit = NULL;
    long long kib = total ? strtoll(total + strlen("MemTotal:"), &unit, 10) : 0;
    bool known = kib > 0 && kib < INT64_MAX / 1024 && strncmp(unit, " kB", 3) == 0;

    free(meminfo);
    return known ? kib * 1024 : -1;
}

static void system_capture(const char *root, struct be_machine *machine)
{
    struct utsname name;

    machine->architecture = uname(&name) == 0 ? strdup(name.machine) : NULL;
    machine->kernel = be_procfile_read(root, "/proc/sys/kernel/osrelease");
    machine->boot_id = be_procfile_read(root, "/proc/sys/kernel/random/boot_id");
    machine->clock_source =
        be_procfile_read(root, "/sys/devices/system/clocksource/clocksource0/current_clocksource");
    machine->ram_bytes = ram_bytes(root);
    machine->page_bytes = sysconf(_SC_PAGESIZE);
    machine->compiler = BE_BUILD_COMPILER;
    machine->flags = BE_BUILD_FLAGS;
}

enum be_status be_machine_capture(const char *root, const struct be_topology *topology,
                                  struct be_machine *machine, struct be_error *error)
{
    struct be_machine captured = {0};
    enum be_status status = cores_capture(root, topology, &captured, error);

    if (status == BE_OK) {
        status = be_machine_capture_cpu(root, &captured, error);
    }
    if (status == BE_OK) {
        status = be_machine_capture_frequency(root, topology, &captured, error);
    }
    if (status != BE_OK) {
        be_machine_finish(&captured);
        return status;
    }
    system_capture(root, &captured);
    be_machine_capture_power(root, &captured);
    be_machine_measure_clock(&captured);
    be_machine_key(&captured, captured.key);
    *machine = captured;
    return BE_OK;
}

void be_machine_finish(struct be_machine *machine)
{
    free(machine->architecture);
    free(machine->cpu_models);
    free(machine->kernel);
    free(machine->microcode);
    free(machine->mitigations);
    free(machine->governor);
    free(machine->clock_source);
    free(machine->boot_id);
    *machine = (struct be_machine){0};
}

/* A change of what is hashed, or of how, takes another number in the first line. */
const char *be_machine_key(const struct be_machine *machine, char text[BE_ID_BYTES])
{
    static const char *const answers[] = {"unknown", "no", "yes"};
    const struct be_topology_counts *counts = &machine->counts;
    char numbers[256];

    snprintf(numbers, sizeof(numbers),
             "packages=%u\nnuma_nodes=%u\ncores=%u\npus=%u\nsmt=%u\neffective_millicores=%.0f\n"
             "virtualised=%s\n",
             counts->packages, counts->numa_nodes, counts->cores, counts->pus, counts->smt,
             machine->effective_cores * 1000, answers[machine->virtualised]);
    uint64_t hash = be_hash_string(BE_HASH_SEED, "machine key 1\narchitecture=");
    hash = be_hash_string(hash, machine->architecture ? machine->architecture : "?");
    hash = be_hash_string(hash, "\ncpu_models=");
    hash = be_hash_string(hash, machine->cpu_models ? machine->cpu_models : "?");
    hash = be_hash_string(hash, "\n");
    hash = be_hash_string(hash, numbers);
    snprintf(text, BE_ID_BYTES, "%016llx", (unsigned long long)hash);
    return text;
}

uint32_t be_machine_effective_cores(const struct be_machine *machine)
{
    return machine->effective_cores < 1 ? 1 : (uint32_t)machine->effective_cores;
}
