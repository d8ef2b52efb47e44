/*
 * Runners and harnesses that are killed at any instant, most of all while they replace workers:
 * nothing of them is left, whatever the transport and however workers are started.
 */
#ifndef BE_TEST_KILLS_H
#define BE_TEST_KILLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "command_run.h"
#include "core/io.h"
#include "core/rng.h"
#include "measure/launch.h"
#include "measure/runner_program.h"
#include "own_world.h"

static struct be_runner kills_runner;
static struct be_rng kills_rng;

/* What there is to choose for a parameter of `processes`, separated by blanks. */
static inline const char *kills_choices(const char *param)
{
    const struct be_catalog_row *row =
        be_catalog_find(&kills_runner.catalog, BE_CATALOG_EXECUTOR, "processes");

    return be_catalog_row_param(row, param)->choices;
}

/* Calls once for each word. */
static inline void kills_each(const char *words, void (*call)(const char *word, void *context),
                              void *context)
{
    char *copy = strdup(words);
    char *rest = copy;

    assert_non_null(copy);
    for (char *word; (word = strsep(&rest, " "));) {
        call(word, context);
    }
    free(copy);
}

/*
 * Waits for what was killed and all that it left behind, and looks around. The name of a queue may
 * be left: the next one takes it away.
 */
static inline void kills_await(void)
{
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) {
    }
    assert_int_equal(errno, ECHILD);
    struct world_things things = world_count();
    assert_in_range(things.queues, 0, 1);
    things.queues = 0;
    assert_memory_equal(&things, &(struct world_things){0}, sizeof(things));
}

/* Kills what was just started after a while. */
static inline void kills_strike(pid_t pid, uint64_t latest_us)
{
    usleep((useconds_t)be_rng_below(&kills_rng, latest_us));
    assert_int_equal(kill(pid, SIGKILL), 0);
    kills_await();
}

/* The descriptors are as they were, and a run to its end takes the last queue away. */
static inline void kills_conclude(int descriptors)
{
    static const char command[] =
        "echo '{\"protocol\":1,\"params\":{\"workload\":\"null\",\"executor\":\"processes\","
        "\"transport\":\"mqueue\",\"workers\":\"1\",\"tasks\":\"10\"}}' | '" BE_RUNNER "'";
    const struct world_things nothing = {0};
    struct be_buffer output = {0};

    int code = command_run(command, &output);
    assert_true(code == 0 || strstr(be_buffer_text(&output), "BE_EUNAVAILABLE"));
    be_buffer_finish(&output);
    struct world_things things = world_count();
    assert_memory_equal(&things, &nothing, sizeof(things));
    assert_int_equal(world_entries("/proc/self/fd", true), descriptors);
}

/* A runner that loses a worker at every third task, for ever. */
static inline pid_t kills_start_runner(const char *start, const char *transport)
{
    char spec[512];
    int input[2];

    snprintf(spec, sizeof(spec),
             "{\"protocol\":1,\"params\":{\"workload\":\"null\",\"executor\":\"processes\","
             "\"workers\":\"3\",\"tasks\":\"1000\",\"start\":\"%s\",\"transport\":\"%s\","
             "\"fault\":\"kill:every=3\"},\"passes\":10000,\"leash\":true}\n",
             start, transport);
    assert_int_equal(pipe2(input, O_CLOEXEC), 0);
    assert_int_equal(be_io_write_all(input[1], spec, strlen(spec), NULL), BE_OK);
    pid_t runner = fork();
    assert_true(runner >= 0);
    if (runner == 0) {
        dup2(input[0], STDIN_FILENO);
        dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
        fcntl(input[1], F_DUPFD, 100); /* its own: the leash is not what ends it here */
        execl(BE_RUNNER, BE_RUNNER, (char *)NULL);
        _exit(127);
    }
    close(input[0]);
    close(input[1]);
    return runner;
}

struct kills_of_runner {
    const char *start;
    int kills; /* of each transport */
};

