/* The spec line: what the harness asks a runner to measure. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/protocol.h"

void be_spec_init(struct be_spec *spec)
{
    *spec = (struct be_spec){.passes = 1, .seed = 1, .dispatcher_pu = -1};
}

void be_spec_finish(struct be_spec *spec)
{
    be_params_finish(&spec->params);
    be_pairs_finish(&spec->pairs);
    free(spec->input_path);
    free(spec->pus);
    free(spec->topology_xml);
    for (size_t i = 0; i < spec->counter_count; i++) {
        free(spec->counters[i]);
    }
    free(spec->counters);
    be_spec_init(spec);
}

static json_t *pairs_encode(const struct be_pairs *pairs)
{
    json_t *array = json_array();

    for (size_t i = 0; i < pairs->count; i++) {
        json_array_append_new(array, json_pack("[o, o]", be_json_count(pairs->items[i].a),
                                               be_json_count(pairs->items[i].b)));
    }
    return array;
}

static void input_encode(const struct be_spec *spec, json_t *object)
{
    if (spec->pairs.count > 0) {
        json_object_set_new(object, "pairs", pairs_encode(&spec->pairs));
    } else if (spec->input_path) {
        json_object_set_new(object, "input",
                            json_pack("{s:s, s:o}", "path", spec->input_path, "hash",
                                      be_json_count(spec->input_hash)));
    }
}

static void placement_encode(const struct be_spec *spec, json_t *object)
{
    if (spec->pu_count > 0) {
        json_t *pus = json_array();
        for (uint32_t i = 0; i < spec->pu_count; i++) {
            json_array_append_new(pus, json_integer(spec->pus[i]));
        }
        json_object_set_new(object, "pus", pus);
    }
    if (spec->dispatcher_pu >= 0) {
        json_object_set_new(object, "dispatcher_pu", json_integer(spec->dispatcher_pu));
    }
    if (spec->topology_xml) {
        json_object_set_new(object, "topology_xml", json_string(spec->topology_xml));
    }
}

void be_spec_encode(const struct be_spec *spec, struct be_buffer *line)
{
    json_t *counters = json_array();
    json_t *object = json_object();

    for (size_t i = 0; i < spec->counter_count; i++) {
        json_array_append_new(counters, json_string(spec->counters[i]));
    }
    json_object_set_new(object, "protocol", json_integer(BE_PROTOCOL_VERSION));
    json_object_set_new(object, "params", be_json_from_params(&spec->params));
    input_encode(spec, object);
    json_object_set_new(object, "seed", be_json_count(spec->seed));
    json_object_set_new(object, "passes", json_integer(spec->passes));
    json_object_set_new(object, "warmup", json_integer(spec->warmup));
    json_object_set_new(object, "cold", json_boolean(spec->cold));
    placement_encode(spec, object);
    json_object_set_new(object, "counters", counters);
    json_object_set_new(object, "leash", json_boolean(spec->leash));
    be_protocol_line(object, line);
}

static enum be_status pair_parse(const json_t *value, struct be_pair *pair, struct be_error *error)
{
    json_t *wrapped =
        json_pack("{s:O?, s:O?}", "a", json_array_get(value, 0), "b", json_array_get(value, 1));
    bool good = json_array_size(value) == 2 && be_json_has_count(wrapped, "a", &pair->a) &&
                be_json_has_count(wrapped, "b", &pair->b);

    json_decref(wrapped);
    return good ? BE_OK
                : be_error_set(error, BE_EPROTOCOL, "'pairs' holds what is not a pair of numbers");
}

static enum be_status pairs_parse(const json_t *array, struct be_pairs *pairs,
                                  struct be_error *error)
{
    size_t count = json_array_size(array);
    enum be_status status = BE_OK;

    if (!json_is_array(array) || count == 0) {
        return be_error_set(error, BE_EPROTOCOL, "'pairs' is not an array of pairs of numbers");
    }
    pairs->items = calloc(count, sizeof(*pairs->items));
    if (!pairs->items) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu pairs", count);
    }
    pairs->count = count;
    for (size_t i = 0; status == BE_OK && i < count; i++) {
        status = pair_parse(json_array_get(array, i), &pairs->items[i], error);
    }
    return status;
}

static enum be_status string_copy(const char *text, char **copy, struct be_error *error)
{
    *copy = strdup(text);
    return *copy ? BE_OK : be_error_set(error, BE_ENOMEM, "out of memory for a spec");
}

static enum be_status input_parse(const json_t *object, struct be_spec *spec,
                                  struct be_error *error)
{
    const json_t *pairs = json_object_get(object, "pairs");
    const json_t *input = json_object_get(object, "input");
    const char *path = NULL;

    if (pairs) {
        return pairs_parse(pairs, &spec->pairs, error);
    }
    if (!input) {
        return BE_OK;
    }
    enum be_status status = be_json_get_object(object, "input", &input, error);
    if (status == BE_OK) {
        status = be_json_get_string(input, "path", &path, error);
    }
    if (status == BE_OK) {
        status = be_json_get_count(input, "hash", &spec->input_hash, error);
    }
    return status == BE_OK ? string_copy(path, &spec->input_path, error) : status;
}

/* A PU number: 0 .. 2^20, far above any machine. */
static bool pu_parse(const json_t *value, int32_t *pu)
{
    json_int_t number = json_integer_value(value);

    if (!json_is_integer(value) || number < 0 || number > 1 << 20) {
        return false;
    }
    *pu = (int32_t)number;
    return true;
}

static enum be_status pus_parse(const json_t *pus, struct be_spec *spec, struct be_error *error)
{
    size_t count = json_array_size(pus);

