#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cli/command.h"
#include "cli/context.h"
#include "cli/finish.h"
#include "core/io.h"
#include "store/store.h"

/* A file that is there is replaced; the database, which cannot be measured again, never is. */
static enum be_status out_check(const struct be_options *options, struct be_error *error)
{
    char *database = NULL;
    struct stat kept;
    struct stat out;
    enum be_status status = be_store_default_path(options->db, &database, error);

    if (status == BE_OK && stat(database, &kept) == 0 && stat(options->out, &out) == 0 &&
        kept.st_dev == out.st_dev && kept.st_ino == out.st_ino) {
        status = be_error_set(error, BE_EUSAGE, "--out: '%s' is the database that is exported",
                              options->out);
    }
    free(database);
    return status;
}

static enum be_status run_export(const struct be_options *options, const struct be_results *results,
                                 struct be_error *error)
{
    struct be_buffer text = {0};
    enum be_status status =
        be_finish_export(results, options->format ? options->format : "json", &text, error);

    if (status == BE_OK && options->out) {
        status = be_buffer_check(&text, error);
        if (status == BE_OK) {
            status = out_check(options, error);
        }
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
