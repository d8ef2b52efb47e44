/*
 * A run of transports made up: two that carry everything, one of which looks in shared memory, and
 * one that ends at 64 KiB.
 */
#ifndef BE_TEST_TRANSPORTS_FIXTURE_H
#define BE_TEST_TRANSPORTS_FIXTURE_H

#include "report_fixture.h"

/* Round trips of 10 us and .1 ns a byte, of 400 ns whatever moves, and of 12 us. */
static const struct fixture_transport {
    const char *params;
    double fixed_ns;
    double byte_ns;
    uint64_t payload_max;
} fixture_transports[] = {
    {"transport=unix-stream", 10000, .1, UINT64_MAX},
    {"transport=mqueue", 12000, .15, 65536},
    {"transport=shm-arena wake=adaptive", 400, 0, UINT64_MAX},
};

static const uint64_t fixture_payloads[] = {64, 65536, 4194304};

/* One worker on PU 1, the dispatcher on PU 0, with one message at a time or many. */
static inline void fixture_add_message(struct fixture *fixture, uint32_t block, uint64_t payload,
                                       const struct fixture_transport *transport, unsigned window)
{
    char params[256];
    double task_ns =
        (transport->fixed_ns + transport->byte_ns * (double)payload) / (window > 1 ? 20 : 1);

    snprintf(params, sizeof(params),
             "workload=null executor=processes payload=%u tasks=50 steps=0 window=%u workers=1 %s",
             (unsigned)payload, window, transport->params);
    struct be_summary *summary = fixture_add(fixture, BE_ROLE_MEASURED, block, params);
    bool carried = payload <= transport->payload_max;
    summary->wall_ns = carried ? fixture_estimate(50 * task_ns, .02) : (struct be_estimate){0};
    summary->why_unavailable = carried ? NULL : "messages of 64 KiB at most";
    summary->unavailable = !carried;
    summary->tasks_per_s = carried ? fixture_estimate(1e9 / task_ns, .02) : (struct be_estimate){0};
    summary->pus = calloc(1, sizeof(summary->pus[0]));
    summary->pus[0] = 1;
    summary->pu_count = 1;
    summary->dispatcher_pu = 0;
    summary->distinct_pus = 2;
}

/* c is 50 ns and W + S 2,500 ns between PUs 0 and 1. */
static inline void fixture_transport_run(struct fixture *fixture)
{
    static const char machine[] =
        "{\"description\":\"Example CPU, 2 cores, no quota\",\"floors\":{\"pus\":[0,1],"
        "\"cache_line_ns\":50.0,\"cache_line_ns_low\":48.0,\"cache_line_ns_high\":51.0,"
        "\"futex_wake_ns\":2500.0,\"futex_wake_ns_low\":null,\"futex_wake_ns_high\":null}}";

    fixture_begin(fixture, "transports", 2);
    free(fixture->run.machine_json);
    fixture->run.machine_json = strdup(machine);
    for (uint32_t block = 0; block < 3; block++) {
        char params[64];
        snprintf(params, sizeof(params), "workload=null payload=%u tasks=50 steps=0",
                 (unsigned)fixture_payloads[block]);
        fixture_add(fixture, BE_ROLE_REFERENCE, block, params);
        for (size_t i = 0; i < 3; i++) {
            fixture_add_message(fixture, block, fixture_payloads[block], &fixture_transports[i], 1);
            fixture_add_message(fixture, block, fixture_payloads[block], &fixture_transports[i],
                                1024);
        }
    }
    fixture_find(fixture);
}

#endif
