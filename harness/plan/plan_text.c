/* The canonical text of a plan: by it a run knows whether it is the same one. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/json.h"
#include "plan/plan.h"

/* Out of memory, each of these returns NULL, and so does the json_pack that would take it. */

static json_t *texts_json(const struct be_texts *texts)
{
    json_t *array = json_array();

    for (size_t i = 0; i < texts->count; i++) {
        if (json_array_append_new(array, json_string(texts->items[i])) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *axes_json(const struct be_plan *plan)
{
    json_t *object = json_object();

    for (size_t i = 0; i < plan->axis_count; i++) {
        const struct be_axis *axis = &plan->axes[i];
        if (json_object_set_new(object, axis->key, texts_json(&axis->values)) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *pairs_json(const struct be_pairs *pairs)
{
    json_t *array = json_array();

    for (size_t i = 0; i < pairs->count; i++) {
        json_t *pair =
            json_pack("[o, o]", be_json_count(pairs->items[i].a), be_json_count(pairs->items[i].b));
        if (json_array_append_new(array, pair) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

/* A file counts by what is in it: neither its path nor its name is part of the plan. */
static json_t *input_json(const struct be_plan *plan)
{
    char hash[BE_ID_BYTES];

    snprintf(hash, sizeof(hash), "%016" PRIx64, be_pairs_hash(&plan->pairs));
    switch (plan->source) {
    case BE_PLAN_PAIRS:
        return json_pack("{s:s, s:o, s:s}", "kind", "pairs", "pairs", pairs_json(&plan->pairs),
                         "hash", hash);
    case BE_PLAN_FILE:
        return json_pack("{s:s, s:o, s:s}", "kind", "file", "tasks",
                         be_json_count(plan->pairs.count), "hash", hash);
    case BE_PLAN_STEPS:
    case BE_PLAN_GRAINS:
        break;
    }
    return json_pack("{s:s, s:o, s:o}", "kind", "generated", "steps", be_json_count(plan->steps),
                     "tasks", be_json_count(plan->tasks));
}

static json_t *published_json(const struct be_plan *plan)
{
    json_t *wall_ns = json_object();

    for (size_t i = 0; i < plan->published_count; i++) {
        const struct be_published *published = &plan->published[i];
        if (json_object_set_new(wall_ns, published->executor, be_json_count(published->wall_ns)) !=
            0) {
            json_decref(wall_ns);
            return NULL;
        }
    }
    return json_pack("{s:s, s:o}", "source", plan->published_source ? plan->published_source : "",
                     "wall_ns", wall_ns);
}

static json_t *plan_json(const struct be_plan *plan)
{
    json_t *object = json_pack(
        "{s:s, s:s, s:o, s:o, s:I, s:I, s:b, s:s, s:I, s:f, s:o, s:o, s:o, s:o}", "name",
        plan->name, "summary", plan->summary, "axes", axes_json(plan), "input", input_json(plan),
        "passes", (json_int_t)plan->passes, "warmup", (json_int_t)plan->warmup, "cold", plan->cold,
        "scaling", be_plan_scaling_name(plan->scaling), "rounds", (json_int_t)plan->rounds,
        "precision", plan->precision, "time_budget_ns", be_json_count(plan->time_budget_ns),
        "timeout_ns", be_json_count(plan->timeout_ns), "seed", be_json_count(plan->seed),
        "counters", texts_json(&plan->counters));

    if (plan->published_count > 0 &&
        json_object_set_new(object, "published", published_json(plan)) != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

enum be_status be_plan_to_text(const struct be_plan *plan, struct be_buffer *text,
                               struct be_error *error)
{
    json_t *object = plan_json(plan);
    char *dumped = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);

    json_decref(object);
    if (!dumped) {
        return be_error_set(error, BE_ENOMEM, "out of memory for the text of a plan");
    }
    be_buffer_puts(text, dumped);
    free(dumped);
    return be_buffer_check(text, error);
}
