/*
 * Members of JSON objects in exports. Inside this folder only. Threads: pure functions.
 *
 * A value that could not be made is NULL, and so is whatever would hold it: memory is asked after
 * once, at the root.
 */
#ifndef BE_REPORT_MEMBER_H
#define BE_REPORT_MEMBER_H

#include <stddef.h>

#include "analysis/stats.h"
#include "core/json.h"

struct be_member {
    const char *key;
    json_t *value; /* owned until be_member_object takes it */
};

#define BE_MEMBERS(array) (sizeof(array) / sizeof((array)[0]))

/* An object of them, in their order. */
json_t *be_member_object(const struct be_member *members, size_t count);

/* Appends to an array, which it takes and returns, or NULL. */
json_t *be_member_append(json_t *array, json_t *value);

/* Text as it is, NULL as null; in text that is not UTF-8 every byte beyond ASCII becomes '?'. */
json_t *be_member_text(const char *text);

/* The median, null when it is not known; and with its interval. */
json_t *be_member_median(const struct be_estimate *estimate);
json_t *be_member_estimate(const struct be_estimate *estimate);

#endif
