/*
 * A run and all that follows from it: what reports and exports are made from. Threads: plain data
 * with one owner.
 */
#ifndef BE_REPORT_RESULTS_H
#define BE_REPORT_RESULTS_H

#include <stdbool.h>

#include "analysis/findings.h"
#include "analysis/summary.h"
#include "core/run.h"
#include "core/status.h"

/* init with {0}; finish frees. */
struct be_results {
    const struct be_run *run; /* borrowed */
    struct be_summaries summaries;
    struct be_findings findings;
    double
        precision; /* that the plan wanted of speedups: half their interval over them; .01: 1 % */
    bool weak;     /* scaling: tasks grow with workers */
};

/*
 * Effective cores are those of the machine that the run was measured on, as it says itself.
 * *results is written on success only. Errors: those of be_summaries_create and
 * be_findings_create.
 */
enum be_status be_results_create(const struct be_run *run, struct be_results *results,
                                 struct be_error *error);
void be_results_finish(struct be_results *results);

#endif
