#include "plan/key.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/counter_group.h"
#include "core/json.h"
#include "core/units.h"
#include "plan/axis.h"

enum { TEXT_BYTES_MAX = 200, TASKS_MAX = 100000000 };

#define PRECISION_MIN .001
#define PRECISION_MAX .5

enum be_status be_plan_text_check(const char *text, struct be_error *error)
{
    json_t *probe = json_string(text);
    bool good = probe && strlen(text) <= TEXT_BYTES_MAX;

    for (const char *p = text; good && *p; p++) {
        good = (unsigned char)*p >= ' ' && *p != 0x7f;
    }
    json_decref(probe);
    return good ? BE_OK
                : be_error_set(error, BE_EINVAL,
                               "not a text of at most %d bytes of UTF-8 without control characters",
                               TEXT_BYTES_MAX);
}

static void *key_member(struct be_plan *plan, const struct be_plan_key *key)
{
    return (char *)plan + key->offset;
}

static enum be_status text_replace(char **text, const char *value, struct be_error *error)
{
    char *copy = strdup(value);

    if (!copy) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a plan");
    }
    free(*text);
    *text = copy;
    return BE_OK;
}

static enum be_status text_set(struct be_plan *plan, const struct be_plan_key *key,
                               const char *value, struct be_error *error)
{
    struct be_error cause;

    if (be_plan_text_check(value, &cause) != BE_OK) {
        return be_error_set(error, BE_EINVAL, "%s: %s", key->param.name, cause.message);
    }
    return text_replace(key_member(plan, key), value, error);
}

static enum be_status number_set(struct be_plan *plan, const struct be_plan_key *key,
                                 const char *value, struct be_error *error)
{
    char canonical[BE_UNITS_TEXT_BYTES];
    uint64_t *member = key_member(plan, key);
    enum be_status status = be_param_check(&key->param, value, canonical, sizeof(canonical), error);

    if (status != BE_OK) {
        return status;
    }
    return key->param.type == BE_PARAM_DURATION ? be_units_parse_duration(canonical, member, error)
                                                : be_units_parse_count(canonical, member, error);
}

static enum be_status switch_set(struct be_plan *plan, const struct be_plan_key *key,
                                 const char *value, struct be_error *error)
{
    char canonical[BE_UNITS_TEXT_BYTES];
    enum be_status status = be_param_check(&key->param, value, canonical, sizeof(canonical), error);

    if (status == BE_OK) {
        *(bool *)key_member(plan, key) = strcmp(canonical, "on") == 0;
    }
    return status;
}

static enum be_status scaling_set(struct be_plan *plan, const struct be_plan_key *key,
                                  const char *value, struct be_error *error)
{
    char canonical[BE_UNITS_TEXT_BYTES];
    enum be_status status = be_param_check(&key->param, value, canonical, sizeof(canonical), error);

    return status == BE_OK ? be_plan_scaling_parse(canonical, key_member(plan, key), error)
                           : status;
}

static enum be_status percent_set(struct be_plan *plan, const struct be_plan_key *key,
                                  const char *value, struct be_error *error)
{
    struct be_error cause;
    double ratio = 0;

    if (be_units_parse_percent(value, &ratio, &cause) != BE_OK) {
        return be_error_set(error, BE_EINVAL, "%s: %s", key->param.name, cause.message);
    }
    if (ratio < PRECISION_MIN || ratio > PRECISION_MAX) {
        return be_error_set(error, BE_EINVAL, "%s: '%s' is outside 0.1%% .. 50%%", key->param.name,
                            value);
    }
    *(double *)key_member(plan, key) = ratio;
    return BE_OK;
}

/* Makes `source` what the tasks come from, and forgets the others. */
static void source_set(struct be_plan *plan, enum be_plan_source source)
{
    plan->source = source;
    if (source != BE_PLAN_GRAINS) {
        be_axis_remove(plan, "grain");
    }
    if (source != BE_PLAN_STEPS) {
        plan->steps = 0;
    }
    if (source != BE_PLAN_FILE) {
        free(plan->input_path);
        plan->input_path = NULL;
    }
    if (source != BE_PLAN_PAIRS) {
        be_pairs_finish(&plan->pairs);
    }
}

static enum be_status axis_set(struct be_plan *plan, const struct be_plan_key *key,
                               const char *value, struct be_error *error)
{
    return be_axis_put(plan, key->param.name, value, error);
}

static enum be_status grain_set(struct be_plan *plan, const struct be_plan_key *key,
                                const char *value, struct be_error *error)
{
    enum be_status status = axis_set(plan, key, value, error);

    if (status == BE_OK) {
        source_set(plan, BE_PLAN_GRAINS);
    }
    return status;
}

static enum be_status steps_set(struct be_plan *plan, const struct be_plan_key *key,
                                const char *value, struct be_error *error)
{
    enum be_status status = number_set(plan, key, value, error);

    if (status == BE_OK) {
        source_set(plan, BE_PLAN_STEPS);
    }
    return status;
}

static enum be_status pairs_set(struct be_plan *plan, const struct be_plan_key *key,
                                const char *value, struct be_error *error)
{
    struct be_pairs pairs = {0};
    struct be_error cause;
    enum be_status status = be_pairs_parse(value, &pairs, &cause);

    if (status != BE_OK) {
        return be_error_set(error, status, "%s: %s", key->param.name, cause.message);
    }
    be_pairs_finish(&plan->pairs);
    plan->pairs = pairs;
    source_set(plan, BE_PLAN_PAIRS);
    return BE_OK;
}

