/*
 * The search for break-evens: blocks at grains that the plan does not name, where the samples so
 * far leave open from which grain on going parallel pays.
 */
#ifndef BE_MEASURE_SEARCH_H
#define BE_MEASURE_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/run.h"
#include "core/status.h"
#include "measure/sweep.h"

/* Whether there is a break-even to look for: two grains at least, and more workers than one. */
bool be_search_applies(const struct be_plan *plan, const struct be_run *run);

/*
 * Appends to run and store the blocks of the next stage, which are missing after so many rounds: a
 * serial reference and the configurations that are wished for at its grain, without companions. A
 * stage that would take longer than room_ns for as many rounds is not begun. *added: how many
 * configurations; 0 when no stage is. Errors: those of be_breakeven_wishes and of the store.
 */
enum be_status be_search_extend(const struct be_sweep *sweep, struct be_run *run, uint32_t rounds,
                                uint64_t room_ns, size_t *added, struct be_error *error);

#endif
