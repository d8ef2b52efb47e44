#include "counter/counter.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"

#define BE_COUNTER(row) extern const struct be_counter_ops be_counter_##row;
#include "counter/counter.def"
#undef BE_COUNTER

enum {
#define BE_COUNTER(row) BACKEND_##row,
#include "counter/counter.def"
#undef BE_COUNTER
    BACKEND_COUNT
};

const struct be_counter_ops *const be_counter_table[] = {
#define BE_COUNTER(row) &be_counter_##row,
#include "counter/counter.def"
#undef BE_COUNTER
    NULL,
};

/* A backend that is asked for, with its part of the plan's values. */
struct group {
    const struct be_counter_ops *ops;
    void *library;
    bool loaded;
    bool missing; /* what it needs is not installed */
    size_t first;
    size_t count;
};

struct be_counter_plan {
    struct be_counter_values values; /* what every session starts from */
    struct group groups[BACKEND_COUNT];
    size_t group_count;
};

struct be_counter_session {
    const struct be_counter_plan *plan;
    struct be_counter_values *values;
    struct be_counter_value round[BE_COUNTERS_MAX]; /* what a stop says */
    void *sessions[BACKEND_COUNT]; /* one a group; NULL where the backend is not loaded */
};

static bool is_counted(const struct be_counter_value *value)
{
    return value->state == BE_COUNTER_COUNTED || value->state == BE_COUNTER_SCALED;
}

/* Whether `text` is "NAME:something". */
static bool event_is_of(const char *text, const struct be_counter_ops *ops)
{
    size_t length = strlen(ops->name);
    return strncmp(text, ops->name, length) == 0 && text[length] == ':' && text[length + 1];
}

static enum be_status event_check(const char *text, struct be_error *error)
{
    if (strcmp(text, "default") == 0) {
        return BE_OK;
    }
    for (size_t i = 0; be_counter_table[i]; i++) {
        if (event_is_of(text, be_counter_table[i])) {
            return BE_OK;
        }
    }
    return be_error_set(error, BE_EINVAL,
                        "'%s' is not a counter: 'default', or such as 'rusage:minor-faults', "
                        "'perf_event:task-clock' or 'papi:PAPI_TOT_INS'",
                        text);
}

static enum be_status plan_add(struct be_counter_plan *plan, const char *event,
                               struct be_error *error)
{
    struct be_counter_values *values = &plan->values;
    size_t suffix = strlen(":u");

    for (uint32_t i = 0; i < values->count; i++) {
        if (strcmp(values->items[i].name, event) == 0) {
            return BE_OK;
        }
    }
    if (strlen(event) + suffix >= BE_COUNTER_NAME_BYTES) {
        return be_error_set(error, BE_EINVAL, "counter '%s' is longer than %zu characters", event,
                            BE_COUNTER_NAME_BYTES - 1 - suffix);
    }
    if (values->count == BE_COUNTERS_MAX) {
        return be_error_set(error, BE_EINVAL, "more than %d counters at '%s'", BE_COUNTERS_MAX,
                            event);
    }
    struct be_counter_value *value = &values->items[values->count++];
    snprintf(value->name, sizeof(value->name), "%s", event);
    be_counter_refuse(value, BE_COUNTER_NOT_COUNTING, "opened, but never stopped");
    return BE_OK;
}

static enum be_status plan_add_defaults(struct be_counter_plan *plan,
                                        const struct be_counter_ops *ops, struct be_error *error)
{
    char event[BE_COUNTER_NAME_BYTES];
    enum be_status status = BE_OK;

    for (size_t i = 0; status == BE_OK && ops->events[i]; i++) {
        snprintf(event, sizeof(event), "%s:%s", ops->name, ops->events[i]);
        status = plan_add(plan, event, error);
    }
    return status;
}

static enum be_status group_load(struct group *group, struct be_counter_values *values,
                                 struct be_error *error)
{
    struct be_error cause = {BE_OK, ""};
    enum be_status status =
        group->ops->load
            ? group->ops->load(&values->items[group->first], group->count, &group->library, &cause)
            : BE_OK;

    group->loaded = status == BE_OK;
    group->missing = status == BE_ENOTFOUND;
    if (status == BE_ENOMEM) {
        return be_error_set(error, status, "%s", cause.message);
    }
    for (size_t i = 0; !group->loaded && i < group->count; i++) {
        be_counter_refuse(&values->items[group->first + i], BE_COUNTER_UNAVAILABLE, "%s",
                          cause.message);
    }
    return BE_OK;
}

/* Makes and loads the group of what was added to the plan since `first`. */
static enum be_status plan_close_group(struct be_counter_plan *plan,
                                       const struct be_counter_ops *ops, size_t first,
                                       struct be_error *error)
{
    if (plan->values.count == first) {
        return BE_OK;
    }
    struct group *group = &plan->groups[plan->group_count++];
    group->ops = ops;
    group->first = first;
    group->count = plan->values.count - first;
    return group_load(group, &plan->values, error);
}

