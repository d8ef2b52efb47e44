/* Reads what a runner answers: hello, pass records, done or error. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/array.h"
#include "core/protocol.h"

static enum be_status hello_parse(const json_t *object, struct be_sample_record *record,
                                  struct be_error *error)
{
    struct be_hello_record *hello = &record->hello;
    const char *program = NULL;
    const char *version = NULL;
    const char *build_id = NULL;
    uint64_t protocol = 0;
    enum be_status status = be_json_get_count(object, "protocol", &protocol, error);

    if (status == BE_OK && protocol != BE_PROTOCOL_VERSION) {
        status = be_error_set(error, BE_EPROTOCOL, "the runner speaks protocol %" PRIu64 ", not %d",
                              protocol, BE_PROTOCOL_VERSION);
    }
    if (status == BE_OK) {
        status = be_json_get_string(object, "program", &program, error);
    }
    if (status == BE_OK) {
        status = be_json_get_string(object, "version", &version, error);
    }
    if (status == BE_OK) {
        status = be_json_get_string(object, "build_id", &build_id, error);
    }
    if (status == BE_OK) {
        hello->protocol = (uint32_t)protocol;
        snprintf(hello->program, sizeof(hello->program), "%s", program);
        snprintf(hello->version, sizeof(hello->version), "%s", version);
        snprintf(hello->build_id, sizeof(hello->build_id), "%s", build_id);
    }
    return status;
}

/* Named numbers of an object; a list of them ends at a NULL key. */
struct count_member {
    const char *key;
    uint64_t *value;
};

static enum be_status counts_parse(const json_t *object, const struct count_member *members,
                                   struct be_error *error)
{
    enum be_status status = BE_OK;

    for (; status == BE_OK && members->key; members++) {
        status = be_json_get_count(object, members->key, members->value, error);
    }
    return status;
}

/* Numbers that a runner may leave unsaid, which leaves them as they are. */
static enum be_status counts_parse_said(const json_t *object, const struct count_member *members,
                                        struct be_error *error)
{
    enum be_status status = BE_OK;

    for (; status == BE_OK && members->key; members++) {
        if (json_object_get(object, members->key)) {
            status = be_json_get_count(object, members->key, members->value, error);
        }
    }
    return status;
}

/* An object that may be left unsaid: NULL then. */
static enum be_status object_get_said(const json_t *object, const char *key, const json_t **member,
                                      struct be_error *error)
{
    *member = NULL;
    return json_object_get(object, key) ? be_json_get_object(object, key, member, error) : BE_OK;
}

static enum be_status stamps_parse(const json_t *object, struct be_stamps *stamps,
                                   struct be_error *error)
{
    const struct count_member members[] = {{"compute_ns", &stamps->compute_ns},
                                           {"send_ns", &stamps->send_ns},
                                           {"receive_ns", &stamps->receive_ns},
                                           {"merge_ns", &stamps->merge_ns},
                                           {NULL, NULL}};
    return counts_parse(object, members, error);
}

static enum be_status stamped_parse(const json_t *object, struct be_pass_record *pass,
                                    struct be_error *error)
{
    const json_t *stamped = json_object_get(object, "stamped");

    if (stamped && !json_is_boolean(stamped)) {
        return be_error_set(error, BE_EPROTOCOL, "'stamped' is neither true nor false");
    }
    pass->stamped = json_is_true(stamped);
    return BE_OK;
}

static enum be_status pass_dispatcher_parse(const json_t *object, struct be_pass_record *pass,
                                            struct be_error *error)
{
    const json_t *dispatcher = NULL;
    enum be_status status = object_get_said(object, "dispatcher", &dispatcher, error);

    if (status == BE_OK && dispatcher) {
        status = be_json_get_count(dispatcher, "cpu_ns", &pass->dispatcher.cpu_ns, error);
    }
    if (status == BE_OK && dispatcher && pass->stamped) {
        status = stamps_parse(dispatcher, &pass->dispatcher.stamps, error);
    }
    return status;
}

static enum be_status pass_workers_parse(const json_t *array, struct be_pass_record *pass,
                                         struct be_error *error)
{
    size_t count = json_array_size(array);
    enum be_status status = BE_OK;

