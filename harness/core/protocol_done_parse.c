/* Reads the `done` line of a runner: what it says of the whole sample. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/protocol_parts.h"

/* What a state brings: a value, a share of the time that it stands for, or the reason why not. */
static enum be_status counter_fill(const json_t *object, struct be_counter_value *value,
                                   struct be_error *error)
{
    const char *reason = NULL;

    if (value->state == BE_COUNTER_NOT_COUNTING || value->state == BE_COUNTER_UNAVAILABLE) {
        enum be_status status = be_json_get_string(object, "reason", &reason, error);
        if (status == BE_OK) {
            snprintf(value->reason, sizeof(value->reason), "%s", reason);
        }
        return status;
    }
    if (value->state == BE_COUNTER_SCALED) {
        value->share = json_number_value(json_object_get(object, "share"));
        if (!(value->share > 0 && value->share <= 1)) {
            return be_error_set(error, BE_EPROTOCOL, "'share' is not a number above 0, to 1");
        }
    }
    return be_json_get_count(object, "value", &value->value, error);
}

static enum be_status counter_parse(const char *name, const json_t *object,
                                    struct be_counter_value *value, struct be_error *error)
{
    const char *state = NULL;
    struct be_error cause;
    enum be_status status = be_json_get_string(object, "state", &state, error);

    if (status != BE_OK) {
        return status;
    }
    if (be_counter_state_parse(state, &value->state, &cause) != BE_OK) {
        return be_error_set(error, BE_EPROTOCOL, "'state': %s", cause.message);
    }
    if (strlen(name) >= sizeof(value->name)) {
        return be_error_set(error, BE_EPROTOCOL, "'counters' has a name of %zu characters",
                            strlen(name));
    }
    snprintf(value->name, sizeof(value->name), "%s", name);
    return counter_fill(object, value, error);
}

static enum be_status counters_parse(const json_t *object, struct be_counters *counters,
                                     struct be_error *error)
{
    const char *name;
    json_t *member;
    enum be_status status = BE_OK;

    if (json_object_size(object) > BE_COUNTERS_MAX) {
        return be_error_set(error, BE_EPROTOCOL, "'counters' has more than %d members",
                            BE_COUNTERS_MAX);
    }
    counters->items = calloc(json_object_size(object) + 1, sizeof(*counters->items));
    if (!counters->items) {
        return be_error_set(error, BE_ENOMEM, "out of memory for counters");
    }
    json_object_foreach((json_t *)object, name, member)
    {
        status = counter_parse(name, member, &counters->items[counters->count++], error);
        if (status != BE_OK) {
            return status;
        }
    }
    return status;
}

static enum be_status pu_get(const json_t *object, const char *key, int32_t *pu,
                             struct be_error *error)
{
    const json_t *member = json_object_get(object, key);
    json_int_t value = json_integer_value(member);

    if (!json_is_integer(member) || value < -1 || value > 1 << 20) {
        return be_error_set(error, BE_EPROTOCOL, "'%s' is missing or not a PU number or -1", key);
    }
    *pu = (int32_t)value;
    return BE_OK;
}

static enum be_status disturbance_parse(const json_t *object, struct be_worker_record *worker,
                                        struct be_error *error)
{
    struct be_disturbance *disturbance = &worker->disturbance;
    const struct be_count_member members[] = {
        {"voluntary_switches", &disturbance->voluntary_switches},
        {"involuntary_switches", &disturbance->involuntary_switches},
        {"major_faults", &disturbance->major_faults},
        {NULL, NULL}};
    const struct be_count_member said_maybe[] = {{"delay_ns", &disturbance->delay_ns},
                                                 {"migrations", &disturbance->migrations},
                                                 {NULL, NULL}};
    const json_t *said = NULL;
    enum be_status status = be_object_get_said(object, "disturbance", &said, error);

    if (status == BE_OK && said) {
        worker->watched = true;
        disturbance->delay_known = json_object_get(said, "delay_ns");
        disturbance->migrations_known = json_object_get(said, "migrations");
        status = be_counts_parse(said, members, error);
    }
    return status == BE_OK && said ? be_counts_parse_said(said, said_maybe, error) : status;
}

static enum be_status worker_parse(const json_t *object, struct be_worker_record *worker,
                                   struct be_error *error)
{
    const struct be_count_member pss[] = {{"pss_bytes", &worker->pss_bytes}, {NULL, NULL}};
    const json_t *counters = NULL;
    enum be_status status = pu_get(object, "pu_asked", &worker->pu_asked, error);

