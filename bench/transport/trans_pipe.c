/* Transport `pipe`: two pipes a worker, one each way. */
#include <fcntl.h>
#include <unistd.h>

#include "transport/wire.h"

static enum be_status pipe_open(const struct be_link_env *env, struct be_end **end,
                                int fds[BE_LINK_FDS], struct be_error *error)
{
    int requests[2];
    int replies[2];

    if (pipe2(requests, O_CLOEXEC) < 0) {
        return be_error_errno(error, BE_ESYSTEM, "pipe2");
    }
    if (pipe2(replies, O_CLOEXEC) < 0) {
        enum be_status status = be_error_errno(error, BE_ESYSTEM, "pipe2");
        close(requests[0]);
        close(requests[1]);
        return status;
    }
    fds[0] = requests[0];
    fds[1] = replies[1];
    const struct be_wire wire = {replies[0], requests[1], &be_wire_plain, 0};
    return be_wire_open(env, &wire, end, error);
}

static enum be_status pipe_attach(const struct be_link_env *env, const int fds[BE_LINK_FDS],
                                  struct be_end **end, struct be_error *error)
{
    return be_wire_attach(env, &(struct be_wire){fds[0], fds[1], &be_wire_plain, 0}, end, error);
}

static const struct be_param pipe_params[] = {{.name = NULL}};

const struct be_transport_ops be_transport_pipe = {
    .row = {"pipe", "two pipes a worker, one each way", pipe_params},
    .open = pipe_open,
    .attach = pipe_attach,
};
