/* Transport `unix-stream`: a stream socketpair a worker. */
#include <sys/socket.h>

#include "transport/wire.h"

static enum be_status unix_stream_open(const struct be_link_env *env, struct be_end *ends[BE_ENDS],
                                       struct be_error *error)
{
    int pair[BE_ENDS];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        return be_error_errno(error, BE_ESYSTEM, "socketpair");
    }
    struct be_wire wires[BE_ENDS] = {
        {pair[0], pair[0], &be_wire_plain, 0},
        {pair[1], pair[1], &be_wire_plain, 0},
    };
    return be_wire_ends(env, wires, ends, error);
}

static const struct be_param unix_stream_params[] = {{.name = NULL}};

const struct be_transport_ops be_transport_unix_stream = {
    .row = {"unix-stream", "a stream socketpair a worker", unix_stream_params},
    .open = unix_stream_open,
};
