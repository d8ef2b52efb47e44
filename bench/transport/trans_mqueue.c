/* Transport `mqueue`: two POSIX message queues a worker, one each way. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/io.h"
#include "transport/wire.h"

/*
 * The kernel's default for what an ordinary user may ask for. A user's queues together may take
 * 800 KB by default (RLIMIT_MSGQUEUE), so each takes little more than it needs.
 */
enum { MESSAGES = 10, SHARED_BYTES = 2048 };

/* Others may make a queue of that name at the same time, but each only for some microseconds. */
enum { NAME_TRIES = 1000 };

/* Each end of a queue is an open file of its own: one blocks, the other does not. */
struct queue {
    int in;
    int out;
};

static ssize_t message_read(int fd, void *data, size_t bytes)
{
    ssize_t n;

    do {
        n = mq_receive(fd, data, bytes, NULL);
    } while (n < 0 && errno == EINTR);
    return n;
}

static ssize_t message_write(int fd, const void *data, size_t bytes)
{
    int status;

    do {
        status = mq_send(fd, data, bytes, 0);
    } while (status < 0 && errno == EINTR);
    return status < 0 ? -1 : (ssize_t)bytes;
}

static const struct be_wire_calls message_calls = {message_read, message_write};

/* What an ordinary user's message may have; 0: not known. */
static size_t message_bytes_max(void)
{
    char *text = NULL;
    size_t bytes = 0;
    size_t most = 0;

    if (be_io_read_file("/proc/sys/fs/mqueue/msgsize_max", 64, &text, &bytes, NULL) == BE_OK) {
        most = strtoul(text, NULL, 10);
        free(text);
    }
    return most;
}

static enum be_status queue_refused(size_t message_bytes, struct be_error *error)
{
    size_t known;
    char most[32];

    switch (errno) {
    case EINVAL:
        known = message_bytes_max();
        snprintf(most, sizeof(most), "%zu bytes", known);
        return be_error_set(error, BE_EUNAVAILABLE,
                            "transport 'mqueue' is unavailable above messages of %s "
                            "(fs.mqueue.msgsize_max), and this one has %zu",
                            known > 0 ? most : "the system's limit", message_bytes);
    case EMFILE:
    case ENOSPC:
        return be_error_set(error, BE_EUNAVAILABLE,
                            "transport 'mqueue' is unavailable: too many open files or queues "
                            "(ulimit -n, ulimit -q, fs.mqueue.queues_max)");
    case ENOSYS:
    case EACCES:
        return be_error_errno(error, BE_EUNAVAILABLE, "transport 'mqueue' is unavailable: mq_open");
    default:
        return be_error_errno(error, BE_ESYSTEM, "mq_open");
    }
}

/*
 * A queue that has no name any more. All of a user's have the same one, for no longer than it takes
 * to remove it again, and anyone may do that: so what is left by a process that was killed here is
 * gone with the next queue.
 */
static int queue_create(size_t message_bytes)
{
    struct mq_attr attributes = {.mq_maxmsg = MESSAGES, .mq_msgsize = (long)message_bytes};
    char name[48];
    int fd = -1;

    snprintf(name, sizeof(name), "/breakeven-%ld", (long)geteuid());
    for (int i = 0; i < NAME_TRIES && fd < 0 && (i == 0 || errno == EEXIST); i++) {
        mq_unlink(name);
        fd = mq_open(name, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attributes);
    }
    int cause = errno;
    mq_unlink(name);
    errno = cause;
    return fd;
}

static enum be_status queue_open(size_t message_bytes, struct queue *queue, struct be_error *error)
{
    char again[48];

    queue->in = queue_create(message_bytes);
    if (queue->in < 0) {
        return queue_refused(message_bytes, error);
    }
    snprintf(again, sizeof(again), "/proc/self/fd/%d", queue->in);
    queue->out = open(again, O_WRONLY | O_CLOEXEC);
    if (queue->out < 0) {
        enum be_status status = queue_refused(message_bytes, error);
        close(queue->in);
        return status;
    }
    return BE_OK;
}

static size_t message_bytes_of(const struct be_link_env *env)
{
    size_t frame_bytes = be_link_frame_bytes(env);

    return frame_bytes > SHARED_BYTES ? frame_bytes : SHARED_BYTES;
}

static enum be_status mqueue_open(const struct be_link_env *env, struct be_end **end,
                                  int fds[BE_LINK_FDS], struct be_error *error)
{
    size_t message_bytes = message_bytes_of(env);
    struct queue requests;
    struct queue replies;

    enum be_status status = queue_open(message_bytes, &requests, error);
    if (status != BE_OK) {
        return status;
    }
    status = queue_open(message_bytes, &replies, error);
    if (status != BE_OK) {
        close(requests.in);
        close(requests.out);
        return status;
    }
    fds[0] = requests.in;
    fds[1] = replies.out;
    const struct be_wire wire = {replies.in, requests.out, &message_calls, message_bytes};
    return be_wire_open(env, &wire, end, error);
}

static enum be_status mqueue_attach(const struct be_link_env *env, const int fds[BE_LINK_FDS],
                                    struct be_end **end, struct be_error *error)
{
    const struct be_wire wire = {fds[0], fds[1], &message_calls, message_bytes_of(env)};

    return be_wire_attach(env, &wire, end, error);
}

static const struct be_param mqueue_params[] = {{.name = NULL}};

const struct be_transport_ops be_transport_mqueue = {
    .row = {"mqueue", "two POSIX message queues a worker, one each way", mqueue_params},
    .open = mqueue_open,
    .attach = mqueue_attach,
};
