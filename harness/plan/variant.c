#include "plan/variant.h"

#include <string.h>

#include "plan/axis.h"

/* The names that a part may take: what the plan says, or the parameter's default alone. */
struct names {
    const struct be_axis *axis; /* NULL: the default */
    const char *executor;
    const char *fallback;
    size_t count;
};

static struct names names_of(const struct be_plan *plan, const struct be_catalog_row *executor,
                             const struct be_param *param)
{
    const struct be_axis *axis = be_plan_axis(plan, param->name);
    size_t count = axis ? be_axis_count(axis, executor->name) : 0;

    return count > 0 ? (struct names){axis, executor->name, NULL, count}
                     : (struct names){NULL, NULL, param->fallback, 1};
}

static const char *name_at(const struct names *names, size_t index, char text[BE_TEXTS_ITEM_BYTES])
{
    return names->axis ? be_axis_value(names->axis, names->executor, index, text) : names->fallback;
}

size_t be_variants_count(const struct be_plan *plan, const struct be_catalog_row *executor)
{
    size_t count = 1;

    for (size_t i = 0; i < executor->param_count; i++) {
        if (be_catalog_param_is_part(executor->params[i].name, NULL)) {
            count *= names_of(plan, executor, &executor->params[i]).count;
        }
    }
    return count;
}

void be_variant_at(const struct be_plan *plan, const struct be_catalog *catalog,
                   const struct be_catalog_row *executor, size_t index, struct be_variant *variant)
{
    *variant = (struct be_variant){.executor = executor};
    for (size_t i = executor->param_count; i-- > 0;) {
        const struct be_param *param = &executor->params[i];
        enum be_catalog_kind kind;
        if (!be_catalog_param_is_part(param->name, &kind)) {
            continue;
        }
        char text[BE_TEXTS_ITEM_BYTES];
        struct names names = names_of(plan, executor, param);
        const char *name = name_at(&names, index % names.count, text);
        variant->parts[variant->part_count++] =
            (struct be_variant_part){param->name, be_catalog_find(catalog, kind, name)};
        index /= names.count;
    }
}

bool be_variant_uses(const struct be_plan *plan, const struct be_catalog_row *executor,
                     enum be_catalog_kind kind, const char *row)
{
    const struct be_param *param = be_catalog_row_param(executor, be_catalog_kind_name(kind));
    struct names names = param ? names_of(plan, executor, param) : (struct names){.count = 0};
    char text[BE_TEXTS_ITEM_BYTES];

    for (size_t i = 0; i < names.count; i++) {
        if (strcmp(name_at(&names, i, text), row) == 0) {
            return true;
        }
    }
    return false;
}

static void dimensions_add(struct be_dimensions *dimensions, const struct be_axis *axis)
{
    size_t count = axis ? be_axis_count(axis, dimensions->executor) : 0;

    if (count > 0) {
        dimensions->items[dimensions->count++] = (struct be_dimension){axis, count};
    }
}

/* What the plan varies of a row, but for its parts, which make variants. */
static void dimensions_add_row(struct be_dimensions *dimensions, const struct be_plan *plan,
                               const struct be_catalog_row *row)
{
    for (size_t i = 0; i < row->param_count; i++) {
        if (!be_catalog_param_is_part(row->params[i].name, NULL)) {
            dimensions_add(dimensions, be_plan_axis(plan, row->params[i].name));
        }
    }
}

void be_dimensions_of_row(const struct be_plan *plan, const struct be_catalog_row *row,
                          struct be_dimensions *dimensions)
{
    dimensions->executor = NULL;
    dimensions->count = 0;
    dimensions_add_row(dimensions, plan, row);
}

void be_dimensions_of_variant(const struct be_plan *plan, const struct be_variant *variant,
                              struct be_dimensions *dimensions)
{
    static const char *const shared[] = {"placement", "inject", "chunk", "workers"};

    dimensions->executor = variant->executor->name;
    dimensions->count = 0;
    dimensions_add_row(dimensions, plan, variant->executor);
    for (size_t i = 0; i < variant->part_count; i++) {
        dimensions_add_row(dimensions, plan, variant->parts[i].row);
    }
    for (size_t i = 0; variant->executor->parallel && i < sizeof(shared) / sizeof(shared[0]); i++) {
        dimensions_add(dimensions, be_plan_axis(plan, shared[i]));
    }
}

size_t be_dimensions_product(const struct be_dimensions *dimensions)
{
    size_t product = 1;

    for (size_t i = 0; i < dimensions->count; i++) {
        product *= dimensions->items[i].count;
        if (product > BE_SCHEDULE_CONFIGURATIONS_MAX) {
            return BE_SCHEDULE_CONFIGURATIONS_MAX + 1;
        }
    }
    return product;
}

enum be_status be_dimensions_set(const struct be_dimensions *dimensions, size_t index,
                                 struct be_params *params, struct be_error *error)
{
    enum be_status status = BE_OK;

    for (size_t i = dimensions->count; status == BE_OK && i-- > 0;) {
        const struct be_dimension *dimension = &dimensions->items[i];
        char text[BE_TEXTS_ITEM_BYTES];
        const char *value =
            be_axis_value(dimension->axis, dimensions->executor, index % dimension->count, text);
        status = be_params_set(params, dimension->axis->key, value, error);
        index /= dimension->count;
    }
    return status;
}
