/*
 * Counters of many workers and samples as one value each. Pure functions.
 */
#ifndef BE_ANALYSIS_COUNTER_SUMMARY_H
#define BE_ANALYSIS_COUNTER_SUMMARY_H

#include <stddef.h>

#include "core/record.h"
#include "core/run.h"
#include "core/status.h"

struct be_counter_summary {
    char name[BE_COUNTER_NAME_BYTES];
    enum be_counter_state state; /* the worst of its workers and samples */
    double value; /* a timed pass, all workers summed, median over samples; NAN: not known */
    double share; /* SCALED: the smallest share; else NAN */
    /*
     * Of the newest sample that has its record: what the worker that counted most did beyond the
     * one that counted least, over their mean; NAN: not known, or there is one worker.
     */
    double spread;
    char reason[BE_COUNTER_REASON_BYTES]; /* the first of that state; "" where the value is known */
};

/*
 * One item an event of some of the run's samples, in the order of the first that names it. An event
 * that one of them lacks is unavailable. *counters is the caller's (free), NULL for none. Errors:
 * BE_ENOMEM.
 */
enum be_status be_counter_summaries_create(const struct be_run *run,
                                           const struct be_sample *const *samples,
                                           size_t sample_count,
                                           struct be_counter_summary **counters, size_t *count,
                                           struct be_error *error);

#endif
