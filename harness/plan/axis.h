/*
 * The axes of a plan. Inside this folder only.
 */
#ifndef BE_PLAN_AXIS_H
#define BE_PLAN_AXIS_H

#include "core/status.h"
#include "plan/plan.h"

/*
 * Gives an axis the values between the commas of `value`; makes the axis if it is not there.
 * Errors: BE_EUSAGE for a key that cannot be one, BE_EINVAL, BE_ENOMEM.
 */
enum be_status be_axis_put(struct be_plan *plan, const char *key, const char *value,
                           struct be_error *error);

/*
 * Notes the file and line that an axis was written in, until it is put again; nothing when there is
 * no such axis. Errors: BE_ENOMEM.
 */
enum be_status be_axis_mark(struct be_plan *plan, const char *key, const char *path, size_t line,
                            struct be_error *error);

/* The executor that a value is for, behind its '@'; NULL: any. */
const char *be_axis_value_owner(const char *value);

/*
 * The values that an executor takes, without their '@': those for it alone if there are any, else
 * those for any. The index is below the count, and be_axis_value returns `text`.
 */
size_t be_axis_count(const struct be_axis *axis, const char *executor);
const char *be_axis_value(const struct be_axis *axis, const char *executor, size_t index,
                          char text[BE_TEXTS_ITEM_BYTES]);

/* Removes an axis if it is there. */
void be_axis_remove(struct be_plan *plan, const char *key);

#endif
