/*
 * Parameters: what a table row takes (struct be_param) and a configuration's sorted key=value map
 * (struct be_params). A configuration is such a map and its id is the hash of it, so a new row with
 * new parameters changes neither the store nor the command line.
 *
 * Threads: a map has one owner at a time. Values are canonical text: whole numbers in decimal,
 * durations as be_units_format_exact_duration writes them.
 */
#ifndef BE_CORE_PARAMS_H
#define BE_CORE_PARAMS_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

enum be_param_type {
    BE_PARAM_COUNT,    /* a whole number, min .. max */
    BE_PARAM_DURATION, /* ns, min .. max */
    BE_PARAM_SIZE,     /* bytes in whole words of 8, min .. max */
    BE_PARAM_CHOICE,   /* one of `choices` */
};

/* One parameter of a row. All strings are static. */
struct be_param {
    const char *name; /* also the flag: --name */
    enum be_param_type type;
    const char *fallback; /* canonical default */
    uint64_t min;
    uint64_t max;
    /*
     * Words, separated by blanks: all that a choice may be (NULL: names of rows, which the caller
     * knows); beside numbers, what may stand for one, such as "auto" (NULL: none). In a word that
     * ends in "=N" that is a number above 0.
     */
    const char *choices;
    const char *help; /* one line, without a full stop */
};

/* "count", "duration", "size", "choice"; the inverse returns BE_EINVAL for another name. */
const char *be_param_type_name(enum be_param_type value);
enum be_status be_param_type_parse(const char *name, enum be_param_type *value,
                                   struct be_error *error);

/*
 * Checks a value against its parameter and writes its canonical form into text (text_bytes).
 * Errors: BE_EINVAL, saying what would be right.
 */
enum be_status be_param_check(const struct be_param *param, const char *value, char *text,
                              size_t text_bytes, struct be_error *error);

struct be_params {
    struct be_params_entry {
        char *key;
        char *value;
    } * entries; /* sorted by key; owned */
    size_t count;
};

/* A zeroed map (`= {0}`) is empty and ready for use; finish frees it and makes it empty again. */
void be_params_finish(struct be_params *params);

/* Sets or replaces. Errors: BE_ENOMEM. */
enum be_status be_params_set(struct be_params *params, const char *key, const char *value,
                             struct be_error *error);
enum be_status be_params_set_count(struct be_params *params, const char *key, uint64_t value,
                                   struct be_error *error);

/* Removes a key if it is there. */
void be_params_remove(struct be_params *params, const char *key);

/* Adds copies of all entries of `from`, replacing equal keys. Errors: BE_ENOMEM. */
enum be_status be_params_merge(struct be_params *params, const struct be_params *from,
                               struct be_error *error);

/* The value, owned by the map, or NULL. */
const char *be_params_get(const struct be_params *params, const char *key);

/* The value as a number (counts, sizes; durations in ns), or `fallback` when it is not there. */
uint64_t be_params_get_count(const struct be_params *params, const char *key, uint64_t fallback);

enum { BE_ID_BYTES = 17 };

/* The id of the map: 16 hexadecimal digits of FNV-1a over "key=value\n" lines, in text. */
const char *be_params_id(const struct be_params *params, char text[BE_ID_BYTES]);

#endif
