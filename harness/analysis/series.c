#include "analysis/series.h"

#include <stdlib.h>
#include <string.h>

#include "core/hash.h"

/* What the members of a series may differ in. */
struct series_rule {
    const char *const *free_keys; /* ended by NULL */
    bool one_block;
};

/* A configuration on its way into a series. */
struct candidate {
    uint64_t key; /* equal within a series */
    uint32_t block;
    uint64_t position; /* along the series */
    uint32_t index;
};

bool be_key_describes_task(const char *key)
{
    static const char *const keys[] = {"workload", "payload", "distribution",
                                       "steps",    "tasks",   "input"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(keys[i], key) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_free(const struct series_rule *rule, const char *key)
{
    for (const char *const *free_key = rule->free_keys; *free_key; free_key++) {
        if (strcmp(*free_key, key) == 0) {
            return true;
        }
    }
    return false;
}

/* Of all parameters but the free ones, as be_params_id makes one of all. */
static uint64_t series_key(const struct series_rule *rule, const struct be_params *params)
{
    uint64_t hash = BE_HASH_SEED;

    for (size_t i = 0; i < params->count; i++) {
        const struct be_params_entry *entry = &params->entries[i];
        if (!is_free(rule, entry->key)) {
            hash = be_hash_string(hash, entry->key);
            hash = be_hash_string(hash, "=");
            hash = be_hash_string(hash, entry->value);
            hash = be_hash_string(hash, "\n");
        }
    }
    return hash;
}

static int candidate_compare(const void *left, const void *right)
{
    const struct candidate *a = left;
    const struct candidate *b = right;

    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    if (a->block != b->block) {
        return a->block < b->block ? -1 : 1;
    }
    if (a->position != b->position) {
        return a->position < b->position ? -1 : 1;
    }
    return (a->index > b->index) - (a->index < b->index);
}

static int series_compare(const void *left, const void *right)
{
    uint32_t a = ((const struct be_series *)left)->members[0];
    uint32_t b = ((const struct be_series *)right)->members[0];
    return (a > b) - (a < b);
}

/* From sorted candidates to series. */
static void list_fill(struct be_series_list *list, const struct candidate *candidates, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        list->members[i] = candidates[i].index;
        if (i == 0 || candidates[i].key != candidates[i - 1].key ||
            candidates[i].block != candidates[i - 1].block) {
            list->items[list->count++].members = &list->members[i];
        }
        list->items[list->count - 1].count++;
    }
    if (list->count > 1) {
        qsort(list->items, list->count, sizeof(list->items[0]), series_compare);
    }
}

static enum be_status list_create(const struct be_run *run, const struct series_rule *rule,
                                  uint64_t (*position)(const struct be_configuration *),
                                  struct be_series_list *list, struct be_error *error)
{
    size_t all = run->configuration_count;
    struct candidate *candidates = calloc(all + 1, sizeof(candidates[0]));
    struct be_series_list made = {
        .items = calloc(all + 1, sizeof(made.items[0])),
        .members = calloc(all + 1, sizeof(made.members[0])),
    };
    size_t count = 0;

    if (!candidates || !made.items || !made.members) {
        free(candidates);
        be_series_list_finish(&made);
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu configurations", all);
    }
    for (size_t i = 0; i < all; i++) {
        const struct be_configuration *configuration = &run->configurations[i];
        if (be_configuration_has_speedup(configuration)) {
            candidates[count++] = (struct candidate){
                .key = series_key(rule, &configuration->params),
                .block = rule->one_block ? configuration->block : 0,
                .position = position(configuration),
                .index = (uint32_t)i,
            };
        }
    }
    qsort(candidates, count, sizeof(candidates[0]), candidate_compare);
    list_fill(&made, candidates, count);
    free(candidates);
    *list = made;
    return BE_OK;
}

static uint64_t position_workers(const struct be_configuration *configuration)
{
    return configuration->workers;
}

static uint64_t position_steps(const struct be_configuration *configuration)
{
    return configuration->steps;
}

enum be_status be_series_scaling(const struct be_run *run, struct be_series_list *list,
                                 struct be_error *error)
{
    static const char *const keys[] = {"workers", "tasks", NULL};
    static const struct series_rule rule = {keys, true};
    return list_create(run, &rule, position_workers, list, error);
}

enum be_status be_series_grain(const struct be_run *run, struct be_series_list *list,
                               struct be_error *error)
{
    static const char *const keys[] = {"steps", "tasks", NULL};
    static const struct series_rule rule = {keys, false};
    return list_create(run, &rule, position_steps, list, error);
}

enum be_status be_series_executor(const struct be_run *run, struct be_series_list *list,
                                  struct be_error *error)
{
    static const char *const keys[] = {"workers", "steps", "tasks", NULL};
    static const struct series_rule rule = {keys, false};
    return list_create(run, &rule, position_workers, list, error);
}

void be_series_list_finish(struct be_series_list *list)
{
    free(list->items);
    free(list->members);
    *list = (struct be_series_list){0};
}
