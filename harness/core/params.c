#include "core/params.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/names.h"
#include "core/units.h"

static const char *const type_names[] = {
    [BE_PARAM_COUNT] = "count",
    [BE_PARAM_DURATION] = "duration",
    [BE_PARAM_SIZE] = "size",
    [BE_PARAM_CHOICE] = "choice",
};

BE_NAMES_DEFINE(param_type, "type of parameter", type_names)

/* Whether it is that word, or, where the word ends in "=N", that with a number above 0. */
static bool is_word(const char *word, size_t word_bytes, const char *value)
{
    uint64_t number = 0;

    if (word_bytes > 2 && strncmp(word + word_bytes - 2, "=N", 2) == 0) {
        size_t length = word_bytes - 1;
        return strncmp(word, value, length) == 0 && value[length] != '0' &&
               be_units_parse_count(value + length, &number, NULL) == BE_OK;
    }
    return strlen(value) == word_bytes && strncmp(word, value, word_bytes) == 0;
}

static bool is_choice(const struct be_param *param, const char *value)
{

    for (const char *p = param->choices; p && *value && *p;) {
        size_t word = strcspn(p, " ");
        if (is_word(p, word, value)) {
            return true;
        }
        p += word + (p[word] == ' ');
    }
    return false;
}

static enum be_status number_parse(const struct be_param *param, const char *value,
                                   uint64_t *number, struct be_error *error)
{
    switch (param->type) {
    case BE_PARAM_DURATION:
        return be_units_parse_duration(value, number, error);
    case BE_PARAM_SIZE:
        return be_units_parse_size(value, number, error);
    default:
        return be_units_parse_count(value, number, error);
    }
}

static void number_format(enum be_param_type type, uint64_t number, char text[BE_UNITS_TEXT_BYTES])
{
    if (type == BE_PARAM_DURATION) {
        be_units_format_exact_duration(text, number);
    } else {
        snprintf(text, BE_UNITS_TEXT_BYTES, "%" PRIu64, number);
    }
}

enum be_status be_param_check(const struct be_param *param, const char *value, char *text,
                              size_t text_bytes, struct be_error *error)
{
    uint64_t number = 0;
    struct be_error cause;
    char low[BE_UNITS_TEXT_BYTES];
    char high[BE_UNITS_TEXT_BYTES];

    if (is_choice(param, value)) {
        snprintf(text, text_bytes, "%s", value);
        return BE_OK;
    }
    if (param->type == BE_PARAM_CHOICE) {
        return be_error_set(error, BE_EINVAL, "%s: '%s' is not one of: %s", param->name, value,
                            param->choices);
    }
    enum be_status status = number_parse(param, value, &number, &cause);
    if (status != BE_OK) {
        return be_error_set(error, status, "%s: %s%s%s", param->name, cause.message,
                            param->choices ? "; or: " : "", param->choices ? param->choices : "");
    }
    if (number < param->min || number > param->max) {
        number_format(param->type, param->min, low);
        number_format(param->type, param->max, high);
        return be_error_set(error, BE_EINVAL, "%s: '%s' is outside %s .. %s", param->name, value,
                            low, high);
    }
    if (param->type == BE_PARAM_SIZE && number % 8 != 0) {
        return be_error_set(error, BE_EINVAL, "%s: '%s' is not a multiple of 8 bytes", param->name,
                            value);
    }
    number_format(param->type, number, low);
    snprintf(text, text_bytes, "%s", low);
    return BE_OK;
}

void be_params_finish(struct be_params *params)
{
    for (size_t i = 0; i < params->count; i++) {
        free(params->entries[i].key);
        free(params->entries[i].value);
    }
    free(params->entries);
    *params = (struct be_params){0};
}

/* The index of the first entry whose key is not below `key`. */
static size_t params_lower_bound(const struct be_params *params, const char *key)
{
    size_t i = 0;
    while (i < params->count && strcmp(params->entries[i].key, key) < 0) {
        i++;
    }
    return i;
}

static struct be_params_entry *params_find(const struct be_params *params, const char *key)
{
    size_t i = params_lower_bound(params, key);
    if (i < params->count && strcmp(params->entries[i].key, key) == 0) {
        return &params->entries[i];
    }
    return NULL;
}

static enum be_status params_insert(struct be_params *params, const char *key, char *value,
                                    struct be_error *error)
{
    size_t i = params_lower_bound(params, key);
    char *key_copy = strdup(key);
    struct be_params_entry *entries =
        realloc(params->entries, (params->count + 1) * sizeof(entries[0]));

    if (entries) {
        params->entries = entries;
    }
    if (!entries || !key_copy) {
        free(key_copy);
        free(value);
        return be_error_set(error, BE_ENOMEM, "out of memory for parameter '%s'", key);
    }
    memmove(&entries[i + 1], &entries[i], (params->count - i) * sizeof(entries[0]));
    entries[i] = (struct be_params_entry){key_copy, value};
    params->count++;
    return BE_OK;
}

enum be_status be_params_set(struct be_params *params, const char *key, const char *value,
                             struct be_error *error)
{
    struct be_params_entry *entry = params_find(params, key);
    char *copy = strdup(value);

    if (!copy) {
        return be_error_set(error, BE_ENOMEM, "out of memory for parameter '%s'", key);
    }
    if (!entry) {
        return params_insert(params, key, copy, error);
    }
    free(entry->value);
    entry->value = copy;
    return BE_OK;
}

enum be_status be_params_set_count(struct be_params *params, const char *key, uint64_t value,
                                   struct be_error *error)
{
    char text[BE_UNITS_TEXT_BYTES];
    snprintf(text, sizeof(text), "%" PRIu64, value);
    return be_params_set(params, key, text, error);
}

void be_params_remove(struct be_params *params, const char *key)
{
    struct be_params_entry *entry = params_find(params, key);

    if (entry) {
        size_t after = (size_t)(params->entries + params->count - entry - 1);
        free(entry->key);
        free(entry->value);
        memmove(entry, entry + 1, after * sizeof(*entry));
        params->count--;
    }
}

enum be_status be_params_merge(struct be_params *params, const struct be_params *from,
                               struct be_error *error)
{
    enum be_status status = BE_OK;

    for (size_t i = 0; status == BE_OK && i < from->count; i++) {
        status = be_params_set(params, from->entries[i].key, from->entries[i].value, error);
    }
    return status;
}

const char *be_params_get(const struct be_params *params, const char *key)
{
    const struct be_params_entry *entry = params_find(params, key);
    return entry ? entry->value : NULL;
}

uint64_t be_params_get_count(const struct be_params *params, const char *key, uint64_t fallback)
{
    const char *value = be_params_get(params, key);
    uint64_t number = 0;

    if (value && (be_units_parse_count(value, &number, NULL) == BE_OK ||
                  be_units_parse_duration(value, &number, NULL) == BE_OK)) {
        return number;
    }
    return fallback;
}

const char *be_params_id(const struct be_params *params, char text[BE_ID_BYTES])
{
    uint64_t hash = BE_HASH_SEED;

    for (size_t i = 0; i < params->count; i++) {
        hash = be_hash_string(hash, params->entries[i].key);
        hash = be_hash_string(hash, "=");
        hash = be_hash_string(hash, params->entries[i].value);
        hash = be_hash_string(hash, "\n");
    }
    snprintf(text, BE_ID_BYTES, "%016" PRIx64, hash);
    return text;
}
