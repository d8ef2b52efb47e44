#include "executor/channel.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/io.h"

/* Makes room for `bytes` behind the end: to the front first, then by growing. */
static bool queue_reserve(struct be_channel_queue *queue, size_t bytes)
{
    size_t used = queue->end - queue->start;

    if (queue->capacity - queue->end >= bytes) {
        return true;
    }
    if (queue->start > 0) {
        memmove(queue->data, queue->data + queue->start, used);
        queue->start = 0;
        queue->end = used;
    }
    if (queue->capacity - used >= bytes) {
        return true;
    }
    size_t capacity = used + bytes > BE_CHANNEL_BYTES ? used + bytes : BE_CHANNEL_BYTES;
    unsigned char *data = realloc(queue->data, capacity);
    if (!data) {
        return false;
    }
    queue->data = data;
    queue->capacity = capacity;
    return true;
}

void be_channel_init(struct be_channel *channel, int fd)
{
    *channel = (struct be_channel){.fd = fd};
}

void be_channel_finish(struct be_channel *channel)
{
    if (channel->fd > 0) {
        close(channel->fd);
    }
    free(channel->in.data);
    free(channel->out.data);
    *channel = (struct be_channel){0};
}

void *be_channel_prepare(struct be_channel *channel, size_t payload_bytes)
{
    struct be_channel_queue *out = &channel->out;

    if (!queue_reserve(out, sizeof(struct be_frame) + payload_bytes)) {
        return NULL;
    }
    return out->data + out->end + sizeof(struct be_frame);
}

void be_channel_put(struct be_channel *channel, const struct be_frame *frame)
{
    struct be_channel_queue *out = &channel->out;

    memcpy(out->data + out->end, frame, sizeof(*frame));
    out->end += sizeof(*frame) + frame->bytes;
}

enum be_status be_channel_flush(struct be_channel *channel, struct be_error *error)
{
    struct be_channel_queue *out = &channel->out;

    while (out->start < out->end) {
        ssize_t n = be_io_write_some(channel->fd, out->data + out->start, out->end - out->start);
        if (n < 0 && errno == EAGAIN) {
            return BE_OK;
        }
        if (n < 0) {
            return be_error_errno(error, BE_EIO, "write to a socket");
        }
        out->start += (size_t)n;
    }
    out->start = out->end = 0;
    return BE_OK;
}

enum be_status be_channel_signal(struct be_channel *channel, enum be_frame_kind kind,
                                 struct be_error *error)
{
    if (!be_channel_prepare(channel, 0)) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a frame");
    }
    be_channel_put(channel, &(struct be_frame){.kind = (uint16_t)kind});
    return be_channel_flush(channel, error);
}

/* The bytes that the frame at the front still lacks, at least 1. */
static size_t channel_lacks(const struct be_channel_queue *in)
{
    struct be_frame frame;
    size_t used = in->end - in->start;

    if (used < sizeof(frame)) {
        return sizeof(frame) - used;
    }
    memcpy(&frame, in->data + in->start, sizeof(frame));
    return sizeof(frame) + frame.bytes - used;
}

void be_channel_await(const struct be_channel *channel)
{
    struct pollfd readable = {.fd = channel->fd, .events = POLLIN};

    poll(&readable, 1, -1);
}

enum be_status be_channel_receive(struct be_channel *channel, struct be_error *error)
{
    struct be_channel_queue *in = &channel->in;

    if (in->start == in->end) {
        in->start = in->end = 0;
    }
    if (!queue_reserve(in, channel_lacks(in))) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a frame");
    }
    ssize_t n = be_io_read_some(channel->fd, in->data + in->end, in->capacity - in->end);
    if (n < 0 && errno == EAGAIN) {
        return BE_OK;
    }
    if (n < 0) {
        return be_error_errno(error, BE_EIO, "read from a socket");
    }
    if (n == 0) {
        return be_error_set(error, BE_EIO, "the other end closed the socket");
    }
    in->end += (size_t)n;
    return BE_OK;
}

const void *be_channel_next(struct be_channel *channel, struct be_frame *frame)
{
    struct be_channel_queue *in = &channel->in;
    size_t used = in->end - in->start;

    if (used < sizeof(*frame)) {
        return NULL;
    }
    memcpy(frame, in->data + in->start, sizeof(*frame));
    if (used - sizeof(*frame) < frame->bytes) {
        return NULL;
    }
    const void *payload = in->data + in->start + sizeof(*frame);
    in->start += sizeof(*frame) + frame->bytes;
    return payload;
}
