/*
 * How precisely each speedup of a run is known, for --verbose. Threads: main thread.
 */
#ifndef BE_CLI_INTERVALS_H
#define BE_CLI_INTERVALS_H

#include "analysis/summary.h"
#include "core/buffer.h"
#include "core/status.h"

/* Appends a line a configuration with a speedup, the widest interval first. */
enum be_status be_intervals_list(const struct be_summaries *summaries, double wanted,
                                 struct be_buffer *text, struct be_error *error);

#endif
