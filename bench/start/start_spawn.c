/*
 * Start method `spawn`: a worker is a new process of this program, which loads what it needs: it
 * parses the spec, finds its rows in the tables and maps the shared memory.
 */
#include <unistd.h>

#include "start/program.h"
#include "start/start.h"

static enum be_status spawn_worker(struct be_start *start, const struct be_birth *birth,
                                   struct be_child *child, struct be_error *error)
{
    const struct be_spec *spec = start->env->spec;
    /* Else all of them would load on the dispatcher's, one after the other. */
    start->brief.pu = birth->index < spec->pu_count ? spec->pus[birth->index] : -1;
    struct be_error cause;
    pid_t pid = 0;
    int socket = -1;
    enum be_status status = be_program_start(start, &pid, &socket, &cause);

    if (status != BE_OK) {
        return be_error_set(error, status, "worker %u: %s", birth->index, cause.message);
    }
    status = be_child_watch(child, birth->index, pid, error);
    if (status == BE_OK && be_program_order(socket, birth, -1, NULL) != BE_OK) {
        status = be_child_explain(child, error);
    }
    close(socket);
    return status;
}

static const struct be_param spawn_params[] = {{.name = NULL}};

const struct be_start_ops be_start_spawn = {
    .row = {"spawn", "a new process that loads what it needs itself", spawn_params},
    .open = be_program_open,
    .worker = spawn_worker,
    .close = be_program_close,
};
