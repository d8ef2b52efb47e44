/*
 * What messages of a payload take, by transport: round trips and throughput of empty tasks, and how
 * far the round trips are from what the machine allows between the same two cores. Pure functions.
 *
 * RTT is T / N of workload `null` with one worker, chunk 1 and window 1, on another PU than the
 * dispatcher: each message waits for the answer to the one before. Its limit is 2c, a cache line
 * there and back, for a transport whose ends look in memory that they share, and 2(W + S), two
 * wake-ups with their system calls, for one whose ends sleep.
 */
#ifndef BE_ANALYSIS_TRANSPORTS_H
#define BE_ANALYSIS_TRANSPORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/summary.h"
#include "core/status.h"

/* Configurations that differ in payload, window and workers only. */
struct be_transport_line {
    char *label; /* owned: "shm-ring, wake spin" */
    bool spins;  /* its limit is 2c */
};

struct be_transport_point {
    size_t line;
    uint64_t payload;
    struct be_estimate rtt_ns;
    struct be_estimate distance;           /* RTT over its limit */
    const struct be_summary *many;         /* several messages under way; NULL: not measured */
    const struct be_estimate *tasks_per_s; /* of `many`; NULL as well */
    const char *why_unavailable; /* borrowed: the transport does not carry it; NULL: it does */
};

struct be_transports {
    struct be_transport_line *lines; /* owned, in the order of the run */
    size_t line_count;
    struct be_transport_point *points; /* owned; by line, then payload */
    size_t point_count;
    struct be_estimate line_ns; /* 2c between the two cores of the round trips; may be unknown */
    struct be_estimate wake_ns; /* 2(W + S) */
};

/* What one way takes between two PUs at best. Zeroed: not known. */
struct be_way {
    int32_t pus[2];
    struct be_estimate cache_line_ns; /* c */
    struct be_estimate futex_wake_ns; /* W + S */
};

/*
 * *transports has no points where the run has none; limits are known between the PUs of `way`, and
 * only there. Errors: BE_ENOMEM.
 */
enum be_status be_transports_create(const struct be_run *run, const struct be_summaries *summaries,
                                    const struct be_way *way, struct be_transports *transports,
                                    struct be_error *error);
void be_transports_finish(struct be_transports *transports);

#endif
