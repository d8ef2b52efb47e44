#include "measure/lock.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/hash.h"
#include "core/names.h"

static const char *const mode_names[] = {"fail", "wait", "off"};

enum { RETRY_MS = 200 };

enum be_status be_lock_mode_parse(const char *text, enum be_lock_mode *mode, struct be_error *error)
{
    size_t index = 0;
    enum be_status status =
        be_names_find(mode_names, 3, "mode of the lock: fail, wait or off", text, &index, error);
    if (status == BE_OK) {
        *mode = (enum be_lock_mode)index;
    }
    return status;
}

/* A name of the allowed CPUs in the abstract namespace: it begins with a NUL byte. */
static enum be_status address_fill(struct sockaddr_un *address, socklen_t *length,
                                   struct be_error *error)
{
    cpu_set_t allowed;

    if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0) {
        return be_error_errno(error, BE_ESYSTEM, "sched_getaffinity");
    }
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    int used =
        snprintf(address->sun_path + 1, sizeof(address->sun_path) - 1, "breakeven-cpus-%016" PRIx64,
                 be_hash_bytes(BE_HASH_SEED, &allowed, sizeof(allowed)));
    *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)used);
    return BE_OK;
}

/* The process that listens there; 0 when it is gone by now. */
static pid_t holder_find(const struct sockaddr_un *address, socklen_t length)
{
    struct ucred peer = {0};
    socklen_t bytes = sizeof(peer);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0) {
        if (connect(fd, (const struct sockaddr *)address, length) == 0) {
            getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &bytes);
        }
        close(fd);
    }
    return peer.pid;
}

/* One try. BE_EUNAVAILABLE: somebody has it. */
static enum be_status lock_try(const struct sockaddr_un *address, socklen_t length, int *fd,
                               struct be_error *error)
{
    int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (made < 0) {
        return be_error_errno(error, BE_ESYSTEM, "socket(AF_UNIX)");
    }
    if (bind(made, (const struct sockaddr *)address, length) == 0 && listen(made, 8) == 0) {
        *fd = made;
        return BE_OK;
    }
    bool taken = errno == EADDRINUSE;
    enum be_status status = be_error_errno(error, BE_ESYSTEM, "bind of the lock");
    close(made);
    return taken ? be_error_set(error, BE_EUNAVAILABLE,
                                "process %d measures on these CPUs; wait for it with --lock wait",
                                (int)holder_find(address, length))
                 : status;
}

enum be_status be_lock_take(enum be_lock_mode mode, int interrupt_fd, int *fd,
                            struct be_error *error)
{
    struct sockaddr_un address;
    socklen_t length = 0;

    *fd = -1;
    if (mode == BE_LOCK_OFF) {
        return BE_OK;
    }
    enum be_status status = address_fill(&address, &length, error);
    if (status == BE_OK) {
        status = lock_try(&address, length, fd, error);
    }
    while (status == BE_EUNAVAILABLE && mode == BE_LOCK_WAIT) {
        struct pollfd interrupt = {.fd = interrupt_fd, .events = POLLIN};
        if (poll(&interrupt, 1, RETRY_MS) > 0) {
            return be_error_set(error, BE_EINTERRUPTED, "interrupted while waiting for the lock");
        }
        status = lock_try(&address, length, fd, error);
    }
    return status;
}