static inline void kills_of_transport(const char *transport, void *context)
{
    enum { LATEST_US = 150000 };
    const struct kills_of_runner *wanted = context;

    for (int i = 0; i < wanted->kills; i++) {
        kills_strike(kills_start_runner(wanted->start, transport), LATEST_US);
    }
}

static inline void kills_of_start(const char *start, void *context)
{
    struct kills_of_runner wanted = {start, *(const int *)context};

    kills_each(kills_choices("transport"), kills_of_transport, &wanted);
}

/* So many of each start method over each transport. */
static inline void kills_of_runners(int kills)
{
    int descriptors = world_entries("/proc/self/fd", true);

    kills_each(kills_choices("start"), kills_of_start, &kills);
    kills_conclude(descriptors);
}

/* "a b c" becomes "a,b,c"; the caller frees. */
static inline char *kills_list(const char *words)
{
    char *list = strdup(words);

    assert_non_null(list);
    for (char *at = list; (at = strchr(at, ' '));) {
        *at = ',';
    }
    return list;
}

/* A sweep over all of them that goes on where the one before it was killed. */
static inline pid_t kills_start_harness(const char *starts, const char *transports)
{
    char database[PATH_MAX];

    snprintf(database, sizeof(database), "%s/runs.db", folder);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        execl(BE_BREAKEVEN, "breakeven", "sweep", "--executor", "processes", "--workers", "3",
              "--start", starts, "--transport", transports, "--fault", "kill:every=3", "--steps",
              "1000", "--tasks", "100", "--passes", "1", "--warmup", "0", "--cold", "off",
              "--rounds", "100", "--lock", "off", "--runner", BE_RUNNER, "--db", database,
              (char *)NULL);
        _exit(127);
    }
    return pid;
}

static inline void kills_of_harnesses(int kills)
{
    enum { LATEST_US = 1500000 };
    int descriptors = world_entries("/proc/self/fd", true);
    char *starts = kills_list(kills_choices("start"));
    char *transports = kills_list(kills_choices("transport"));

    for (int i = 0; i < kills; i++) {
        kills_strike(kills_start_harness(starts, transports), LATEST_US);
    }
    free(starts);
    free(transports);
    kills_conclude(descriptors);
}

/* A sweep of CPython's pools, whose semaphores have names; the peer is found beside the runner. */
static inline pid_t kills_start_peers(int round)
{
    char database[PATH_MAX];

    snprintf(database, sizeof(database), "%s/peers-%d.db", folder, round);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        execl(BE_BREAKEVEN, "breakeven", "sweep", "--executor",
              round % 2 == 0 ? "cpython-processes" : "cpython-pool", "--workers", "2", "--start",
              "spawn,forkserver", "--steps", "1000000", "--tasks", "100", "--passes", "100",
              "--warmup", "0", "--cold", "off", "--rounds", "100", "--lock", "off", "--runner",
              BE_RUNNER, "--db", database, (char *)NULL);
        _exit(127);
    }
    return pid;
}

/* Waits until the pools have made their semaphores; then the harness is interrupted or killed. */
static inline void kills_of_peers(int kills)
{
    for (int i = 0; i < kills; i++) {
        pid_t pid = kills_start_peers(i);
        while (world_entries("/dev/shm", false) < 8) {
            assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
            usleep(1000);
        }
        usleep((useconds_t)be_rng_below(&kills_rng, 300000));
        assert_int_equal(kill(pid, i / 2 % 2 == 0 ? SIGINT : SIGKILL), 0);
        kills_await();
    }
}

static inline int kills_prepare(void **state)
{
    (void)state;
    be_rng_init(&kills_rng, 7);
    return be_runner_open(BE_RUNNER, -1, &kills_runner, NULL) == BE_OK ? 0 : -1;
}

static inline int kills_finish(void **state)
{
    (void)state;
    be_runner_finish(&kills_runner);
    return 0;
}

#endif
