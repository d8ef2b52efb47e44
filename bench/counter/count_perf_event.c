#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "counter/counter.h"
#include "counter/perf.h"

/* What is left of an event for a user who may not look into the kernel. */
enum user_part {
    USER_ALL,      /* the whole: the kernel's part is counted all the same */
    USER_SOME,     /* what happens in user mode */
    USER_NONE,     /* it happens in the kernel only, and would read 0 */
    USER_HARDWARE, /* counted in user mode only, as PAPI does it; none of it is no count */
};

#define LOAD_MISSES(cache)                                                                         \
    (PERF_COUNT_HW_CACHE_##cache | PERF_COUNT_HW_CACHE_OP_READ << 8 |                              \
     PERF_COUNT_HW_CACHE_RESULT_MISS << 16)

/* X(name as perf(1) has it, PERF_COUNT_SW_, part) */
#define SOFTWARE_EVENTS(X)                                                                         \
    X("task-clock", TASK_CLOCK, USER_ALL)                                                          \
    X("context-switches", CONTEXT_SWITCHES, USER_NONE)                                             \
    X("cpu-migrations", CPU_MIGRATIONS, USER_NONE)                                                 \
    X("page-faults", PAGE_FAULTS, USER_SOME)                                                       \
    X("minor-faults", PAGE_FAULTS_MIN, USER_SOME)                                                  \
    X("major-faults", PAGE_FAULTS_MAJ, USER_SOME)

/* X(name, type, config, what it stands in for) */
#define HARDWARE_EVENTS(X)                                                                         \
    X("instructions", HARDWARE, PERF_COUNT_HW_INSTRUCTIONS, "PAPI_TOT_INS")                        \
    X("cycles", HARDWARE, PERF_COUNT_HW_CPU_CYCLES, "PAPI_TOT_CYC")                                \
    X("ref-cycles", HARDWARE, PERF_COUNT_HW_REF_CPU_CYCLES, "PAPI_REF_CYC")                        \
    X("branches", HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS, "PAPI_BR_INS")                      \
    X("branch-misses", HARDWARE, PERF_COUNT_HW_BRANCH_MISSES, "PAPI_BR_MSP")                       \
    X("cache-misses", HARDWARE, PERF_COUNT_HW_CACHE_MISSES, "PAPI_L3_TCM")                         \
    X("L1-dcache-load-misses", HW_CACHE, LOAD_MISSES(L1D), "PAPI_L1_DCM")                          \
    X("dTLB-load-misses", HW_CACHE, LOAD_MISSES(DTLB), "PAPI_TLB_DM")                              \
    X("stalled-cycles-frontend", HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_FRONTEND, "PAPI_STL_ICY")  \
    X("stalled-cycles-backend", HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_BACKEND, "PAPI_RES_STL")

static const struct {
    const char *stands_in_for; /* NULL: nothing */
    uint32_t type;
    uint64_t config;
    enum user_part user_part;
} perf_events[] = {
#define SOFTWARE(name, id, part)           {NULL, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_##id, part},
#define HARDWARE(name, type, config, papi) {papi, PERF_TYPE_##type, config, USER_HARDWARE},
    SOFTWARE_EVENTS(SOFTWARE) HARDWARE_EVENTS(HARDWARE)
#undef HARDWARE
#undef SOFTWARE
};

#define NAME(name, ...) name,
static const char *const software_names[] = {SOFTWARE_EVENTS(NAME) NULL};
static const char *const perf_names[] = {SOFTWARE_EVENTS(NAME) HARDWARE_EVENTS(NAME) NULL};
#undef NAME

struct perf_session {
    size_t count;
    struct {
        int fd; /* -1: unavailable */
        bool is_hardware;
        struct be_perf_reading start;
    } events[BE_COUNTERS_MAX];
};

/* Says why an event could not be opened. */
static void event_refuse(struct be_counter_value *value, bool is_hardware, int refusal)
{
    char reason[BE_COUNTER_REASON_BYTES];
    struct be_error hardware;

    if (!is_hardware) {
        be_perf_explain(refusal, reason);
        be_counter_refuse(value, BE_COUNTER_UNAVAILABLE, "%s", reason);
    } else if (be_perf_hardware_check(&hardware) != BE_OK) {
        be_counter_refuse(value, BE_COUNTER_UNAVAILABLE, "%s", hardware.message);
    } else {
        be_counter_refuse(value, BE_COUNTER_UNAVAILABLE,
                          "the kernel knows no such event of this processor: %s",
                          strerror(refusal));
    }
}

