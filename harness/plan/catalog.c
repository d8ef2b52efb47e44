#include "plan/catalog.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/protocol.h"
#include "plan/key.h"

enum { NAME_BYTES_MAX = 64, PARAMS_MAX = 32 };

static const struct {
    const char *name;
    const char *list; /* in what the runner prints */
} kinds[BE_CATALOG_KINDS] = {
    [BE_CATALOG_WORKLOAD] = {"workload", "workloads"},
    [BE_CATALOG_EXECUTOR] = {"executor", "executors"},
    [BE_CATALOG_COUNTER] = {"counter", "counters"},
    [BE_CATALOG_PROBE] = {"probe", "probes"},
    [BE_CATALOG_TRANSPORT] = {"transport", "transports"},
    [BE_CATALOG_CODEC] = {"codec", "codecs"},
    [BE_CATALOG_START] = {"start", "starts"},
};

static bool kind_is_part(enum be_catalog_kind kind)
{
    return kind >= BE_CATALOG_TRANSPORT;
}

bool be_catalog_param_is_part(const char *param, enum be_catalog_kind *kind)
{
    for (int i = 0; i < BE_CATALOG_KINDS; i++) {
        if (kind_is_part((enum be_catalog_kind)i) && strcmp(param, kinds[i].name) == 0) {
            if (kind) {
                *kind = (enum be_catalog_kind)i;
            }
            return true;
        }
    }
    return false;
}

const char *be_catalog_kind_name(enum be_catalog_kind kind)
{
    return kinds[kind].name;
}

/* Counter backends and events have underscores and colons too. */
static bool name_is_good(const char *name, const char *more)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

    while (name[length] && strchr(more, name[length])) {
        length += 1 + strspn(name + length + 1, "abcdefghijklmnopqrstuvwxyz0123456789-");
    }
    return length > 0 && length < NAME_BYTES_MAX && name[length] == '\0' && name[0] != '-';
}

static enum be_status name_get(const json_t *object, const char *more, const char **name,
                               struct be_error *error)
{
    enum be_status status = be_json_get_string(object, "name", name, error);

    if (status == BE_OK && !name_is_good(*name, more)) {
        status = be_error_set(error, BE_EPROTOCOL,
                              "'name' is not made of a-z, 0-9 and '-', at most %d of them",
                              NAME_BYTES_MAX - 1);
    }
    return status;
}

static enum be_status boolean_get(const json_t *object, const char *key, bool *value,
                                  struct be_error *error)
{
    const json_t *member = json_object_get(object, key);

    if (!json_is_boolean(member)) {
        return be_error_set(error, BE_EPROTOCOL, "'%s' is missing or not true or false", key);
    }
    *value = json_is_true(member);
    return BE_OK;
}

static enum be_status param_check_fallback(const struct be_param *param, struct be_error *error)
{
    char canonical[NAME_BYTES_MAX];
    struct be_error cause;

    if (be_param_check(param, param->fallback, canonical, sizeof(canonical), &cause) != BE_OK) {
        return be_error_set(error, BE_EPROTOCOL, "default of %s", cause.message);
    }
    if (strcmp(canonical, param->fallback) != 0) {
        return be_error_set(error, BE_EPROTOCOL, "default of %s: '%s' is to be written '%s'",
                            param->name, param->fallback, canonical);
    }
    return BE_OK;
}

static enum be_status param_parse(const json_t *object, struct be_param *param,
                                  struct be_error *error)
{
    const char *type = NULL;
    struct be_error cause;
    enum be_status status = name_get(object, "", &param->name, error);

    if (status == BE_OK && be_plan_key_find(param->name)) {
        status = be_error_set(error, BE_EPROTOCOL, "parameter '%s' has a name that is taken",
                              param->name);
    }
    if (status == BE_OK) {
        status = be_json_get_string(object, "type", &type, error);
    }
    if (status == BE_OK && be_param_type_parse(type, &param->type, &cause) != BE_OK) {
        status = be_error_set(error, BE_EPROTOCOL, "%s", cause.message);
    }
    if (status == BE_OK) {
        status = be_json_get_string(object, "default", &param->fallback, error);
    }
    if (status == BE_OK) {
        status = be_json_get_string(object, "help", &param->help, error);
    }
    if (status == BE_OK && param->type == BE_PARAM_CHOICE) {
        status = be_json_get_string(object, "choices", &param->choices, error);
    } else if (status == BE_OK) {
        be_json_has_string(object, "choices", &param->choices);
        status = be_json_get_count(object, "min", &param->min, error);
        status = status == BE_OK ? be_json_get_count(object, "max", &param->max, error) : status;
    }
    return status == BE_OK ? param_check_fallback(param, error) : status;
}

static enum be_status params_parse(const json_t *object, struct be_catalog_row *row,
                                   struct be_error *error)
{
    const json_t *array = NULL;
    enum be_status status = be_json_get_array(object, "params", &array, error);
    size_t count = json_array_size(array);

