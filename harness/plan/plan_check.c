/* Holds a plan against what a runner offers and a machine allows. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/counter_group.h"
#include "core/inject.h"
#include "core/units.h"
#include "plan/axis.h"
#include "plan/key.h"
#include "plan/nearest.h"
#include "plan/plan.h"
#include "plan/variant.h"

enum { CHUNK_MAX = 1000000, PAIR_BYTES = 16 };

/* What a check needs. Both are borrowed. */
struct check {
    struct be_plan *plan;
    const struct be_catalog *catalog;
    const struct be_plan_limits *limits;
};

static const struct be_texts *check_values(const struct check *check, const char *key)
{
    static const struct be_texts none = {0};
    const struct be_axis *axis = be_plan_axis(check->plan, key);
    return axis ? &axis->values : &none;
}

static enum be_status row_check(const struct check *check, enum be_catalog_kind kind,
                                const char *name, struct be_error *error)
{
    const struct be_catalog_row *row = be_catalog_find(check->catalog, kind, name);
    const struct be_catalog_rows *rows = &check->catalog->rows[kind];
    const char *kind_name = be_catalog_kind_name(kind);
    struct be_buffer names = {0};

    if (row && row->unavailable) {
        return be_error_set(error, BE_EUNAVAILABLE, "%s '%s' is unavailable: %s", kind_name, name,
                            row->unavailable);
    }
    if (row) {
        return BE_OK;
    }
    for (size_t i = 0; i < rows->count; i++) {
        be_buffer_printf(&names, " %s", rows->items[i].name);
    }
    be_error_fill(error, BE_EINVAL, "no %s '%s'; there are:%s", kind_name, name,
                  rows->count > 0 ? be_buffer_text(&names) : " none");
    be_buffer_finish(&names);
    return BE_EINVAL;
}

static enum be_status rows_check(const struct check *check, struct be_axis *axis,
                                 struct be_error *error)
{
    enum be_catalog_kind kind =
        strcmp(axis->key, "workload") == 0 ? BE_CATALOG_WORKLOAD : BE_CATALOG_EXECUTOR;
    enum be_status status = BE_OK;

    for (size_t i = 0; status == BE_OK && i < axis->values.count; i++) {
        status = row_check(check, kind, axis->values.items[i], error);
    }
    return status;
}

/* Takes the values over, or drops them after an error and leaves the axis as it was. */
static enum be_status values_settle(struct be_axis *axis, struct be_texts *values,
                                    enum be_status status)
{
    if (status != BE_OK) {
        be_texts_finish(values);
        return status;
    }
    be_texts_finish(&axis->values);
    axis->values = *values;
    return BE_OK;
}

static enum be_status numbers_check(const struct check *check, struct be_axis *axis,
                                    struct be_error *error)
{
    bool grain = strcmp(axis->key, "grain") == 0;
    char *list = be_texts_join(&axis->values);
    struct be_texts values = {0};
    uint64_t *numbers = NULL;
    size_t count = 0;
    struct be_error cause;

    if (!list) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a list");
    }
    enum be_status status =
        grain ? be_units_parse_grains(list, &numbers, &count, &cause)
              : be_units_parse_workers(list, check->limits->max_workers, &numbers, &count, &cause);
    for (size_t i = 0; status == BE_OK && i < count; i++) {
        char text[BE_UNITS_TEXT_BYTES];
        if (grain) {
            be_units_format_exact_duration(text, numbers[i]);
        } else {
            snprintf(text, sizeof(text), "%" PRIu64, numbers[i]);
        }
        status = be_texts_add(&values, text, &cause);
    }
    free(list);
    free(numbers);
    if (status != BE_OK) {
        be_error_fill(error, status, "%s: %s", axis->key, cause.message);
    }
    return values_settle(axis, &values, status);
}

/* The canonical form of one value, with the executor that it is for. */
static enum be_status value_check(const struct be_param *param, const char *value,
                                  char text[BE_TEXTS_ITEM_BYTES], struct be_error *error)
{
    char bare[BE_TEXTS_ITEM_BYTES];
    const char *owner = be_axis_value_owner(value);

    snprintf(bare, sizeof(bare), "%.*s", (int)strcspn(value, "@"), value);
    enum be_status status = be_param_check(param, bare, text, BE_TEXTS_ITEM_BYTES, error);
    size_t length = status == BE_OK ? strlen(text) : 0;
    if (status == BE_OK && owner) {
        snprintf(text + length, BE_TEXTS_ITEM_BYTES - length, "@%s", owner);
    }
    return status;
}

