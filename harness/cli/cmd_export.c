#include <stdio.h>

#include "cli/command.h"
#include "cli/context.h"
#include "cli/finish.h"
#include "core/io.h"

static enum be_status run_export(const struct be_options *options, const struct be_run *run,
                                 struct be_error *error)
{
    struct be_buffer text = {0};
    enum be_status status =
        be_finish_export(run, options->format ? options->format : "json", &text, error);

    if (status == BE_OK && options->out) {
        status = be_buffer_check(&text, error);
        if (status == BE_OK) {
            status = be_io_write_file(options->out, text.data, text.length, error);
        }
    } else if (status == BE_OK) {
        status = be_finish_write(&text, error);
    }
    be_buffer_finish(&text);
    return status;
}

static enum be_status export_run(int argc, const char **argv, struct be_error *error)
{
    return be_context_with_run(argc, argv, run_export, error);
}

const struct be_command be_command_export = {
    .name = "export",
    .usage = "[RUN] --format NAME [options]",
    .summary = "a run for other programs: json, csv",
    .run = export_run,
};
