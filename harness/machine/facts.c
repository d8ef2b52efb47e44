#include "machine/facts.h"

#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <time.h>

#include "machine/machine_parts.h"
#include "machine/procfile.h"

/* How long to look, and when to stop early. */
struct moment {
    uint64_t ns;
    int interrupt_fd;
};

/* The first line of a file; "" when it cannot be read. */
static void line_read(const char *root, const char *path, char line[BE_FACTS_TEXT_BYTES])
{
    char *text = be_procfile_read(root, path);

    snprintf(line, BE_FACTS_TEXT_BYTES, "%.*s", text ? (int)strcspn(text, "\n") : 0,
             text ? text : "");
    free(text);
}

/* How many CPUs a list such as "0-3,8" names; -1 for what is no list. */
static int64_t list_count(const char *list)
{
    int64_t count = 0;

    do {
        char *end = NULL;
        long first = strtol(list, &end, 10);
        long last = first;
        if (end == list) {
            return -1;
        }
        if (*end == '-') {
            list = end + 1;
            last = strtol(list, &end, 10);
        }
        count += last - first + 1;
        list = end + (*end == ',');
    } while (*list);
    return count;
}

/* A set of CPUs as "0-3,8"; "" for one that does not fit. */
static void list_format(const cpu_set_t *set, char list[BE_FACTS_TEXT_BYTES])
{
    size_t length = 0;

    list[0] = '\0';
    for (size_t first = 0; first < CPU_SETSIZE; first++) {
        size_t last = first;
        if (!CPU_ISSET(first, set)) {
            continue;
        }
        while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, set)) {
            last++;
        }
        const char *comma = length ? "," : "";
        size_t room = BE_FACTS_TEXT_BYTES - length;
        length +=
            (size_t)(last > first ? snprintf(list + length, room, "%s%zu-%zu", comma, first, last)
                                  : snprintf(list + length, room, "%s%zu", comma, first));
        if (length >= BE_FACTS_TEXT_BYTES) {
            list[0] = '\0';
            return;
        }
        first = last;
    }
}

static void cpus_capture(const char *root, const struct be_topology *topology,
                         struct be_facts *facts)
{
    char online[BE_FACTS_TEXT_BYTES];
    const struct be_pu *pus = be_topology_pus(topology);
    cpu_set_t fastest;

    line_read(root, "/sys/devices/system/cpu/online", online);
    facts->cpus_online = list_count(online);
    line_read(root, "/sys/devices/system/cpu/isolated", facts->cpus_isolated);
    CPU_ZERO(&fastest);
    for (uint32_t i = 0; i < be_topology_counts(topology)->pus; i++) {
        if (pus[i].kind == 0) {
            CPU_SET((size_t)pus[i].os_index, &fastest);
        }
    }
    list_format(&fastest, facts->cpus_fastest);
}

static void clock_capture(const char *root, const struct be_topology *topology,
                          struct be_facts *facts)
{
    char path[BE_FACTS_TEXT_BYTES];

    line_read(root, "/sys/devices/system/clocksource/clocksource0/available_clocksource",
              facts->clock_sources);
    snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_driver",
             be_topology_pus(topology)[0].os_index);
    line_read(root, path, facts->clock_driver);
}

/* The number behind "key:" of meminfo, in kB; -1 when it is not there. */
static int64_t meminfo_kib(const char *meminfo, const char *key)
{
    const char *found = meminfo ? strstr(meminfo, key) : NULL;
    return found ? strtoll(found + strlen(key), NULL, 10) : -1;
}

static void memory_capture(const char *root, struct be_facts *facts)
{
    char *meminfo = be_procfile_read(root, "/proc/meminfo");
    int64_t total = meminfo_kib(meminfo, "SwapTotal:");
    int64_t left = meminfo_kib(meminfo, "SwapFree:");
    char *persona = be_procfile_read(root, "/proc/self/personality");

    free(meminfo);
    facts->swap_used_bytes = total >= left && left >= 0 ? (total - left) * 1024 : -1;
    facts->layout_random = be_procfile_read_count(root, "/proc/sys/kernel/randomize_va_space");
    facts->layout_pinned = BE_UNKNOWN;
    if (persona) {
        bool pinned = strtoul(persona, NULL, 16) & ADDR_NO_RANDOMIZE;
        facts->layout_pinned = pinned ? BE_YES : BE_NO;
    }
    free(persona);
    facts->numa_balancing = be_procfile_read_count(root, "/proc/sys/kernel/numa_balancing");
}

/* It can be negative, which here is an answer. */
static int paranoid_read(const char *root)
{
    char *text = be_procfile_read(root, "/proc/sys/kernel/perf_event_paranoid");
    int level = text ? (int)strtol(text, NULL, 10) : BE_FACTS_PARANOID_UNKNOWN;

    free(text);
    return level;
}

static double load_read(const char *root)
{
    char *text = be_procfile_read(root, "/proc/loadavg");
    double load = text ? strtod(text, NULL) : (double)NAN;

    free(text);
    return load;
}

void be_facts_capture(const char *root, const char *const *environment,
                      const struct be_topology *topology, const struct be_machine *machine,
                      struct be_facts *facts)
{
    *facts = (struct be_facts){
        .machine = machine,
        .batteries = be_machine_count_batteries(root),
        .perf_paranoid = paranoid_read(root),
        .load = load_read(root),
    };
    be_surroundings_capture(root, environment, time(NULL), &facts->surroundings);
    cpus_capture(root, topology, facts);
    clock_capture(root, topology, facts);
    memory_capture(root, facts);
}

/* Reads the watch on every allowed CPU, sleeps, and reads it again. */
static enum be_status moment_watch(struct be_quality *quality, const struct be_topology *topology,
                                   const struct moment *moment, struct be_facts *facts,
                                   struct be_error *error)
{
    uint32_t count = be_topology_counts(topology)->pus;
    struct pollfd interrupt = {.fd = moment->interrupt_fd, .events = POLLIN};
    int32_t *pus = calloc(count, sizeof(*pus));

    if (!pus) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %" PRIu32 " PUs", count);
    }
    for (uint32_t i = 0; i < count; i++) {
        pus[i] = be_topology_pus(topology)[i].os_index;
    }
    be_quality_read(quality, pus, count, -1, &facts->before);
    int stopped = poll(&interrupt, 1, (int)(moment->ns / 1000000));
    be_quality_read(quality, pus, count, -1, &facts->after);
    free(pus);
    return stopped > 0 ? be_error_set(error, BE_EINTERRUPTED, "interrupted") : BE_OK;
}

enum be_status be_facts_watch(const char *root, const struct be_topology *topology,
                              uint64_t moment_ns, int interrupt_fd, struct be_facts *facts,
                              struct be_error *error)
{
    const struct moment moment = {moment_ns, interrupt_fd};
    struct be_quality *quality = NULL;
    enum be_status status = be_quality_create(root, &quality, error);

    if (status == BE_OK) {
        status = moment_watch(quality, topology, &moment, facts, error);
    }
    be_quality_destroy(quality);
    return status;
}
