#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/context.h"
#include "cli/finish.h"

/* "html", "md" and "term"; the first two are written together with the plots they show. */
static enum be_status run_report(const struct be_options *options, const struct be_results *results,
                                 struct be_error *error)
{
    const char *format = options->format ? options->format : "html";
    char *database = NULL;
    char *folder = NULL;
    size_t plots;

    if (strcmp(format, "term") == 0) {
        return be_finish_print(results, error);
    }
    if (strcmp(format, "html") != 0 && strcmp(format, "md") != 0) {
        return be_error_set(error, BE_EUSAGE, "--format: '%s' is not html, md or term", format);
    }
    enum be_status status = be_store_default_path(options->db, &database, error);
    if (status == BE_OK) {
        status = be_finish_folder(options->out, database, results->run, &folder, error);
    }
    if (status == BE_OK) {
        status = be_finish_report(results, folder, &plots, error);
    }
    if (status == BE_OK) {
        printf("%s/report.%s\n", be_finish_shorten(folder), format);
    }
    free(database);
    free(folder);
    return status;
}

static enum be_status report_run(int argc, const char **argv, struct be_error *error)
{
    return be_context_with_run(argc, argv, run_report, error);
}

const struct be_command be_command_report = {
    .name = "report",
    .usage = "[RUN] [options]",
    .summary = "writes a run's report again: html, md, or term for here",
    .run = report_run,
};
