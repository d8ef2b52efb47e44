/*
 * What one sample measured: filled by a runner, sent home by the protocol, stored and analysed by
 * the harness. Times are ns of CLOCK_MONOTONIC or of a CPU clock. Threads: plain data.
 */
#ifndef BE_CORE_RECORD_H
#define BE_CORE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

/* How a counter's value is to be read. A value that is not known is never 0. */
enum be_counter_state {
    BE_COUNTER_COUNTED,      /* value is exact */
    BE_COUNTER_SCALED,       /* value was extrapolated from `share` of the time */
    BE_COUNTER_NOT_COUNTING, /* opened, but nothing was counted over a pass that ran */
    BE_COUNTER_UNAVAILABLE,  /* could not be opened: see reason */
};

enum { BE_COUNTERS_MAX = 32, BE_COUNTER_NAME_BYTES = 80, BE_COUNTER_REASON_BYTES = 160 };

/* One event of one thread or process. Holds no pointer: workers write them into shared memory. */
struct be_counter_value {
    char name[BE_COUNTER_NAME_BYTES]; /* "backend:event", such as "papi:PAPI_TOT_INS" */
    enum be_counter_state state;
    uint64_t value;                       /* for COUNTED and SCALED only */
    double share;                         /* for SCALED: part of the time that it counted, 0 .. 1 */
    char reason[BE_COUNTER_REASON_BYTES]; /* for NOT_COUNTING and UNAVAILABLE */
};

struct be_counters {
    struct be_counter_value *items; /* owned */
    uint32_t count;                 /* at most BE_COUNTERS_MAX */
};

const char *be_counter_state_name(enum be_counter_state value);
enum be_status be_counter_state_parse(const char *name, enum be_counter_state *value,
                                      struct be_error *error);

/* Whether a counter is of time, in ns; the others count events. */
bool be_counter_is_time(const char *name);

enum be_pass_kind {
    BE_PASS_COLD,   /* pool start + one pass + join, as one time */
    BE_PASS_WARMUP, /* recorded and flagged, not used */
    BE_PASS_TIMED,
};

const char *be_pass_kind_name(enum be_pass_kind value);
enum be_status be_pass_kind_parse(const char *name, enum be_pass_kind *value,
                                  struct be_error *error);

/*
 * Where the time of one thread or process went within one pass: wall time inside each kind of work,
 * estimated from stamps around 1 in k of them, k such that stamping costs under 1 % of the pass.
 * Waiting asleep is in none of these.
 */
struct be_stamps {
    uint64_t compute_ns; /* inside the workload */
    uint64_t codec_ns;   /* encoding and decoding; 0 also where nothing is (threads) */
    uint64_t send_ns;    /* handing messages over, system calls included */
    uint64_t receive_ns; /* taking messages in, without the wait for them */
    uint64_t merge_ns;   /* putting results in their place */
    uint64_t spin_ns;    /* waiting, but on the core: looking for messages that are not there yet */
};

/* A worker's part in one pass. */
struct be_pass_worker {
    uint64_t tasks;
    uint64_t cpu_ns;   /* user + system time of this worker within the pass */
    uint64_t start_ns; /* its first task, since the pass began; 0 with tasks == 0 */
    uint64_t end_ns;   /* its last result, since the pass began; 0 with tasks == 0 */
    struct be_stamps stamps;
};

/* The dispatcher's part in one pass, where it is no worker itself. */
struct be_pass_dispatcher {
    uint64_t cpu_ns; /* user + system time within the pass */
    struct be_stamps stamps;
};

/* All tasks of a configuration once. */
struct be_pass_record {
    enum be_pass_kind kind;
    uint64_t wall_ns;  /* first submit to last result merged in order; cold: with start and join */
    uint64_t cpu_ns;   /* user + system, dispatcher and workers */
    uint64_t tasks;    /* merged results, failed ones included */
    uint64_t failed;   /* tasks that failed */
    uint64_t checksum; /* FNV-1a over the little-endian results in input order */
    bool stamped;      /* the stamps of workers and dispatcher hold values */
    struct be_pass_dispatcher dispatcher; /* all 0 where the dispatcher is the worker */
    struct be_pass_worker *workers;       /* owned; worker_count of them; NULL for cold passes */
    uint32_t worker_count;
};

