/*
 * A sweep: the configurations of a plan, round after round, each sample stored as it is made.
 *
 * Threads: the main thread. Nothing is printed here: a caller that wants to show progress gets
 * called between samples.
 */
#ifndef BE_MEASURE_SWEEP_H
#define BE_MEASURE_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/run.h"
#include "core/status.h"
#include "machine/machine.h"
#include "machine/topology.h"
#include "measure/runner_program.h"
#include "plan/plan.h"
#include "store/store.h"

enum be_sweep_stage {
    BE_SWEEP_PLANNED, /* all is known: configurations, rounds, expected time; or resumed */
    BE_SWEEP_SAMPLED, /* one more sample is stored */
};

/* What samples are taken for. */
enum be_sweep_phase {
    BE_SWEEP_FIRST,     /* the rounds before the first look */
    BE_SWEEP_SEARCH,    /* for break-evens, at grains that the plan does not name */
    BE_SWEEP_PRECISION, /* where intervals are still too wide */
};

/* What is still to come, within the time budget. */
struct be_sweep_price {
    size_t samples;
    uint64_t ns;
};

struct be_sweep_progress {
    enum be_sweep_stage stage;
    enum be_sweep_phase phase;
    bool searches;                           /* there is a search phase */
    const struct be_run *run;                /* its samples so far are in it */
    const struct be_configuration *measured; /* of the last sample; NULL when planned */
    size_t done;                             /* distinct samples, earlier sessions included */
    size_t total;                            /* with those wanted now; grows at each look */
    double widest;                           /* half-width of a speedup at a look; NAN: none */
    size_t resumed;                          /* samples that earlier sessions stored */
    size_t failed;                           /* samples, earlier sessions included */
    size_t rerun;                            /* samples replaced by later ones of their block */
    size_t dropped;                          /* samples, with all of a block that was rejected */
    uint64_t elapsed_ns;                     /* of this session, planning included */
    struct be_sweep_price expected;          /* of what is wanted now and not stored */
    struct be_sweep_price most;              /* the same up to the most rounds, less any search */
};

struct be_sweep {
    const struct be_plan *plan; /* checked */
    const struct be_runner *runner;
    const struct be_topology *topology;
    const struct be_machine *machine;
    struct be_store *store;
    const char *root; /* where /proc and /sys are, for quality: "" is this machine */
    bool fresh;       /* never resume */
    int interrupt_fd; /* readable when the user wants to stop; -1: never */
    void (*progress)(void *context, const struct be_sweep_progress *progress); /* may be NULL */
    void *context;
};

/*
 * The plan's configurations with placements' PU counts and bounds filled in, for a dry run.
 * Calibrates. *run must be empty; the caller finishes it also after an error.
 */
enum be_status be_sweep_plan(const struct be_sweep *sweep, struct be_run *run,
                             struct be_error *error);

/*
 * Plans (or finds the run to resume, where a block that was left half-way is measured anew) and
 * measures: every block up to its first look, and blocks of a search for break-evens as soon as
 * there are rounds enough for intervals; then the blocks whose speedups are not yet as precise as
 * wanted, until they are, have the most rounds, or the time budget is
 * spent. A sample that fails is stored with its reason and the sweep goes on; a configuration that
 * failed three times in a row is not launched again. A block with a disturbed sample is measured
 * again at once (see rerun.h), unless the time budget is spent. On return *run holds what was
 * measured, also after BE_EINTERRUPTED and BE_ENODATA; the caller finishes it.
 *
 * Errors: BE_EINTERRUPTED, BE_ENODATA when nothing succeeded (naming the first failure) or no
 * speedup can be judged (naming the last sample that was not good), those of planning and of the
 * store.
 */
enum be_status be_sweep_measure(const struct be_sweep *sweep, struct be_run *run,
                                struct be_error *error);

#endif