    if (status == BE_OK && count > PARAMS_MAX) {
        status = be_error_set(error, BE_EPROTOCOL, "%zu parameters; at most %d", count, PARAMS_MAX);
    }
    if (status != BE_OK || count == 0) {
        return status;
    }
    row->params = calloc(count, sizeof(*row->params));
    if (!row->params) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a catalogue");
    }
    for (size_t i = 0; status == BE_OK && i < count; i++) {
        struct be_param *param = &row->params[i];
        status = param_parse(json_array_get(array, i), param, error);
        if (status == BE_OK && be_catalog_row_param(row, param->name)) {
            status = be_error_set(error, BE_EPROTOCOL, "parameter '%s' twice", param->name);
        }
        row->param_count++;
    }
    return status;
}

static enum be_status workload_parse(const json_t *object, struct be_catalog_row *row,
                                     struct be_error *error)
{
    enum be_status status = be_json_get_count(object, "request_bytes", &row->request_bytes, error);

    if (status == BE_OK) {
        status = be_json_get_count(object, "reply_bytes", &row->reply_bytes, error);
    }
    if (status == BE_OK) {
        status = be_json_get_count(object, "steps_max", &row->steps_max, error);
    }
    if (status == BE_OK) {
        status = be_json_get_count(object, "step_ns", &row->step_ns, error);
    }
    return status == BE_OK ? params_parse(object, row, error) : status;
}

static enum be_status executor_parse(const json_t *object, struct be_catalog_row *row,
                                     struct be_error *error)
{
    enum be_status status = boolean_get(object, "parallel", &row->parallel, error);

    be_json_has_string(object, "workloads", &row->workloads);
    if (status == BE_OK) {
        status = boolean_get(object, "computes", &row->computes, error);
    }
    return status == BE_OK ? params_parse(object, row, error) : status;
}

static enum be_status counter_parse(const json_t *object, struct be_catalog_row *row,
                                    struct be_error *error)
{
    const json_t *array = NULL;
    enum be_status status = be_json_get_array(object, "events", &array, error);
    size_t count = json_array_size(array);

    if (status != BE_OK || count == 0) {
        return status;
    }
    row->events = calloc(count, sizeof(*row->events));
    if (!row->events) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a catalogue");
    }
    for (; row->event_count < count; row->event_count++) {
        row->events[row->event_count] = json_string_value(json_array_get(array, row->event_count));
        if (!row->events[row->event_count]) {
            return be_error_set(error, BE_EPROTOCOL, "'events' holds what is not a string");
        }
    }
    return BE_OK;
}

static enum be_status probe_parse(const json_t *object, struct be_catalog_row *row,
                                  struct be_error *error)
{
    uint64_t workers = 0;
    enum be_status status = be_json_get_count(object, "workers", &workers, error);

    if (status == BE_OK && (workers < 1 || workers > 2)) {
        status = be_error_set(error, BE_EPROTOCOL, "'workers' is not 1 or 2");
    }
    row->workers = (uint32_t)workers;
    return status == BE_OK ? be_json_get_count(object, "tasks", &row->tasks, error) : status;
}

static enum be_status row_parse(const json_t *object, enum be_catalog_kind kind,
                                struct be_catalog_row *row, struct be_error *error)
{
    static enum be_status (*const parse[])(const json_t *, struct be_catalog_row *,
                                           struct be_error *) = {
        [BE_CATALOG_WORKLOAD] = workload_parse, [BE_CATALOG_EXECUTOR] = executor_parse,
        [BE_CATALOG_COUNTER] = counter_parse,   [BE_CATALOG_PROBE] = probe_parse,
        [BE_CATALOG_TRANSPORT] = params_parse,  [BE_CATALOG_CODEC] = params_parse,
        [BE_CATALOG_START] = params_parse,
    };
    enum be_status status =
        name_get(object, kind == BE_CATALOG_COUNTER ? "_" : "", &row->name, error);

    if (status == BE_OK) {
        status = be_json_get_string(object, "summary", &row->summary, error);
    }
    if (status == BE_OK && !be_json_has_string(object, "unavailable", &row->unavailable) &&
        !json_is_null(json_object_get(object, "unavailable"))) {
        status = be_error_set(error, BE_EPROTOCOL, "'unavailable' is missing or not null or text");
    }
    return status == BE_OK ? parse[kind](object, row, error) : status;
}

static enum be_status rows_parse(const json_t *object, enum be_catalog_kind kind,
                                 struct be_catalog *catalog, struct be_error *error)
{
    struct be_catalog_rows *rows = &catalog->rows[kind];
    const json_t *array = NULL;

