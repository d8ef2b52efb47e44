/*
 * A forked child of the dispatcher, watched by a pidfd.
 *
 * Threads: children are started by the dispatcher's main thread only, since the kernel kills them
 * when the thread that forked them ends. Errors: BE_ESYSTEM.
 */
#ifndef BE_BENCH_CHILD_H
#define BE_BENCH_CHILD_H

#include <stdint.h>
#include <sys/types.h>

#include "core/status.h"

struct be_child {
    uint32_t index; /* of the worker, for messages */
    pid_t pid;      /* 0: none */
    int pidfd;      /* readable once the child has ended */
};

/*
 * Forks. The child dies with its parent, holds no descriptor above 2 but those in `keep` (-1:
 * none), runs body(context) and leaves by _exit.
 */
enum be_status be_child_start(struct be_child *child, uint32_t index, const int keep[2],
                              void (*body)(void *context), void *context, struct be_error *error);

/* CPU time (user + system, ns) of the child so far; 0 once it was reaped. */
uint64_t be_child_cpu_ns(const struct be_child *child);

void be_child_kill(const struct be_child *child);

/* Waits until the child has ended, reaps it and closes the pidfd. A child of pid 0 may be given. */
void be_child_reap(struct be_child *child);

/*
 * Says how the child ended, without reaping it: BE_EWORKER "worker 1 was killed by signal 9". One
 * that has not ended within a second has closed its connection and goes on running; that is said.
 */
enum be_status be_child_explain(const struct be_child *child, struct be_error *error);

#endif