/*
 * Time of a task from its submission to its result, over the timed passes of a sample, from 1 in k
 * messages. The loop is closed: what waits in a window waits in this time too.
 */
struct be_latency {
    uint64_t count; /* messages that were timed; 0: none, the others hold nothing */
    uint64_t p50_ns;
    uint64_t p99_ns;  /* 0: fewer than 100 were timed */
    uint64_t p999_ns; /* 0: fewer than 1,000 were timed */
    uint64_t max_ns;
};

enum be_gauge {
#define BE_GAUGE(name, meaning) BE_GAUGE_##name,
#include "core/gauge.def"
#undef BE_GAUGE
    BE_GAUGE_COUNT
};

/* What a runner says of a sample by name. A zeroed one says nothing. */
struct be_gauges {
    struct be_gauge_said {
        bool known;
        double value; /* holds one if known: finite, at least 0 */
    } said[BE_GAUGE_COUNT];
};

/* The name of a gauge: that of its value. */
const char *be_gauge_name(enum be_gauge gauge);

static inline void be_gauges_set(struct be_gauges *gauges, enum be_gauge gauge, double value)
{
    gauges->said[gauge] = (struct be_gauge_said){true, value};
}

/* What the kernel did to one thread or process over the timed passes. */
struct be_disturbance {
    uint64_t voluntary_switches;
    uint64_t involuntary_switches;
    uint64_t major_faults;
    bool delay_known;
    uint64_t delay_ns; /* ready to run while another had the core; holds a value if known */
    bool migrations_known;
    uint64_t migrations; /* moves to another CPU; holds a value if known */
};

/*
 * A worker (or the dispatcher) over the whole sample. Of a dispatcher that is the worker only the
 * PUs are repeated.
 */
struct be_worker_record {
    int32_t pu_asked;   /* OS index of the PU that the plan said; -1: not pinned */
    int32_t pu_bound;   /* read back: the one PU of its binding; -1: bound to more than one */
    int32_t pu_seen;    /* where it last ran; -1: unknown */
    uint64_t pss_bytes; /* proportional set size at the end, a process each; 0: unknown */
    bool watched;       /* `disturbance` holds values */
    struct be_disturbance disturbance;
    struct be_counters counters; /* over the timed passes */
};

/* What a runner is: a build's identity and what it can do. */
struct be_hello_record {
    uint32_t protocol;
    char program[64];
    char version[32];
    char build_id[65]; /* hexadecimal build-id of the program; "" unknown */
};

/* Everything one launch said. init with {0}; finish frees. */
struct be_sample_record {
    struct be_hello_record hello;
    struct be_pass_record *passes; /* owned, in the order they ran */
    size_t pass_count;
    struct be_worker_record *workers; /* owned */
    size_t worker_count;
    struct be_worker_record dispatcher;
    uint64_t pool_start_ns; /* creating the warm pool until every worker is ready */
    struct be_latency latency;
    struct be_gauges gauges;
    struct be_error task_error; /* why the first task failed that no worker could run, or BE_OK */
    bool complete;              /* a `done` was received */
};

/* Makes *counters a copy of the values; they must be empty. Errors: BE_ENOMEM. */
enum be_status be_counters_copy(const struct be_counter_value *values, uint32_t count,
                                struct be_counters *counters, struct be_error *error);

void be_pass_record_finish(struct be_pass_record *pass);
void be_sample_record_finish(struct be_sample_record *record);

/* The median over the timed passes of wall_ns, or of cpu_ns; 0 when there is none. */
uint64_t be_sample_record_wall_ns(const struct be_sample_record *record);
uint64_t be_sample_record_cpu_ns(const struct be_sample_record *record);

size_t be_sample_record_timed_count(const struct be_sample_record *record);

/* The first pass of a kind, or NULL. */
const struct be_pass_record *be_sample_record_pass(const struct be_sample_record *record,
                                                   enum be_pass_kind kind);

#endif