    if (status == BE_OK) {
        status = pu_get(object, "pu_bound", &worker->pu_bound, error);
    }
    if (status == BE_OK) {
        status = pu_get(object, "pu_seen", &worker->pu_seen, error);
    }
    if (status == BE_OK) {
        status = be_counts_parse_said(object, pss, error);
    }
    if (status == BE_OK) {
        status = disturbance_parse(object, worker, error);
    }
    if (status == BE_OK) {
        status = be_json_get_object(object, "counters", &counters, error);
    }
    return status == BE_OK ? counters_parse(counters, &worker->counters, error) : status;
}

static enum be_status workers_parse(const json_t *array, struct be_sample_record *record,
                                    struct be_error *error)
{
    size_t count = json_array_size(array);
    enum be_status status = BE_OK;

    if (count == 0 || count > BE_WORKERS_MAX) {
        return be_error_set(error, BE_EPROTOCOL, "'workers' has not 1 to %d members",
                            BE_WORKERS_MAX);
    }
    record->workers = calloc(count, sizeof(*record->workers));
    if (!record->workers) {
        return be_error_set(error, BE_ENOMEM, "out of memory for workers");
    }
    record->worker_count = count;
    for (size_t i = 0; status == BE_OK && i < count; i++) {
        status = worker_parse(json_array_get(array, i), &record->workers[i], error);
    }
    return status;
}

static enum be_status latency_parse(const json_t *object, struct be_latency *latency,
                                    struct be_error *error)
{
    const struct be_count_member members[] = {{"count", &latency->count},
                                              {"p50_ns", &latency->p50_ns},
                                              {"max_ns", &latency->max_ns},
                                              {NULL, NULL}};
    const struct be_count_member rare[] = {
        {"p99_ns", &latency->p99_ns}, {"p999_ns", &latency->p999_ns}, {NULL, NULL}};
    const json_t *said = NULL;
    enum be_status status = be_object_get_said(object, "latency", &said, error);

    if (status == BE_OK && said) {
        status = be_counts_parse(said, members, error);
    }
    if (status == BE_OK && said) {
        status = be_counts_parse_said(said, rare, error);
    }
    return status;
}

/* Gauges of other names are another version's, and left alone. */
static enum be_status gauges_parse(const json_t *object, struct be_gauges *gauges,
                                   struct be_error *error)
{
    const json_t *all = NULL;
    enum be_status status = be_object_get_said(object, "gauges", &all, error);

    for (size_t i = 0; status == BE_OK && i < BE_GAUGE_COUNT; i++) {
        const char *name = be_gauge_name((enum be_gauge)i);
        const json_t *said = all ? json_object_get(all, name) : NULL;
        if (!said) {
            continue;
        }
        double value = json_number_value(said);
        if (!json_is_number(said) || value < 0) {
            return be_error_set(error, BE_EPROTOCOL, "'%s' is not a number of at least 0", name);
        }
        be_gauges_set(gauges, (enum be_gauge)i, value);
    }
    return status;
}

enum be_status be_done_parse(const json_t *object, struct be_sample_record *record,
                             struct be_error *error)
{
    const struct be_count_member start[] = {{"pool_start_ns", &record->pool_start_ns},
                                            {NULL, NULL}};
    const json_t *dispatcher = NULL;
    const json_t *workers = NULL;
    const char *task_error = NULL;
    enum be_status status = be_counts_parse(object, start, error);

    if (be_json_has_string(object, "task_error", &task_error)) {
        be_error_fill(&record->task_error, BE_ETASK, "%s", task_error);
    }
    if (status == BE_OK) {
        status = gauges_parse(object, &record->gauges, error);
    }
    if (status == BE_OK) {
        status = latency_parse(object, &record->latency, error);
    }
    if (status == BE_OK) {
        status = be_json_get_object(object, "dispatcher", &dispatcher, error);
    }
    if (status == BE_OK) {
        status = worker_parse(dispatcher, &record->dispatcher, error);
    }
    if (status == BE_OK) {
        status = be_json_get_array(object, "workers", &workers, error);
    }
    if (status == BE_OK) {
        status = workers_parse(workers, record, error);
    }
    record->complete = status == BE_OK;
    return status;
}