/* What stands in for events of backends that are not installed, which come first in the table. */
static enum be_status plan_add_stand_ins(struct be_counter_plan *plan,
                                         const struct be_counter_ops *ops, struct be_error *error)
{
    char event[BE_COUNTER_NAME_BYTES];
    enum be_status status = BE_OK;

    for (size_t g = 0; ops->stand_in && g < plan->group_count; g++) {
        const struct group *group = &plan->groups[g];
        for (size_t i = 0; status == BE_OK && group->missing && i < group->count; i++) {
            const struct be_counter_value *value = &plan->values.items[group->first + i];
            const char *name = ops->stand_in(be_counter_event(value));
            if (name) {
                snprintf(event, sizeof(event), "%s:%s", ops->name, name);
                status = plan_add(plan, event, error);
            }
        }
    }
    return status;
}

static enum be_status plan_add_backend(struct be_counter_plan *plan,
                                       const struct be_counter_ops *ops, char *const *events,
                                       size_t count, struct be_error *error)
{
    size_t first = plan->values.count;
    enum be_status status = BE_OK;

    for (size_t i = 0; status == BE_OK && i < count; i++) {
        if (strcmp(events[i], "default") == 0 && !ops->by_name) {
            status = plan_add_defaults(plan, ops, error);
        } else if (event_is_of(events[i], ops)) {
            status = plan_add(plan, events[i], error);
        }
    }
    if (status == BE_OK) {
        status = plan_add_stand_ins(plan, ops, error);
    }
    return status == BE_OK ? plan_close_group(plan, ops, first, error) : status;
}

static enum be_status plan_alloc(struct be_counter_plan **plan, struct be_error *error)
{
    *plan = calloc(1, sizeof(**plan));
    if (!*plan) {
        return be_error_set(error, BE_ENOMEM, "out of memory for counters");
    }
    (*plan)->values.turns = 1;
    return BE_OK;
}

enum be_status be_counter_plan_create(char *const *events, size_t count,
                                      struct be_counter_plan **plan, struct be_error *error)
{
    struct be_counter_plan *made = NULL;
    enum be_status status = BE_OK;

    for (size_t i = 0; status == BE_OK && i < count; i++) {
        status = event_check(events[i], error);
    }
    if (status == BE_OK) {
        status = plan_alloc(&made, error);
    }
    for (size_t i = 0; status == BE_OK && be_counter_table[i]; i++) {
        status = plan_add_backend(made, be_counter_table[i], events, count, error);
    }
    if (status != BE_OK) {
        be_counter_plan_destroy(made);
        return status;
    }
    *plan = made;
    return BE_OK;
}

void be_counter_plan_destroy(struct be_counter_plan *plan)
{
    for (size_t i = 0; plan && i < plan->group_count; i++) {
        const struct group *group = &plan->groups[i];
        if (group->loaded && group->ops->unload) {
            group->ops->unload(group->library);
        }
    }
    free(plan);
}

static enum be_status group_open(const struct group *group, struct be_counter_values *values,
                                 void **session, struct be_error *error)
{
    if (!group->loaded) {
        return BE_OK;
    }
    enum be_status status = group->ops->open(group->library, &values->items[group->first],
                                             group->count, session, error);
    if (status == BE_OK && group->ops->turns) {
        uint32_t turns = group->ops->turns(*session);
        values->turns = turns > values->turns ? turns : values->turns;
    }
    return status;
}

enum be_status be_counter_session_open(const struct be_counter_plan *plan,
                                       struct be_counter_values *values,
                                       struct be_counter_session **session, struct be_error *error)
{
    enum be_status status = BE_OK;

    if (!plan) {
        values->count = 0;
        *session = NULL;
        return BE_OK;
    }
    struct be_counter_session *made = calloc(1, sizeof(*made));
    if (!made) {
        return be_error_set(error, BE_ENOMEM, "out of memory for counters");
    }
    *values = plan->values;
    made->plan = plan;
    made->values = values;
    for (size_t i = 0; status == BE_OK && i < plan->group_count; i++) {
        status = group_open(&plan->groups[i], values, &made->sessions[i], error);
    }
    for (uint32_t i = 0; i < values->count; i++) {
        made->round[i] = values->items[i];
        be_counter_refuse(&made->round[i], BE_COUNTER_NOT_COUNTING, "%s", "");
    }
    if (status != BE_OK) {
        be_counter_session_close(made);
        return status;
    }
    *session = made;
    return BE_OK;
}

void be_counter_session_start(struct be_counter_session *session)
{
    for (size_t i = 0; session && i < session->plan->group_count; i++) {
        if (session->sessions[i]) {
            session->plan->groups[i].ops->start(session->sessions[i], session->values->round);
        }
    }
}

