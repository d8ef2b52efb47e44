/*
 * Runs and summaries made up for the tests of reports: plain formulas, so that every figure can be
 * recomputed by hand, and no samples behind them.
 */
#ifndef BE_TEST_REPORT_FIXTURE_H
#define BE_TEST_REPORT_FIXTURE_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/results.h"
#include "run_builder.h"

struct fixture {
    struct be_run run;
    struct be_results results; /* of `run` */
    uint32_t cores;
};

/* An executor with the messages it costs a task; a lock lets only one worker compute. */
struct fixture_executor {
    const char *params; /* "executor=threads chunk=1" */
    double overhead_ns;
    bool locked;
};

static inline struct be_estimate fixture_estimate(double median, double half)
{
    return (struct be_estimate){.known = true,
                                .bounded = half > 0,
                                .count = 12,
                                .median = median,
                                .low = median * (1 - half),
                                .high = median * (1 + half)};
}

static inline void fixture_begin(struct fixture *fixture, const char *plan, uint32_t cores)
{
    char machine[512];

    snprintf(machine, sizeof(machine),
             "{\"key\":\"0123456789abcdef\",\"description\":\"Example CPU, %u cores, no quota\","
             "\"cores\":%u,\"governor\":null,\"turbo\":true,\"clock_read_ns\":18.5,"
             "\"nodes\":[0,1],\"kernel\":\"6.1.0\"}",
             cores, cores);
    *fixture = (struct fixture){
        .run = {.id = 12,
                .plan = strdup(plan),
                .plan_text = strdup("{\"name\":\"made up\",\"seed\":7}"),
                .machine_json = strdup(machine),
                .build_id = strdup("4f1c2aa"),
                .seed = 7,
                .started_at = 1700000000,
                .elapsed_ns = 84000000000,
                .rounds = 12,
                .status = BE_RUN_DONE},
        .cores = cores,
    };
    fixture->results.run = &fixture->run;
    fixture->results.precision = .01;
    fixture->results.summaries.harness_overhead_ns = fixture_estimate(2.5e6, .1);
    fixture->results.summaries.commit_ns = fixture_estimate(.9e6, .2);
}

/* Adds a configuration and an empty summary of it; both may move when the next one is added. */
static inline struct be_summary *fixture_add(struct fixture *fixture, enum be_role role,
                                             uint32_t block, const char *params)
{
    struct be_summaries *summaries = &fixture->results.summaries;

    builder_add_configuration(&fixture->run, role, block, params);
    summaries->items = builder_grow(summaries->items, summaries->count, sizeof(*summaries->items));
    struct be_summary *summary = &summaries->items[summaries->count++];
    for (size_t i = 0; i < summaries->count; i++) {
        summaries->items[i].configuration = &fixture->run.configurations[i];
    }
    summary->predicted_speedup = NAN;
    summary->budget.reached = NAN;
    summary->flags.effective_cores = NAN;
    summary->flags.start_skew = NAN;
    summary->dispatcher_pu = -1;
    summary->samples = 12;
    summary->clean = 12;
    return summary;
}

static inline void fixture_pin(struct be_summary *summary, uint32_t cores)
{
    uint32_t workers = summary->configuration->workers;

    summary->pus = calloc(workers, sizeof(summary->pus[0]));
    for (uint32_t i = 0; summary->pus && i < workers; i++) {
        summary->pus[i] = (int32_t)(i % cores);
    }
    summary->pu_count = workers;
    summary->dispatcher_pu = (int32_t)((workers < cores ? workers : cores - 1));
    summary->distinct_pus = workers < cores ? workers + 1 : cores;
}

