/*
 * A list of texts. Threads: one owner at a time.
 */
#ifndef BE_PLAN_TEXTS_H
#define BE_PLAN_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/record.h"
#include "core/status.h"

/* The longest are names of counters, and ":u" may come to stand behind those. */
enum { BE_TEXTS_MAX = 1024, BE_TEXTS_ITEM_BYTES = BE_COUNTER_NAME_BYTES - 2 };

struct be_texts {
    char **items; /* owned, each too */
    size_t count;
};

/* A zeroed list is empty and ready for use; finish frees it and makes it empty again. */
void be_texts_finish(struct be_texts *texts);

bool be_texts_have(const struct be_texts *texts, const char *text);

/* Adds a copy unless an equal text is there. Errors: BE_EINVAL above BE_TEXTS_MAX, BE_ENOMEM. */
enum be_status be_texts_add(struct be_texts *texts, const char *text, struct be_error *error);

/*
 * Fills an empty list with the elements between commas, blanks around them cut off and doubles left
 * out. Messages begin with `key`. Errors: BE_EINVAL for an element that is empty, does not fit into
 * BE_TEXTS_ITEM_BYTES or holds blanks or characters that are not ASCII; BE_ENOMEM. The list is
 * empty after an error.
 */
enum be_status be_texts_split(struct be_texts *texts, const char *key, const char *value,
                              struct be_error *error);

/* The texts with commas between them; the caller's (free). NULL when out of memory. */
char *be_texts_join(const struct be_texts *texts);

#endif
