/*
 * The worker's side of a pool of processes.
 */
#ifndef BE_BENCH_PROCESS_WORKER_H
#define BE_BENCH_PROCESS_WORKER_H

#include "executor/process_pool.h"

/* What one worker of a pool is made from. */
struct be_birth {
    const struct be_executor *pool;
    uint32_t index;
    uint64_t asked_ns;    /* when it was asked for */
    uint64_t begun_ns;    /* its first instruction; 0: that of be_process_worker_run */
    uint64_t imported_ns; /* when it had loaded what it needs; 0: it was born with it */
    struct be_link_env link;
    int fds[BE_LINK_FDS]; /* of its end of the link */
};

/*
 * Attaches itself to its link, whose descriptors it takes over, and serves its frames until it is
 * told to leave or the link breaks: binds and counts, says that it is ready, computes what it is
 * sent. A cause of failure goes into its account.
 */
void be_process_worker_run(const struct be_birth *birth);

#endif
