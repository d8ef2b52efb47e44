/*
 * A sample's figures from what its runner said. Pure functions.
 */
#ifndef BE_CORE_VALUES_H
#define BE_CORE_VALUES_H

#include "core/record.h"
#include "core/run.h"
#include "core/status.h"

/* The value's name: its column in the store and in exports. */
const char *be_value_name(enum be_value value);

/* Makes all values unknown. */
void be_values_clear(double values[BE_VALUE_COUNT]);

/*
 * Sets what a sample repeats of its record: wall_ns, cpu_ns, cold_wall_ns, values and counters,
 * whose events go into the run. sample->configuration must be set; record NULL: nothing is known.
 * What the sample held of these before is replaced. Errors: BE_ENOMEM.
 */
enum be_status be_sample_fill(struct be_sample *sample, const struct be_sample_record *record,
                              struct be_run *run, struct be_error *error);

/* The part of be_sample_fill that sums counters; the sample has none yet. */
enum be_status be_sample_sum_counters(struct be_sample *sample,
                                      const struct be_sample_record *record, struct be_run *run,
                                      struct be_error *error);

#endif
