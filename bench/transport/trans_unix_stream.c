/* Transport `unix-stream`: a stream socketpair a worker. */
#include <sys/socket.h>

#include "transport/wire.h"

static enum be_status unix_stream_open(const struct be_link_env *env, struct be_end **end,
                                       int fds[BE_LINK_FDS], struct be_error *error)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        return be_error_errno(error, BE_ESYSTEM, "socketpair");
    }
    fds[0] = pair[1];
    return be_wire_open(env, &(struct be_wire){pair[0], pair[0], &be_wire_socket, 0}, end, error);
}

static enum be_status unix_stream_attach(const struct be_link_env *env, const int fds[BE_LINK_FDS],
                                         struct be_end **end, struct be_error *error)
{
    return be_wire_attach(env, &(struct be_wire){fds[0], fds[0], &be_wire_socket, 0}, end, error);
}

static const struct be_param unix_stream_params[] = {{.name = NULL}};

const struct be_transport_ops be_transport_unix_stream = {
    .row = {"unix-stream", "a stream socketpair a worker", unix_stream_params},
    .open = unix_stream_open,
    .attach = unix_stream_attach,
};
