/*
 * The runner protocol, version 1: a spec as one JSON line on the runner's stdin; `hello`, `pass`
 * records and `done` or `error` as JSON lines back. bench/README.md shows it by example.
 *
 * Encoders append one line, newline included, to a buffer. Threads: no shared state. Errors:
 * BE_EPROTOCOL naming the key that is missing or wrong.
 */
#ifndef BE_CORE_PROTOCOL_H
#define BE_CORE_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buffer.h"
#include "core/json.h"
#include "core/pairs.h"
#include "core/params.h"
#include "core/record.h"
#include "core/status.h"

#define BE_PROTOCOL_VERSION 1

enum { BE_WORKERS_MAX = 4096, BE_PASSES_MAX = 10000 };

/* What to measure. init makes an empty one that pins nothing; finish frees. */
struct be_spec {
    struct be_params params; /* workload, executor, workers, chunk, … and the rows' own */

    /* The input: inline pairs, a CSV file, or else `tasks` generated ones of `steps` steps. */
    struct be_pairs pairs;
    char *input_path;    /* owned; NULL when there is none */
    uint64_t input_hash; /* be_pairs_hash of the file's pairs, checked by the runner */
    uint64_t seed;       /* of generated input */

    uint32_t passes; /* timed ones, 1 .. BE_PASSES_MAX */
    uint32_t warmup; /* 0 .. BE_PASSES_MAX */
    bool cold;       /* also one cold pass, first */

    int32_t *pus;          /* owned; a PU (OS index) a worker; NULL: nothing is pinned */
    uint32_t pu_count;     /* as many as workers, or 0 */
    int32_t dispatcher_pu; /* -1: not pinned */
    char *topology_xml;    /* owned; NULL: the runner loads the topology itself */

    char **counters; /* owned; event names, each with its backend: "papi:PAPI_TOT_INS" */
    size_t counter_count;

    bool leash; /* stop by itself when stdin ends: set by a harness, not by hand */
};

/* Appends a value as one line and releases it; NULL counts as out of memory. */
void be_protocol_line(json_t *object, struct be_buffer *line);

void be_spec_init(struct be_spec *spec);
void be_spec_finish(struct be_spec *spec);

void be_spec_encode(const struct be_spec *spec, struct be_buffer *line);
/* Reads a spec line; *spec must be as init leaves it, and the caller finishes it also after an
 * error. */
enum be_status be_spec_parse(const char *line, size_t bytes, struct be_spec *spec,
                             struct be_error *error);

void be_hello_encode(const struct be_hello_record *hello, struct be_buffer *line);
void be_pass_encode(const struct be_pass_record *pass, struct be_buffer *line);
/* Writes workers, dispatcher, pool_start_ns, latency, gauges and task_error of the record. */
void be_done_encode(const struct be_sample_record *record, struct be_buffer *line);
void be_error_encode(const struct be_error *error, struct be_buffer *line);

/*
 * Reads everything a runner printed into *record (which must be empty; the caller finishes it also
 * after an error): hello, pass*, done | error, in that order. Stamps, what a dispatcher took, what
 * the workers did in a pass (whose list is empty then), latency, gauges, task_error, PSS,
 * disturbances, and the delay and migrations among them, may be left out, which leaves them
 * unknown.
 *
 * Errors: BE_EPROTOCOL (what the runner did wrong), or the status and text that the runner itself
 * reported in an `error` line.
 */
enum be_status be_sample_record_parse(const char *text, size_t bytes,
                                      struct be_sample_record *record, struct be_error *error);

/*
 * Holds a parsed record against what was asked for: as many passes, tasks and workers as the spec
 * says, no failed task, one checksum in all passes, and times that are possible: wall_ns > 0, a
 * worker's end not before its start nor past the end of its pass, CPU time at most wall time x
 * (workers + 1) with two clock ticks' grace, stamps at most 100 x wall time, percentiles that rise,
 * and all passes together not longer than elapsed_ns, the whole sample as its parent saw it.
 *
 * Errors: BE_ETASK, BE_EWRONG.
 */
enum be_status be_sample_record_check(const struct be_sample_record *record,
                                      const struct be_spec *spec, uint64_t elapsed_ns,
                                      struct be_error *error);

#endif
