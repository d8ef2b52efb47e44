/* Transport `unix-seqpacket`: a socketpair a worker that keeps messages apart. */
#include <sys/socket.h>
#include <unistd.h>

#include "transport/wire.h"

/* What the kernel takes of a socket's buffer beside a message, generously. */
enum { OVERHEAD_BYTES = 256 };

/*
 * Messages have room for several frames, so that these can share a system call. For much larger
 * ones the kernel needs memory in one piece, which it may not have when one is sent.
 */
enum { SHARED_BYTES = 1 << 15, MESSAGE_BYTES_MAX = 1 << 18 };

/* The largest message that a socket takes once it was asked for that one; 0 with errno. */
static size_t message_bytes_max(int fd, size_t message_bytes)
{
    size_t wanted = message_bytes < MESSAGE_BYTES_MAX ? message_bytes : MESSAGE_BYTES_MAX;
    int bytes = 0;
    socklen_t length = sizeof(bytes);

    if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, &length) < 0) {
        return 0;
    }
    if ((size_t)bytes < wanted + OVERHEAD_BYTES) {
        bytes = (int)wanted + OVERHEAD_BYTES;
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
        if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, &length) < 0) {
            return 0;
        }
    }
    size_t fits = (size_t)bytes - OVERHEAD_BYTES;
    return fits < MESSAGE_BYTES_MAX ? fits : MESSAGE_BYTES_MAX;
}

static enum be_status buffer_check(int fd, size_t message_bytes, struct be_error *error)
{
    size_t most = message_bytes_max(fd, message_bytes);

    if (most == 0) {
        return be_error_errno(error, BE_ESYSTEM, "getsockopt");
    }
    if (most < message_bytes) {
        return be_error_set(error, BE_EUNAVAILABLE,
                            "transport 'unix-seqpacket' is unavailable above messages of %zu "
                            "bytes, and this one has %zu",
                            most, message_bytes);
    }
    return BE_OK;
}

static size_t message_bytes_of(const struct be_link_env *env)
{
    size_t frame_bytes = be_link_frame_bytes(env);

    return frame_bytes > SHARED_BYTES ? frame_bytes : SHARED_BYTES;
}

static enum be_status unix_seqpacket_open(const struct be_link_env *env, struct be_end **end,
                                          int fds[BE_LINK_FDS], struct be_error *error)
{
    int pair[2];
    size_t message_bytes = message_bytes_of(env);

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
        return be_error_errno(error, BE_ESYSTEM, "socketpair");
    }
    for (int i = 0; i < 2; i++) {
        enum be_status status = buffer_check(pair[i], message_bytes, error);
        if (status != BE_OK) {
            close(pair[0]);
            close(pair[1]);
            return status;
        }
    }
    fds[0] = pair[1];
    const struct be_wire wire = {pair[0], pair[0], &be_wire_socket, message_bytes};
    return be_wire_open(env, &wire, end, error);
}

static enum be_status unix_seqpacket_attach(const struct be_link_env *env,
                                            const int fds[BE_LINK_FDS], struct be_end **end,
                                            struct be_error *error)
{
    const struct be_wire wire = {fds[0], fds[0], &be_wire_socket, message_bytes_of(env)};

    return be_wire_attach(env, &wire, end, error);
}

static const struct be_param unix_seqpacket_params[] = {{.name = NULL}};

const struct be_transport_ops be_transport_unix_seqpacket = {
    .row = {"unix-seqpacket", "a socketpair a worker that keeps messages apart",
            unix_seqpacket_params},
    .open = unix_seqpacket_open,
    .attach = unix_seqpacket_attach,
};
