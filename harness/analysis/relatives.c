#include "analysis/relatives.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/series.h"

struct member {
    const struct be_configuration *configuration;
    uint32_t index;
};

/* By block; inside a block references, then measured ones, overheads and uncounted ones. */
static int member_compare(const void *left, const void *right)
{
    const struct member *a = left;
    const struct member *b = right;

    if (a->configuration->block != b->configuration->block) {
        return a->configuration->block < b->configuration->block ? -1 : 1;
    }
    if (a->configuration->role != b->configuration->role) {
        return a->configuration->role < b->configuration->role ? -1 : 1;
    }
    return (a->index > b->index) - (a->index < b->index);
}

/* The measured one may have more parameters: those of its workload, which `null` has not. */
static bool overhead_matches(const struct be_configuration *overhead,
                             const struct be_configuration *measured)
{
    if (overhead->workers != measured->workers) {
        return false; /* so already; in a large block most are told apart at once */
    }
    for (size_t i = 0; i < overhead->params.count; i++) {
        const struct be_params_entry *entry = &overhead->params.entries[i];
        const char *value = be_params_get(&measured->params, entry->key);
        if (!be_key_describes_task(entry->key) && (!value || strcmp(value, entry->value) != 0)) {
            return false;
        }
    }
    return true;
}

static bool single_matches(const struct be_params *single, const struct be_params *measured)
{
    if (single->count != measured->count) {
        return false;
    }
    for (size_t i = 0; i < single->count; i++) {
        const struct be_params_entry *entry = &single->entries[i];
        const char *value = be_params_get(measured, entry->key);
        bool varies = strcmp(entry->key, "workers") == 0 || strcmp(entry->key, "tasks") == 0;
        if (!value || (!varies && strcmp(value, entry->value) != 0)) {
            return false;
        }
    }
    return true;
}

/* The uncounted one has one parameter more, which says so. */
static bool uncounted_matches(const struct be_params *uncounted, const struct be_params *measured)
{
    if (uncounted->count != measured->count + 1) {
        return false;
    }
    for (size_t i = 0; i < measured->count; i++) {
        const struct be_params_entry *entry = &measured->entries[i];
        const char *value = be_params_get(uncounted, entry->key);
        if (!value || strcmp(value, entry->value) != 0) {
            return false;
        }
    }
    return true;
}

/* The index of a measured one's twin without counters; they come last in a block. */
static uint32_t uncounted_find(const struct member *members, size_t count,
                               const struct be_configuration *measured)
{
    for (size_t i = count; i-- > 0 && members[i].configuration->role == BE_ROLE_UNCOUNTED;) {
        if (uncounted_matches(&members[i].configuration->params, &measured->params)) {
            return members[i].index;
        }
    }
    return BE_RELATIVE_NONE;
}

/* The index of the one with one worker among a block's members; none: BE_RELATIVE_NONE. */
static uint32_t single_find(const struct member *members, size_t count,
                            const struct be_configuration *measured)
{
    for (size_t i = 0; i < count; i++) {
        const struct be_configuration *candidate = members[i].configuration;
        if (candidate->role == BE_ROLE_MEASURED && candidate->workers == 1 &&
            single_matches(&candidate->params, &measured->params)) {
            return members[i].index;
        }
    }
    return BE_RELATIVE_NONE;
}

static void block_relate(const struct member *members, size_t count, struct be_relatives *relatives)
{
    size_t overheads = 0; /* where they begin */

    while (overheads < count && members[overheads].configuration->role != BE_ROLE_OVERHEAD) {
        overheads++;
    }
    for (size_t i = 0; i < count; i++) {
        struct be_relatives *found = &relatives[members[i].index];
        enum be_role role = members[i].configuration->role;
        if (role == BE_ROLE_REFERENCE) {
            found->reference = members[i].index;
        } else if (members[0].configuration->role == BE_ROLE_REFERENCE) {
            found->reference = members[0].index;
        }
        if (role == BE_ROLE_OVERHEAD) {
            found->overhead = members[i].index;
        }
        if (role == BE_ROLE_MEASURED) {
            found->single = single_find(members, overheads, members[i].configuration);
            found->uncounted = uncounted_find(members, count, members[i].configuration);
        }
        for (size_t j = overheads; j < count && role == BE_ROLE_MEASURED; j++) {
            if (overhead_matches(members[j].configuration, members[i].configuration)) {
                found->overhead = members[j].index;
                break;
            }
        }
    }
}

enum be_status be_relatives_find(const struct be_run *run, struct be_relatives **relatives,
                                 struct be_error *error)
{
    size_t count = run->configuration_count;
    struct member *members = calloc(count + 1, sizeof(members[0]));
    struct be_relatives *found = calloc(count + 1, sizeof(found[0]));

    if (!members || !found) {
        free(members);
        free(found);
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu configurations", count);
    }
    for (size_t i = 0; i < count; i++) {
        members[i] = (struct member){&run->configurations[i], (uint32_t)i};
        found[i] = (struct be_relatives){BE_RELATIVE_NONE, BE_RELATIVE_NONE, BE_RELATIVE_NONE,
                                         BE_RELATIVE_NONE};
    }
    qsort(members, count, sizeof(members[0]), member_compare);
    for (size_t first = 0, end = 0; first < count; first = end) {
        uint32_t block = members[first].configuration->block;
        while (end < count && members[end].configuration->block == block) {
            end++;
        }
        block_relate(&members[first], end - first, found);
    }
    free(members);
    *relatives = found;
    return BE_OK;
}