    if (count > BE_WORKERS_MAX) {
        return be_error_set(error, BE_EPROTOCOL, "'workers' has more than %d members",
                            BE_WORKERS_MAX);
    }
    if (count == 0) {
        return BE_OK;
    }
    pass->workers = calloc(count, sizeof(*pass->workers));
    if (!pass->workers) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a pass");
    }
    pass->worker_count = (uint32_t)count;
    for (size_t i = 0; status == BE_OK && i < count; i++) {
        struct be_pass_worker *worker = &pass->workers[i];
        const struct count_member members[] = {{"tasks", &worker->tasks},
                                               {"cpu_ns", &worker->cpu_ns},
                                               {"start_ns", &worker->start_ns},
                                               {"end_ns", &worker->end_ns},
                                               {NULL, NULL}};
        const json_t *object = json_array_get(array, i);
        status = counts_parse(object, members, error);
        if (status == BE_OK && pass->stamped) {
            status = stamps_parse(object, &worker->stamps, error);
        }
    }
    return status;
}

static enum be_status checksum_parse(const json_t *object, uint64_t *checksum,
                                     struct be_error *error)
{
    const char *text = NULL;
    char *end = NULL;
    enum be_status status = be_json_get_string(object, "checksum", &text, error);

    if (status != BE_OK) {
        return status;
    }
    if (strlen(text) != 16 || strspn(text, "0123456789abcdef") != 16) {
        return be_error_set(error, BE_EPROTOCOL, "'checksum' is not 16 hexadecimal digits");
    }
    *checksum = strtoull(text, &end, 16);
    return BE_OK;
}

static enum be_status pass_fill(const json_t *object, struct be_pass_record *pass,
                                struct be_error *error)
{
    const struct count_member members[] = {{"wall_ns", &pass->wall_ns},
                                           {"cpu_ns", &pass->cpu_ns},
                                           {"tasks", &pass->tasks},
                                           {"failed", &pass->failed},
                                           {NULL, NULL}};
    const json_t *workers = NULL;
    const char *kind = NULL;
    struct be_error cause;
    enum be_status status = be_json_get_string(object, "kind", &kind, error);

    if (status == BE_OK && be_pass_kind_parse(kind, &pass->kind, &cause) != BE_OK) {
        status = be_error_set(error, BE_EPROTOCOL, "'kind': %s", cause.message);
    }
    if (status == BE_OK) {
        status = counts_parse(object, members, error);
    }
    if (status == BE_OK) {
        status = checksum_parse(object, &pass->checksum, error);
    }
    if (status == BE_OK) {
        status = stamped_parse(object, pass, error);
    }
    if (status == BE_OK) {
        status = pass_dispatcher_parse(object, pass, error);
    }
    if (status == BE_OK) {
        status = be_json_get_array(object, "workers", &workers, error);
    }
    return status == BE_OK ? pass_workers_parse(workers, pass, error) : status;
}

static enum be_status pass_parse(const json_t *object, struct be_sample_record *record,
                                 struct be_error *error)
{
    struct be_pass_record *passes =
        be_array_grow(record->passes, record->pass_count, sizeof(*passes));

    if (!passes) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a pass");
    }
    record->passes = passes;
    return pass_fill(object, &passes[record->pass_count++], error);
}

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
    const struct count_member members[] = {
        {"voluntary_switches", &disturbance->voluntary_switches},
        {"involuntary_switches", &disturbance->involuntary_switches},
        {"major_faults", &disturbance->major_faults},
        {NULL, NULL}};
    const struct count_member said_maybe[] = {{"delay_ns", &disturbance->delay_ns},
                                              {"migrations", &disturbance->migrations},
                                              {NULL, NULL}};
    const json_t *said = NULL;
    enum be_status status = object_get_said(object, "disturbance", &said, error);

    if (status == BE_OK && said) {
        worker->watched = true;
        disturbance->delay_known = json_object_get(said, "delay_ns");
        disturbance->migrations_known = json_object_get(said, "migrations");
        status = counts_parse(said, members, error);
    }
    return status == BE_OK && said ? counts_parse_said(said, said_maybe, error) : status;
}

static enum be_status worker_parse(const json_t *object, struct be_worker_record *worker,
                                   struct be_error *error)
{
    const struct count_member pss[] = {{"pss_bytes", &worker->pss_bytes}, {NULL, NULL}};
    const json_t *counters = NULL;
    enum be_status status = pu_get(object, "pu_asked", &worker->pu_asked, error);