/* Makes the values canonical for a parameter: those that are for any executor or for this one. */
static enum be_status param_check(const struct be_param *param, struct be_axis *axis,
                                  const char *executor, struct be_error *error)
{
    struct be_texts values = {0};
    enum be_status status = BE_OK;

    for (size_t i = 0; status == BE_OK && i < axis->values.count; i++) {
        char text[BE_TEXTS_ITEM_BYTES];
        const char *value = axis->values.items[i];
        const char *owner = be_axis_value_owner(value);
        if (!owner || !executor || strcmp(owner, executor) == 0) {
            status = value_check(param, value, text, error);
            value = text;
        }
        if (status == BE_OK) {
            status = be_texts_add(&values, value, error);
        }
    }
    return values_settle(axis, &values, status);
}

static enum be_status placement_check(const struct check *check, struct be_axis *axis,
                                      struct be_error *error)
{
    const struct be_param param = {
        .name = "placement", .type = BE_PARAM_CHOICE, .choices = check->limits->placements};
    return param_check(&param, axis, NULL, error);
}

static enum be_status chunk_check(const struct check *check, struct be_axis *axis,
                                  struct be_error *error)
{
    static const struct be_param param = {
        .name = "chunk", .type = BE_PARAM_COUNT, .min = 1, .max = CHUNK_MAX, .choices = "auto"};
    (void)check;
    return param_check(&param, axis, NULL, error);
}

/* Also when an executor is unknown: that is said elsewhere. */
static bool has_pool(const struct check *check)
{
    const struct be_axis *executors = be_plan_axis(check->plan, "executor");
    bool pool = !executors;

    for (size_t i = 0; executors && i < executors->values.count; i++) {
        const struct be_catalog_row *row =
            be_catalog_find(check->catalog, BE_CATALOG_EXECUTOR, executors->values.items[i]);
        pool = pool || !row || row->parallel;
    }
    return pool;
}

static enum be_status inject_check(const struct check *check, struct be_axis *axis,
                                   struct be_error *error)
{
    struct be_texts values = {0};
    enum be_status status = BE_OK;

    for (size_t i = 0; status == BE_OK && i < axis->values.count; i++) {
        char text[BE_UNITS_TEXT_BYTES];
        struct be_inject inject;
        status = be_inject_parse(axis->values.items[i], &inject, error);
        if (status == BE_OK && inject.kind != BE_INJECT_NONE && !has_pool(check)) {
            status = be_error_set(error, BE_EUSAGE,
                                  "inject: '%s' is done to a pool, and the plan has none",
                                  axis->values.items[i]);
        }
        if (status == BE_OK) {
            status = be_texts_add(&values, be_inject_format(&inject, text), error);
        }
    }
    return values_settle(axis, &values, status);
}

/* No row has this parameter: says what may have been meant. */
static enum be_status key_refuse(const struct check *check, const char *key, struct be_error *error)
{
    struct be_nearest nearest = {.word = key};

    for (const struct be_plan_key *known = be_plan_keys; known->param.name; known++) {
        be_nearest_offer(&nearest, known->param.name);
    }
    for (int kind = 0; kind < BE_CATALOG_KINDS; kind++) {
        const struct be_catalog_rows *rows = &check->catalog->rows[kind];
        for (size_t i = 0; i < rows->count; i++) {
            for (size_t j = 0; j < rows->items[i].param_count; j++) {
                be_nearest_offer(&nearest, rows->items[i].params[j].name);
            }
        }
    }
    if (nearest.found) {
        return be_error_set(error, BE_EUSAGE, "no key or parameter '%s'; did you mean '%s'?", key,
                            nearest.found);
    }
    return be_error_set(error, BE_EUSAGE,
                        "no key or parameter '%s'; breakeven list names those of each executor",
                        key);
}

/* Whether the plan has configurations with this row: by name, or as a part of an executor. */
static bool row_is_chosen(const struct check *check, enum be_catalog_kind kind,
                          const struct be_catalog_row *row)
{
    const struct be_texts *executors = check_values(check, "executor");
    bool chosen = false;

    if (!be_catalog_param_is_part(be_catalog_kind_name(kind), NULL)) {
        return be_texts_have(check_values(check, be_catalog_kind_name(kind)), row->name);
    }
    for (size_t i = 0; i < executors->count && !chosen; i++) {
        const struct be_catalog_row *executor =
            be_catalog_find(check->catalog, BE_CATALOG_EXECUTOR, executors->items[i]);
        chosen = executor && be_variant_uses(check->plan, executor, kind, row->name);
    }
    return chosen;
}

