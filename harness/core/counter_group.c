#include "core/counter_group.h"

#include <stddef.h>
#include <string.h>

#define BE_COUNTER_GROUP(name, question, ...)                                                      \
    static const char *const name##_events[] = {__VA_ARGS__, NULL};
#include "core/counter_group.def"
#undef BE_COUNTER_GROUP

const struct be_counter_group be_counter_groups[] = {
#define BE_COUNTER_GROUP(name, question, ...) {#name, question, name##_events},
#include "core/counter_group.def"
#undef BE_COUNTER_GROUP
    {NULL, NULL, NULL},
};

const struct be_counter_group *be_counter_group_find(const char *name)
{
    for (const struct be_counter_group *group = be_counter_groups; group->name; group++) {
        if (strcmp(group->name, name) == 0) {
            return group;
        }
    }
    return NULL;
}
