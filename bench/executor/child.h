/*
 * A worker process, watched by a pidfd: a child of the dispatcher, or of another process that
 * reaps it and tells how it ended.
 *
 * Threads: children are started by a process's main thread only, since the kernel kills them when
 * the thread that started them ends. Errors: BE_ESYSTEM.
 */
#ifndef BE_BENCH_CHILD_H
#define BE_BENCH_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/status.h"

#define BE_CHILD_SERVER UINT32_MAX

/*
 * A process that was told to leave does so within this time, or is stopped, and killed: far more
 * than it takes on a busy machine.
 */
enum { BE_CHILD_LEAVES_MS = 2000 };

struct be_child {
    uint32_t index; /* of the worker, or BE_CHILD_SERVER: for messages */
    pid_t pid;      /* 0: none */
    int pidfd;      /* readable once the child has ended */
    int teller;     /* brings a struct be_ending from whoever reaps the child; -1: we do */
};

/* How a process ended, as in waitid(2). */
struct be_ending {
    int32_t code; /* CLD_EXITED, or else killed */
    int32_t status;
};

/*
 * Forks. The child dies with its parent, holds no descriptor above 2 but those in `keep` (-1:
 * none), runs body(context) and leaves by _exit.
 */
enum be_status be_child_fork(struct be_child *child, uint32_t index, const int keep[2],
                             void (*body)(void *context), void *context, struct be_error *error);

/* Watches a process that was just started; one that cannot be watched is ended. */
enum be_status be_child_watch(struct be_child *child, uint32_t index, pid_t pid,
                              struct be_error *error);

/* CPU time (user + system, ns) of the child so far; 0 once it was reaped. */
uint64_t be_child_cpu_ns(const struct be_child *child);

void be_child_kill(const struct be_child *child);

/*
 * Whether the child ends within that time; -1: waits for ever. Until it is reaped its CPU time can
 * be read.
 */
bool be_child_ends(const struct be_child *child, int timeout_ms);

/*
 * Waits until the child has ended, reaps it or has it reaped, and closes its descriptors. A child
 * of pid 0 may be given.
 */
void be_child_reap(struct be_child *child);

/*
 * Says how the child ended, without reaping it: BE_EWORKER "worker 1 was killed by signal 9". One
 * that has not ended within a second has closed its connection and goes on running; that is said.
 */
enum be_status be_child_explain(const struct be_child *child, struct be_error *error);

#endif
