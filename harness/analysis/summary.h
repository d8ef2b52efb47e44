/*
 * From the samples of a run to the figures of each configuration. Pure: no I/O.
 *
 * Ratios are taken inside a block: a sample over its serial reference of the same round. A (block,
 * round) that holds a rejected sample is left out for all its members; one that failed or is
 * unavailable only for itself. Where a configuration was measured again in the same round (its
 * block was re-run or resumed), the last sample counts. Figures that cannot be known stay `known ==
 * false`, never 0.
 */
#ifndef BE_ANALYSIS_SUMMARY_H
#define BE_ANALYSIS_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/budget.h"
#include "analysis/counter_summary.h"
#include "analysis/figures.h"
#include "analysis/flags.h"
#include "analysis/stats.h"
#include "core/run.h"
#include "core/status.h"

/* Figures of one configuration; definitions in the project's docs under the same names. */
struct be_summary {
    const struct be_configuration *configuration;         /* borrowed from the run */
    size_t samples;                                       /* that the figures below come from */
    size_t clean, suspect, rejected, failed, unavailable; /* all stored samples, by state */
    const char *why_unavailable;             /* borrowed from the run; NULL: none was */
    size_t rerun;                            /* replaced by a later sample of their round */
    size_t dropped;                          /* they or one of their block were rejected */
    struct be_estimate wall_ns;              /* of a warm pass */
    struct be_estimate cold_wall_ns;         /* pool start + one pass + join */
    struct be_estimate speedup;              /* serial wall / wall, same round */
    struct be_estimate cold_speedup;         /* serial warm wall / cold wall, same round */
    struct be_estimate relative_speedup;     /* T / N of one worker over T / N, same round */
    struct be_estimate efficiency;           /* speedup / workers */
    struct be_estimate ipc_overhead_ns;      /* o: CPU-ns a task on workload null */
    struct be_estimate ipc_overhead_ratio;   /* x = o / w */
    struct be_estimate overhead_ns_per_task; /* O = (T·C - N·w) / N */
    struct be_estimate tasks_per_s;
    struct be_estimate cpu_ns;        /* of a warm pass, dispatcher and workers */
    struct be_estimate counting_cost; /* wall with counters / wall without, same round */
    struct be_estimate instructions_per_task;
    struct be_estimate instructions_per_cycle;
    struct be_estimate clock_ghz; /* cycles a ns of the workers' time */
    struct be_estimate cache_misses_per_task;
    struct be_estimate branch_misses_per_task;
    struct be_estimate switches_per_task;      /* workers and dispatcher, both kinds */
    struct be_estimate clock_ratio;            /* the workers' clock over the reference's */
    struct be_estimate relative_clock_ratio;   /* over that of the same pool with one worker */
    struct be_estimate equal_speedup;          /* at equal frequency: speedup / clock_ratio */
    struct be_estimate grain_ns;               /* w: serial wall / tasks; all of a block share it */
    struct be_estimate values[BE_VALUE_COUNT]; /* by enum be_value */
    struct be_budget budget;
    struct be_flags flags;
    double predicted_speedup;            /* min(P, C) / (1 + x); NAN when x is unknown */
    struct be_counter_summary *counters; /* owned */
    size_t counter_count;
    int32_t *pus; /* owned: PUs read back, a worker each, of the last record; -1 unknown */
    size_t pu_count;
    int32_t dispatcher_pu; /* -1: unknown or not pinned */
    size_t distinct_pus;   /* C of the last sample used (see value.def); 0: unknown */

    /*
     * Until how many workers its placement has them on cores alike: one each, of one kind, in one
     * package. 0: not known.
     */
    uint32_t alike_workers;
};

struct be_summaries {
    struct be_summary *items; /* owned; one a configuration of the run, in its order */
    size_t count;
    struct be_figures *figures;             /* owned; one a sample of the run, in its order */
    struct be_estimate harness_overhead_ns; /* a sample, over the whole run */
    struct be_estimate commit_ns;
    double effective_cores; /* of the machine that measured; NAN: not known */
};

/*
 * run must outlive *summaries. Time grows with n log n of the samples.
 * Errors: BE_ECORRUPT for a sample of no configuration, BE_ENOMEM.
 */
enum be_status be_summaries_create(const struct be_run *run, struct be_summaries *summaries,
                                   struct be_error *error);
void be_summaries_finish(struct be_summaries *summaries);

#endif
