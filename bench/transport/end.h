/*
 * One end of a link between the dispatcher and one worker: frames go out and come in. A frame is a
 * header and its payload; what the payload means is up to the two ends, which are the same program,
 * so numbers are in the machine's own order.
 *
 * Frames are put, and leave at the next flush at the latest; several may leave together. The
 * dispatcher's end never blocks. Threads: an end has one owner. Errors: BE_EIO, the other end is
 * gone.
 */
#ifndef BE_BENCH_END_H
#define BE_BENCH_END_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

enum be_frame_kind {
    BE_FRAME_READY,   /* worker: it can take tasks, or its account says why not */
    BE_FRAME_TASKS,   /* requests to the worker, replies back */
    BE_FRAME_REFUSED, /* worker: these tasks cannot be decoded, or their results encoded */
    BE_FRAME_COUNT_START,
    BE_FRAME_COUNT_STOP, /* answered by a frame of the same kind */
    BE_FRAME_LEAVE,      /* the worker ends; not answered */
    BE_FRAME_GARBAGE,    /* never sent: what was received makes no sense */
};

struct be_frame {
    uint64_t first; /* index of the first task */
    uint64_t bytes; /* of payload; a multiple of 8, so that every payload is aligned to 8 */
    uint32_t count; /* tasks */
    uint16_t kind;
    union {
        uint8_t tries;    /* requests: how often they were tried before, in vain */
        uint8_t failures; /* replies: 1: a byte a task follows them, 1 where the task failed */
    };
    uint8_t stamped; /* 1: its stages are, the answer says so too (executor/stages.h) */
};

/* The size of those bytes in the payload. */
static inline size_t be_frame_failed_bytes(uint32_t count)
{
    return ((size_t)count + 7) / 8 * 8;
}

/* How much may wait for a flush before the caller should see to one. */
enum { BE_END_PENDING_BYTES = 1 << 16 };

/* An end's own state follows. */
struct be_end {
    const struct be_end_ops *ops;
    uint64_t spin_ns; /* to look with `ready` before it parks (see spin.h); 0 without one */
};

struct be_end_ops {
    /*
     * Makes room for one frame with a payload of up to `payload_bytes` and returns where it is to
     * be written, the payload right behind it; NULL when out of memory. It counts once it was put.
     */
    struct be_frame *(*prepare)(struct be_end *end, size_t payload_bytes);
    void (*put)(struct be_end *end);

    /* Sends what was put; the dispatcher's end as much as can go now. */
    enum be_status (*flush)(struct be_end *end, struct be_error *error);

    /* Bytes that wait for a flush. */
    size_t (*pending)(const struct be_end *end);

    /* Takes in what has come; nothing is no error. */
    enum be_status (*receive)(struct be_end *end, struct be_error *error);

    /*
     * The next whole frame that was received: its payload, valid until the next receive and until
     * the answer to it was put, or NULL.
     */
    const void *(*next)(struct be_end *end, struct be_frame *frame);

    /* The worker's end: sleeps until there may be something to receive. */
    void (*await)(struct be_end *end);

    /*
     * The dispatcher's end: fills in fds[0], which becomes readable when something has come (see
     * park), and fds[1], writable when more can be flushed; -1: never asked.
     */
    void (*descriptors)(const struct be_end *end, int fds[2]);

    /*
     * Optional: NULL where fds[0] always tells. Whether something is there to receive, at the cost
     * of a look.
     */
    bool (*ready)(const struct be_end *end);

    /*
     * With `ready`. Asks fds[0] to tell, before the dispatcher sleeps on it; false when something
     * is there already. Either way unpark follows.
     */
    bool (*park)(struct be_end *end);
    void (*unpark)(struct be_end *end);

    void (*close)(struct be_end *end);
};

/* Sends a frame without tasks. Errors: BE_EIO, BE_ENOMEM. */
enum be_status be_end_signal(struct be_end *end, enum be_frame_kind kind, struct be_error *error);

/* end may be NULL. */
void be_end_close(struct be_end *end);

#endif
