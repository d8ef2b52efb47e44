/*
 * A channel carries frames, both ways, between the dispatcher and one worker over a stream socket.
 * A frame is a header and its payload; what the payload means is up to its two ends, which are the
 * same program, so numbers are in the machine's own order.
 *
 * Frames are put into a queue and leave together in one write; one read takes as many as are there.
 * Works on blocking and non-blocking sockets. Threads: one owner.
 */
#ifndef BE_BENCH_CHANNEL_H
#define BE_BENCH_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

/* What one read or write moves at most, unless a single frame is larger. */
enum { BE_CHANNEL_BYTES = 1 << 16 };

enum be_frame_kind {
    BE_FRAME_READY, /* worker: it can take tasks, or its account says why not */
    BE_FRAME_TASKS, /* requests to the worker, replies back */
    BE_FRAME_COUNT_START,
    BE_FRAME_COUNT_STOP, /* answered by a frame of the same kind */
};

struct be_frame {
    uint64_t first; /* index of the first task */
    uint64_t bytes; /* of payload; a multiple of 8, so that every payload is aligned to 8 */
    uint32_t count; /* tasks */
    uint16_t kind;
    uint16_t failures; /* 1: a byte a task follows the replies, 1 where the task failed */
};

/* The size of those bytes in the payload. */
static inline size_t be_frame_failed_bytes(uint32_t count)
{
    return ((size_t)count + 7) / 8 * 8;
}

/* Bytes start .. end are in use; frames lie at multiples of 8. */
struct be_channel_queue {
    unsigned char *data;
    size_t start;
    size_t end;
    size_t capacity;
};

struct be_channel {
    int fd;
    struct be_channel_queue in;
    struct be_channel_queue out;
};

/* Takes over the descriptor, which finish closes. A zeroed channel may be finished too. */
void be_channel_init(struct be_channel *channel, int fd);
void be_channel_finish(struct be_channel *channel);

/*
 * Makes room at the end of the outgoing queue for a frame of up to `payload_bytes` and returns
 * where its payload goes; NULL when out of memory. The frame counts once be_channel_put was called.
 */
void *be_channel_prepare(struct be_channel *channel, size_t payload_bytes);
void be_channel_put(struct be_channel *channel, const struct be_frame *frame);

/* Bytes that wait in the outgoing queue. */
static inline size_t be_channel_pending(const struct be_channel *channel)
{
    return channel->out.end - channel->out.start;
}

/*
 * Writes what waits; on a non-blocking socket as much as fits now (see be_channel_pending).
 * Errors: BE_EIO; the other end is gone.
 */
enum be_status be_channel_flush(struct be_channel *channel, struct be_error *error);

/* Sends a frame without tasks. Errors: BE_EIO, BE_ENOMEM. */
enum be_status be_channel_signal(struct be_channel *channel, enum be_frame_kind kind,
                                 struct be_error *error);

/*
 * Sleeps until there may be something to read. On a blocking socket a receive would sleep as well,
 * but whoever sleeps in read is also woken, in vain, whenever the other end takes a message out.
 */
void be_channel_await(const struct be_channel *channel);

/*
 * Reads once; then be_channel_next gives the frames that are there whole. Reading nothing from a
 * non-blocking socket is no error. Errors: BE_EIO (also at end of file), BE_ENOMEM.
 */
enum be_status be_channel_receive(struct be_channel *channel, struct be_error *error);

/* The next whole frame that was received: its payload, valid until the next receive, or NULL. */
const void *be_channel_next(struct be_channel *channel, struct be_frame *frame);

#endif