/* Opens the whole event, or as much of it as this user may see and can tell the truth. */
static int event_open(struct be_counter_value *value, int index)
{
    uint32_t type = perf_events[index].type;
    uint64_t config = perf_events[index].config;
    enum user_part part = perf_events[index].user_part;

    int fd = be_perf_open(type, config, part == USER_HARDWARE);
    int refusal = errno;
    if (fd < 0 && refusal == EACCES && (part == USER_ALL || part == USER_SOME)) {
        fd = be_perf_open(type, config, true);
        refusal = errno;
        if (fd >= 0 && part == USER_SOME) {
            size_t length = strlen(value->name);
            snprintf(value->name + length, sizeof(value->name) - length, ":u");
        }
    }
    if (fd < 0) {
        event_refuse(value, part == USER_HARDWARE, refusal);
    }
    return fd;
}

static enum be_status perf_open(void *library, struct be_counter_value *values, size_t count,
                                void **session, struct be_error *error)
{
    struct perf_session *made = calloc(1, sizeof(*made));
    (void)library;

    if (!made) {
        return be_error_set(error, BE_ENOMEM, "out of memory for counters");
    }
    made->count = count;
    for (size_t i = 0; i < count; i++) {
        int index = be_counter_event_index(perf_names, &values[i]);
        made->events[i].fd = index < 0 ? -1 : event_open(&values[i], index);
        made->events[i].is_hardware = index >= 0 && perf_events[index].user_part == USER_HARDWARE;
    }
    *session = made;
    return BE_OK;
}

/* An event that cannot be read or switched on shows at the stop: it has run for no time. */
static void perf_start(void *session, uint32_t round)
{
    struct perf_session *self = session;
    (void)round;

    for (size_t i = 0; i < self->count; i++) {
        if (self->events[i].fd >= 0) {
            be_perf_read(self->events[i].fd, &self->events[i].start);
            ioctl(self->events[i].fd, PERF_EVENT_IOC_ENABLE, 0);
        }
    }
}

static void perf_stop(void *session, struct be_counter_value *values, size_t count)
{
    const struct perf_session *self = session;
    struct be_perf_reading stop;

    for (size_t i = 0; i < count; i++) {
        if (self->events[i].fd >= 0) {
            ioctl(self->events[i].fd, PERF_EVENT_IOC_DISABLE, 0);
        }
    }
    for (size_t i = 0; i < count; i++) {
        int fd = self->events[i].fd;
        if (fd >= 0 && be_perf_read(fd, &stop)) {
            be_perf_judge(&self->events[i].start, &stop, &values[i]);
            if (self->events[i].is_hardware) {
                be_counter_doubt(&values[i], "the kernel");
            }
        } else if (fd >= 0) {
            be_counter_refuse(&values[i], BE_COUNTER_NOT_COUNTING, "cannot be read: %s",
                              strerror(errno));
        }
    }
}

static void perf_close(void *session)
{
    struct perf_session *self = session;

    for (size_t i = 0; i < self->count; i++) {
        if (self->events[i].fd >= 0) {
            close(self->events[i].fd);
        }
    }
    free(self);
}

static const char *perf_stand_in(const char *papi_event)
{
    for (int i = 0; perf_names[i]; i++) {
        if (perf_events[i].stands_in_for && strcmp(perf_events[i].stands_in_for, papi_event) == 0) {
            return perf_names[i];
        }
    }
    return NULL;
}

const struct be_counter_ops be_counter_perf_event = {
    .name = "perf_event",
    .summary = "what the kernel counts of a thread: clock, switches, migrations, faults; by name "
               "hardware events too, such as perf_event:cycles",
    .events = software_names,
    .stand_in = perf_stand_in,
    .open = perf_open,
    .start = perf_start,
    .stop = perf_stop,
    .close = perf_close,
};
