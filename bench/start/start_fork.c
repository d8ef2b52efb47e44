/* Start method `fork`: a worker is a copy of the dispatcher. */
#include "start/start.h"

static void fork_body(void *birth)
{
    be_process_worker_run(birth);
}

static enum be_status fork_worker(struct be_start *start, const struct be_birth *birth,
                                  struct be_child *child, struct be_error *error)
{
    (void)start;
    return be_child_fork(child, birth->index, birth->fds, fork_body, (void *)birth, error);
}

static const struct be_param fork_params[] = {{.name = NULL}};

const struct be_start_ops be_start_fork = {
    .row = {"fork", "a copy of the dispatcher: nothing to load", fork_params},
    .worker = fork_worker,
};