    if (!json_is_array(pus) || count == 0 || count > BE_WORKERS_MAX) {
        return be_error_set(error, BE_EPROTOCOL, "'pus' is not an array of 1 to %d PU numbers",
                            BE_WORKERS_MAX);
    }
    spec->pus = calloc(count, sizeof(*spec->pus));
    if (!spec->pus) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu PUs", count);
    }
    spec->pu_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        if (!pu_parse(json_array_get(pus, i), &spec->pus[i])) {
            return be_error_set(error, BE_EPROTOCOL, "'pus' holds what is not a PU number");
        }
    }
    return BE_OK;
}

static enum be_status placement_parse(const json_t *object, struct be_spec *spec,
                                      struct be_error *error)
{
    const json_t *pus = json_object_get(object, "pus");
    const json_t *dispatcher = json_object_get(object, "dispatcher_pu");
    const char *xml = NULL;

    if (dispatcher && !pu_parse(dispatcher, &spec->dispatcher_pu)) {
        return be_error_set(error, BE_EPROTOCOL, "'dispatcher_pu' is not a PU number");
    }
    if (pus) {
        enum be_status status = pus_parse(pus, spec, error);
        if (status != BE_OK) {
            return status;
        }
    }
    if (!json_object_get(object, "topology_xml")) {
        return BE_OK;
    }
    enum be_status status = be_json_get_string(object, "topology_xml", &xml, error);
    return status == BE_OK ? string_copy(xml, &spec->topology_xml, error) : status;
}

static enum be_status counters_parse(const json_t *object, struct be_spec *spec,
                                     struct be_error *error)
{
    const json_t *counters = json_object_get(object, "counters");
    size_t count = json_array_size(counters);

    if (!counters || (json_is_array(counters) && count == 0)) {
        return BE_OK;
    }
    if (!json_is_array(counters) || count > BE_COUNTERS_MAX) {
        return be_error_set(error, BE_EPROTOCOL, "'counters' is not an array of at most %d names",
                            BE_COUNTERS_MAX);
    }
    spec->counters = calloc(count, sizeof(*spec->counters));
    if (!spec->counters) {
        return be_error_set(error, BE_ENOMEM, "out of memory for counters");
    }
    for (size_t i = 0; i < count; i++) {
        const char *name = json_string_value(json_array_get(counters, i));
        if (!name) {
            return be_error_set(error, BE_EPROTOCOL, "'counters' holds what is not a string");
        }
        enum be_status status = string_copy(name, &spec->counters[i], error);
        if (status != BE_OK) {
            return status;
        }
        spec->counter_count++;
    }
    return BE_OK;
}

/* An optional number with a default and bounds. */
static enum be_status bounded_parse(const json_t *object, const char *key, uint32_t min,
                                    uint32_t fallback, uint32_t *value, struct be_error *error)
{
    uint64_t number = fallback;

    if (json_object_get(object, key) &&
        (!be_json_has_count(object, key, &number) || number < min || number > BE_PASSES_MAX)) {
        return be_error_set(error, BE_EPROTOCOL, "'%s' is not a number from %" PRIu32 " to %d", key,
                            min, BE_PASSES_MAX);
    }
    *value = (uint32_t)number;
    return BE_OK;
}

/* An optional yes or no; no when it is not there. */
static enum be_status flag_parse(const json_t *object, const char *key, bool *value,
                                 struct be_error *error)
{
    const json_t *member = json_object_get(object, key);

    if (member && !json_is_boolean(member)) {
        return be_error_set(error, BE_EPROTOCOL, "'%s' is not true or false", key);
    }
    *value = json_is_true(member);
    return BE_OK;
}

static enum be_status settings_parse(const json_t *object, struct be_spec *spec,
                                     struct be_error *error)
{
    if (json_object_get(object, "seed") && !be_json_has_count(object, "seed", &spec->seed)) {
        return be_error_set(error, BE_EPROTOCOL, "'seed' is not a whole number from 0 to 2^64-1");
    }
    enum be_status status = flag_parse(object, "cold", &spec->cold, error);
    if (status == BE_OK) {
        status = flag_parse(object, "leash", &spec->leash, error);
    }
    if (status == BE_OK) {
        status = bounded_parse(object, "passes", 1, 1, &spec->passes, error);
    }
    return status == BE_OK ? bounded_parse(object, "warmup", 0, 0, &spec->warmup, error) : status;
}

static enum be_status spec_from_json(const json_t *object, struct be_spec *spec,
                                     struct be_error *error)
{
    const json_t *params = NULL;
    uint64_t protocol = 0;
    enum be_status status = be_json_get_count(object, "protocol", &protocol, error);

    if (status == BE_OK && protocol != BE_PROTOCOL_VERSION) {
        status = be_error_set(error, BE_EPROTOCOL, "protocol %" PRIu64 "; this runner speaks %d",
                              protocol, BE_PROTOCOL_VERSION);
    }
    if (status == BE_OK) {
        status = be_json_get_object(object, "params", &params, error);
    }
    if (status == BE_OK) {
        status = be_json_to_params(params, &spec->params, error);
    }
    if (status == BE_OK) {
        status = settings_parse(object, spec, error);
    }
    if (status == BE_OK) {
        status = input_parse(object, spec, error);
    }
    if (status == BE_OK) {
        status = placement_parse(object, spec, error);
    }
    return status == BE_OK ? counters_parse(object, spec, error) : status;
}

enum be_status be_spec_parse(const char *line, size_t bytes, struct be_spec *spec,
                             struct be_error *error)
{
    json_t *object = NULL;
    enum be_status status = be_json_parse(line, bytes, &object, error);

    if (status == BE_OK) {
        status = spec_from_json(object, spec, error);
    }
    json_decref(object);
    return status;
}
