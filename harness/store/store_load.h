/* The parts of loading a run. Not for others. */
#ifndef BE_STORE_LOAD_H
#define BE_STORE_LOAD_H

#include "core/run.h"
#include "store/store.h"

/* Reads the samples of a run whose configurations and events are there, within the caller's
 * transaction. Errors: those of be_store_load_run. */
enum be_status be_samples_load(const struct be_store *store, enum be_store_detail detail,
                               struct be_run *run, struct be_error *error);

#endif
