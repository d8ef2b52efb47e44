/*
 * What a pool should take by the cost of its messages: a prediction, printed beside what was
 * measured. Pure functions. Formulas: README.md of this folder. NAN: not known.
 */
#ifndef BE_ANALYSIS_MODEL_H
#define BE_ANALYSIS_MODEL_H

#include <stdbool.h>

/* Medians of a configuration; NAN: not known. */
struct be_model_input {
    double tasks;             /* N */
    double workers;           /* P */
    double distinct_pus;      /* C */
    double wall_ns;           /* T */
    double cold_wall_ns;      /* T with pool start and join */
    double cpu_ns;            /* of a pass */
    double dispatcher_cpu_ns; /* of a pass */
    double compute_ns;        /* of a pass, all workers */
    double grain_ns;          /* w */
    double pool_start_ns;     /* T0 */
};

struct be_model {
    double dispatcher_ns;      /* d: dispatcher core-ns a task */
    double worker_ns;          /* v: workers' core-ns a task outside compute, not below 0 */
    double occupancy;          /* N·d/T: share of the pass that the dispatcher was busy */
    double saturation_workers; /* (w + v)/d: from there on the dispatcher is the limit */

    double task_ns; /* T/N as measured */
    double predicted_task_ns;
    double cold_task_ns;
    double predicted_cold_task_ns;

    bool pays;                     /* false: 1 worker or 1 PU can never pay */
    double predicted_breakeven_ns; /* w*; NAN also where it cannot pay */
    double predicted_cold_breakeven_ns;
};

struct be_model be_model_predict(const struct be_model_input *input);

#endif
