#include "counter/perf.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/io.h"
#include "counter/counter.h"

int be_perf_open(uint32_t type, uint64_t config, bool user_only)
{
    struct perf_event_attr attr = {
        .type = type,
        .size = sizeof(attr),
        .config = config,
        .read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
        .disabled = 1,
        .exclude_kernel = user_only,
        .exclude_hv = user_only,
    };
    return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

bool be_perf_read(int fd, struct be_perf_reading *reading)
{
    ssize_t n = be_io_read_some(fd, reading, sizeof(*reading));

    if (n == 0) {
        errno = ENODATA; /* The kernel put the event into its error state. */
    }
    return n == (ssize_t)sizeof(*reading);
}

void be_perf_judge(const struct be_perf_reading *start, const struct be_perf_reading *stop,
                   struct be_counter_value *value)
{
    uint64_t counted = stop->value - start->value;
    uint64_t enabled_ns = stop->enabled_ns - start->enabled_ns;
    uint64_t running_ns = stop->running_ns - start->running_ns;

    if (enabled_ns == 0) {
        be_counter_refuse(value, BE_COUNTER_NOT_COUNTING, "was never switched on");
        return;
    }
    if (running_ns == 0) {
        be_counter_refuse(value, BE_COUNTER_NOT_COUNTING,
                          "had no counter in %llu ns: others held them all; ask for fewer events",
                          (unsigned long long)enabled_ns);
        return;
    }
    be_counter_count(value, counted);
    if (running_ns < enabled_ns) {
        value->state = BE_COUNTER_SCALED;
        value->share = (double)running_ns / (double)enabled_ns;
        value->value = (uint64_t)((double)counted / value->share + 0.5);
    }
}

/* The sysctl, or -2 (below every level that there is) when it cannot be read. */
static int paranoid_read(void)
{
    char *text = NULL;
    size_t bytes = 0;
    int level = -2;

    if (be_io_read_file("/proc/sys/kernel/perf_event_paranoid", 64, &text, &bytes, NULL) == BE_OK) {
        level = (int)strtol(text, NULL, 10);
        free(text);
    }
    return level;
}

void be_perf_explain(int error_number, char reason[BE_COUNTER_REASON_BYTES])
{
    int level = paranoid_read();

    if (error_number == EACCES && level > 1) {
        snprintf(reason, BE_COUNTER_REASON_BYTES,
                 "perf_event_paranoid is %d: sysctl kernel.perf_event_paranoid=1", level);
    } else if (error_number == EACCES || error_number == EPERM) {
        /* The kernel's own check answers EACCES; EPERM is a filter in front of it. */
        snprintf(reason, BE_COUNTER_REASON_BYTES,
                 "perf_event_open is forbidden here (%s): allow it in the container's seccomp "
                 "profile, or add CAP_PERFMON",
                 strerror(error_number));
    } else if (error_number == ENOSYS) {
        snprintf(reason, BE_COUNTER_REASON_BYTES,
                 "this kernel has no perf_event_open: it needs CONFIG_PERF_EVENTS");
    } else if (error_number == EMFILE) {
        snprintf(reason, BE_COUNTER_REASON_BYTES, "too many open files: raise ulimit -n");
    } else {
        snprintf(reason, BE_COUNTER_REASON_BYTES, "perf_event_open: %s", strerror(error_number));
    }
}

enum be_status be_perf_hardware_check(struct be_error *error)
{
    /* A PMU may lack one of the two. */
    static const uint64_t common[] = {PERF_COUNT_HW_INSTRUCTIONS, PERF_COUNT_HW_CPU_CYCLES};
    char reason[BE_COUNTER_REASON_BYTES];

    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
        int fd = be_perf_open(PERF_TYPE_HARDWARE, common[i], true);
        if (fd >= 0) {
            close(fd);
            return BE_OK;
        }
    }
    if (errno == ENOENT || errno == EOPNOTSUPP || errno == ENODEV) {
        return be_error_set(error, BE_ENOTFOUND,
                            "no hardware counters here; a virtual machine needs a virtual PMU");
    }
    be_perf_explain(errno, reason);
    return be_error_set(error, BE_EUNAVAILABLE, "%s", reason);
}