static enum be_status input_set(struct be_plan *plan, const struct be_plan_key *key,
                                const char *value, struct be_error *error)
{
    if (*value == '\0') {
        return be_error_set(error, BE_EINVAL, "%s: '' is not the name of a CSV file",
                            key->param.name);
    }
    enum be_status status = text_replace(&plan->input_path, value, error);
    if (status == BE_OK) {
        source_set(plan, BE_PLAN_FILE);
    }
    return status;
}

/* A group of counters, or "backend:event". */
static bool counter_is_good(const char *counter)
{
    const char *colon = strchr(counter, ':');

    return strcmp(counter, "default") == 0 || be_counter_group_find(counter) ||
           (colon && colon > counter && colon[1]);
}

static enum be_status counters_set(struct be_plan *plan, const struct be_plan_key *key,
                                   const char *value, struct be_error *error)
{
    struct be_texts counters = {0};
    enum be_status status = BE_OK;

    if (strcmp(value, "none") != 0) {
        status = be_texts_split(&counters, key->param.name, value, error);
    }
    if (status == BE_OK && counters.count > BE_COUNTERS_MAX) {
        status = be_error_set(error, BE_EINVAL, "%s: %zu of them; at most %d", key->param.name,
                              counters.count, BE_COUNTERS_MAX);
    }
    for (size_t i = 0; status == BE_OK && i < counters.count; i++) {
        if (strcmp(counters.items[i], "none") == 0) {
            status = be_error_set(error, BE_EINVAL, "%s: 'none' stands alone", key->param.name);
        } else if (!counter_is_good(counters.items[i])) {
            status = be_error_set(error, BE_EINVAL,
                                  "%s: '%s' is not default, none, a group or backend:event, as "
                                  "breakeven list counters shows them",
                                  key->param.name, counters.items[i]);
        }
    }
    if (status != BE_OK) {
        be_texts_finish(&counters);
        return status;
    }
    be_texts_finish(&plan->counters);
    plan->counters = counters;
    return BE_OK;
}

#define MEMBER(name) offsetof(struct be_plan, name)
#define TEXT(key, text, section, member)                                                           \
    {                                                                                              \
        {.name = (key), .fallback = (text)}, section, text_set, MEMBER(member)                     \
    }
#define COUNT(key, text, low, high, member)                                                        \
    {                                                                                              \
        {.name = (key), .fallback = (text), .min = (low), .max = (high)}, "plan", number_set,      \
            MEMBER(member)                                                                         \
    }
#define DURATION(key, member)                                                                      \
    {                                                                                              \
        {.name = (key), .type = BE_PARAM_DURATION, .fallback = "0ns", .max = INT64_MAX}, "plan",   \
            number_set, MEMBER(member)                                                             \
    }
#define SWITCH(key, text, member)                                                                  \
    {                                                                                              \
        {.name = (key), .type = BE_PARAM_CHOICE, .fallback = (text), .choices = "on off"}, "plan", \
            switch_set, MEMBER(member)                                                             \
    }
#define LIST(key, text, section, set)                                                              \
    {                                                                                              \
        {.name = (key), .fallback = (text)}, section, set, 0                                       \
    }
#define INPUT(key, high, set, member)                                                              \
    {                                                                                              \
        {.name = (key), .min = 1, .max = (high)}, "input", set, MEMBER(member)                     \
    }

const struct be_plan_key be_plan_keys[] = {
    TEXT("name", "custom", NULL, name),
    TEXT("label", NULL, NULL, label),
    TEXT("summary", "", "plan", summary),
    COUNT("passes", "3", 1, BE_PASSES_MAX, passes),
    COUNT("warmup", "1", 0, BE_PASSES_MAX, warmup),
    SWITCH("cold", "on", cold),
    {{.name = "scaling", .type = BE_PARAM_CHOICE, .fallback = "strong", .choices = "strong weak"},
     "plan",
     scaling_set,
     MEMBER(scaling)},
    COUNT("rounds", "40", 1, 10000, rounds),
    {{.name = "precision", .fallback = "1%"}, "plan", percent_set, MEMBER(precision)},
    DURATION("time-budget", time_budget_ns),
    DURATION("timeout", timeout_ns),
    COUNT("seed", "1", 0, UINT64_MAX, seed),
    LIST("counters", "default", "plan", counters_set),
    LIST("workload", "gcd-trial", "axes", axis_set),
    LIST("executor", "serial,threads,processes", "axes", axis_set),
    LIST("workers", "1..max*2", "axes", axis_set),
    LIST("placement", "cores", "axes", axis_set),
    LIST("chunk", "1", "axes", axis_set),
    LIST("inject", NULL, "axes", axis_set),
    LIST("grain", "100us", "axes", grain_set),
    LIST("pairs", NULL, "input", pairs_set),
    INPUT("input", 0, input_set, input_path),
    INPUT("steps", UINT64_MAX, steps_set, steps),
    INPUT("tasks", TASKS_MAX, number_set, tasks),
    {{.name = NULL}, NULL, NULL, 0},
};

const struct be_plan_key *be_plan_key_find(const char *name)
{
    for (const struct be_plan_key *key = be_plan_keys; key->param.name; key++) {
        if (strcmp(key->param.name, name) == 0) {
            return key;
        }
    }
    return NULL;
}

enum be_status be_plan_set(struct be_plan *plan, const char *name, const char *value,
                           struct be_error *error)
{
    const struct be_plan_key *key = be_plan_key_find(name);

    return key ? key->set(plan, key, value, error) : be_axis_put(plan, name, value, error);
}