/* A row's own parameter: every chosen row that has it must take the values. */
static enum be_status own_check(const struct check *check, struct be_axis *axis,
                                struct be_error *error)
{
    static const enum be_catalog_kind kinds[] = {BE_CATALOG_WORKLOAD, BE_CATALOG_EXECUTOR,
                                                 BE_CATALOG_TRANSPORT, BE_CATALOG_CODEC,
                                                 BE_CATALOG_START};
    const struct be_catalog_row *elsewhere = NULL;
    const char *elsewhere_kind = NULL;
    bool chosen = false;

    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        const char *kind_name = be_catalog_kind_name(kinds[k]);
        const struct be_catalog_rows *rows = &check->catalog->rows[kinds[k]];
        for (size_t i = 0; i < rows->count; i++) {
            const struct be_catalog_row *row = &rows->items[i];
            const struct be_param *param = be_catalog_row_param(row, axis->key);
            if (!param) {
                continue;
            }
            if (!row_is_chosen(check, kinds[k], row)) {
                elsewhere = row;
                elsewhere_kind = kind_name;
                continue;
            }
            chosen = true;
            const char *executor = kinds[k] == BE_CATALOG_EXECUTOR ? row->name : NULL;
            enum be_status status = param_check(param, axis, executor, error);
            if (status != BE_OK) {
                return status;
            }
        }
    }
    if (chosen) {
        return BE_OK;
    }
    return elsewhere ? be_error_set(error, BE_EUSAGE,
                                    "'%s' is a parameter of %s '%s', which the plan does not use",
                                    axis->key, elsewhere_kind, elsewhere->name)
                     : key_refuse(check, axis->key, error);
}

/* Whether a row has a parameter, itself or through one of the rows that can be a part of it. */
static bool row_takes(const struct be_catalog *catalog, const struct be_catalog_row *row,
                      const char *key)
{
    bool takes = be_catalog_row_param(row, key);

    for (size_t i = 0; i < row->param_count && !takes; i++) {
        enum be_catalog_kind kind = BE_CATALOG_EXECUTOR;
        bool is_part = be_catalog_param_is_part(row->params[i].name, &kind);
        const struct be_catalog_rows *parts = &catalog->rows[kind];
        for (size_t j = 0; is_part && j < parts->count && !takes; j++) {
            takes = be_catalog_row_param(&parts->items[j], key);
        }
    }
    return takes;
}

/* A value behind which an executor stands is one of a chunk or of that executor's own parameters.
 */
static enum be_status owners_check(const struct check *check, const struct be_axis *axis,
                                   struct be_error *error)
{
    enum be_status status = BE_OK;

    for (size_t i = 0; status == BE_OK && i < axis->values.count; i++) {
        const char *owner = be_axis_value_owner(axis->values.items[i]);
        const struct be_catalog_row *row =
            owner ? be_catalog_find(check->catalog, BE_CATALOG_EXECUTOR, owner) : NULL;
        bool shared = be_plan_key_find(axis->key);
        bool takes = row && (strcmp(axis->key, "chunk") == 0
                                 ? row->parallel
                                 : !shared && row_takes(check->catalog, row, axis->key));
        if (owner && !row) {
            status = row_check(check, BE_CATALOG_EXECUTOR, owner, error);
        } else if (owner && !takes) {
            status = be_error_set(error, BE_EUSAGE, "'%s': executor '%s' has no '%s' of its own",
                                  axis->values.items[i], owner, axis->key);
        }
    }
    return status;
}

static enum be_status axis_check(const struct check *check, struct be_axis *axis,
                                 struct be_error *error)
{
    static const struct {
        const char *key;
        enum be_status (*check)(const struct check *, struct be_axis *, struct be_error *);
    } shared[] = {
        {"workload", rows_check}, {"executor", rows_check}, {"workers", numbers_check},
        {"grain", numbers_check}, {"chunk", chunk_check},   {"placement", placement_check},
        {"inject", inject_check},
    };

    enum be_status status = owners_check(check, axis, error);
    for (size_t i = 0; status == BE_OK && i < sizeof(shared) / sizeof(shared[0]); i++) {
        if (strcmp(shared[i].key, axis->key) == 0) {
            return shared[i].check(check, axis, error);
        }
    }
    return status == BE_OK ? own_check(check, axis, error) : status;
}

static enum be_status counters_check(const struct check *check, struct be_error *error)
{
    const struct be_texts *counters = &check->plan->counters;

