/*
 * A run: one sweep as it is planned, stored and analysed. The store fills it, analysis and report
 * read it. Threads: plain data with one owner.
 */
#ifndef BE_CORE_RUN_H
#define BE_CORE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/params.h"
#include "core/record.h"
#include "core/status.h"

/* Why a configuration is in its block. */
enum be_role {
    BE_ROLE_REFERENCE, /* the serial one that speedups are over */
    BE_ROLE_MEASURED,
    BE_ROLE_OVERHEAD,  /* workload `null`: what messages alone cost this executor */
    BE_ROLE_UNCOUNTED, /* a measured one again, without counters: what these cost */
};

const char *be_role_name(enum be_role value);
enum be_status be_role_parse(const char *name, enum be_role *value, struct be_error *error);

/* What the result of a task takes whose workload has a payload: one number. */
enum { BE_PAYLOAD_REPLY_BYTES = 8 };

/* One configuration. Its params hold every axis; the other members repeat what is asked often. */
struct be_configuration {
    char id[BE_ID_BYTES];    /* be_params_id(&params) */
    struct be_params params; /* owned */
    enum be_role role;
    uint32_t block;          /* configurations that share a serial reference */
    uint64_t grain_asked_ns; /* what the user wrote; 0: the input was given */
    uint64_t steps;          /* of one task, the mean where they differ; 0: none to count */
    uint64_t tasks;          /* a pass */
    uint64_t chunk;          /* 0: auto */
    uint32_t workers;
    const char *workload; /* these three: owned by params */
    const char *executor;
    const char *placement;
    uint32_t
        pu_count; /* C: distinct PUs that the plan gave workers and dispatcher; 0: not pinned */
    double bound_order; /* speedup that whole tasks allow in submission order; 0: unknown */
    double bound_best;  /* the same in the best order; 0: unknown */
};

/*
 * Whether it has a speedup worth looking at: role `measured`, and not executor `null`, which
 * computes nothing.
 */
bool be_configuration_has_speedup(const struct be_configuration *configuration);

void be_configuration_finish(struct be_configuration *configuration);

/* Sets id and the members that repeat params. Errors: BE_EINTERNAL when an axis is missing. */
enum be_status be_configuration_index(struct be_configuration *configuration,
                                      struct be_error *error);

enum be_sample_state {
    BE_SAMPLE_CLEAN,
    BE_SAMPLE_SUSPECT,     /* kept; something else ran */
    BE_SAMPLE_REJECTED,    /* stored, not used: its whole block of that round is left out */
    BE_SAMPLE_FAILED,      /* no measurement came out */
    BE_SAMPLE_UNAVAILABLE, /* this machine or what is asked for has no such thing: no fault */
};

const char *be_sample_state_name(enum be_sample_state value);
enum be_status be_sample_state_parse(const char *name, enum be_sample_state *value,
                                     struct be_error *error);

/*
 * The figures of a sample that analysis reads, beside its times: one column of the store each.
 * Unless it says otherwise a value is the median over the timed passes. NAN: not known.
 */
enum be_value {
#define BE_VALUE(name, meaning) BE_VALUE_##name,
#include "core/value.def"
#undef BE_VALUE
    BE_VALUE_COUNT
};

/* What came of a counter's event. Samples of a run mostly share it, so the run keeps each once. */
struct be_event {
    char name[BE_COUNTER_NAME_BYTES];
    enum be_counter_state state;          /* the worst of all workers */
    char reason[BE_COUNTER_REASON_BYTES]; /* the first of that state; "" where it was counted */
};

/* An event over all workers of a sample. */
struct be_counter_sum {
    uint32_t event; /* index into the run's events */
    double value;   /* a timed pass; NAN where it was not counted */
    double share;   /* SCALED: the smallest share; else NAN */
};

/* One launch of the runner for one configuration. */
struct be_sample {
    uint32_t configuration; /* index into the run's configurations */
    uint32_t round;         /* from 0 */
    enum be_sample_state state;
    char *reason;          /* owned; NULL when clean */
    uint64_t started_ns;   /* since the run began */
    uint64_t elapsed_ns;   /* launch to the runner's exit, as the harness saw it; 0: no launch */
    uint64_t overhead_ns;  /* launch to stored, less all passes and the commit; 0: not measured */
    uint64_t commit_ns;    /* of the store, of the sample before this one */
    uint64_t wall_ns;      /* median of the timed passes; 0: not measured */
    uint64_t cold_wall_ns; /* 0: no cold pass */
    uint64_t cpu_ns;       /* median of the timed passes */
    double values[BE_VALUE_COUNT];
    struct be_counter_sum *counters; /* owned; in the order of their events */
    uint32_t counter_count;
    struct be_sample_record *record; /* owned; NULL: there is none, or it was not loaded */
};

/* Whether a measurement came out, good or bad. */
bool be_sample_is_measured(const struct be_sample *sample);

void be_sample_finish(struct be_sample *sample);

enum be_run_status {
    BE_RUN_ACTIVE,      /* being measured, or its harness died */
    BE_RUN_INTERRUPTED, /* stopped by the user; resumable */
    BE_RUN_DONE,
};

const char *be_run_status_name(enum be_run_status value);
enum be_status be_run_status_parse(const char *name, enum be_run_status *value,
                                   struct be_error *error);

struct be_run {
    int64_t id;         /* its handle */
    char *plan;         /* the plan's name; owned, as all strings here */
    char *plan_text;    /* the plan as JSON, all flags applied: equal text, equal plan */
    char *label;        /* NULL: none */
    char *machine_key;  /* see machine.h */
    char *machine_json; /* everything captured about the machine */
    char *boot_id;
    char *build_id; /* of the runner */
    uint64_t seed;
    int64_t started_at;  /* seconds since 1970, UTC */
    uint64_t elapsed_ns; /* all its sessions together */
    uint32_t rounds;     /* planned */
    enum be_run_status status;

    struct be_configuration *configurations; /* owned */
    size_t configuration_count;
    struct be_sample *samples; /* owned; in the order they were stored */
    size_t sample_count;
    struct be_event *events; /* owned; what the samples' counters refer to */
    size_t event_count;
};

/*
 * Appends the sample, which the run then owns; on failure it stays the caller's. Of each
 * configuration's samples only the newest keeps its record: transcripts have them all.
 * Errors: BE_ENOMEM.
 */
enum be_status be_run_add_sample(struct be_run *run, const struct be_sample *sample,
                                 struct be_error *error);

/*
 * The index of an event equal to this one among the run's, which gets it if it has none. Errors:
 * BE_ENOMEM.
 */
enum be_status be_run_add_event(struct be_run *run, const struct be_event *event, uint32_t *index,
                                struct be_error *error);

/* init with {0}; finish frees. */
void be_run_finish(struct be_run *run);

/* Blocks are numbered from 0 without gaps. */
uint32_t be_run_block_count(const struct be_run *run);

#endif
