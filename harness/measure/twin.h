/*
 * The same binary twice: pairs of adjacent samples of one short serial configuration, in an order
 * that a coin decides. What differs between the two is the machine's noise. Threads: main thread.
 */
#ifndef BE_MEASURE_TWIN_H
#define BE_MEASURE_TWIN_H

#include <stdint.h>

#include "analysis/noise.h"
#include "core/status.h"
#include "machine/topology.h"
#include "measure/runner_program.h"

/*
 * Measures `rounds` pairs (at least 2) on the first PU, about 50 ms a sample. A runner that cannot
 * do it leaves *noise unknown, with the reason, and is no error here. Errors: BE_EINTERRUPTED,
 * BE_ENOMEM.
 */
enum be_status be_twin_measure(const struct be_runner *runner, const struct be_topology *topology,
                               uint32_t rounds, uint64_t seed, struct be_noise *noise,
                               struct be_error *error);

#endif
