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
#include <sys/stat.h>
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

struct lock_address {
    struct sockaddr_un socket;
    socklen_t length;
};

/* The abstract namespace's names begin with a NUL byte. */
static struct lock_address address_make(const char *kind, const void *identity, size_t bytes)
{
    struct lock_address address = {.socket.sun_family = AF_UNIX};
    int used =
        snprintf(address.socket.sun_path + 1, sizeof(address.socket.sun_path) - 1,
                 "breakeven-%s-%016" PRIx64, kind, be_hash_bytes(BE_HASH_SEED, identity, bytes));

    address.length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)used);
    return address;
}

/* The process that listens there; 0 when it is gone by now or cannot be seen from here. */
static pid_t holder_find(const struct lock_address *address)
{
    struct ucred peer = {0};
    socklen_t bytes = sizeof(peer);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0) {
        if (connect(fd, (const struct sockaddr *)&address->socket, address->length) == 0) {
            getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &bytes);
        }
        close(fd);
    }
    return peer.pid;
}

/* One try. BE_EUNAVAILABLE, without a message: somebody has it. */
static enum be_status lock_try(const struct lock_address *address, int *fd, struct be_error *error)
{
    int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (made < 0) {
        return be_error_errno(error, BE_ESYSTEM, "socket(AF_UNIX)");
    }
    /* Whoever asks for the holder waits in this queue for ever, so it is a long one. */
    if (bind(made, (const struct sockaddr *)&address->socket, address->length) == 0 &&
        listen(made, SOMAXCONN) == 0) {
        *fd = made;
        return BE_OK;
    }
    bool taken = errno == EADDRINUSE;
    enum be_status status = be_error_errno(error, BE_ESYSTEM, "bind of the lock");
    close(made);
    return taken ? BE_EUNAVAILABLE : status;
}

static enum be_status taken_tell(const struct lock_address *address, struct be_error *error)
{
    pid_t holder = holder_find(address);

    if (holder == 0) {
        return be_error_set(error, BE_EUNAVAILABLE,
                            "another process measures on these CPUs; wait for it with --lock wait");
    }
    return be_error_set(error, BE_EUNAVAILABLE,
                        "process %d measures on these CPUs; wait for it with --lock wait",
                        (int)holder);
}

enum be_status be_lock_take(enum be_lock_mode mode, int interrupt_fd,
                            void (*wait_begins)(pid_t holder), int *fd, struct be_error *error)
{
    cpu_set_t allowed;

    *fd = -1;
    if (mode == BE_LOCK_OFF) {
        return BE_OK;
    }
    if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0) {
        return be_error_errno(error, BE_ESYSTEM, "sched_getaffinity");
    }
    const struct lock_address address = address_make("cpus", &allowed, sizeof(allowed));
    enum be_status status = lock_try(&address, fd, error);
    if (status == BE_EUNAVAILABLE && mode == BE_LOCK_WAIT && wait_begins) {
        wait_begins(holder_find(&address));
    }
    while (status == BE_EUNAVAILABLE && mode == BE_LOCK_WAIT) {
        struct pollfd interrupt = {.fd = interrupt_fd, .events = POLLIN};
        if (poll(&interrupt, 1, RETRY_MS) > 0) {
            return be_error_set(error, BE_EINTERRUPTED, "interrupted while waiting for the lock");
        }
        status = lock_try(&address, fd, error);
    }
    return status == BE_EUNAVAILABLE ? taken_tell(&address, error) : status;
}

enum be_status be_lock_take_run(const char *database, int64_t run_id, int *fd,
                                struct be_error *error)
{
    struct stat file;

    *fd = -1;
    if (stat(database, &file) < 0) {
        return be_error_errno(error, BE_EIO, "'%s'", database);
    }
    char identity[96];
    int length = snprintf(identity, sizeof(identity), "%ju %ju %" PRId64, (uintmax_t)file.st_dev,
                          (uintmax_t)file.st_ino, run_id);
    const struct lock_address address = address_make("run", identity, (size_t)length);
    enum be_status status = lock_try(&address, fd, error);
    return status == BE_EUNAVAILABLE
               ? be_error_set(error, status, "another process measures run %" PRId64, run_id)
               : status;
}
