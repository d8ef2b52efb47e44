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

#include "analysis/summary.h"
#include "run_builder.h"

struct fixture {
    struct be_run run;
    struct be_summaries summaries;
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
    fixture->summaries.harness_overhead_ns = fixture_estimate(2.5e6, .1);
    fixture->summaries.commit_ns = fixture_estimate(.9e6, .2);
}

/* Adds a configuration and an empty summary of it; both may move when the next one is added. */
static inline struct be_summary *fixture_add(struct fixture *fixture, enum be_role role,
                                             uint32_t block, const char *params)
{
    struct be_summaries *summaries = &fixture->summaries;

    builder_add_configuration(&fixture->run, role, block, params);
    summaries->items = builder_grow(summaries->items, summaries->count, sizeof(*summaries->items));
    struct be_summary *summary = &summaries->items[summaries->count++];
    for (size_t i = 0; i < summaries->count; i++) {
        summaries->items[i].configuration = &fixture->run.configurations[i];
    }
    summary->predicted_speedup = NAN;
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
    summary->overhead_ns_per_task = fixture_estimate(units * wall_ns / (double)tasks - w, .02);
    summary->tasks_per_s = fixture_estimate(1e9 * (double)tasks / wall_ns, .006);
    summary->cpu_ns = fixture_estimate((w + executor->overhead_ns) * (double)tasks, .01);
    summary->grain_ns = fixture_estimate(w, .004);
    summary->predicted_speedup = units / (1 + x);
    fixture_pin(summary, fixture->cores);
    return summary;
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

/* Two cores, four grains: what `sweep quick` gives on a small machine. */
static inline void fixture_quick(struct fixture *fixture)
{
    static const struct fixture_executor executors[] = {
        {"executor=threads", 60, false},
        {"executor=threads-gil", 500, true},
        {"executor=processes", 2100, false},
        {0},
    };

    fixture_begin(fixture, "quick", 2);
    fixture_sweep(fixture, (const uint64_t[]){1000, 10000, 100000, 1000000, 0},
                  (const uint32_t[]){1, 2, 0}, executors);
    for (size_t i = 0; i < fixture->summaries.count; i++) {
        struct be_summary *summary = &fixture->summaries.items[i];
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
    be_summaries_finish(&fixture->summaries);
    be_run_finish(&fixture->run);
}

#endif
