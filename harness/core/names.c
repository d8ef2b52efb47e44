#include "core/names.h"

#include <string.h>

enum be_status be_names_find(const char *const *table, size_t count, const char *kind,
                             const char *name, size_t *index, struct be_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(table[i], name) == 0) {
            *index = i;
            return BE_OK;
        }
    }
    return be_error_set(error, BE_EINVAL, "'%.64s' is not a %s", name, kind);
}
