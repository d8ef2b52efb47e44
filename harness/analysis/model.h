/*
 * What a pool should take by the cost of its messages: a prediction, printed beside what was
 * measured. Pure functions. Formulas: FORMULAS.md of this folder. NAN: not known.
 */
#ifndef BE_ANALYSIS_MODEL_H
#define BE_ANALYSIS_MODEL_H

#include <stdbool.h>

#include "analysis/summary.h"

/* Of a configuration, from the medians of its figures. */
struct be_model {
    double dispatcher_ns;      /* d: dispatcher core-ns a task */
    double worker_ns;          /* v: workers' core-ns a task outside compute, not below 0 */
    double occupancy;          /* N·d/T: share of the pass that the dispatcher was busy */
    double saturation_workers; /* (w + v)/d: from there on the dispatcher is the limit; NAN also
                                  where d is 0 */

    double task_ns; /* T/N as measured */
    double predicted_task_ns;
    double cold_task_ns;
    double predicted_cold_task_ns;

    bool never_pays;               /* it has 1 worker or 1 PU */
    double predicted_breakeven_ns; /* w*; NAN also where it cannot pay */
    double predicted_cold_breakeven_ns;
};

struct be_model be_model_predict(const struct be_summary *summary);

#endif
