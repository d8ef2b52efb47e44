/*
 * What `run` and `sweep` share: measure a plan, then report it. Threads: main thread.
 */
#ifndef BE_CLI_MEASURE_H
#define BE_CLI_MEASURE_H

#include "cli/context.h"
#include "core/run.h"
#include "core/status.h"

/*
 * Measures the context's checked plan with progress on stderr, writes the report and prints the
 * result; with --dry-run prints what would be measured. Errors: BE_EINTERRUPTED (what was measured
 * is printed and kept), those of be_sweep_measure and of the report.
 */
enum be_status be_measure_plan(struct be_context *context, struct be_error *error);

#endif
