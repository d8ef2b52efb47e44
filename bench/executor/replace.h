/*
 * What becomes of a worker that is lost, and of its tasks.
 *
 * Lost is who has ended, hung up, answered what makes no sense, or was at one message for too long.
 * It is killed if need be, reaped, its link is closed, and another one takes its place: on a new
 * link, since nobody knows what state the old one is in. What it had in flight is handed out again.
 * Only the message that it was at counts as tried, by its account; the tasks of that message go one
 * by one from then on, so that the one that it died of fails alone, once it was tried too often.
 *
 * Threads: the dispatcher. Errors: BE_EWORKER, saying how the last worker was lost, when there were
 * too many; what starting a worker may fail with.
 */
#ifndef BE_BENCH_REPLACE_H
#define BE_BENCH_REPLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/record.h"
#include "core/status.h"
#include "executor/flight.h"
#include "executor/latency.h"

struct be_executor;

/* What happened since the pool's counters were started. */
struct be_losses {
    uint64_t replaced; /* workers */
    uint64_t rerun;    /* tasks handed out again */
    uint64_t given_up; /* tasks that were tried too often, or could not be encoded */
    struct be_latency_histogram detection;   /* from a fault on purpose until its loss was known */
    struct be_latency_histogram replacement; /* from then until the next worker was ready */
};

/* How far a worker had come when it was last looked at. */
struct be_pace {
    uint64_t mark;
    uint64_t since_ns; /* it has not come further than that since then */
};

/* Replaces worker `index`, lost for this cause; before all were ready once, that is the error. */
enum be_status be_process_replace(struct be_executor *pool, uint32_t index,
                                  const struct be_error *cause, struct be_error *error);

/* A worker has said that it is ready. Errors: what it says in its account. */
enum be_status be_process_welcome(struct be_executor *pool, uint32_t index, struct be_error *error);

/* Fails these tasks, and remembers why. */
void be_tasks_give_up(struct be_executor *pool, const struct be_flight *tasks,
                      const struct be_error *cause);

/*
 * Whether a worker that owes something has not come further for too long: BE_EWORKER then, with
 * the cause, or BE_OK. pool->now_ns is when this is.
 */
enum be_status be_process_look(struct be_executor *pool, uint32_t index, struct be_error *cause);

/* When to look next; workers that could not be looked at in time start anew. */
void be_processes_pace(struct be_executor *pool);

/* Tells what happened since, as gauges of the sample. */
void be_losses_tell(const struct be_losses *losses, struct be_gauges *gauges);

#endif
