/* From one configuration of a plan to what its runner is told. */
#include <stdlib.h>
#include <string.h>

#include "core/counter_group.h"
#include "plan/plan.h"

static enum be_status pairs_copy(const struct be_pairs *from, struct be_pairs *to,
                                 struct be_error *error)
{
    to->items = malloc(from->count * sizeof(*to->items));
    if (!to->items) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu pairs", from->count);
    }
    memcpy(to->items, from->items, from->count * sizeof(*to->items));
    to->count = from->count;
    return BE_OK;
}

static enum be_status input_fill(const struct be_plan *plan, struct be_spec *spec,
                                 struct be_error *error)
{
    if (plan->source == BE_PLAN_PAIRS) {
        return pairs_copy(&plan->pairs, &spec->pairs, error);
    }
    if (plan->source == BE_PLAN_FILE) {
        spec->input_hash = be_pairs_hash(&plan->pairs);
        spec->input_path = strdup(plan->input_path);
        if (!spec->input_path) {
            return be_error_set(error, BE_ENOMEM, "out of memory for a spec");
        }
    }
    return BE_OK;
}

static enum be_status counter_add(const char *counter, struct be_spec *spec, struct be_error *error)
{
    for (size_t i = 0; i < spec->counter_count; i++) {
        if (strcmp(spec->counters[i], counter) == 0) {
            return BE_OK;
        }
    }
    if (spec->counter_count == BE_COUNTERS_MAX) {
        return be_error_set(error, BE_EINVAL, "more than %d counters at '%s'", BE_COUNTERS_MAX,
                            counter);
    }
    spec->counters[spec->counter_count] = strdup(counter);
    if (!spec->counters[spec->counter_count]) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a spec");
    }
    spec->counter_count++;
    return BE_OK;
}

/* Groups become their events. */
static enum be_status counters_fill(const struct be_texts *counters, struct be_spec *spec,
                                    struct be_error *error)
{
    enum be_status status = BE_OK;

    if (counters->count == 0) {
        return BE_OK;
    }
    spec->counter_count = 0;
    spec->counters = calloc(BE_COUNTERS_MAX, sizeof(*spec->counters));
    if (!spec->counters) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a spec");
    }
    for (size_t i = 0; status == BE_OK && i < counters->count; i++) {
        const struct be_counter_group *group = be_counter_group_find(counters->items[i]);
        if (!group) {
            status = counter_add(counters->items[i], spec, error);
        }
        for (size_t j = 0; group && status == BE_OK && group->events[j]; j++) {
            status = counter_add(group->events[j], spec, error);
        }
    }
    return status;
}

enum be_status be_plan_spec(const struct be_plan *plan,
                            const struct be_configuration *configuration, struct be_spec *spec,
                            struct be_error *error)
{
    bool overhead = configuration->role == BE_ROLE_OVERHEAD;

    /* The CPU time of one pass on `null` is already a mean over thousands of tasks. */
    spec->passes = overhead ? 1 : (uint32_t)plan->passes;
    spec->warmup = overhead && plan->warmup > 1 ? 1 : (uint32_t)plan->warmup;
    spec->cold = plan->cold && !overhead;
    spec->seed = plan->seed;
    enum be_status status = be_params_merge(&spec->params, &configuration->params, error);
    /* Input and tasks follow from the spec itself: these only tell configurations apart. */
    be_params_remove(&spec->params, "input");
    be_params_remove(&spec->params, "scaling");
    be_params_remove(&spec->params, "counters");
    if (status == BE_OK && !overhead) {
        status = input_fill(plan, spec, error);
    }
    if (status == BE_OK && !overhead && configuration->role != BE_ROLE_UNCOUNTED) {
        status = counters_fill(&plan->counters, spec, error);
    }
    return status;
}
