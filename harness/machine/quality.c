#include "machine/quality.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine/cgroup.h"

enum { CPUS_MAX = 8192, STAT_LINE_BYTES_MAX = 256, STAT_LINES_SPARE = 32, GROUP_BYTES_MAX = 4096 };

static const double suspect_share = .02;
static const double rejected_share = .10;
static const uint64_t suspect_ticks = 2;

struct be_quality {
    int stat_fd; /* /proc/stat; -1: not watched */
    char *stat;  /* holds the lines of all CPUs, which come first */
    size_t stat_bytes;
    bool groups_known; /* every control group that can throttle is in group_fds */
    bool groups_v2;
    int *group_fds; /* cpu.stat of each */
    size_t group_count;
    double quota_cores; /* INFINITY: none in force, or unknown */
};

static uint64_t tick_ns(void)
{
    return UINT64_C(1000000000) / (uint64_t)sysconf(_SC_CLK_TCK);
}

static enum be_status groups_open(struct be_quality *quality, const struct be_cgroup_chain *chain,
                                  struct be_error *error)
{
    quality->groups_known = chain->known;
    quality->groups_v2 = chain->v2;
    quality->group_fds = calloc(chain->count + 1, sizeof(*quality->group_fds));
    if (!quality->group_fds) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a quality watch");
    }
    for (size_t i = 0; i < chain->count; i++) {
        char path[PATH_MAX];
        snprintf(path, sizeof(path), "%s/cpu.stat", chain->folders[i]);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd >= 0) {
            quality->group_fds[quality->group_count++] = fd;
        } else {
            quality->groups_known = false;
        }
    }
    return BE_OK;
}

static enum be_status watch_open(struct be_quality *quality, const char *root,
                                 struct be_error *error)
{
    char path[PATH_MAX];
    struct be_cgroup_chain chain = {0};
    struct be_cgroup_quota quota;

    snprintf(path, sizeof(path), "%s/proc/stat", root);
    quality->stat_fd = open(path, O_RDONLY | O_CLOEXEC);
    quality->stat_bytes =
        (size_t)(sysconf(_SC_NPROCESSORS_CONF) + STAT_LINES_SPARE) * STAT_LINE_BYTES_MAX;
    quality->stat = malloc(quality->stat_bytes);
    if (!quality->stat) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a quality watch");
    }
    enum be_status status = be_cgroup_find(root, &chain, error);
    if (status == BE_OK) {
        be_cgroup_read_quota(&chain, &quota);
        quality->quota_cores = quota.known && quota.limited ? quota.cores : (double)INFINITY;
        status = groups_open(quality, &chain, error);
    }
    be_cgroup_chain_finish(&chain);
    return status;
}

enum be_status be_quality_create(const char *root, struct be_quality **quality,
                                 struct be_error *error)
{
    struct be_quality *created = calloc(1, sizeof(*created));

    if (!created) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a quality watch");
    }
    created->stat_fd = -1;
    enum be_status status = watch_open(created, root, error);
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
    if (quality->stat_fd >= 0) {
        close(quality->stat_fd);
    }
    for (size_t i = 0; i < quality->group_count; i++) {
        close(quality->group_fds[i]);
    }
    free(quality->group_fds);
    free(quality->stat);
    free(quality);
}

/* Reads the file from its start, at most bytes - 1; false when nothing could be read. */
static bool text_read(int fd, char *text, size_t bytes)
{
    size_t length = 0;
    ssize_t n = 1;

    while (n > 0 && length < bytes - 1) {
        n = pread(fd, text + length, bytes - 1 - length, (off_t)length);
        length += n > 0 ? (size_t)n : 0;
    }
    text[length] = '\0';
    return n >= 0 && length > 0;
}

/* The CPUs asked for, as a set; 0 asked for: all. */
static uint32_t set_fill(bool *set, const int32_t *pus, uint32_t pu_count, int32_t dispatcher_pu)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i <= pu_count; i++) {
        int32_t pu = i < pu_count ? pus[i] : dispatcher_pu;
        if (pu >= 0 && pu < CPUS_MAX && !set[pu]) {
            set[pu] = true;
            count++;
        }
    }
    return count;
}

/*
 * One line "cpu3 user nice system idle iowait irq softirq steal …" of /proc/stat (proc(5)). The
 * line "cpu  …" is the sum of the others.
 */
static bool steal_parse(const char *line, unsigned long *cpu, uint64_t *ticks)
{
    enum { STEAL = 8 }; /* the eighth number */
    const char *start = line + strlen("cpu");
    char *end = NULL;

    if (!isdigit((unsigned char)*start)) {
        return false;
    }
    *cpu = strtoul(start, &end, 10);
    for (int field = 1; field <= STEAL; field++) {
        start = end;
        *ticks = strtoull(start, &end, 10);
        if (end == start) {
            return false;
        }
    }
    return true;
}