/* One that had no turn says nothing. */
static void value_take(struct be_counter_value *value, struct be_counter_total *total,
                       const struct be_counter_value *round)
{
    bool counted = is_counted(round);

    if (total->is_spoilt || (!counted && round->reason[0] == '\0')) {
        return;
    }
    *value = *round;
    if (!counted) {
        total->is_spoilt = true;
        return;
    }
    total->sum += round->value;
    total->share += round->state == BE_COUNTER_SCALED ? round->share : 1;
    total->rounds++;
}

/*
 * In the opposite order of start: whoever comes later in the table and finds its counters taken has
 * none for the whole round, and cannot take what it sees before and behind for a part of it.
 */
void be_counter_session_stop(struct be_counter_session *session)
{
    for (size_t i = session ? session->plan->group_count : 0; i-- > 0;) {
        const struct group *group = &session->plan->groups[i];
        if (session->sessions[i]) {
            group->ops->stop(session->sessions[i], &session->round[group->first], group->count);
        }
    }
    for (uint32_t i = 0; session && i < session->values->count; i++) {
        value_take(&session->values->items[i], &session->values->totals[i], &session->round[i]);
        be_counter_refuse(&session->round[i], BE_COUNTER_NOT_COUNTING, "%s", "");
    }
}

/* Over all rounds together, as each may be too short for the kernel's ticks. */
static void value_settle(struct be_counter_value *value, const struct be_counter_total *total,
                         uint32_t rounds)
{
    if (total->sum == 0 && be_counter_is_time(value->name)) {
        be_counter_refuse(value, BE_COUNTER_NOT_COUNTING,
                          "too little for the kernel's ticks to see: longer passes, or more");
        return;
    }
    be_counter_count(value, total->sum);
    if (total->share < rounds) {
        value->state = BE_COUNTER_SCALED;
        value->share = total->share / rounds;
        value->value = (uint64_t)((double)total->sum * rounds / total->rounds + 0.5);
    }
}

void be_counter_values_settle(struct be_counter_values *values, uint32_t rounds)
{
    for (uint32_t i = 0; i < values->count; i++) {
        struct be_counter_value *value = &values->items[i];
        if (values->totals[i].is_spoilt) {
            continue;
        }
        if (values->totals[i].rounds > 0) {
            value_settle(value, &values->totals[i], rounds);
        } else if (value->state == BE_COUNTER_NOT_COUNTING && values->turns > rounds) {
            be_counter_refuse(value, BE_COUNTER_NOT_COUNTING,
                              "all that was asked for takes %u passes to count, and there were "
                              "%u: --passes %u",
                              values->turns, rounds, values->turns);
        }
    }
}

void be_counter_session_close(struct be_counter_session *session)
{
    for (size_t i = 0; session && i < session->plan->group_count; i++) {
        if (session->sessions[i]) {
            session->plan->groups[i].ops->close(session->sessions[i]);
        }
    }
    free(session);
}

enum be_status be_counter_probe(const struct be_counter_ops *ops, struct be_counter_values *values,
                                struct be_error *error)
{
    struct be_counter_plan *plan = NULL;
    struct be_counter_session *session = NULL;
    enum be_status status = plan_alloc(&plan, error);

    if (status == BE_OK) {
        status = plan_add_defaults(plan, ops, error);
    }
    if (status == BE_OK) {
        status = plan_close_group(plan, ops, 0, error);
    }
    for (size_t i = 0; status == BE_OK && be_counter_table[i]; i++) {
        status = plan_add_backend(plan, be_counter_table[i], NULL, 0, error);
    }
    if (status == BE_OK) {
        status = be_counter_session_open(plan, values, &session, error);
    }
    be_counter_session_close(session);
    be_counter_plan_destroy(plan);
    return status;
}

const char *be_counter_event(const struct be_counter_value *value)
{
    return strchr(value->name, ':') + 1;
}

int be_counter_event_index(const char *const *events, struct be_counter_value *value)
{
    for (int i = 0; events[i]; i++) {
        if (strcmp(events[i], be_counter_event(value)) == 0) {
            return i;
        }
    }
    struct be_buffer list = {0};
    for (int i = 0; events[i]; i++) {
        be_buffer_printf(&list, " %s", events[i]);
    }
    be_counter_refuse(value, BE_COUNTER_UNAVAILABLE, "not one of:%s", be_buffer_text(&list));
    be_buffer_finish(&list);
    return -1;
}

void be_counter_count(struct be_counter_value *value, uint64_t count)
{
    value->state = BE_COUNTER_COUNTED;
    value->value = count;
    value->reason[0] = '\0';
}

void be_counter_doubt(struct be_counter_value *value, const char *reader)
{
    if (is_counted(value) && value->value == 0) {
        be_counter_refuse(value, BE_COUNTER_NOT_COUNTING,
                          "opened, but %s read 0 over a pass that ran", reader);
    }
}

void be_counter_refuse(struct be_counter_value *value, enum be_counter_state state,
                       const char *reason, ...)
{
    va_list args;

    value->state = state;
    value->value = 0;
    va_start(args, reason);
    vsnprintf(value->reason, sizeof(value->reason), reason, args);
    va_end(args);
}
