#include "plan/uncounted.h"

#include <string.h>

static const struct be_configuration *widest_find(const struct be_schedule *schedule,
                                                  const char *executor)
{
    const struct be_configuration *widest = NULL;

    for (size_t i = 0; i < schedule->count; i++) {
        const struct be_configuration *item = &schedule->items[i];
        if (item->block == schedule->block_count && item->role == BE_ROLE_MEASURED &&
            strcmp(item->executor, executor) == 0 && (!widest || item->workers > widest->workers)) {
            widest = item;
        }
    }
    return widest;
}

static enum be_status twin_add(struct be_schedule *schedule, const struct be_configuration *counted,
                               struct be_error *error)
{
    struct be_configuration *added = &schedule->items[schedule->count++];

    *added = (struct be_configuration){.role = BE_ROLE_UNCOUNTED,
                                       .block = counted->block,
                                       .grain_asked_ns = counted->grain_asked_ns};
    enum be_status status = be_params_merge(&added->params, &counted->params, error);
    if (status == BE_OK) {
        status = be_params_set(&added->params, "counters", "none", error);
    }
    return status == BE_OK ? be_configuration_index(added, error) : status;
}

enum be_status be_uncounted_add(const struct be_plan *plan, const struct be_catalog *catalog,
                                struct be_schedule *schedule, struct be_error *error)
{
    const struct be_texts *executors = &be_plan_axis(plan, "executor")->values;
    enum be_status status = BE_OK;

    for (size_t i = 0; plan->counters.count > 0 && status == BE_OK && i < executors->count; i++) {
        const struct be_catalog_row *executor =
            be_catalog_find(catalog, BE_CATALOG_EXECUTOR, executors->items[i]);
        const struct be_configuration *widest = widest_find(schedule, executor->name);
        if (widest && executor->computes && !executor->program) {
            status = twin_add(schedule, widest, error);
        }
    }
    return status;
}