static void steal_read(struct be_quality *quality, const bool *set, uint32_t wanted,
                       struct be_quality_reading *reading)
{
    uint32_t found = 0;
    uint64_t sum = 0;

    if (quality->stat_fd < 0 || !text_read(quality->stat_fd, quality->stat, quality->stat_bytes)) {
        return;
    }
    for (const char *line = quality->stat; line && strncmp(line, "cpu", 3) == 0;) {
        unsigned long cpu = 0;
        uint64_t ticks = 0;
        if (steal_parse(line, &cpu, &ticks) && (wanted == 0 || (cpu < CPUS_MAX && set[cpu]))) {
            sum += ticks;
            found++;
        }
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    if (found > 0 && (wanted == 0 || found == wanted)) {
        reading->watched |= BE_QUALITY_STEAL;
        reading->cpus = found;
        reading->steal_ns = sum * tick_ns();
    }
}

/* The number behind a key of cpu.stat. A group that cannot be throttled lacks the keys. */
static uint64_t stat_value(const char *text, const char *key)
{
    const char *found = strstr(text, key);
    return found ? strtoull(found + strlen(key), NULL, 10) : 0;
}

static void throttled_read(struct be_quality *quality, struct be_quality_reading *reading)
{
    char text[GROUP_BYTES_MAX];

    if (!quality->groups_known) {
        return;
    }
    for (size_t i = 0; i < quality->group_count; i++) {
        if (!text_read(quality->group_fds[i], text, sizeof(text))) {
            return;
        }
        reading->throttled_count += stat_value(text, "nr_throttled ");
        reading->throttled_ns += quality->groups_v2 ? stat_value(text, "throttled_usec ") * 1000
                                                    : stat_value(text, "throttled_time ");
    }
    reading->watched |= BE_QUALITY_THROTTLED;
}

void be_quality_read(struct be_quality *quality, const int32_t *pus, uint32_t pu_count,
                     int32_t dispatcher_pu, struct be_quality_reading *reading)
{
    bool set[CPUS_MAX] = {false};
    uint32_t wanted = set_fill(set, pus, pu_count, dispatcher_pu);

    *reading = (struct be_quality_reading){.cpus = wanted > 0 ? wanted : 1};
    steal_read(quality, set, wanted, reading);
    throttled_read(quality, reading);
    reading->throttled_cpus = fmin(reading->cpus, quality->quota_cores);
}

void be_quality_judge(const struct be_quality_reading *before,
                      const struct be_quality_reading *after, uint64_t elapsed_ns,
                      struct be_quality_verdict *verdict)
{
    unsigned watched = before->watched & after->watched;
    double steal_ns = 0;
    double throttled_ns = 0;

    if (after->steal_ns < before->steal_ns || after->cpus != before->cpus) {
        watched &= ~(unsigned)BE_QUALITY_STEAL;
    }
    if (after->throttled_ns < before->throttled_ns) {
        watched &= ~(unsigned)BE_QUALITY_THROTTLED;
    }
    if (watched & BE_QUALITY_STEAL) {
        steal_ns = (double)(after->steal_ns - before->steal_ns);
    }
    if (watched & BE_QUALITY_THROTTLED) {
        throttled_ns = (double)(after->throttled_ns - before->throttled_ns);
    }
    double steal = steal_ns / ((double)elapsed_ns * before->cpus);
    double throttled = throttled_ns / ((double)elapsed_ns * before->throttled_cpus);
    bool counts = steal_ns + throttled_ns > (double)(suspect_ticks * tick_ns());

    *verdict = (struct be_quality_verdict){.state = BE_SAMPLE_CLEAN, .watched = watched};
    if (counts && steal + throttled > suspect_share) {
        verdict->state =
            steal + throttled > rejected_share ? BE_SAMPLE_REJECTED : BE_SAMPLE_SUSPECT;
        snprintf(verdict->reason, sizeof(verdict->reason),
                 "lost %.1f %% of its CPU time: stolen by the hypervisor %.1f %%, throttled by a "
                 "CPU quota %.1f %%",
                 100 * (steal + throttled), 100 * steal, 100 * throttled);
    }
}

const char *be_quality_watched_name(unsigned watched)
{
    static const char *const names[] = {"nothing", "steal", "throttling", "steal, throttling"};
    return names[watched & (BE_QUALITY_STEAL | BE_QUALITY_THROTTLED)];
}
