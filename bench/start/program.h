/*
 * The program of workers that are no copies of the dispatcher: this program again, with --worker.
 * Messages over a socket tell it what to be: first a brief, then an order for each worker.
 *
 * Threads: the dispatcher's main thread. Errors: BE_ESYSTEM, BE_ENOMEM; BE_EIO, it is gone.
 */
#ifndef BE_BENCH_PROGRAM_H
#define BE_BENCH_PROGRAM_H

#include <sys/types.h>

#include "executor/process_worker.h"
#include "shared.h"
#include "start/message.h"
#include "start/start.h"

/* The descriptor of the program's socket. */
enum { BE_PROGRAM_SOCKET = 3 };

enum { BE_BRIEF_SPEC, BE_BRIEF_MEMORY };                /* descriptors that go with a brief */
enum { BE_ORDER_LINK, BE_ORDER_ANSWERS = BE_LINK_FDS }; /* and with an order */

struct be_brief {
    pid_t dispatcher;             /* it ends with that */
    bool forks;                   /* workers are copies of it; else it becomes one itself */
    int32_t pu;                   /* to begin on; -1: as it is */
    size_t spec_bytes;            /* of a spec as in the protocol */
    struct be_shared_shape shape; /* of the memory */
    struct be_clock_costs clock_costs;
    bool counts; /* the counters that the spec names */
};

struct be_order {
    uint32_t index;
    uint64_t asked_ns;
    struct be_link_env link; /* without params */
};

/* To an order for a copy, with its pidfd; a struct be_ending follows once it has ended. */
struct be_order_answer {
    pid_t pid; /* 0: none, and its account says why */
};

/* The programs of a pool, and what each is told; a start method says what differs. */
struct be_start {
    const struct be_executor_env *env;
    struct be_brief brief;
    int fds[BE_MESSAGE_FDS_MAX]; /* of the brief; the spec's is owned */
    struct be_child server;      /* the one that forks workers; pid 0: none */
    int socket;                  /* to it */
};

/* For be_start_ops: starts no program yet, and ends none. */
enum be_status be_program_open(const struct be_executor_env *env, struct be_start **start,
                               struct be_error *error);
void be_program_close(struct be_start *start);

/*
 * Starts the program and briefs it. Its end of the socket and the process are the caller's. One
 * that forks sends a struct be_order_answer, of no worker, once it has loaded what workers need.
 */
enum be_status be_program_start(const struct be_start *start, pid_t *pid, int *socket,
                                struct be_error *error);

/* Orders a worker; answers: a socket for them, -1 for one that is no copy. */
enum be_status be_program_order(int socket, const struct be_birth *birth, int answers,
                                struct be_error *error);

#endif
