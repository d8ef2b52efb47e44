/*
 * Counters: events that each worker opens for itself, starts after the ramp, stops at the end of
 * the timed part, and leaves in its account.
 *
 * A backend is one file count_*.c and one row of counter.def. An event is asked for by
 * "backend:event" ("rusage:voluntary-switches", "perf_event:task-clock", "papi:PAPI_TOT_INS") and
 * that is also the name of its value; times are ns. A value is COUNTED or SCALED only after a stop:
 * what was opened and never stopped reads NOT_COUNTING.
 *
 * Threads: a session is opened, used and closed by one thread; a forked worker opens its own after
 * the fork and never uses its parent's. Only the opening thread is counted, never its children.
 */
#ifndef BE_BENCH_COUNTER_H
#define BE_BENCH_COUNTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/record.h"
#include "core/status.h"

/* A round is what lies between a start and the next stop. */
struct be_counter_total {
    uint64_t sum;    /* over the rounds in which it counted */
    double share;    /* of the time of each of them, added up */
    uint32_t rounds; /* those */
    bool is_spoilt;  /* in one more it should have counted and did not: the value says why */
};

/*
 * The events of one thread, where several processes can reach them: without a pointer. Events that
 * do not fit the hardware together take turns, one a round.
 */
struct be_counter_values {
    uint32_t count;
    uint32_t turns; /* rounds until every event has had one */
    uint32_t round; /* of the next start, from 0 on; the dispatcher's to set */
    struct be_counter_value items[BE_COUNTERS_MAX];
    struct be_counter_total totals[BE_COUNTERS_MAX];
};

struct be_counter_ops {
    const char *name;
    const char *summary;
    const char *const *events; /* without the backend; NULL-terminated */
    bool by_name;              /* they are no part of "default" */

    /*
     * Optional: NULL, with unload. Loads what the backend needs, once a process, in the dispatcher,
     * before any worker exists and outside every timed part; values are the events that open will
     * be asked for, and *library is handed to open, also in forked children.
     * Errors: BE_EUNAVAILABLE with the reason and its remedy, BE_ENOTFOUND likewise where what it
     * needs is not installed, BE_ENOMEM.
     */
    enum be_status (*load)(const struct be_counter_value *values, size_t count, void **library,
                           struct be_error *error);
    void (*unload)(void *library);

    /*
     * Optional: NULL. The event of this backend that counts what an event of PAPI does, or NULL: it
     * is opened as well where PAPI is not installed.
     */
    const char *(*stand_in)(const char *papi_event);

    /*
     * Opens `count` events for the calling thread. The caller has set values[i].name to
     * "backend:event" and the state to NOT_COUNTING; an event that cannot be opened becomes
     * UNAVAILABLE with the reason and its remedy, and one of which only the user part can be seen
     * gets ":u" behind its name. Errors: BE_ENOMEM; nothing else fails as a whole.
     */
    enum be_status (*open)(void *library, struct be_counter_value *values, size_t count,
                           void **session, struct be_error *error);
    /* Optional: NULL, for 1. How many turns the events take: those of one fit the hardware. */
    uint32_t (*turns)(const void *session);
    /* start and stop may alternate: each stop tells what happened since its start. */
    void (*start)(void *session, uint32_t round);
    /*
     * Fills value, state, share and reason of the same values that were opened, but of those that
     * had no turn.
     */
    void (*stop)(void *session, struct be_counter_value *values, size_t count);
    void (*close)(void *session);
};

/* The table, in the order of counter.def, NULL-terminated. */
extern const struct be_counter_ops *const be_counter_table[];

/* What a spec asks for, grouped by backend. Made once by the dispatcher, then only read. */
struct be_counter_plan;

/*
 * events: "backend:event" strings; "default" stands for the events of every backend that are
 * not to be asked for by name. An
 * event asked for twice is opened once. Loads the backends that are asked for, and no others.
 * Errors: BE_EINVAL for an unknown backend, a name that is too long or more than BE_COUNTERS_MAX
 * events, BE_ENOMEM. A backend that is unavailable is not an error: its events say so.
 */
enum be_status be_counter_plan_create(char *const *events, size_t count,
                                      struct be_counter_plan **plan, struct be_error *error);
void be_counter_plan_destroy(struct be_counter_plan *plan);

/* All sessions of one thread. */
struct be_counter_session;

/*
 * Opens the plan's events for the calling thread and writes names and states into *values, which
 * the caller owns and which must outlive the session. plan NULL opens nothing and makes *session
 * NULL, which start, stop and close take. Errors: BE_ENOMEM.
 */
enum be_status be_counter_session_open(const struct be_counter_plan *plan,
                                       struct be_counter_values *values,
                                       struct be_counter_session **session, struct be_error *error);
/* Starts the events whose turn it is; stop fills in their values and adds them to the totals. */
void be_counter_session_start(struct be_counter_session *session);
void be_counter_session_stop(struct be_counter_session *session);
void be_counter_session_close(struct be_counter_session *session);

/*
 * Makes values of the totals over `rounds`, all of the same work. What did not count in each is
 * SCALED to all of them; what counted in none keeps its reason; a time of 0 is NOT_COUNTING.
 */
void be_counter_values_settle(struct be_counter_values *values, uint32_t rounds);

/*
 * Opens a backend's default events, and what stands in for them, for the calling thread and closes
 * them again: what can be counted here. UNAVAILABLE values carry the reason. Errors: BE_ENOMEM.
 */
enum be_status be_counter_probe(const struct be_counter_ops *ops, struct be_counter_values *values,
                                struct be_error *error);

/* For backends: the event of a value's name, without the backend. */
const char *be_counter_event(const struct be_counter_value *value);

/*
 * For backends with a fixed list: the index of the value's event in `events` (NULL-terminated); or
 * -1, and the value is UNAVAILABLE with the list as its reason.
 */
int be_counter_event_index(const char *const *events, struct be_counter_value *value);

/* For backends: a counter that is not there reads 0, so a 0 that was read becomes not known. */
void be_counter_doubt(struct be_counter_value *value, const char *reader);

/* For backends: an exact count; and a value that is not known, with its reason. */
void be_counter_count(struct be_counter_value *value, uint64_t count);
void be_counter_refuse(struct be_counter_value *value, enum be_counter_state state,
                       const char *reason, ...) __attribute__((format(printf, 3, 4)));

#endif
