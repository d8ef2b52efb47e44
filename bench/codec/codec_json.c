/*
 * Codec `json`: JSON, a message being one array. A number beyond 2^53 is a decimal string, since
 * other readers of JSON would lose its last digits.
 */
#include <stdbool.h>

#include "codec/codec.h"
#include "core/json.h"
#include "core/units.h"

/* The brackets; 20 digits, two quotes and a comma. */
enum { ARRAY_BYTES = 2, NUMBER_BYTES = 23 };

static size_t json_bytes_max(size_t count)
{
    return ARRAY_BYTES + count * NUMBER_BYTES;
}

static size_t json_encode(const uint64_t *numbers, size_t count, void *to)
{
    json_t *array = json_array();
    size_t bytes = 0;
    bool is_whole = array != NULL;

    for (size_t i = 0; is_whole && i < count; i++) {
        is_whole = json_array_append_new(array, be_json_count(numbers[i])) == 0;
    }
    if (is_whole) {
        bytes = json_dumpb(array, to, json_bytes_max(count), JSON_COMPACT);
    }
    json_decref(array);
    return bytes;
}

static bool number_take(const json_t *item, uint64_t *to)
{
    if (json_is_integer(item) && json_integer_value(item) >= 0) {
        *to = (uint64_t)json_integer_value(item);
        return true;
    }
    return json_is_string(item) && be_units_parse_count(json_string_value(item), to, NULL) == BE_OK;
}

static bool json_decode(const void *from, size_t bytes, size_t count, uint64_t *to)
{
    json_t *array = json_loadb(from, bytes, 0, NULL);
    bool is_good = json_is_array(array) && json_array_size(array) == count;

    for (size_t i = 0; is_good && i < count; i++) {
        is_good = number_take(json_array_get(array, i), &to[i]);
    }
    json_decref(array);
    return is_good;
}

static const struct be_param json_params[] = {{.name = NULL}};

const struct be_codec_ops be_codec_json = {
    .row = {"json", "JSON, an array of integers", json_params},
    .bytes_max = json_bytes_max,
    .encode = json_encode,
    .decode = json_decode,
};
