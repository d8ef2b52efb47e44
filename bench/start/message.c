#include "start/message.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* Room for the descriptors of one message, aligned as the kernel wants it. */
union control {
    char bytes[CMSG_SPACE(BE_MESSAGE_FDS_MAX * sizeof(int))];
    struct cmsghdr header;
};

/* Before the data: which of the places have a descriptor. */
struct places {
    uint8_t used[BE_MESSAGE_FDS_MAX];
};

enum be_status be_message_pair(int pair[2], struct be_error *error)
{
    const struct timeval wait = {.tv_sec = BE_MESSAGE_WAIT_S};

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
        return be_error_errno(error, BE_ESYSTEM, "socketpair");
    }
    setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    return BE_OK;
}

enum be_status be_message_send(int socket, const void *data, size_t bytes, const int *fds,
                               struct be_error *error)
{
    union control control = {0};
    struct places places = {0};
    struct iovec parts[] = {{&places, sizeof(places)}, {(void *)data, bytes}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    int sent[BE_MESSAGE_FDS_MAX];
    size_t count = 0;
    ssize_t n;

    for (int i = 0; fds && i < BE_MESSAGE_FDS_MAX; i++) {
        if (fds[i] >= 0) {
            places.used[i] = 1;
            sent[count++] = fds[i];
        }
    }
    if (count > 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(header), sent, count * sizeof(int));
    }
    do {
        n = sendmsg(socket, &message, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    return n < 0 ? be_error_errno(error, BE_EIO, "sendmsg") : BE_OK;
}

/* The descriptors that came, however many. */
static size_t descriptors_take(struct msghdr *message, int got[BE_MESSAGE_FDS_MAX])
{
    struct cmsghdr *header = CMSG_FIRSTHDR(message);

    if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) {
        return 0;
    }
    size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(got, CMSG_DATA(header), count * sizeof(int));
    return count;
}

enum be_status be_message_receive(int socket, void *data, size_t bytes, int *fds,
                                  struct be_error *error)
{
    union control control = {0};
    struct places places = {0};
    struct iovec parts[] = {{&places, sizeof(places)}, {data, bytes}};
    struct msghdr message = {.msg_iov = parts,
                             .msg_iovlen = 2,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};
    int got[BE_MESSAGE_FDS_MAX];
    size_t taken = 0;
    ssize_t n;

    do {
        n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN) {
        return be_error_set(error, BE_ETIMEOUT, "no answer within %d s", BE_MESSAGE_WAIT_S);
    }
    if (n < 0) {
        return be_error_errno(error, BE_EIO, "recvmsg");
    }
    if (n == 0) {
        return be_error_set(error, BE_EIO, "the other side is gone");
    }
    bool is_cut = message.msg_flags & MSG_CTRUNC;
    bool is_ours = !is_cut && (size_t)n == sizeof(places) + bytes;
    size_t count = descriptors_take(&message, got);
    for (int i = 0; is_ours && fds && i < BE_MESSAGE_FDS_MAX; i++) {
        fds[i] = places.used[i] && taken < count ? got[taken++] : -1;
    }
    while (taken < count) {
        close(got[taken++]);
    }
    if (is_cut) {
        errno = EMFILE;
        return be_error_errno(error, BE_ESYSTEM, "recvmsg");
    }
    return is_ours ? BE_OK : be_error_set(error, BE_EIO, "a message of %zd bytes is no answer", n);
}
