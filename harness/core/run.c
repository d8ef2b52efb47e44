#include "core/run.h"

#include <stdlib.h>

#include "core/names.h"

static const char *const roles[] = {"reference", "measured", "overhead"};
static const char *const sample_states[] = {"clean", "suspect", "rejected", "failed"};
static const char *const run_statuses[] = {"active", "interrupted", "done"};

BE_NAMES_DEFINE(role, "role", roles)
BE_NAMES_DEFINE(sample_state, "state of a sample", sample_states)
BE_NAMES_DEFINE(run_status, "status of a run", run_statuses)

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
    configuration->chunk = be_params_get_count(params, "chunk", 1);
    configuration->tasks = be_params_get_count(params, "tasks", 0);
    configuration->steps = be_params_get_count(params, "steps", 0);
    be_params_id(params, configuration->id);
    return BE_OK;
}

void be_sample_finish(struct be_sample *sample)
{
    free(sample->reason);
    be_sample_record_finish(&sample->record);
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
    free(run->plan);
    free(run->plan_text);
    free(run->label);
    free(run->machine_key);
    free(run->machine_json);
    free(run->boot_id);
    free(run->build_id);
    *run = (struct be_run){0};
}
