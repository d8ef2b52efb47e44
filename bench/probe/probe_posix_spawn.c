#include <errno.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe/probe.h"

/* As small a program as every system has. */
static char program[] = "/bin/true";

static enum be_status spawn_run(struct be_probe *probe, uint64_t tasks, struct be_error *error)
{
    char *const argv[] = {program, NULL};
    (void)probe;

    for (uint64_t i = 0; i < tasks; i++) {
        pid_t child = 0;
        errno = posix_spawn(&child, program, NULL, NULL, argv, environ);
        if (errno != 0) {
            return be_error_errno(error, BE_EUNAVAILABLE, "posix_spawn of %s", program);
        }
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    return BE_OK;
}

const struct be_probe_ops be_probe_posix_spawn = {
    .name = "posix-spawn",
    .summary = "starting /bin/true by posix_spawn, and reaping it",
    .tasks = 1,
    .run = spawn_run,
};
