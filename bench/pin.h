/*
 * Binds the calling thread to the PU that the plan gave it, with hwloc, and reads the binding back.
 *
 * Threads: a struct be_pin is made by the dispatcher before workers exist and only read afterwards.
 * Forked workers use their parent's.
 */
#ifndef BE_BENCH_PIN_H
#define BE_BENCH_PIN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/protocol.h"
#include "core/record.h"
#include "core/status.h"

struct be_pin;

/*
 * Loads the topology from the spec's XML (or from the machine where it has none). A spec that pins
 * nothing makes a pin that binds nothing but still reads back.
 * Errors: BE_EPROTOCOL for XML that hwloc refuses, BE_EUNAVAILABLE, BE_ENOMEM.
 */
enum be_status be_pin_create(const struct be_spec *spec, struct be_pin **pin,
                             struct be_error *error);
void be_pin_destroy(struct be_pin *pin);

/*
 * Binds the calling thread as worker `index` (be_pin_dispatcher: as the dispatcher), and fills
 * pu_asked, pu_bound and pu_seen of the record.
 * Errors: BE_EUNAVAILABLE when the PU is not there or not allowed, or when the binding read back is
 * another one than asked for.
 */
enum be_status be_pin_worker(const struct be_pin *pin, uint32_t index,
                             struct be_worker_record *record, struct be_error *error);
enum be_status be_pin_dispatcher(const struct be_pin *pin, struct be_worker_record *record,
                                 struct be_error *error);

/*
 * Whether worker `index` of `workers` and the dispatcher may have to take turns on one PU: both are
 * bound to it, or nothing is bound and there are not enough PUs for all.
 */
bool be_pin_shares_core(const struct be_pin *pin, uint32_t index, uint32_t workers);

/* Reads back pu_bound and pu_seen of the calling thread once more; -1 where that fails. */
void be_pin_look(const struct be_pin *pin, struct be_worker_record *record);

#endif