/* Core time: a half of what is lost by messages, a quarter each by waiting and nobody knows. */
static inline void fixture_spend(struct be_summary *summary, double speedup)
{
    struct be_budget *budget = &summary->budget;
    double reached = 100 * speedup / (double)summary->distinct_pus;
    double lost = 100 - reached;

    *budget = (struct be_budget){.known = true, .count = 12, .reached = reached};
    budget->parts[BE_BUDGET_COMPUTE] = reached;
    budget->parts[BE_BUDGET_MESSAGES] = budget->losses[BE_LOSS_MESSAGES] = lost / 2;
    budget->parts[BE_BUDGET_IDLE] = budget->losses[BE_LOSS_WAITING] = lost / 4;
    budget->parts[BE_BUDGET_REMAINDER] = budget->losses[BE_LOSS_UNEXPLAINED] = lost / 4;
}

static inline struct be_configuration *fixture_last(struct fixture *fixture)
{
    return &fixture->run.configurations[fixture->run.configuration_count - 1];
}

/* A serial reference: tasks of grain_ns, so many that a pass takes about 100 ms. */
static inline void fixture_add_serial(struct fixture *fixture, uint32_t block, uint64_t grain_ns)
{
    char params[128];
    uint64_t tasks = 100000000 / grain_ns;

    snprintf(params, sizeof(params), "tasks=%u steps=%u placement=cores", (unsigned)tasks,
             (unsigned)(grain_ns / 10));
    struct be_summary *summary = fixture_add(fixture, BE_ROLE_REFERENCE, block, params);
    fixture_last(fixture)->grain_asked_ns = grain_ns;
    summary->wall_ns = fixture_estimate((double)(tasks * grain_ns), .004);
    summary->cpu_ns = summary->wall_ns;
    summary->grain_ns = fixture_estimate((double)grain_ns, .004);
    summary->tasks_per_s = fixture_estimate(1e9 / (double)grain_ns, .004);
    fixture_pin(summary, 1);
}

/* Where a message's time goes, at window 1: most of it in waking, none in decoding. */
static inline void fixture_stage(struct be_summary *summary, double w)
{
    for (int value = BE_VALUE_stage_encode_ns; value <= BE_VALUE_stage_merge_ns; value++) {
        summary->values[value] = fixture_estimate(value == BE_VALUE_stage_decode_ns ? 0 : 90, .02);
    }
    summary->values[BE_VALUE_stage_wake_ns] = fixture_estimate(9000, .05);
    summary->values[BE_VALUE_stage_wake_dispatcher_ns] = fixture_estimate(8000, .05);
    summary->values[BE_VALUE_stage_compute_ns] = fixture_estimate(w, .004);
}

