/*
 * Runs a probe as a sample: warm-up passes and timed passes of `tasks` operations, recorded as
 * those of a job are.
 */
#ifndef BE_BENCH_PROBE_RUNNER_H
#define BE_BENCH_PROBE_RUNNER_H

#include <stdbool.h>

#include "core/buffer.h"
#include "core/protocol.h"
#include "core/status.h"

/* Whether the spec asks for a probe and not for a job. */
bool be_probe_is_asked(const struct be_spec *spec);

/*
 * Appends the `pass` and `done` lines to *lines. The params are `probe`, `tasks` (the row's own
 * number without it) and `workers`, which has to be what the row takes. Call it in the main thread,
 * before any other exists. On an error nothing is appended and no thread or process is left.
 *
 * Errors: BE_EINVAL for what a probe does not take, BE_EUNAVAILABLE where two workers would share a
 * PU; those of pin and probe.
 */
enum be_status be_probe_measure(const struct be_spec *spec, struct be_buffer *lines,
                                struct be_error *error);

#endif
