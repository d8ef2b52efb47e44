#include <stddef.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "counter/counter.h"

/* X(name, member of struct rusage, how it is read) */
#define RUSAGE_EVENTS(X)                                                                           \
    X("voluntary-switches", ru_nvcsw, RUSAGE_COUNT)                                                \
    X("involuntary-switches", ru_nivcsw, RUSAGE_COUNT)                                             \
    X("minor-faults", ru_minflt, RUSAGE_COUNT)                                                     \
    X("major-faults", ru_majflt, RUSAGE_COUNT)                                                     \
    X("user-time", ru_utime, RUSAGE_TIME)                                                          \
    X("system-time", ru_stime, RUSAGE_TIME)

enum rusage_kind { RUSAGE_COUNT, RUSAGE_TIME };

static const struct {
    size_t offset;
    enum rusage_kind kind;
} rusage_members[] = {
#define RUSAGE_MEMBER(name, member, kind) {offsetof(struct rusage, member), kind},
    RUSAGE_EVENTS(RUSAGE_MEMBER)
#undef RUSAGE_MEMBER
};

static const char *const rusage_names[] = {
#define RUSAGE_NAME(name, member, kind) name,
    RUSAGE_EVENTS(RUSAGE_NAME)
#undef RUSAGE_NAME
        NULL,
};

struct rusage_session {
    struct rusage start;
    int events[BE_COUNTERS_MAX]; /* of each value, an index; -1: unavailable */
};

/* A count, or a time in ns: the kernel keeps those to the us and brings them up at its ticks. */
static uint64_t rusage_get(const struct rusage *usage, int event)
{
    const void *member = (const char *)usage + rusage_members[event].offset;

    if (rusage_members[event].kind == RUSAGE_COUNT) {
        return (uint64_t) * (const long *)member;
    }
    const struct timeval *time = member;
    return (uint64_t)time->tv_sec * 1000000000 + (uint64_t)time->tv_usec * 1000;
}

static enum be_status rusage_open(void *library, struct be_counter_value *values, size_t count,
                                  void **session, struct be_error *error)
{
    struct rusage_session *made = malloc(sizeof(*made));
    (void)library;

    if (!made) {
        return be_error_set(error, BE_ENOMEM, "out of memory for counters");
    }
    for (size_t i = 0; i < count; i++) {
        made->events[i] = be_counter_event_index(rusage_names, &values[i]);
    }
    *session = made;
    return BE_OK;
}

static void rusage_start(void *session, uint32_t round)
{
    struct rusage_session *self = session;
    (void)round;

    getrusage(RUSAGE_THREAD, &self->start);
}

static void rusage_stop(void *session, struct be_counter_value *values, size_t count)
{
    const struct rusage_session *self = session;
    struct rusage end;

    getrusage(RUSAGE_THREAD, &end);
    for (size_t i = 0; i < count; i++) {
        int event = self->events[i];
        if (event >= 0) {
            be_counter_count(&values[i], rusage_get(&end, event) - rusage_get(&self->start, event));
        }
    }
}

static void rusage_close(void *session)
{
    free(session);
}

const struct be_counter_ops be_counter_rusage = {
    .name = "rusage",
    .summary = "what the kernel keeps of every thread: switches, faults, user and system time",
    .events = rusage_names,
    .open = rusage_open,
    .start = rusage_start,
    .stop = rusage_stop,
    .close = rusage_close,
};
