/*
 * Variants of an executor: one for each choice of its parts, such as a transport. A variant's
 * parameters are those of the executor and of each chosen row. Threads: pure functions; all is
 * borrowed from the plan and the catalogue.
 */
#ifndef BE_PLAN_VARIANT_H
#define BE_PLAN_VARIANT_H

#include <stddef.h>

#include "plan/catalog.h"
#include "plan/plan.h"
#include "plan/schedule.h"

enum { BE_VARIANT_PARTS_MAX = BE_CATALOG_KINDS };

struct be_variant {
    const struct be_catalog_row *executor;
    struct be_variant_part {
        const char *param; /* of the executor */
        const struct be_catalog_row *row;
    } parts[BE_VARIANT_PARTS_MAX];
    size_t part_count;
};

/* How many variants of an executor the plan asks for; at least 1. */
size_t be_variants_count(const struct be_plan *plan, const struct be_catalog_row *executor);

/* The index-th of them; the last part varies fastest. The plan was checked. */
void be_variant_at(const struct be_plan *plan, const struct be_catalog *catalog,
                   const struct be_catalog_row *executor, size_t index, struct be_variant *variant);

/* Whether any of an executor's variants has a part of that kind made by that row. */
bool be_variant_uses(const struct be_plan *plan, const struct be_catalog_row *executor,
                     enum be_catalog_kind kind, const char *row);

/* What varies, slowest first: each an axis, by the values that an executor takes of it. */
struct be_dimensions {
    const char *executor; /* NULL: they are a workload's */
    struct be_dimension {
        const struct be_axis *axis;
        size_t count;
    } items[BE_PLAN_AXES_MAX];
    size_t count;
};

/* Of a row's own parameters, and of all that a variant takes. */
void be_dimensions_of_row(const struct be_plan *plan, const struct be_catalog_row *row,
                          struct be_dimensions *dimensions);
void be_dimensions_of_variant(const struct be_plan *plan, const struct be_variant *variant,
                              struct be_dimensions *dimensions);

/* At most BE_SCHEDULE_CONFIGURATIONS_MAX + 1: enough to know that it is too much. */
size_t be_dimensions_product(const struct be_dimensions *dimensions);

/* Sets the index-th combination; the last dimension varies fastest. Errors: BE_ENOMEM. */
enum be_status be_dimensions_set(const struct be_dimensions *dimensions, size_t index,
                                 struct be_params *params, struct be_error *error);

#endif
