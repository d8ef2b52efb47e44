#include "transport/wire.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/io.h"
#include "counter/tally.h"

/* What one read or write moves at most, unless a single frame is larger. */
enum { QUEUE_BYTES = 1 << 16 };

/* Bytes start .. end are in use. */
struct queue {
    unsigned char *data;
    size_t start;
    size_t end;
    size_t capacity;
};

struct wire_end {
    struct be_end base;
    struct be_wire wire;
    size_t payload_bytes_max;
    struct queue in;
    struct queue out;
};

const struct be_wire_calls be_wire_plain = {be_io_read_some, be_io_write_some};

static ssize_t socket_receive(int fd, void *data, size_t bytes)
{
    ssize_t n;

    do {
        n = recv(fd, data, bytes, 0);
    } while (n < 0 && errno == EINTR);
    return n;
}

static ssize_t socket_send(int fd, const void *data, size_t bytes)
{
    ssize_t n;

    do {
        n = send(fd, data, bytes, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    return n;
}

const struct be_wire_calls be_wire_socket = {socket_receive, socket_send};

static struct wire_end *wire_of(struct be_end *end)
{
    return (struct wire_end *)end;
}

static const struct wire_end *wire_of_const(const struct be_end *end)
{
    return (const struct wire_end *)end;
}

/*
 * Makes room for `bytes` behind the end: to the front first, then by growing. A write may have
 * ended within a frame: what is left of it moves by a multiple of 8, as whole frames lie.
 */
static bool queue_reserve(struct queue *queue, size_t bytes)
{
    size_t front = queue->start % 8;

    if (queue->capacity - queue->end >= bytes) {
        return true;
    }
    if (queue->start > front) {
        memmove(queue->data + front, queue->data + queue->start, queue->end - queue->start);
        queue->end -= queue->start - front;
        queue->start = front;
    }
    if (queue->capacity - queue->end >= bytes) {
        return true;
    }
    size_t capacity = queue->end + bytes > QUEUE_BYTES ? queue->end + bytes : QUEUE_BYTES;
    unsigned char *data = realloc(queue->data, capacity);
    if (!data) {
        return false;
    }
    queue->data = data;
    queue->capacity = capacity;
    return true;
}

/* Frames lie at multiples of 8. */
static struct be_frame *frame_at(unsigned char *at)
{
    return (struct be_frame *)(void *)at;
}

/* The bytes of the frame at `at`, of which the header is there whole. */
static size_t frame_bytes(unsigned char *at)
{
    return sizeof(struct be_frame) + frame_at(at)->bytes;
}

static struct be_frame *wire_prepare(struct be_end *end, size_t payload_bytes)
{
    struct queue *out = &wire_of(end)->out;

    if (!queue_reserve(out, sizeof(struct be_frame) + payload_bytes)) {
        return NULL;
    }
    return frame_at(out->data + out->end);
}

static void wire_put(struct be_end *end)
{
    struct queue *out = &wire_of(end)->out;

    out->end += frame_bytes(out->data + out->end);
}

/* How much of what waits goes into the next write: all of it, or the frames that fit a message. */
static size_t wire_portion(const struct wire_end *wire)
{
    const struct queue *out = &wire->out;
    size_t waiting = out->end - out->start;
    size_t portion = 0;

    if (wire->wire.message_bytes == 0) {
        return waiting;
    }
    while (portion < waiting) {
        size_t more = frame_bytes(out->data + out->start + portion);
        if (portion + more > wire->wire.message_bytes) {
            break;
        }
        portion += more;
    }
    return portion;
}

static enum be_status wire_flush(struct be_end *end, struct be_error *error)
{
    struct wire_end *wire = wire_of(end);
    struct queue *out = &wire->out;

    while (out->start < out->end) {
        ssize_t n =
            wire->wire.calls->write(wire->wire.out, out->data + out->start, wire_portion(wire));
        if (n < 0 && errno == EAGAIN) {
            return BE_OK;
        }
        if (n < 0) {
            return be_error_errno(error, BE_EIO, "write to a worker or its dispatcher");
        }
        out->start += (size_t)n;
    }
    out->start = out->end = 0;
    return BE_OK;
}

static size_t wire_pending(const struct be_end *end)
{
    const struct queue *out = &wire_of_const(end)->out;

    return out->end - out->start;
}

/* Room that the next read needs: for a message, or for what the frame at the front still lacks. */
static size_t wire_lacks(const struct wire_end *wire)
{
    const struct queue *in = &wire->in;
    size_t used = in->end - in->start;

    if (wire->wire.message_bytes > 0) {
        return wire->wire.message_bytes;
    }
    if (used < sizeof(struct be_frame)) {
        return sizeof(struct be_frame) - used;
    }
    return frame_bytes(in->data + in->start) - used;
}

static void wire_await(struct be_end *end)
{
    struct pollfd readable = {.fd = wire_of(end)->wire.in, .events = POLLIN};

    /*
     * A read would sleep as well, but whoever sleeps in read on a socket is also woken, in vain,
     * whenever the other end takes a message out.
     */
    poll(&readable, 1, -1);
    be_tally_waited(1);
}

static enum be_status wire_receive(struct be_end *end, struct be_error *error)
{
    struct wire_end *wire = wire_of(end);
    struct queue *in = &wire->in;

    if (in->start == in->end) {
        in->start = in->end = 0;
    }
    if (!queue_reserve(in, wire_lacks(wire))) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a frame");
    }
    ssize_t n = wire->wire.calls->read(wire->wire.in, in->data + in->end, in->capacity - in->end);
    if (n < 0 && errno == EAGAIN) {
        return BE_OK;
    }
    if (n < 0) {
        return be_error_errno(error, BE_EIO, "read from a worker or its dispatcher");
    }
    if (n == 0) {
        return be_error_set(error, BE_EIO, "the other end closed the connection");
    }
    in->end += (size_t)n;
    return BE_OK;
}

static const void *wire_next(struct be_end *end, struct be_frame *frame)
{
    struct queue *in = &wire_of(end)->in;
    size_t used = in->end - in->start;
    unsigned char *at = in->data + in->start;

    if (used < sizeof(*frame)) {
        return NULL;
    }
    *frame = *frame_at(at);
    if (frame->bytes > wire_of(end)->payload_bytes_max) {
        *frame = (struct be_frame){.kind = BE_FRAME_GARBAGE};
    }
    if (used - sizeof(*frame) < frame->bytes) {
        return NULL;
    }
    in->start += sizeof(*frame) + frame->bytes;
    return at + sizeof(*frame);
}

static void wire_descriptors(const struct be_end *end, int fds[2])
{
    fds[0] = wire_of_const(end)->wire.in;
    fds[1] = wire_of_const(end)->wire.out;
}

static void descriptors_close(const struct be_wire *wire)
{
    close(wire->in);
    if (wire->out != wire->in) {
        close(wire->out);
    }
}

static void wire_close(struct be_end *end)
{
    struct wire_end *wire = wire_of(end);

    descriptors_close(&wire->wire);
    free(wire->in.data);
    free(wire->out.data);
    free(wire);
}

static const struct be_end_ops wire_ops = {
    .prepare = wire_prepare,
    .put = wire_put,
    .flush = wire_flush,
    .pending = wire_pending,
    .receive = wire_receive,
    .next = wire_next,
    .await = wire_await,
    .descriptors = wire_descriptors,
    .close = wire_close,
};

enum be_status be_wire_attach(const struct be_link_env *env, const struct be_wire *wire,
                              struct be_end **end, struct be_error *error)
{
    struct wire_end *made = calloc(1, sizeof(*made));

    if (!made) {
        descriptors_close(wire);
        return be_error_set(error, BE_ENOMEM, "out of memory for a link");
    }
    *made = (struct wire_end){
        .base = {.ops = &wire_ops},
        .wire = *wire,
        .payload_bytes_max = be_link_frame_bytes(env) - sizeof(struct be_frame),
    };
    *end = &made->base;
    return BE_OK;
}

enum be_status be_wire_open(const struct be_link_env *env, const struct be_wire *wire,
                            struct be_end **end, struct be_error *error)
{
    struct be_end *made = NULL;
    enum be_status status = be_wire_attach(env, wire, &made, error);

    if (status != BE_OK) {
        return status;
    }
    status = be_io_set_nonblock(wire->in, error);
    if (status == BE_OK && wire->out != wire->in) {
        status = be_io_set_nonblock(wire->out, error);
    }
    if (status != BE_OK) {
        be_end_close(made);
        return status;
    }
    *end = made;
    return BE_OK;
}