/* One parallel configuration: S = min(P, cores) / (1 + o/w) x .97, or at most 1 behind a lock. */
static inline struct be_summary *fixture_add_parallel(struct fixture *fixture, uint32_t block,
                                                      uint64_t grain_ns, uint32_t workers,
                                                      const struct fixture_executor *executor)
{
    char params[256];
    uint64_t tasks = 100000000 / grain_ns;
    double w = (double)grain_ns;
    double x = executor->overhead_ns / w;
    double units = workers < fixture->cores ? workers : fixture->cores;
    double speedup = (executor->locked ? 1 : units) / (1 + x) * .97;
    double wall_ns = w * (double)tasks / speedup;

    snprintf(params, sizeof(params), "tasks=%u steps=%u placement=cores workers=%u %s",
             (unsigned)tasks, (unsigned)(grain_ns / 10), workers, executor->params);
    struct be_summary *summary = fixture_add(fixture, BE_ROLE_MEASURED, block, params);
    fixture_last(fixture)->grain_asked_ns = grain_ns;
    fixture_last(fixture)->bound_order = workers;
    fixture_last(fixture)->bound_best = workers;
    summary->wall_ns = fixture_estimate(wall_ns, .006);
    summary->cold_wall_ns = fixture_estimate(wall_ns + 1.2e6, .008);
    summary->speedup = fixture_estimate(speedup, .007);
    summary->cold_speedup = fixture_estimate(speedup * wall_ns / (wall_ns + 1.2e6), .009);
    summary->efficiency = fixture_estimate(speedup / workers, .007);
    summary->ipc_overhead_ns = fixture_estimate(executor->overhead_ns, .03);
    summary->ipc_overhead_ratio = fixture_estimate(x, .03);
    summary->tasks_per_s = fixture_estimate(1e9 * (double)tasks / wall_ns, .006);
    summary->cpu_ns = fixture_estimate((w + executor->overhead_ns) * (double)tasks, .01);
    summary->grain_ns = fixture_estimate(w, .004);
    summary->predicted_speedup = units / (1 + x);
    summary->values[BE_VALUE_balance] = fixture_estimate(.98, .01);
    summary->values[BE_VALUE_tail_ns] = fixture_estimate(w, .1);
    summary->values[BE_VALUE_start_skew_ns] = fixture_estimate(40000, .2);
    summary->values[BE_VALUE_latency_p50_ns] = fixture_estimate(w + 2 * executor->overhead_ns, .02);
    summary->values[BE_VALUE_latency_p99_ns] = fixture_estimate(3 * w, .1);
    summary->values[BE_VALUE_latency_max_ns] = fixture_estimate(20 * w, .3);
    summary->values[BE_VALUE_peak_rss_bytes] = fixture_estimate(3 << 20, .01);
    summary->values[BE_VALUE_worker_pss_bytes] = fixture_estimate(700 << 10, .01);
    summary->values[BE_VALUE_pool_start_ns] = fixture_estimate(1.2e6, .05);
    summary->values[BE_VALUE_dispatcher_cpu_ns] =
        fixture_estimate(executor->overhead_ns * (double)tasks / 2, .03);
    summary->values[BE_VALUE_compute_ns] = fixture_estimate(w * (double)tasks, .004);
    if (!strstr(executor->params, "executor=threads")) {
        fixture_stage(summary, w);
    }
    fixture_pin(summary, fixture->cores);
    fixture_spend(summary, speedup);
    summary->overhead_ns_per_task =
        fixture_estimate((double)summary->distinct_pus * wall_ns / (double)tasks - w, .02);
    return summary;
}

/* The speedups of a series, from one grain to the next: where they cross a level. */
static inline struct be_crossing fixture_crossing(const struct fixture *fixture,
                                                  const struct be_series *series, double level,
                                                  double scale)
{
    struct be_crossing crossing = {.state = BE_CROSSING_UNKNOWN, .rounds = 12};
    double before_ns = NAN;
    double before = NAN;

    for (size_t i = 0; i < series->count; i++) {
        const struct be_summary *summary = &fixture->results.summaries.items[series->members[i]];
        double grain_ns = summary->grain_ns.median * scale;
        double speedup = summary->speedup.median;
        if (crossing.grains++ == 0) {
            crossing.smallest_ns = grain_ns;
            crossing.state = speedup >= level ? BE_CROSSING_ALWAYS : BE_CROSSING_NEVER;
        } else if (before < level && speedup >= level) {
            double share = (level - before) / (speedup - before);
            crossing.state = BE_CROSSING_INSIDE;
            crossing.at_ns = exp(log(before_ns) + share * log(grain_ns / before_ns));
            crossing.crossings++;
            crossing.below_ns = before_ns;
            crossing.above_ns = grain_ns;
            crossing.bounded = true;
            crossing.low_ns = .95 * crossing.at_ns;
            crossing.high_ns = 1.05 * crossing.at_ns;
            crossing.grains_per_decade = 1 / log10(grain_ns / before_ns);
            crossing.coarse = crossing.grains_per_decade < 3.99;
        }
        crossing.largest_ns = grain_ns;
        before_ns = grain_ns;
        before = speedup;
    }
    if (crossing.grains < 2) {
        crossing.state = BE_CROSSING_UNKNOWN;
    }
    return crossing;
}

