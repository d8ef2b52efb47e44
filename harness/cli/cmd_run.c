#include <string.h>

#include "cli/command.h"
#include "cli/measure.h"

/* What `run` measures when nothing is said. */
static enum be_status defaults_set(struct be_plan *plan, struct be_error *error)
{
    static const char *const settings[][2] = {
        {"name", "run"},    {"executor", "processes"}, {"workers", "max"},
        {"grain", "100us"}, {"rounds", "640"},         {"time-budget", "20s"},
    };
    enum be_status status = BE_OK;

    for (size_t i = 0; status == BE_OK && i < sizeof(settings) / sizeof(settings[0]); i++) {
        status = be_plan_set(plan, settings[i][0], settings[i][1], error);
    }
    return status;
}

/* One configuration: a list is a sweep. */
static enum be_status single_check(const struct be_options *options, struct be_error *error)
{
    for (size_t i = 0; i < options->setting_count; i++) {
        const struct be_setting *setting = &options->settings[i];
        if (strcmp(setting->key, "counters") != 0 && strcmp(setting->key, "pairs") != 0 &&
            strcmp(setting->key, "input") != 0 &&
            (strchr(setting->value, ',') || strstr(setting->value, ".."))) {
            return be_error_set(error, BE_EUSAGE,
                                "--%s: '%s' is a list; breakeven run measures one configuration, "
                                "breakeven sweep a list",
                                setting->key, setting->value);
        }
    }
    return BE_OK;
}

static enum be_status run_run(int argc, const char **argv, struct be_error *error)
{
    struct be_context context;
    enum be_status status = be_context_init(&context, BE_OPTIONS_MEASURING, argc, argv, error);

    if (status == BE_OK && !context.options.helped) {
        if (context.options.argument) {
            status = be_error_set(error, BE_EUSAGE,
                                  "'%s': breakeven run takes no argument; "
                                  "a plan is for breakeven sweep",
                                  context.options.argument);
        }
        if (status == BE_OK) {
            status = single_check(&context.options, error);
        }
        if (status == BE_OK) {
            status = defaults_set(&context.plan, error);
        }
        if (status == BE_OK) {
            status = be_measure_plan(&context, error);
        }
    }
    status = be_context_conclude(&context, status, error);
    be_context_finish(&context);
    return status;
}

const struct be_command be_command_run = {
    .name = "run",
    .usage = "[options]",
    .summary = "one configuration beside its serial reference",
    .run = run_run,
};