    if ((kind == BE_CATALOG_PROBE || kind_is_part(kind)) &&
        !json_object_get(object, kinds[kind].list)) {
        return BE_OK;
    }
    enum be_status status = be_json_get_array(object, kinds[kind].list, &array, error);
    size_t count = json_array_size(array);
    if (status != BE_OK || count == 0) {
        return status;
    }
    rows->items = calloc(count, sizeof(*rows->items));
    if (!rows->items) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a catalogue");
    }
    for (size_t i = 0; status == BE_OK && i < count; i++) {
        struct be_catalog_row *row = &rows->items[i];
        struct be_error cause;
        status = row_parse(json_array_get(array, i), kind, row, &cause);
        if (status == BE_OK && be_catalog_find(catalog, kind, row->name)) {
            status = be_error_set(&cause, BE_EPROTOCOL, "'%s' is there twice", row->name);
        }
        rows->count++;
        if (status != BE_OK) {
            be_error_fill(error, status, "%s %zu: %s", kinds[kind].name, i + 1, cause.message);
        }
    }
    return status;
}

static enum be_status catalog_parse_head(const json_t *object, struct be_catalog *catalog,
                                         struct be_error *error)
{
    enum be_status status = be_json_get_count(object, "protocol", &catalog->protocol, error);

    if (status == BE_OK && catalog->protocol != BE_PROTOCOL_VERSION) {
        status = be_error_set(error, BE_EPROTOCOL,
                              "the runner speaks protocol %" PRIu64 "; this program speaks %d",
                              catalog->protocol, BE_PROTOCOL_VERSION);
    }
    if (status == BE_OK) {
        status = be_json_get_string(object, "program", &catalog->program, error);
    }
    if (status == BE_OK) {
        status = be_json_get_string(object, "version", &catalog->version, error);
    }
    if (status == BE_OK) {
        status = be_json_get_string(object, "build_id", &catalog->build_id, error);
    }
    return status;
}

enum be_status be_catalog_parse(const char *text, size_t bytes, struct be_catalog *catalog,
                                struct be_error *error)
{
    struct be_catalog parsed = {0};
    enum be_status status = be_json_parse(text, bytes, &parsed.source, error);

    if (status == BE_OK) {
        status = catalog_parse_head(parsed.source, &parsed, error);
    }
    for (int kind = 0; status == BE_OK && kind < BE_CATALOG_KINDS; kind++) {
        status = rows_parse(parsed.source, (enum be_catalog_kind)kind, &parsed, error);
    }
    if (status != BE_OK) {
        be_catalog_finish(&parsed);
        return status;
    }
    *catalog = parsed;
    return BE_OK;
}

static void executors_drop(struct be_catalog_rows *rows, const char *program)
{
    size_t kept = 0;

    for (size_t i = 0; i < rows->count; i++) {
        if (!rows->items[i].program || strcmp(rows->items[i].program, program) != 0) {
            rows->items[kept++] = rows->items[i];
        }
    }
    rows->count = kept;
}

enum be_status be_catalog_add_executors(struct be_catalog *catalog, const struct be_catalog *other,
                                        const char *program, struct be_error *error)
{
    struct be_catalog_rows *rows = &catalog->rows[BE_CATALOG_EXECUTOR];
    const struct be_catalog_rows *added = &other->rows[BE_CATALOG_EXECUTOR];

    executors_drop(rows, program);
    for (size_t i = 0; i < added->count; i++) {
        if (be_catalog_find(catalog, BE_CATALOG_EXECUTOR, added->items[i].name)) {
            return be_error_set(error, BE_EPROTOCOL, "another runner has an executor '%s' too",
                                added->items[i].name);
        }
    }
    struct be_catalog_row *grown =
        realloc(rows->items, (rows->count + added->count + 1) * sizeof(*grown));
    if (!grown) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a catalogue");
    }
    rows->items = grown;
    for (size_t i = 0; i < added->count; i++) {
        rows->items[rows->count] = added->items[i];
        rows->items[rows->count++].program = program;
    }
    return BE_OK;
}

void be_catalog_finish(struct be_catalog *catalog)
{
    for (int kind = 0; kind < BE_CATALOG_KINDS; kind++) {
        struct be_catalog_rows *rows = &catalog->rows[kind];
        for (size_t i = 0; i < rows->count; i++) {
            if (!rows->items[i].program) {
                free(rows->items[i].params);
                free((void *)rows->items[i].events);
            }
        }
        free(rows->items);
    }
    json_decref(catalog->source);
    *catalog = (struct be_catalog){0};
}

const struct be_catalog_row *be_catalog_find(const struct be_catalog *catalog,
                                             enum be_catalog_kind kind, const char *name)
{
    const struct be_catalog_rows *rows = &catalog->rows[kind];

    for (size_t i = 0; i < rows->count; i++) {
        if (strcmp(rows->items[i].name, name) == 0) {
            return &rows->items[i];
        }
    }
    return NULL;
}

const struct be_param *be_catalog_row_param(const struct be_catalog_row *row, const char *name)
{
    for (size_t i = 0; i < row->param_count; i++) {
        if (strcmp(row->params[i].name, name) == 0) {
            return &row->params[i];
        }
    }
    return NULL;
}
