/*
 * Which configurations of a run a configuration is measured against. Pure functions.
 */
#ifndef BE_ANALYSIS_RELATIVES_H
#define BE_ANALYSIS_RELATIVES_H

#include <stddef.h>
#include <stdint.h>

#include "core/run.h"
#include "core/status.h"

#define BE_RELATIVE_NONE UINT32_MAX

/* Indices into the run's configurations, or BE_RELATIVE_NONE. */
struct be_relatives {
    uint32_t reference; /* the serial one of the same block; its own is itself */

    /*
     * The one of the same block on workload `null` whose parameters are all the same but for what
     * a task is: workload, steps, tasks, input, and parameters of the workload's own. An overhead
     * configuration's is itself.
     */
    uint32_t overhead;

    /*
     * The measured one of the same block that is the same but for having one worker (and tasks for
     * one, when scaling is weak); its own is itself.
     */
    uint32_t single;

    /* Of a measured one: the one of the same block that differs in having no counters. */
    uint32_t uncounted;
};

/* *relatives: one a configuration; the caller's (free). Errors: BE_ENOMEM. */
enum be_status be_relatives_find(const struct be_run *run, struct be_relatives **relatives,
                                 struct be_error *error);

#endif
