/*
 * A ring of frames in memory that two processes share, from one producer to one consumer.
 *
 * Each frame carries the number of its place, and is there once that number is: a reader looks at
 * the line that it is about to read, so a small frame costs one transfer of a cache line. There is
 * no word for "full": the ring is as large as what its two ends allow to be under way (see
 * be_ring_bytes), and the answer to a frame gives its place back.
 *
 * Threads: each end is one process's; the memory between them is ordered by the numbers.
 */
#ifndef BE_BENCH_RING_H
#define BE_BENCH_RING_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transport/end.h"

/* A pair of cache lines: they are fetched together. */
enum { BE_RING_SLOT_BYTES = 128 };

struct be_ring_slot {
    _Atomic uint64_t number; /* of this place, from 1 on; anything else: not there yet */
    struct be_frame frame;
    /* The payload follows, over as many slots as it takes. */
};

/* In shared memory, zeroed at first. */
struct be_ring {
    alignas(BE_RING_SLOT_BYTES) _Atomic uint32_t parked; /* the consumer sleeps, or is about to */
    alignas(BE_RING_SLOT_BYTES) unsigned char slots[];
};

/* One end of it. */
struct be_ring_cursor {
    struct be_ring *ring;
    uint64_t slots;    /* a power of two */
    uint64_t position; /* of the next frame, in slots since the beginning */
    bool is_uniform;   /* no frame takes more than one slot (see be_ring_is_uniform) */
    uint64_t held;     /* the producer's: the number of the frame before, not there yet; 0: none */
};

/* The slots of a ring for `frames` frames under way, each of up to `payload_bytes`. */
uint64_t be_ring_slots(uint64_t frames, size_t payload_bytes);
size_t be_ring_bytes(uint64_t slots);

/* Whether a frame with a payload of that size fits one slot. */
bool be_ring_is_uniform(size_t payload_bytes);

/* Where the next frame goes, with a payload of up to `payload_bytes` right behind it. */
struct be_frame *be_ring_prepare(struct be_ring_cursor *producer, size_t payload_bytes);
/*
 * The frame is there with the next one, or once it is let go: whoever lets it go has said all that
 * belongs to it elsewhere.
 */
void be_ring_put(struct be_ring_cursor *producer);
void be_ring_let_go(struct be_ring_cursor *producer);

/* Whether a frame is there. */
static inline bool be_ring_ready(const struct be_ring_cursor *consumer)
{
    size_t at = (consumer->position & (consumer->slots - 1)) * BE_RING_SLOT_BYTES;
    const struct be_ring_slot *slot = (const void *)(consumer->ring->slots + at);

    return atomic_load_explicit(&slot->number, memory_order_acquire) == consumer->position + 1;
}

/* Takes the next frame: its payload, valid until its answer was put, or NULL. */
const void *be_ring_next(struct be_ring_cursor *consumer, struct be_frame *frame);

#endif
