#include "cli/context.h"

#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/io.h"
#include "machine/placement.h"
#include "measure/peer.h"

void be_context_find_runner(const char *asked, char *path, size_t bytes)
{
    static const char *const beside[] = {"breakeven-bench", "../bench/breakeven-bench"};
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (asked) {
        snprintf(path, bytes, "%s", asked);
        return;
    }
    self[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(self, '/');
    for (size_t i = 0; slash && i < sizeof(beside) / sizeof(beside[0]); i++) {
        snprintf(path, bytes, "%.*s/%s", (int)(slash - self), self, beside[i]);
        if (access(path, X_OK) == 0) {
            return;
        }
    }
    snprintf(path, bytes, "breakeven-bench");
}

static enum be_status signals_catch(int *fd, struct be_error *error)
{
    struct sigaction hangup;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    /* Under nohup a terminal that closes is nothing to stop for. */
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN) {
        sigaddset(&set, SIGHUP);
    }
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) {
        return be_error_errno(error, BE_ESYSTEM, "sigprocmask");
    }
    *fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return *fd >= 0 ? BE_OK : be_error_errno(error, BE_ESYSTEM, "signalfd");
}

enum be_status be_context_conclude(const struct be_context *context, enum be_status status,
                                   struct be_error *error)
{
    struct signalfd_siginfo info = {0};
    bool caught = (status == BE_OK || status == BE_EINTERRUPTED) &&
                  be_io_read_some(context->interrupt_fd, &info, sizeof(info)) == sizeof(info);

    if (!caught) {
        return status;
    }
    enum be_status ended = info.ssi_signo == SIGTERM ? BE_ETERMINATED : BE_EINTERRUPTED;
    return status == BE_OK ? be_error_set(error, ended, "interrupted after the last sample")
                           : ended;
}

/* Binds this process, and with it every runner, to the CPUs that --cpus names. */
static enum be_status cpus_restrict(struct be_topology *topology, const char *cpus,
                                    struct be_error *error)
{
    cpu_set_t set;
    struct be_error cause;

    if (be_topology_restrict(topology, cpus, &cause) != BE_OK) {
        return be_error_set(error, BE_EUSAGE, "--cpus: %s", cause.message);
    }
    CPU_ZERO(&set);
    for (uint32_t i = 0; i < be_topology_counts(topology)->pus; i++) {
        CPU_SET((size_t)be_topology_pus(topology)[i].os_index, &set);
    }
    return sched_setaffinity(0, sizeof(set), &set) == 0
               ? BE_OK
               : be_error_errno(error, BE_ESYSTEM, "sched_setaffinity");
}

static enum be_status machine_open(struct be_context *context, struct be_error *error)
{
    enum be_status status = be_topology_load(&context->topology, error);

    if (status == BE_OK && context->options.cpus) {
        status = cpus_restrict(context->topology, context->options.cpus, error);
    }
    return status == BE_OK ? be_machine_capture("", context->topology, &context->machine, error)
                           : status;
}

static bool help_asked(int argc, const char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            return true;
        }
    }
    return false;
}

/* Who asks for help gets it without a runner too, less the flags that only a runner knows. */
static enum be_status options_read(struct be_context *context, unsigned groups, int argc,
                                   const char **argv, struct be_error *error)
{
    char path[PATH_MAX];
    struct be_error cause;

    be_context_find_runner(be_options_peek(argc, argv, "runner"), path, sizeof(path));
    enum be_status opened = be_runner_open(path, context->interrupt_fd, &context->runner, &cause);
    if (opened == BE_OK) {
        opened = be_peers_add(&context->runner, BE_PEERS_FOLDER, &cause);
    }
    if (opened != BE_OK && !help_asked(argc, argv)) {
        return be_error_set(error, opened, "%s", cause.message);
    }
    enum be_status status =
        be_options_parse(argc, argv, groups, opened == BE_OK ? &context->runner.catalog : NULL,
                         &context->options, error);
    if (status == BE_OK && opened != BE_OK && !context->options.helped) {
        status = be_error_set(error, opened, "%s", cause.message);
    }
    return status;
}

