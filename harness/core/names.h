/*
 * Names of an enum's values, as protocol, store and exports write them.
 *
 * BE_NAMES_DEFINE(x, "what it is", table) defines be_x_name and be_x_parse for enum be_x, whose
 * values count up from 0 as `table` (an array of strings) does. An unknown name: BE_EINVAL.
 */
#ifndef BE_CORE_NAMES_H
#define BE_CORE_NAMES_H

#include <stddef.h>

#include "core/status.h"

/* The index of `name` in the table; BE_EINVAL, naming `kind`, when it is not there. */
enum be_status be_names_find(const char *const *table, size_t count, const char *kind,
                             const char *name, size_t *index, struct be_error *error);

#define BE_NAMES_DEFINE(object, what, table)                                                       \
    const char *be_##object##_name(enum be_##object value)                                         \
    {                                                                                              \
        return (table)[value];                                                                     \
    }                                                                                              \
                                                                                                   \
    enum be_status be_##object##_parse(const char *name, enum be_##object *value,                  \
                                       struct be_error *error)                                     \
    {                                                                                              \
        size_t index = 0;                                                                          \
        enum be_status status =                                                                    \
            be_names_find(table, sizeof(table) / sizeof((table)[0]), what, name, &index, error);   \
        if (status == BE_OK) {                                                                     \
            *value = (enum be_##object)index;                                                      \
        }                                                                                          \
        return status;                                                                             \
    }

#endif
