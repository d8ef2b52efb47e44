#include "machine/quality.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "core/clock.h"
#include "machine/procfile.h"
#include "machine/quality_parts.h"

struct be_quality {
    struct be_quality_stat stat;
    struct be_quality_group group;
    struct be_quality_core core;
    struct be_quality_system system;
    struct be_quality_cpus allowed; /* none: not known */
    struct be_quality_cpus cpus;    /* of the reading at hand */
};

static void cpus_add(struct be_quality_cpus *cpus, unsigned long cpu)
{
    if (cpu < BE_QUALITY_CPUS_MAX && !cpus->used[cpu]) {
        cpus->used[cpu] = true;
        cpus->count++;
    }
}

/* "0-3,8" (cpuset(7)) */
static void list_parse(const char *list, struct be_quality_cpus *cpus)
{
    for (char *end = NULL;; list = end + 1) {
        unsigned long first = strtoul(list, &end, 10);
        if (end == list) {
            return;
        }
        unsigned long last = *end == '-' ? strtoul(end + 1, &end, 10) : first;
        for (unsigned long cpu = first; cpu <= last && cpu < BE_QUALITY_CPUS_MAX; cpu++) {
            cpus_add(cpus, cpu);
        }
        if (*end != ',') {
            return;
        }
    }
}

static void allowed_find(const char *root, struct be_quality_cpus *allowed)
{
    static const char key[] = "\nCpus_allowed_list:\t";
    char *status = be_procfile_read(root, "/proc/self/status");
    const char *found = status ? strstr(status, key) : NULL;

    if (found) {
        list_parse(found + strlen(key), allowed);
    }
    free(status);
}

enum be_status be_quality_create(const char *root, struct be_quality **quality,
                                 struct be_error *error)
{
    struct be_quality *created = calloc(1, sizeof(*created));

    if (!created) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a quality watch");
    }
    allowed_find(root, &created->allowed);
    be_quality_system_init(&created->system, root);
    enum be_status status = be_quality_stat_init(&created->stat, root, error);
    enum be_status second = be_quality_group_init(&created->group, root, error);
    enum be_status third = be_quality_core_init(&created->core, root, error);
    if (status == BE_OK) {
        status = second == BE_OK ? third : second;
    }
    if (status != BE_OK) {
        be_quality_destroy(created);
        return status;
    }
    *quality = created;
    return BE_OK;
}

void be_quality_destroy(struct be_quality *quality)
{
    if (!quality) {
        return;
    }
    be_quality_stat_finish(&quality->stat);
    be_quality_group_finish(&quality->group);
    be_quality_core_finish(&quality->core);
    be_quality_system_finish(&quality->system);
    free(quality);
}

static void cpus_fill(struct be_quality *quality, const int32_t *pus, uint32_t pu_count,
                      int32_t dispatcher_pu)
{
    struct be_quality_cpus *cpus = &quality->cpus;

    *cpus = (struct be_quality_cpus){0};
    for (uint32_t i = 0; i <= pu_count; i++) {
        int32_t pu = i < pu_count ? pus[i] : dispatcher_pu;
        if (pu >= 0) {
            cpus_add(cpus, (unsigned long)pu);
        }
    }
    if (cpus->count == 0) {
        *cpus = quality->allowed;
    }
}

static uint64_t rusage_ns(int who)
{
    struct rusage usage;

    getrusage(who, &usage);
    return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * UINT64_C(1000000000) +
           (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

void be_quality_read(struct be_quality *quality, const int32_t *pus, uint32_t pu_count,
                     int32_t dispatcher_pu, struct be_quality_reading *reading)
{
    cpus_fill(quality, pus, pu_count, dispatcher_pu);
    *reading = (struct be_quality_reading){
        .at_ns = be_clock_now_ns(),
        .cpus = quality->cpus.count > 0 ? quality->cpus.count : 1,
        .own_ns = rusage_ns(RUSAGE_SELF) + rusage_ns(RUSAGE_CHILDREN),
    };
    be_quality_stat_read(&quality->stat, &quality->cpus, reading);
    be_quality_group_read(&quality->group, reading);
    be_quality_core_read(&quality->core, &quality->cpus, reading);
    be_quality_system_read(&quality->system, reading);
}
