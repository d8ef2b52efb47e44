/* Transport `pipe`: two pipes a worker, one each way. */
#include <fcntl.h>
#include <unistd.h>

#include "transport/wire.h"

static enum be_status pipe_open(const struct be_link_env *env, struct be_end *ends[BE_ENDS],
                                struct be_error *error)
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
    struct be_wire wires[BE_ENDS] = {
        [BE_DISPATCHER_END] = {replies[0], requests[1], &be_wire_plain, 0},
        [BE_WORKER_END] = {requests[0], replies[1], &be_wire_plain, 0},
    };
    return be_wire_ends(env, wires, ends, error);
}

static const struct be_param pipe_params[] = {{.name = NULL}};

const struct be_transport_ops be_transport_pipe = {
    .row = {"pipe", "two pipes a worker, one each way", pipe_params},
    .open = pipe_open,
};
