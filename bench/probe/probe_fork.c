#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe/probe.h"

static enum be_status fork_run(struct be_probe *probe, uint64_t tasks, struct be_error *error)
{
    (void)probe;

    for (uint64_t i = 0; i < tasks; i++) {
        pid_t child = fork();
        if (child == 0) {
            _exit(0);
        }
        if (child < 0) {
            return be_error_errno(error, BE_ESYSTEM, "fork");
        }
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    return BE_OK;
}

const struct be_probe_ops be_probe_fork = {
    .name = "fork",
    .summary = "forking a small process that ends at once, and reaping it",
    .tasks = 2,
    .run = fork_run,
};