enum be_status be_context_init(struct be_context *context, unsigned groups, int argc,
                               const char **argv, struct be_error *error)
{
    *context = (struct be_context){.interrupt_fd = -1, .lock_fd = -1};
    enum be_status status = be_launch_prepare(error);
    if (status == BE_OK) {
        status = signals_catch(&context->interrupt_fd, error);
    }
    if (status == BE_OK) {
        status = options_read(context, groups, argc, argv, error);
    }
    if (status != BE_OK || context->options.helped) {
        return status;
    }
    status = machine_open(context, error);
    return status == BE_OK ? be_plan_init(&context->plan, error) : status;
}

void be_context_finish(struct be_context *context)
{
    be_store_close(context->store);
    be_plan_finish(&context->plan);
    be_machine_finish(&context->machine);
    be_topology_destroy(context->topology);
    be_runner_finish(&context->runner);
    be_options_finish(&context->options);
    if (context->lock_fd >= 0) {
        close(context->lock_fd);
    }
    if (context->interrupt_fd >= 0) {
        close(context->interrupt_fd);
    }
}

static void placements_join(char *text, size_t bytes)
{
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; be_placement_table[i]; i++) {
        used += (size_t)snprintf(text + used, bytes - used, "%s%s", i ? " " : "",
                                 be_placement_table[i]->name);
    }
}

enum be_status be_context_check_plan(struct be_context *context, struct be_error *error)
{
    char placements[256];
    struct be_plan_limits limits = {
        .max_workers = be_machine_effective_cores(&context->machine),
        .placements = placements,
    };
    enum be_status status = be_options_apply(&context->options, &context->plan, error);

    placements_join(placements, sizeof(placements));
    if (status == BE_OK) {
        status = be_store_check_label(context->plan.label, error);
    }
    if (status == BE_OK) {
        status = be_plan_read_input(&context->plan, error);
    }
    if (status == BE_OK) {
        status = be_peers_ask(&context->runner, &be_plan_axis(&context->plan, "executor")->values,
                              error);
    }
    return status == BE_OK ? be_plan_check(&context->plan, &context->runner.catalog, &limits, error)
                           : status;
}

static void wait_tell(pid_t holder)
{
    if (holder > 0) {
        fprintf(stderr, "breakeven: waits for process %d, which measures on these CPUs\n",
                (int)holder);
    } else {
        fprintf(stderr, "breakeven: waits for another process, which measures on these CPUs\n");
    }
}

enum be_status be_context_open_store(struct be_context *context, struct be_error *error)
{
    char *path = NULL;
    enum be_status status = be_lock_take(context->options.lock, context->interrupt_fd, wait_tell,
                                         &context->lock_fd, error);

    if (status == BE_OK) {
        status = be_store_default_path(context->options.db, &path, error);
    }
    if (status == BE_OK) {
        status = be_store_open(path, BE_STORE_WRITE, &context->store, error);
    }
    free(path);
    return status;
}

enum be_status be_context_load_run(const char *db, const char *handle, struct be_run *run,
                                   struct be_error *error)
{
    struct be_store *store = NULL;
    char *path = NULL;
    int64_t id = 0;
    enum be_status status = be_store_default_path(db, &path, error);

    if (status == BE_OK) {
        status = be_store_open(path, BE_STORE_READ, &store, error);
    }
    if (status == BE_OK) {
        status = be_store_resolve(store, handle ? handle : "@last", &id, error);
    }
    if (status == BE_OK) {
        status = be_store_load_run(store, id, BE_STORE_VALUES, run, error);
    }
    be_store_close(store);
    free(path);
    return status;
}

enum be_status be_context_with_run(int argc, const char **argv,
                                   enum be_status (*use)(const struct be_options *options,
                                                         const struct be_results *results,
                                                         struct be_error *error),
                                   struct be_error *error)
{
    struct be_options options = {0};
    struct be_run run = {0};
    struct be_results results = {0};
    enum be_status status = be_options_parse(
        argc, argv, BE_OPTIONS_STORE | BE_OPTIONS_OUT | BE_OPTIONS_FORMAT, NULL, &options, error);

    if (status == BE_OK && !options.helped) {
        status = be_context_load_run(options.db, options.argument, &run, error);
        if (status == BE_OK) {
            status = be_results_create(&run, &results, error);
        }
        if (status == BE_OK) {
            status = use(&options, &results, error);
        }
    }
    be_results_finish(&results);
    be_run_finish(&run);
    be_options_finish(&options);
    return status;
}
