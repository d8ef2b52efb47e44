/*
 * What follows from a run beyond each configuration's own figures: the one call for whoever tells
 * people about it. Pure functions.
 */
#ifndef BE_ANALYSIS_FINDINGS_H
#define BE_ANALYSIS_FINDINGS_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/breakeven.h"
#include "analysis/metg.h"
#include "analysis/model.h"
#include "analysis/scaling.h"
#include "analysis/series.h"
#include "analysis/summary.h"
#include "core/run.h"
#include "core/status.h"

struct be_findings {
    struct be_series_list scaling_series; /* owned */
    struct be_scaling *scalings;          /* owned; one a scaling series */

    struct be_series_list grain_series; /* owned */
    struct be_metg *metgs;              /* owned; one a grain series */
    struct be_breakeven *breakevens;    /* owned; one a grain series */

    struct be_model *models; /* owned; one a configuration of the run, in its order */
};

/*
 * summaries are of that run; both are only read. The same run gives the same findings. Time grows
 * with n log n of the samples. *findings is written on success only. Errors: BE_ENOMEM.
 */
enum be_status be_findings_create(const struct be_run *run, const struct be_summaries *summaries,
                                  struct be_findings *findings, struct be_error *error);
void be_findings_finish(struct be_findings *findings);

#endif
