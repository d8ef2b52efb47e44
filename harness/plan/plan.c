#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "core/names.h"
#include "plan/axis.h"
#include "plan/key.h"

static const char *const scalings[] = {"strong", "weak"};

BE_NAMES_DEFINE(plan_scaling, "scaling", scalings)

enum be_status be_plan_init(struct be_plan *plan, struct be_error *error)
{
    struct be_plan made = {0};
    enum be_status status = BE_OK;

    for (const struct be_plan_key *key = be_plan_keys; status == BE_OK && key->param.name; key++) {
        if (key->param.fallback) {
            status = be_plan_set(&made, key->param.name, key->param.fallback, error);
        }
    }
    if (status != BE_OK) {
        be_plan_finish(&made);
        return status;
    }
    *plan = made;
    return BE_OK;
}

void be_plan_finish(struct be_plan *plan)
{
    while (plan->axis_count > 0) {
        be_axis_remove(plan, plan->axes[plan->axis_count - 1].key);
    }
    for (size_t i = 0; i < plan->published_count; i++) {
        free(plan->published[i].executor);
    }
    free(plan->axes);
    free(plan->published);
    free(plan->published_source);
    free(plan->name);
    free(plan->summary);
    free(plan->label);
    free(plan->input_path);
    be_pairs_finish(&plan->pairs);
    be_texts_finish(&plan->counters);
    *plan = (struct be_plan){0};
}

enum be_status be_plan_read_input(struct be_plan *plan, struct be_error *error)
{
    struct be_pairs pairs = {0};

    if (plan->source != BE_PLAN_FILE) {
        return BE_OK;
    }
    enum be_status status = be_pairs_read(plan->input_path, &pairs, error);
    if (status == BE_OK) {
        be_pairs_finish(&plan->pairs);
        plan->pairs = pairs;
    }
    return status;
}
