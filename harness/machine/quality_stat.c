/* /proc/stat (proc(5)): where the time of the CPUs went that a sample uses. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine/quality_parts.h"

enum { TEXT_BYTES_FIRST = 16 << 10 };

/* The numbers of a line "cpu3 …", in their order. Guests' time is part of user and nice. */
enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, FIELD_COUNT };

struct cpu_line {
    unsigned long cpu;
    uint64_t ticks[FIELD_COUNT];
};

uint64_t be_quality_tick_ns(void)
{
    return UINT64_C(1000000000) / (uint64_t)sysconf(_SC_CLK_TCK);
}

/* Whether the text ends before the first line after the CPUs'. */
static bool text_is_cut(const struct be_quality_stat *stat)
{
    return strlen(stat->text) == stat->bytes - 1 && !strstr(stat->text, "\nintr ");
}

enum be_status be_quality_stat_init(struct be_quality_stat *stat, const char *root,
                                    struct be_error *error)
{
    stat->fd = be_quality_open(root, "/proc/stat");
    for (stat->bytes = TEXT_BYTES_FIRST;; stat->bytes *= 2) {
        free(stat->text);
        stat->text = malloc(stat->bytes);
        if (!stat->text) {
            return be_error_set(error, BE_ENOMEM, "out of memory for a quality watch");
        }
        if (!be_quality_text_read(stat->fd, stat->text, stat->bytes) || !text_is_cut(stat)) {
            return BE_OK;
        }
    }
}

void be_quality_stat_finish(struct be_quality_stat *stat)
{
    if (stat->fd >= 0) {
        close(stat->fd);
    }
    free(stat->text);
}

/* The line "cpu  …" is the sum of the others. */
static bool line_parse(const char *text, struct cpu_line *line)
{
    const char *start = text + strlen("cpu");
    char *end = NULL;

    if (!isdigit((unsigned char)*start)) {
        return false;
    }
    line->cpu = strtoul(start, &end, 10);
    for (int i = 0; i < FIELD_COUNT; i++) {
        start = end;
        line->ticks[i] = strtoull(start, &end, 10);
        if (end == start) {
            return false;
        }
    }
    return true;
}

static bool is_used(const struct be_quality_cpus *cpus, unsigned long cpu)
{
    return cpus->count == 0 || (cpu < BE_QUALITY_CPUS_MAX && cpus->used[cpu]);
}

void be_quality_stat_read(struct be_quality_stat *stat, const struct be_quality_cpus *cpus,
                          struct be_quality_reading *reading)
{
    uint32_t online = 0;
    uint32_t used = 0;
    uint64_t steal = 0;
    uint64_t busy = 0;

    if (!be_quality_text_read(stat->fd, stat->text, stat->bytes)) {
        return;
    }
    for (const char *text = stat->text; text && strncmp(text, "cpu", 3) == 0;) {
        struct cpu_line line;
        if (line_parse(text, &line)) {
            online++;
            if (is_used(cpus, line.cpu)) {
                used++;
                steal += line.ticks[STEAL];
                busy += line.ticks[USER] + line.ticks[NICE] + line.ticks[SYSTEM];
            }
        }
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    if (used > 0 && (cpus->count == 0 || used == cpus->count)) {
        reading->watched |= BE_QUALITY_STEAL | BE_QUALITY_OTHERS;
        reading->cpus = used;
        reading->machine_cpus = online;
        reading->steal_ns = steal * be_quality_tick_ns();
        reading->busy_ns = busy * be_quality_tick_ns();
    }
}