    if (status == BE_OK) {
        status = pu_get(object, "pu_bound", &worker->pu_bound, error);
    }
    if (status == BE_OK) {
        status = pu_get(object, "pu_seen", &worker->pu_seen, error);
    }
    if (status == BE_OK) {
        status = counts_parse_said(object, pss, error);
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
    const struct count_member members[] = {{"count", &latency->count},
                                           {"p50_ns", &latency->p50_ns},
                                           {"max_ns", &latency->max_ns},
                                           {NULL, NULL}};
    const struct count_member rare[] = {
        {"p99_ns", &latency->p99_ns}, {"p999_ns", &latency->p999_ns}, {NULL, NULL}};
    const json_t *said = NULL;
    enum be_status status = object_get_said(object, "latency", &said, error);

    if (status == BE_OK && said) {
        status = counts_parse(said, members, error);
    }
    if (status == BE_OK && said) {
        status = counts_parse_said(said, rare, error);
    }
    return status;
}

static enum be_status done_parse(const json_t *object, struct be_sample_record *record,
                                 struct be_error *error)
{
    const struct count_member start[] = {{"pool_start_ns", &record->pool_start_ns}, {NULL, NULL}};
    const struct count_member peak[] = {{"peak_rss_bytes", &record->peak_rss_bytes}, {NULL, NULL}};
    const json_t *dispatcher = NULL;
    const json_t *workers = NULL;
    enum be_status status = counts_parse(object, start, error);

    if (status == BE_OK) {
        status = counts_parse_said(object, peak, error);
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

/* A runner's own report of why it failed; always an error. */
static enum be_status error_parse(const json_t *object, struct be_error *error)
{
    const char *name = NULL;
    const char *message = NULL;
    enum be_status status = be_json_get_string(object, "status", &name, error);

    if (status == BE_OK) {
        status = be_json_get_string(object, "message", &message, error);
    }
    if (status != BE_OK) {
        return status;
    }
    status = be_status_from_name(name);
    if (status == BE_OK) {
        return be_error_set(error, BE_EPROTOCOL, "an error line whose status is BE_OK");
    }
    return be_error_set(error, status, "%s", message);
}

/* One line, of the kind that may follow what came before. */
static enum be_status line_parse(const json_t *object, struct be_sample_record *record,
                                 struct be_error *error)
{
    const char *type = NULL;
    enum be_status status = be_json_get_string(object, "type", &type, error);
    bool greeted = record->hello.protocol != 0;

    if (status != BE_OK) {
        return status;
    }
    if (record->complete) {
        return be_error_set(error, BE_EPROTOCOL, "a line after 'done'");
    }
    if (strcmp(type, "error") == 0) {
        return error_parse(object, error);
    }
    if (!greeted && strcmp(type, "hello") == 0) {
        return hello_parse(object, record, error);
    }
    if (greeted && strcmp(type, "pass") == 0) {
        return pass_parse(object, record, error);
    }
    if (greeted && strcmp(type, "done") == 0) {
        return done_parse(object, record, error);
    }
    return be_error_set(error, BE_EPROTOCOL, "a line of type '%.32s' where '%s' belongs", type,
                        greeted ? "pass', 'done' or 'error" : "hello");
}

enum be_status be_sample_record_parse(const char *text, size_t bytes,
                                      struct be_sample_record *record, struct be_error *error)
{
    struct be_error cause;
    size_t number = 0;

    for (size_t at = 0; at < bytes;) {
        const char *newline = memchr(text + at, '\n', bytes - at);
        size_t length = newline ? (size_t)(newline - text) - at : bytes - at;
        json_t *object = NULL;
        number++;
        if (!newline) {
            return be_error_set(error, BE_EPROTOCOL, "line %zu is cut short", number);
        }
        enum be_status status = be_json_parse(text + at, length, &object, &cause);
        if (status == BE_OK) {
            status = line_parse(object, record, &cause);
        }
        json_decref(object);
        if (status == BE_EPROTOCOL) {
            return be_error_set(error, status, "line %zu: %s", number, cause.message);
        }
        if (status != BE_OK) {
            return be_error_set(error, status, "%s", cause.message);
        }
        at += length + 1;
    }
    return record->complete ? BE_OK
                            : be_error_set(error, BE_EPROTOCOL, "it ended without a 'done' line");
}
