#include "core/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "core/units.h"

/* Checks nesting before jansson recurses into it, since its own limit is fixed when it is built. */
static enum be_status depth_check(const char *text, size_t bytes, struct be_error *error)
{
    int depth = 0;
    bool in_string = false;

    for (size_t i = 0; i < bytes; i++) {
        if (in_string) {
            if (text[i] == '\\') {
                i++;
            } else if (text[i] == '"') {
                in_string = false;
            }
        } else if (text[i] == '"') {
            in_string = true;
        } else if (text[i] == '{' || text[i] == '[') {
            if (++depth > BE_JSON_DEPTH_MAX) {
                return be_error_set(error, BE_EPROTOCOL, "JSON deeper than %d levels",
                                    BE_JSON_DEPTH_MAX);
            }
        } else if (text[i] == '}' || text[i] == ']') {
            depth--;
        }
    }
    return BE_OK;
}

enum be_status be_json_parse(const char *text, size_t bytes, json_t **value, struct be_error *error)
{
    json_error_t cause;

    if (bytes > BE_JSON_LINE_BYTES_MAX) {
        return be_error_set(error, BE_EPROTOCOL, "JSON line of %zu bytes; at most %" PRIu64, bytes,
                            (uint64_t)BE_JSON_LINE_BYTES_MAX);
    }
    enum be_status status = depth_check(text, bytes, error);
    if (status != BE_OK) {
        return status;
    }
    json_t *parsed = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &cause);
    if (!parsed) {
        return be_error_set(error, BE_EPROTOCOL, "not JSON: %s at column %d", cause.text,
                            cause.column);
    }
    *value = parsed;
    return BE_OK;
}

json_t *be_json_count(uint64_t value)
{
    char text[BE_UNITS_TEXT_BYTES];

    if (value <= UINT64_C(1) << 53) {
        return json_integer((json_int_t)value);
    }
    snprintf(text, sizeof(text), "%" PRIu64, value);
    return json_string(text);
}

json_t *be_json_real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

bool be_json_has_count(const json_t *object, const char *key, uint64_t *value)
{
    const json_t *member = json_object_get(object, key);

    if (json_is_integer(member) && json_integer_value(member) >= 0) {
        *value = (uint64_t)json_integer_value(member);
        return true;
    }
    return json_is_string(member) &&
           be_units_parse_count(json_string_value(member), value, NULL) == BE_OK;
}

bool be_json_has_string(const json_t *object, const char *key, const char **value)
{
    const json_t *member = json_object_get(object, key);

    if (!json_is_string(member)) {
        return false;
    }
    *value = json_string_value(member);
    return true;
}

static enum be_status member_missing(const char *key, const char *wanted, struct be_error *error)
{
    return be_error_set(error, BE_EPROTOCOL, "'%s' is missing or not %s", key, wanted);
}

enum be_status be_json_get_count(const json_t *object, const char *key, uint64_t *value,
                                 struct be_error *error)
{
    return be_json_has_count(object, key, value)
               ? BE_OK
               : member_missing(key, "a whole number from 0 to 2^64-1", error);
}

enum be_status be_json_get_string(const json_t *object, const char *key, const char **value,
                                  struct be_error *error)
{
    return be_json_has_string(object, key, value) ? BE_OK : member_missing(key, "a string", error);
}

enum be_status be_json_get_array(const json_t *object, const char *key, const json_t **value,
                                 struct be_error *error)
{
    const json_t *member = json_object_get(object, key);

    if (!json_is_array(member)) {
        return member_missing(key, "an array", error);
    }
    *value = member;
    return BE_OK;
}

enum be_status be_json_get_object(const json_t *object, const char *key, const json_t **value,
                                  struct be_error *error)
{
    const json_t *member = json_object_get(object, key);

    if (!json_is_object(member)) {
        return member_missing(key, "an object", error);
    }
    *value = member;
    return BE_OK;
}

json_t *be_json_from_params(const struct be_params *params)
{
    json_t *object = json_object();

    for (size_t i = 0; object && i < params->count; i++) {
        json_object_set_new(object, params->entries[i].key, json_string(params->entries[i].value));
    }
    return object;
}

enum be_status be_json_to_params(const json_t *object, struct be_params *params,
                                 struct be_error *error)
{
    const char *key;
    json_t *value;
    uint64_t count = 0;
    enum be_status status = BE_OK;

    json_object_foreach((json_t *)object, key, value)
    {
        if (json_is_string(value)) {
            status = be_params_set(params, key, json_string_value(value), error);
        } else if (be_json_has_count(object, key, &count)) {
            status = be_params_set_count(params, key, count, error);
        } else {
            status = member_missing(key, "a string or a whole number", error);
        }
        if (status != BE_OK) {
            return status;
        }
    }
    return status;
}
