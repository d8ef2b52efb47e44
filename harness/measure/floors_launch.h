/*
 * Measures the floors of this machine: every probe of a runner, launch after launch. Threads: the
 * main thread.
 */
#ifndef BE_MEASURE_FLOORS_LAUNCH_H
#define BE_MEASURE_FLOORS_LAUNCH_H

#include <stdint.h>

#include "analysis/floors.h"
#include "core/status.h"
#include "machine/topology.h"
#include "measure/runner_program.h"

/*
 * Launches every probe `launches` times, in turns, so that what disturbs a moment disturbs all
 * alike. A probe between two PUs is measured on one pair for each way in which two allowed PUs are
 * near each other. A probe that fails says why and is no error here. *floors must be empty; the
 * caller finishes it also after an error. Errors: BE_EINTERRUPTED, BE_ENOMEM.
 */
enum be_status be_floors_measure(const struct be_runner *runner, const struct be_topology *topology,
                                 uint32_t launches, struct be_floors *floors,
                                 struct be_error *error);

/* The same between these two PUs, and of probes that go between two only. */
enum be_status be_floors_measure_between(const struct be_runner *runner,
                                         const struct be_topology *topology, const int32_t pus[2],
                                         uint32_t launches, struct be_floors *floors,
                                         struct be_error *error);

#endif
