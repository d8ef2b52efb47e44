#include "cli/command.h"
#include "cli/measure.h"

static enum be_status sweep_run(int argc, const char **argv, struct be_error *error)
{
    struct be_context context;
    enum be_status status = be_context_init(&context, BE_OPTIONS_MEASURING, argc, argv, error);

    if (status == BE_OK && !context.options.helped) {
        if (context.options.argument) {
            status = be_plan_load(&context.plan, context.options.argument, BE_PLANS_FOLDER, error);
        }
        if (status == BE_OK) {
            status = be_measure_plan(&context, error);
        }
    }
    status = be_context_conclude(&context, status, error);
    be_context_finish(&context);
    return status;
}

const struct be_command be_command_sweep = {
    .name = "sweep",
    .usage = "[PLAN] [options]",
    .summary = "the cross product of list-valued flags or of a plan",
    .run = sweep_run,
};