    for (size_t i = 0; i < counters->count; i++) {
        const char *counter = counters->items[i];
        char backend[BE_TEXTS_ITEM_BYTES];
        struct be_error cause = {0};
        snprintf(backend, sizeof(backend), "%.*s", (int)strcspn(counter, ":"), counter);
        if (strcmp(counter, "default") == 0 || be_counter_group_find(counter) ||
            be_catalog_find(check->catalog, BE_CATALOG_COUNTER, backend)) {
            continue;
        }
        enum be_status status = row_check(check, BE_CATALOG_COUNTER, backend, &cause);
        return be_error_set(error, status, "counters: %s", cause.message);
    }
    return BE_OK;
}

/* What the tasks are, against each workload. */
static enum be_status source_check(const struct check *check, struct be_error *error)
{
    const struct be_plan *plan = check->plan;
    const struct be_texts *workloads = check_values(check, "workload");
    bool given = plan->source == BE_PLAN_PAIRS || plan->source == BE_PLAN_FILE;

    if (given && plan->pairs.count == 0) {
        return be_error_set(error, BE_EINTERNAL, "input '%s' has not been read", plan->input_path);
    }
    if (given && plan->tasks > 0) {
        return be_error_set(error, BE_EUSAGE,
                            "tasks: each pair of the input is one; leave 'tasks' out");
    }
    if (given && be_plan_axis(plan, "distribution")) {
        return be_error_set(error, BE_EUSAGE,
                            "distribution: it is of generated tasks; pairs are given");
    }
    if (given && check_values(check, "payload")->count > 0) {
        return be_error_set(error, BE_EUSAGE,
                            "payload: each pair of the input has %d bytes; leave 'payload' out",
                            PAIR_BYTES);
    }
    if (given && plan->scaling == BE_SCALING_WEAK) {
        return be_error_set(error, BE_EUSAGE,
                            "scaling: weak needs more tasks for more workers; pairs are given");
    }
    for (size_t i = 0; i < workloads->count; i++) {
        const struct be_catalog_row *row =
            be_catalog_find(check->catalog, BE_CATALOG_WORKLOAD, workloads->items[i]);
        if (given && row->request_bytes != PAIR_BYTES) {
            return be_error_set(error, BE_EUSAGE,
                                "workload '%s' takes %" PRIu64 " bytes a task, not pairs",
                                row->name, row->request_bytes);
        }
        if (row->steps_max > 0 && plan->steps > row->steps_max) {
            return be_error_set(error, BE_EINVAL,
                                "steps: %s has at most %" PRIu64 " steps a task, not %" PRIu64,
                                row->name, row->steps_max, plan->steps);
        }
    }
    return BE_OK;
}

/* Other runners need not have every workload of ours. */
static enum be_status workloads_check(const struct check *check, struct be_error *error)
{
    const struct be_texts *executors = check_values(check, "executor");
    const struct be_texts *workloads = check_values(check, "workload");

    for (size_t i = 0; i < executors->count; i++) {
        const struct be_catalog_row *row =
            be_catalog_find(check->catalog, BE_CATALOG_EXECUTOR, executors->items[i]);
        const struct be_param param = {
            .name = row->name, .type = BE_PARAM_CHOICE, .choices = row->workloads};
        for (size_t j = 0; row->workloads && j < workloads->count; j++) {
            char text[BE_TEXTS_ITEM_BYTES];
            if (be_param_check(&param, workloads->items[j], text, sizeof(text), NULL) != BE_OK) {
                return be_error_set(error, BE_EUSAGE,
                                    "executor '%s' has no workload '%s'; it has: %s", row->name,
                                    workloads->items[j], row->workloads);
            }
        }
    }
    return BE_OK;
}

enum be_status be_plan_check(struct be_plan *plan, const struct be_catalog *catalog,
                             const struct be_plan_limits *limits, struct be_error *error)
{
    const struct check check = {plan, catalog, limits};
    enum be_status status = row_check(&check, BE_CATALOG_EXECUTOR, "serial", error);

    for (size_t i = 0; status == BE_OK && i < plan->axis_count; i++) {
        struct be_axis *axis = &plan->axes[i];
        struct be_error cause;
        status = axis_check(&check, axis, &cause);
        if (status != BE_OK) {
            be_error_fill(error, status, "%s%s", axis->where ? axis->where : "", cause.message);
        }
    }
    if (status == BE_OK) {
        status = workloads_check(&check, error);
    }
    if (status == BE_OK) {
        status = counters_check(&check, error);
    }
    return status == BE_OK ? source_check(&check, error) : status;
}
