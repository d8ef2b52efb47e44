#include "core/run.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/array.h"
#include "core/names.h"

static const char *const roles[] = {"reference", "measured", "overhead", "uncounted"};
static const char *const sample_states[] = {"clean", "suspect", "rejected", "failed",
                                            "unavailable"};
static const char *const run_statuses[] = {"active", "interrupted", "done"};

BE_NAMES_DEFINE(role, "role", roles)
BE_NAMES_DEFINE(sample_state, "state of a sample", sample_states)
BE_NAMES_DEFINE(run_status, "status of a run", run_statuses)

bool be_configuration_has_speedup(const struct be_configuration *configuration)
{
    return configuration->role == BE_ROLE_MEASURED && strcmp(configuration->executor, "null") != 0;
}

void be_configuration_finish(struct be_configuration *configuration)
{
    be_params_finish(&configuration->params);
    *configuration = (struct be_configuration){0};
}

enum be_status be_configuration_index(struct be_configuration *configuration,
                                      struct be_error *error)
{
    static const char *const axes[] = {"workload", "executor", "placement",
                                       "workers",  "chunk",    "tasks"};
    const struct be_params *params = &configuration->params;

    for (size_t i = 0; i < sizeof(axes) / sizeof(axes[0]); i++) {
        if (!be_params_get(params, axes[i])) {
            return be_error_set(error, BE_EINTERNAL, "a configuration without '%s'", axes[i]);
        }
    }
    configuration->workload = be_params_get(params, "workload");
    configuration->executor = be_params_get(params, "executor");
    configuration->placement = be_params_get(params, "placement");
    configuration->workers = (uint32_t)be_params_get_count(params, "workers", 1);
    configuration->chunk = be_params_get_count(params, "chunk", 0);
    configuration->tasks = be_params_get_count(params, "tasks", 0);
    configuration->steps = be_params_get_count(params, "steps", 0);
    be_params_id(params, configuration->id);
    return BE_OK;
}

static void sample_drop_record(struct be_sample *sample)
{
    if (sample->record) {
        be_sample_record_finish(sample->record);
        free(sample->record);
        sample->record = NULL;
    }
}

bool be_sample_is_measured(const struct be_sample *sample)
{
    return sample->state != BE_SAMPLE_FAILED && sample->state != BE_SAMPLE_UNAVAILABLE;
}

void be_sample_finish(struct be_sample *sample)
{
    free(sample->reason);
    free(sample->counters);
    sample_drop_record(sample);
    *sample = (struct be_sample){0};
}

uint32_t be_run_block_count(const struct be_run *run)
{
    uint32_t count = 0;

    for (size_t i = 0; i < run->configuration_count; i++) {
        if (run->configurations[i].block >= count) {
            count = run->configurations[i].block + 1;
        }
    }
    return count;
}

enum be_status be_run_add_sample(struct be_run *run, const struct be_sample *sample,
                                 struct be_error *error)
{
    struct be_sample *grown = be_array_grow(run->samples, run->sample_count, sizeof(*grown));

    if (!grown) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu samples",
                            run->sample_count + 1);
    }
    run->samples = grown;
    /* The one before is a round back, so this looks at no more samples than a round has. */
    bool dropped = !sample->record;
    for (size_t i = run->sample_count; !dropped && i-- > 0;) {
        dropped = grown[i].configuration == sample->configuration && grown[i].record;
        if (dropped) {
            sample_drop_record(&grown[i]);
        }
    }
    grown[run->sample_count++] = *sample;
    return BE_OK;
}

enum be_status be_run_add_event(struct be_run *run, const struct be_event *event, uint32_t *index,
                                struct be_error *error)
{
    for (size_t i = 0; i < run->event_count; i++) {
        const struct be_event *known = &run->events[i];
        if (known->state == event->state && strcmp(known->name, event->name) == 0 &&
            strcmp(known->reason, event->reason) == 0) {
            *index = (uint32_t)i;
            return BE_OK;
        }
    }
    struct be_event *grown = be_array_grow(run->events, run->event_count, sizeof(*grown));
    if (!grown) {
        return be_error_set(error, BE_ENOMEM, "out of memory for an event");
    }
    run->events = grown;
    grown[run->event_count] = *event;
    *index = (uint32_t)run->event_count++;
    return BE_OK;
}

void be_run_finish(struct be_run *run)
{
    for (size_t i = 0; i < run->configuration_count; i++) {
        be_configuration_finish(&run->configurations[i]);
    }
    for (size_t i = 0; i < run->sample_count; i++) {
        be_sample_finish(&run->samples[i]);
    }
    free(run->configurations);
    free(run->samples);
    free(run->events);
    free(run->plan);
    free(run->plan_text);
    free(run->label);
    free(run->machine_key);
    free(run->machine_json);
    free(run->boot_id);
    free(run->build_id);
    *run = (struct be_run){0};
}
