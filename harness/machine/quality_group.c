/* What control groups take from a sample, and whether anything waited for a CPU (PSI). */
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine/cgroup.h"
#include "machine/quality_parts.h"

enum { GROUP_BYTES_MAX = 4096, PRESSURE_BYTES_MAX = 256 };

static enum be_status fds_open(struct be_quality_group *group, const struct be_cgroup_chain *chain,
                               struct be_error *error)
{
    group->known = chain->known;
    group->v2 = chain->v2;
    group->fds = calloc(chain->count + 1, sizeof(*group->fds));
    if (!group->fds) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a quality watch");
    }
    for (size_t i = 0; i < chain->count; i++) {
        int fd = be_quality_open(chain->folders[i], "/cpu.stat");
        if (fd >= 0) {
            group->fds[group->count++] = fd;
        } else {
            group->known = false;
        }
    }
    return BE_OK;
}

/* The own group's pressure is of the sample and its like; the machine's is of everything. */
static int pressure_open(const struct be_cgroup_chain *chain, const char *root)
{
    int fd = chain->known && chain->v2 && chain->count > 0
                 ? be_quality_open(chain->folders[0], "/cpu.pressure")
                 : -1;
    return fd >= 0 ? fd : be_quality_open(root, "/proc/pressure/cpu");
}

enum be_status be_quality_group_init(struct be_quality_group *group, const char *root,
                                     struct be_error *error)
{
    struct be_cgroup_chain chain = {0};
    struct be_cgroup_quota quota;
    enum be_status status = be_cgroup_find(root, &chain, error);

    group->pressure_fd = -1;
    if (status == BE_OK) {
        be_cgroup_read_quota(&chain, &quota);
        group->quota_cores = quota.known && quota.limited ? quota.cores : (double)INFINITY;
        group->pressure_fd = pressure_open(&chain, root);
        status = fds_open(group, &chain, error);
    }
    be_cgroup_chain_finish(&chain);
    return status;
}

void be_quality_group_finish(struct be_quality_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        close(group->fds[i]);
    }
    free(group->fds);
    if (group->pressure_fd >= 0) {
        close(group->pressure_fd);
    }
}

/* A group that cannot be throttled lacks the keys. v1 counts in ns, v2 in us. */
static void throttled_read(const struct be_quality_group *group, struct be_quality_reading *reading)
{
    char text[GROUP_BYTES_MAX];

    if (!group->known) {
        return;
    }
    for (size_t i = 0; i < group->count; i++) {
        if (!be_quality_text_read(group->fds[i], text, sizeof(text))) {
            return;
        }
        reading->throttled_count += be_quality_text_value(text, "nr_throttled ");
        reading->throttled_ns += group->v2 ? be_quality_text_value(text, "throttled_usec ") * 1000
                                           : be_quality_text_value(text, "throttled_time ");
    }
    reading->watched |= BE_QUALITY_THROTTLED;
}

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=1234": us in which at least one task waited. */
static void pressure_read(const struct be_quality_group *group, struct be_quality_reading *reading)
{
    static const char key[] = " total=";
    char text[PRESSURE_BYTES_MAX];

    if (be_quality_text_read(group->pressure_fd, text, sizeof(text)) &&
        strncmp(text, "some ", 5) == 0 && strstr(text, key)) {
        reading->waited_ns = be_quality_text_value(text, key) * 1000;
        reading->watched |= BE_QUALITY_PRESSURE;
    }
}

void be_quality_group_read(const struct be_quality_group *group, struct be_quality_reading *reading)
{
    throttled_read(group, reading);
    reading->throttled_cpus = fmin(reading->cpus, group->quota_cores);
    pressure_read(group, reading);
}