static inline void fixture_fit(const struct fixture *fixture, const struct be_series *series,
                               struct be_scaling *scaling)
{
    *scaling = (struct be_scaling){.relative = true, .includes_clock_loss = true};
    scaling->points = calloc(series->count, sizeof(scaling->points[0]));
    for (size_t i = 0; scaling->points && i < series->count; i++) {
        const struct be_summary *summary = &fixture->results.summaries.items[series->members[i]];
        uint32_t workers = summary->configuration->workers;
        bool fitted = workers <= fixture->cores;
        scaling->points[scaling->count++] = (struct be_scaling_point){
            .configuration = series->members[i],
            .workers = workers,
            .fitted = fitted,
            .speedup = fixture_estimate(workers / (1 + .02 * (workers - 1)), .01),
            .karp_flatt = workers > 1 ? fixture_estimate(.02, .1) : (struct be_estimate){0},
        };
        scaling->fitted += fitted;
        scaling->fitted_workers_max = fitted ? workers : scaling->fitted_workers_max;
    }
    if (scaling->fitted >= BE_SCALING_POINTS_MIN) {
        const struct be_summary *first = &fixture->results.summaries.items[series->members[0]];
        scaling->serial_fraction = fixture_estimate(.02, .1);
        scaling->usl_contention = fixture_estimate(.02, .2);
        scaling->usl_coherency = fixture_estimate(.0001, .5);
        scaling->usl_tasks_per_s = first->tasks_per_s;
        scaling->usl_peak_workers = fixture_estimate(99, .3);
        scaling->usl_peak_beyond = true;
    }
}

/* What follows from the summaries so far. */
static inline void fixture_find(struct fixture *fixture)
{
    struct be_findings *findings = &fixture->results.findings;

    be_findings_finish(findings);
    if (be_series_grain(&fixture->run, &findings->grain_series, NULL) != BE_OK ||
        be_series_scaling(&fixture->run, &findings->scaling_series, NULL) != BE_OK) {
        abort();
    }
    size_t grains = findings->grain_series.count;
    findings->breakevens = calloc(grains + 1, sizeof(findings->breakevens[0]));
    findings->metgs = calloc(grains + 1, sizeof(findings->metgs[0]));
    findings->scalings = calloc(findings->scaling_series.count + 1, sizeof(findings->scalings[0]));
    findings->models = calloc(fixture->run.configuration_count + 1, sizeof(findings->models[0]));
    for (size_t i = 0; i < grains; i++) {
        const struct be_series *series = &findings->grain_series.items[i];
        const struct be_summary *first = &fixture->results.summaries.items[series->members[0]];
        double pus = (double)first->distinct_pus;
        findings->breakevens[i].warm = fixture_crossing(fixture, series, 1, 1);
        findings->breakevens[i].cold = fixture_crossing(fixture, series, 1.02, 1);
        findings->metgs[i].half = fixture_crossing(fixture, series, .5 * pus, 2);
        findings->metgs[i].ninety = fixture_crossing(fixture, series, .9 * pus, 1.1);
        findings->metgs[i].cold_half = findings->metgs[i].half;
        findings->metgs[i].cold_ninety = findings->metgs[i].ninety;
    }
    for (size_t i = 0; i < findings->scaling_series.count; i++) {
        fixture_fit(fixture, &findings->scaling_series.items[i], &findings->scalings[i]);
    }
    for (size_t i = 0; i < fixture->run.configuration_count; i++) {
        findings->models[i] = be_model_predict(&fixture->results.summaries.items[i]);
    }
}

/* Every executor at every worker count and grain. Each list ends with a 0, or without params. */
static inline void fixture_sweep(struct fixture *fixture, const uint64_t *grains_ns,
                                 const uint32_t *workers, const struct fixture_executor *executors)
{
    for (uint32_t block = 0; grains_ns[block] > 0; block++) {
        fixture_add_serial(fixture, block, grains_ns[block]);
        for (const struct fixture_executor *executor = executors; executor->params; executor++) {
            for (const uint32_t *count = workers; *count > 0; count++) {
                fixture_add_parallel(fixture, block, grains_ns[block], *count, executor);
            }
        }
    }
    fixture_find(fixture);
}

