/*
 * A run on a machine with counters, made up: 8 cores whose clock falls from 4.2 GHz as they get
 * busy, tasks of 1 us and of 1 ms.
 */
#ifndef BE_TEST_COUNTERS_FIXTURE_H
#define BE_TEST_COUNTERS_FIXTURE_H

#include "report_fixture.h"

#define FIXTURE_SERIAL_GHZ 4.2

/* 1.5 instructions per cycle; messages are instructions, too. Each further core takes 1 %. */
static inline void fixture_count_cycles(struct be_summary *summary)
{
    const struct be_configuration *configuration = summary->configuration;
    double clock = 1 - .01 * (configuration->workers - 1);
    double overhead_ns = summary->ipc_overhead_ns.known ? summary->ipc_overhead_ns.median : 0;
    double cycles = (summary->grain_ns.median + overhead_ns) * FIXTURE_SERIAL_GHZ;
    double tasks = (double)configuration->tasks;

    summary->instructions_per_task = fixture_estimate(1.5 * cycles, .001);
    summary->instructions_per_cycle = fixture_estimate(1.5, .002);
    summary->clock_ghz = fixture_estimate(FIXTURE_SERIAL_GHZ * clock, .003);
    summary->clock_ratio = fixture_estimate(clock, .003);
    summary->cache_misses_per_task = fixture_estimate(overhead_ns / 1000, .05);
    summary->switches_per_task = fixture_estimate(overhead_ns / 1e4, .1);
    if (summary->speedup.known) {
        summary->equal_speedup = fixture_estimate(summary->speedup.median / clock, .008);
    }
    fixture_count(summary, "papi:PAPI_TOT_INS", BE_COUNTER_COUNTED, 1.5 * cycles * tasks, "");
    fixture_count(summary, "papi:PAPI_TOT_CYC", BE_COUNTER_COUNTED, cycles * tasks, "");
    fixture_count(summary, "papi:PAPI_L3_TCM", BE_COUNTER_SCALED, overhead_ns / 1000 * tasks, "");
    fixture_count(summary, "papi:PAPI_RES_STL", BE_COUNTER_UNAVAILABLE, NAN,
                  "this processor has no such event");
}

static inline void fixture_counted(struct fixture *fixture)
{
    static const struct fixture_executor executors[] = {
        {"executor=threads", 60, false},
        {"executor=processes", 2100, false},
        {0},
    };
    struct be_summaries *summaries = &fixture->results.summaries;

    fixture_begin(fixture, "counted", 8);
    free(fixture->run.plan_text);
    fixture->run.plan_text = strdup("{\"axes\":{\"grain\":[\"1us\",\"1ms\"]},\"name\":\"counted\","
                                    "\"counters\":[\"cycles\"],\"seed\":7}");
    fixture_sweep(fixture, (const uint64_t[]){1000, 1000000, 0}, (const uint32_t[]){1, 2, 4, 8, 0},
                  executors);
    for (size_t i = 0; i < summaries->count; i++) {
        fixture_count_cycles(&summaries->items[i]);
    }
    summaries->items[4].counting_cost = fixture_estimate(1.0031, .002); /* threads x8, 1 us */
}

#endif
