/*
 * What bounds the round trips of a sweep: floors between the two PUs that they go between.
 * Threads: the main thread.
 */
#ifndef BE_MEASURE_ROUND_TRIP_H
#define BE_MEASURE_ROUND_TRIP_H

#include "core/json.h"
#include "core/status.h"
#include "measure/sweep.h"

/*
 * Where the plan has round trips (workload null, one worker, window 1) and two PUs for them,
 * measures the floors there and notes them as member `floors` of what is known about the machine:
 * {"pus":[a,b],"cache_line_ns":…,"cache_line_ns_low":…,"cache_line_ns_high":…,"futex_wake_ns":…}.
 * What could not be measured is null. Errors: BE_EINTERRUPTED, BE_ENOMEM.
 */
enum be_status be_round_trip_note(const struct be_sweep *sweep, json_t *machine,
                                  struct be_error *error);

#endif
