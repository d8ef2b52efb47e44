/*
 * What measuring commands need at hand: signals, runner, topology, machine, plan, lock and store.
 * Threads: main thread; one context a process.
 */
#ifndef BE_CLI_CONTEXT_H
#define BE_CLI_CONTEXT_H

#include "cli/options.h"
#include "core/status.h"
#include "machine/machine.h"
#include "machine/topology.h"
#include "measure/runner_program.h"
#include "plan/plan.h"
#include "report/results.h"
#include "store/store.h"

#define BE_PLANS_FOLDER BE_DATA_DIR "/bench/plans"
#define BE_PLOTS_FOLDER BE_DATA_DIR "/plots"
#define BE_PEERS_FOLDER BE_DATA_DIR "/bench/peer"

struct be_context {
    int interrupt_fd; /* a signalfd: SIGINT, SIGTERM, SIGHUP are read, not delivered */
    struct be_options options;
    struct be_runner runner;
    struct be_topology *topology;
    struct be_machine machine;
    struct be_plan plan;
    int lock_fd;            /* -1: not taken */
    struct be_store *store; /* NULL until opened */
};

/*
 * Opens runner, flags of these groups, topology and machine, and the plan's defaults; finish frees
 * it all, also after an error. With options.helped set only the flags were read. Errors: those of
 * each part.
 */
enum be_status be_context_init(struct be_context *context, unsigned groups, int argc,
                               const char **argv, struct be_error *error);
void be_context_finish(struct be_context *context);

/*
 * Applies flags to the plan, reads its input, asks the peers that it needs, and holds it against
 * runner and machine.
 */
enum be_status be_context_check_plan(struct be_context *context, struct be_error *error);

/* Takes the lock of these CPUs and opens the database for writing. */
enum be_status be_context_open_store(struct be_context *context, struct be_error *error);

/*
 * What a command ends with: `status`, but BE_ETERMINATED or BE_EINTERRUPTED when a signal came in
 * place of success.
 */
enum be_status be_context_conclude(const struct be_context *context, enum be_status status,
                                   struct be_error *error);

/*
 * The runner to use: `asked` if not NULL, else breakeven-bench beside this program or in the build
 * folder it is part of, else from PATH. Written into path.
 */
void be_context_find_runner(const char *asked, char *path, size_t bytes);

/* Opens the database for reading and loads the run of a handle (NULL: @last). */
enum be_status be_context_load_run(const char *db, const char *handle, struct be_run *run,
                                   struct be_error *error);

/*
 * For a command about one stored run: parses --db, --out, --format and the run's handle, loads and
 * analyses the run and hands all to `use`. Errors: those of parsing, loading, analysing and `use`.
 */
enum be_status be_context_with_run(int argc, const char **argv,
                                   enum be_status (*use)(const struct be_options *options,
                                                         const struct be_results *results,
                                                         struct be_error *error),
                                   struct be_error *error);

#endif
