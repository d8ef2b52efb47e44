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
    USER_ALL,  /* the whole: the kernel's part is counted all the same */
    USER_SOME, /* what happens in user mode */
    USER_NONE, /* it happens in the kernel only, and would read 0 */
};

/* X(name as perf(1) has it, PERF_COUNT_SW_, part) */
#define PERF_EVENTS(X)                                                                             \
    X("task-clock", TASK_CLOCK, USER_ALL)                                                          \
    X("context-switches", CONTEXT_SWITCHES, USER_NONE)                                             \
    X("cpu-migrations", CPU_MIGRATIONS, USER_NONE)                                                 \
    X("page-faults", PAGE_FAULTS, USER_SOME)                                                       \
    X("minor-faults", PAGE_FAULTS_MIN, USER_SOME)                                                  \
    X("major-faults", PAGE_FAULTS_MAJ, USER_SOME)

static const struct {
    uint64_t config;
    enum user_part user_part;
} perf_events[] = {
#define PERF_EVENT(name, id, part) {PERF_COUNT_SW_##id, part},
    PERF_EVENTS(PERF_EVENT)
#undef PERF_EVENT
};

static const char *const perf_names[] = {
#define PERF_NAME(name, id, part) name,
    PERF_EVENTS(PERF_NAME)
#undef PERF_NAME
        NULL,
};

struct perf_session {
    size_t count;
    struct {
        int fd; /* -1: unavailable */
        struct be_perf_reading start;
    } events[BE_COUNTERS_MAX];
};

/* Opens the whole event, or as much of it as this user may see and can tell the truth. */
static int event_open(struct be_counter_value *value, int index)
{
    uint64_t config = perf_events[index].config;
    enum user_part part = perf_events[index].user_part;
    char reason[BE_COUNTER_REASON_BYTES];

    int fd = be_perf_open(PERF_TYPE_SOFTWARE, config, false);
    int refusal = errno;
    if (fd < 0 && refusal == EACCES && part != USER_NONE) {
        fd = be_perf_open(PERF_TYPE_SOFTWARE, config, true);
        refusal = errno;
        if (fd >= 0 && part == USER_SOME) {
            size_t length = strlen(value->name);
            snprintf(value->name + length, sizeof(value->name) - length, ":u");
        }
    }
    if (fd < 0) {
        be_perf_explain(refusal, reason);
        be_counter_refuse(value, BE_COUNTER_UNAVAILABLE, "%s", reason);
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

const struct be_counter_ops be_counter_perf_event = {
    .name = "perf_event",
    .summary = "the kernel's software events of a thread: clock, switches, migrations, faults",
    .events = perf_names,
    .open = perf_open,
    .start = perf_start,
    .stop = perf_stop,
    .close = perf_close,
};
