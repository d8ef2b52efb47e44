/*
 * Leverage: lambda* = w* / b, the compute time a byte moved from which on going parallel pays. Pure
 * functions.
 */
#ifndef BE_ANALYSIS_LEVERAGE_H
#define BE_ANALYSIS_LEVERAGE_H

#include <stdint.h>

#include "analysis/crossing.h"
#include "core/run.h"

/*
 * What a task of a workload with a payload moves: request and reply, in bytes. 0: its workload has
 * none, so that it is not known here.
 */
uint64_t be_leverage_bytes(const struct be_configuration *configuration);

/* The break-even of such tasks, its times a byte: ns a byte in place of ns. */
struct be_crossing be_leverage_of(const struct be_crossing *breakeven, uint64_t bytes);

#endif
