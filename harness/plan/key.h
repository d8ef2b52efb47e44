/*
 * The keys that every plan has, as opposed to the parameters of rows. Inside this folder only.
 */
#ifndef BE_PLAN_KEY_H
#define BE_PLAN_KEY_H

#include <stddef.h>

#include "core/params.h"
#include "core/status.h"
#include "plan/plan.h"

struct be_plan_key {
    struct be_param param; /* name, default, and for numbers and choices what is allowed */
    const char *section;   /* of a plan file; NULL: a flag only */
    enum be_status (*set)(struct be_plan *plan, const struct be_plan_key *key, const char *value,
                          struct be_error *error);
    size_t offset; /* of the member of struct be_plan that `set` writes */
};

/* Ended by a row whose param.name is NULL. */
extern const struct be_plan_key be_plan_keys[];

/* The key of that name, or NULL. */
const struct be_plan_key *be_plan_key_find(const char *name);

/* BE_EINVAL unless the text is UTF-8 of at most 200 bytes without control characters. */
enum be_status be_plan_text_check(const char *text, struct be_error *error);

#endif
