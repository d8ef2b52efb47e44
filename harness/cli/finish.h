/*
 * The end of a measuring command: report, table and last lines. Threads: main thread.
 */
#ifndef BE_CLI_FINISH_H
#define BE_CLI_FINISH_H

#include <stddef.h>

#include "core/buffer.h"
#include "core/run.h"
#include "core/status.h"
#include "report/results.h"

/*
 * Where a run's report goes: `out` if not NULL, else run-ID beside the database. *folder is the
 * caller's (free).
 */
enum be_status be_finish_folder(const char *out, const char *database, const struct be_run *run,
                                char **folder, struct be_error *error);

/*
 * Writes the report into folder and, when it is beside the database, lets `latest` there point to
 * it. Plots that could not be drawn are told on stderr; *plots is how many were. Errors: those of
 * be_report_write.
 */
enum be_status be_finish_report(const struct be_results *results, const char *folder, size_t *plots,
                                struct be_error *error);

/* Prints table and, where there is one, the curve. */
enum be_status be_finish_print(const struct be_results *results, struct be_error *error);

/* Prints the run in a format of the export table to stdout. Errors: BE_EUSAGE for no such format.
 */
enum be_status be_finish_export(const struct be_results *results, const char *format,
                                struct be_buffer *text, struct be_error *error);

/* Prints a buffer to stdout. Errors: BE_EIO, also for a full disk. */
enum be_status be_finish_write(const struct be_buffer *text, struct be_error *error);

/* A path as a person would type it here: relative to the working folder where it is below it. */
const char *be_finish_shorten(const char *path);

#endif
