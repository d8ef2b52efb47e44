#include "plan/axis.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"

static struct be_axis *axis_find(const struct be_plan *plan, const char *key)
{
    for (size_t i = 0; i < plan->axis_count; i++) {
        if (strcmp(plan->axes[i].key, key) == 0) {
            return &plan->axes[i];
        }
    }
    return NULL;
}

const struct be_axis *be_plan_axis(const struct be_plan *plan, const char *key)
{
    return axis_find(plan, key);
}

static void axis_finish(struct be_axis *axis)
{
    free(axis->key);
    free(axis->where);
    be_texts_finish(&axis->values);
}

static enum be_status key_check(const char *key, struct be_error *error)
{
    size_t length = strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789-");

    if (length == 0 || length >= BE_TEXTS_ITEM_BYTES || key[length] || key[0] == '-') {
        return be_error_set(error, BE_EUSAGE, "a key is made of a-z, 0-9 and '-', at most %d",
                            BE_TEXTS_ITEM_BYTES - 1);
    }
    return BE_OK;
}

static enum be_status axis_add(struct be_plan *plan, const char *key, struct be_axis **added,
                               struct be_error *error)
{
    if (plan->axis_count == BE_PLAN_AXES_MAX) {
        return be_error_set(error, BE_EUSAGE, "'%s' is one key too many; a plan has at most %d",
                            key, BE_PLAN_AXES_MAX);
    }
    struct be_axis axis = {.key = strdup(key)};
    struct be_axis *axes = realloc(plan->axes, (plan->axis_count + 1) * sizeof(*axes));
    if (axes) {
        plan->axes = axes;
    }
    if (!axes || !axis.key) {
        axis_finish(&axis);
        return be_error_set(error, BE_ENOMEM, "out of memory for a plan");
    }
    axes[plan->axis_count] = axis;
    *added = &axes[plan->axis_count++];
    return BE_OK;
}

enum be_status be_axis_put(struct be_plan *plan, const char *key, const char *value,
                           struct be_error *error)
{
    struct be_axis *axis = axis_find(plan, key);
    struct be_texts values = {0};
    enum be_status status = key_check(key, error);

    if (status == BE_OK) {
        status = be_texts_split(&values, key, value, error);
    }
    if (status == BE_OK && !axis) {
        status = axis_add(plan, key, &axis, error);
    }
    if (status != BE_OK) {
        be_texts_finish(&values);
        return status;
    }
    assert(axis);
    be_texts_finish(&axis->values);
    axis->values = values;
    free(axis->where);
    axis->where = NULL;
    return BE_OK;
}

enum be_status be_axis_mark(struct be_plan *plan, const char *key, const char *path, size_t line,
                            struct be_error *error)
{
    struct be_axis *axis = axis_find(plan, key);
    struct be_buffer where = {0};

    if (!axis) {
        return BE_OK;
    }
    be_buffer_printf(&where, "%s:%zu: ", path, line);
    enum be_status status = be_buffer_check(&where, error);
    if (status != BE_OK) {
        be_buffer_finish(&where);
        return status;
    }
    free(axis->where);
    axis->where = where.data;
    return BE_OK;
}

const char *be_axis_value_owner(const char *value)
{
    const char *at = strchr(value, '@');
    return at ? at + 1 : NULL;
}

static bool value_is_for(const char *value, const char *executor)
{
    const char *owner = be_axis_value_owner(value);
    return executor ? owner && strcmp(owner, executor) == 0 : !owner;
}

static size_t values_count(const struct be_axis *axis, const char *executor)
{
    size_t count = 0;

    for (size_t i = 0; i < axis->values.count; i++) {
        count += value_is_for(axis->values.items[i], executor);
    }
    return count;
}

size_t be_axis_count(const struct be_axis *axis, const char *executor)
{
    size_t own = values_count(axis, executor);
    return own > 0 ? own : values_count(axis, NULL);
}

const char *be_axis_value(const struct be_axis *axis, const char *executor, size_t index,
                          char text[BE_TEXTS_ITEM_BYTES])
{
    const char *owner = values_count(axis, executor) > 0 ? executor : NULL;
    size_t i = 0;

    while (!value_is_for(axis->values.items[i], owner) || index-- > 0) {
        i++;
    }
    const char *value = axis->values.items[i];
    snprintf(text, BE_TEXTS_ITEM_BYTES, "%.*s", (int)strcspn(value, "@"), value);
    return text;
}

void be_axis_remove(struct be_plan *plan, const char *key)
{
    struct be_axis *axis = axis_find(plan, key);

    if (axis) {
        size_t after = (size_t)(plan->axes + plan->axis_count - axis - 1);
        axis_finish(axis);
        memmove(axis, axis + 1, after * sizeof(*axis));
        plan->axis_count--;
    }
}
