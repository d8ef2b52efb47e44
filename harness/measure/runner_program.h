/*
 * A runner program: what it offers, and one sample of it. Its peers are other runners, whose
 * executors stand in its catalogue beside its own (see peer.h): a spec is measured by the program
 * that has its executor. Threads: the main thread.
 */
#ifndef BE_MEASURE_RUNNER_PROGRAM_H
#define BE_MEASURE_RUNNER_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "core/protocol.h"
#include "core/record.h"
#include "core/status.h"
#include "measure/launch.h"
#include "plan/catalog.h"

struct be_runner {
    char *path; /* owned */
    struct be_catalog catalog;
    int interrupt_fd; /* see be_launch */
    struct be_peer *peers;
    size_t peer_count;
};

/*
 * Asks the program at `path` what it offers (--describe). *runner is written on success only;
 * finish frees. Errors: those of be_launch_run, BE_EPROTOCOL.
 */
enum be_status be_runner_open(const char *path, int interrupt_fd, struct be_runner *runner,
                              struct be_error *error);
void be_runner_finish(struct be_runner *runner);

/*
 * Asks the program at `path` what it offers, alone. *catalog is written on success only. Errors: as
 * be_runner_open.
 */
enum be_status be_runner_describe(const char *path, int interrupt_fd, struct be_catalog *catalog,
                                  struct be_error *error);

/* One launch. init with {0}; finish frees. */
struct be_outcome {
    struct be_launch_result launch; /* output: the transcript as received */
    struct be_sample_record record;
};

/*
 * Measures one spec. Errors: those of be_launch_run, be_sample_record_parse and
 * be_sample_record_check; the message says what the runner did and ends in what it wrote to stderr
 * last. *outcome holds what there is, also after an error.
 */
enum be_status be_runner_measure(const struct be_runner *runner, const struct be_spec *spec,
                                 uint64_t timeout_ns, struct be_outcome *outcome,
                                 struct be_error *error);
void be_outcome_finish(struct be_outcome *outcome);

/*
 * The tasks that the runner generates for a spec (--input), as a CSV file that other runners read.
 * It has no name of its own and lives as long as its descriptor *fd, which is the caller's (close).
 * Errors: those of be_launch_run, BE_EPROTOCOL, BE_ESYSTEM, BE_ENOMEM.
 */
enum be_status be_runner_make_input(const struct be_runner *runner, const struct be_spec *spec,
                                    int *fd, struct be_error *error);

/*
 * The steps of each task of the spec's input (--count-steps), in input order; `count` of them,
 * *steps is the caller's (free). Errors: those of be_launch_run, BE_EPROTOCOL, BE_ENOMEM.
 */
enum be_status be_runner_count_steps(const struct be_runner *runner, const struct be_spec *spec,
                                     size_t count, uint64_t **steps, struct be_error *error);

#endif
