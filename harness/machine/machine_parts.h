/*
 * The parts that be_machine_capture is made of. Each fills its own members of *machine.
 */
#ifndef BE_MACHINE_MACHINE_PARTS_H
#define BE_MACHINE_MACHINE_PARTS_H

#include "core/status.h"
#include "machine/machine.h"
#include "machine/topology.h"

/* cpu_models, microcode, virtualised and mitigations. Errors: BE_ENOMEM. */
enum be_status be_machine_capture_cpu(const char *root, struct be_machine *machine,
                                      struct be_error *error);

/* governor, the limits of the clock, and turbo. Errors: BE_ENOMEM. */
enum be_status be_machine_capture_frequency(const char *root, const struct be_topology *topology,
                                            struct be_machine *machine, struct be_error *error);

/* power: from the system's own supplies; a mouse's battery says nothing. */
void be_machine_capture_power(const char *root, struct be_machine *machine);

/* Batteries that the machine itself runs from; -1: not known. */
int64_t be_machine_count_batteries(const char *root);

/* clock_resolution_ns and clock_read_ns, measured in well under a ms where reading is cheap. */
void be_machine_measure_clock(struct be_machine *machine);

/*
 * The keys of the map joined by " + ", as text of the caller's (free); NULL when there are none.
 * Errors: BE_ENOMEM.
 */
enum be_status be_machine_join(const struct be_params *set, char **text, struct be_error *error);

#endif
