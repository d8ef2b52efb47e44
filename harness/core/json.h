/*
 * JSON as this project uses it: jansson behind limits, for lines that come from outside.
 *
 * Whole numbers above 2^53 travel as decimal strings, since other readers of JSON lose their last
 * digits; the getters take both forms. Threads: values have one owner at a time. Errors:
 * BE_EPROTOCOL for anything that the text does wrong, naming the key.
 */
#ifndef BE_CORE_JSON_H
#define BE_CORE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/params.h"
#include "core/status.h"

#define BE_JSON_LINE_BYTES_MAX (UINT64_C(1) << 20)
#define BE_JSON_DEPTH_MAX      32

/*
 * Parses one object or array of at most BE_JSON_LINE_BYTES_MAX bytes and BE_JSON_DEPTH_MAX levels;
 * duplicate keys and trailing text are refused. *value is the caller's (json_decref).
 */
enum be_status be_json_parse(const char *text, size_t bytes, json_t **value,
                             struct be_error *error);

/* A number that survives: an integer up to 2^53, else a decimal string. NULL when out of memory. */
json_t *be_json_count(uint64_t value);

/* A finite number, else null: an unknown is never written as 0. */
json_t *be_json_real(double value);

/* Required members of an object. Strings are owned by the object. */
enum be_status be_json_get_count(const json_t *object, const char *key, uint64_t *value,
                                 struct be_error *error);
enum be_status be_json_get_string(const json_t *object, const char *key, const char **value,
                                  struct be_error *error);
enum be_status be_json_get_array(const json_t *object, const char *key, const json_t **value,
                                 struct be_error *error);
enum be_status be_json_get_object(const json_t *object, const char *key, const json_t **value,
                                  struct be_error *error);

/* Optional members: true and *value set when it is there and of that type. */
bool be_json_has_count(const json_t *object, const char *key, uint64_t *value);
bool be_json_has_string(const json_t *object, const char *key, const char **value);

/*
 * A map as an object of strings, and back, where whole numbers are taken too: people write them.
 * params must be empty; the caller finishes it.
 */
json_t *be_json_from_params(const struct be_params *params);
enum be_status be_json_to_params(const json_t *object, struct be_params *params,
                                 struct be_error *error);

#endif