/* Adds a counter to a summary. */
static inline void fixture_count(struct be_summary *summary, const char *name,
                                 enum be_counter_state state, double value, const char *reason)
{
    summary->counters =
        builder_grow(summary->counters, summary->counter_count, sizeof(*summary->counters));
    struct be_counter_summary *counter = &summary->counters[summary->counter_count++];
    counter->state = state;
    counter->value = value;
    counter->share = state == BE_COUNTER_SCALED ? .5 : NAN;
    strncpy(counter->name, name, sizeof(counter->name) - 1);
    strncpy(counter->reason, reason, sizeof(counter->reason) - 1);
}

/* Four grains a decade from 1 us to 1 ms. */
static const uint64_t fixture_decades_ns[] = {1000,  1778,   3162,   5623,   10000,  17783,   31623,
                                              56234, 100000, 177828, 316228, 562341, 1000000, 0};

/* Grains that the plan does not name, for one executor with the most workers. Ends with a 0. */
static inline void fixture_search(struct fixture *fixture, const uint64_t *grains_ns,
                                  const struct fixture_executor *executor)
{
    for (; *grains_ns > 0; grains_ns++) {
        uint32_t block = be_run_block_count(&fixture->run);
        fixture_add_serial(fixture, block, *grains_ns);
        fixture_add_parallel(fixture, block, *grains_ns, fixture->cores, executor);
    }
    fixture_find(fixture);
}

/*
 * Two cores, four grains and what a search adds to them: what `sweep quick` gives on a small
 * machine.
 */
static inline void fixture_quick(struct fixture *fixture)
{
    static const struct fixture_executor executors[] = {
        {"executor=threads", 60, false},
        {"executor=threads-gil", 500, true},
        {"executor=processes", 2100, false},
        {0},
    };

    fixture_begin(fixture, "quick", 2);
    free(fixture->run.plan_text);
    fixture->run.plan_text =
        strdup("{\"axes\":{\"grain\":[\"1us\",\"10us\",\"100us\",\"1ms\"]},\"name\":\"quick\","
               "\"precision\":0.01,\"scaling\":\"strong\",\"seed\":7}");
    fixture_sweep(fixture, (const uint64_t[]){1000, 10000, 100000, 1000000, 0},
                  (const uint32_t[]){1, 2, 0}, executors);
    fixture_search(fixture, (const uint64_t[]){56, 100, 178, 0}, &executors[0]);
    fixture_search(fixture, (const uint64_t[]){1778, 2371, 3162, 0}, &executors[2]);
    for (size_t i = 0; i < fixture->results.summaries.count; i++) {
        struct be_summary *summary = &fixture->results.summaries.items[i];
        fixture_count(summary, "voluntary-switches", BE_COUNTER_COUNTED, 1200, "");
        fixture_count(summary, "PAPI_TOT_INS", BE_COUNTER_UNAVAILABLE, NAN,
                      "no hardware counters in this virtual machine");
    }
}

/* Four pairs on two workers, with what others published. */
static inline void fixture_seed(struct fixture *fixture)
{
    static const struct fixture_executor executors[] = {
        {"executor=threads-gil", 500, true},
        {"executor=threads", 1000000, false},
        {"executor=processes", 1150000, false},
        {0},
    };

    fixture_begin(fixture, "seed", 2);
    free(fixture->run.plan_text);
    fixture->run.plan_text =
        strdup("{\"name\":\"seed\",\"published\":{\"source\":\"CPython programs, machine unknown\","
               "\"wall_ns\":{\"serial\":1507000000,\"threads-gil\":1749000000,"
               "\"processes\":939000000}}}");
    fixture_sweep(fixture, (const uint64_t[]){25000000, 0}, (const uint32_t[]){2, 0}, executors);
    for (size_t i = 0; i < fixture->run.configuration_count; i++) {
        struct be_configuration *configuration = &fixture->run.configurations[i];
        configuration->grain_asked_ns = 0;
        if (configuration->role == BE_ROLE_MEASURED) {
            configuration->bound_order = 1.868;
            configuration->bound_best = 1.899;
        }
    }
}

static inline void fixture_finish(struct fixture *fixture)
{
    be_results_finish(&fixture->results);
    be_run_finish(&fixture->run);
}

#endif
