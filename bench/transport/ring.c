#include "transport/ring.h"

#include <string.h>

/* Fills the rest of the ring before a frame that does not fit there. */
enum { KIND_SKIP = UINT16_MAX };

/* Frames without tasks that may be under way beside the others, and the slot that is cleared. */
enum { SLOTS_BESIDE = 8 };

static uint64_t slots_of(size_t payload_bytes)
{
    return (sizeof(struct be_ring_slot) + payload_bytes + BE_RING_SLOT_BYTES - 1) /
           BE_RING_SLOT_BYTES;
}

uint64_t be_ring_slots(uint64_t frames, size_t payload_bytes)
{
    /* Once more the largest frame, for what is skipped at the end. */
    uint64_t least = (frames + 1) * slots_of(payload_bytes) + SLOTS_BESIDE;
    uint64_t slots = 2;

    while (slots < least) {
        slots *= 2;
    }
    return slots;
}

bool be_ring_is_uniform(size_t payload_bytes)
{
    return slots_of(payload_bytes) == 1;
}

size_t be_ring_bytes(uint64_t slots)
{
    return sizeof(struct be_ring) + slots * BE_RING_SLOT_BYTES;
}

static struct be_ring_slot *slot_at(const struct be_ring_cursor *cursor, uint64_t position)
{
    size_t at = (position & (cursor->slots - 1)) * BE_RING_SLOT_BYTES;

    return (struct be_ring_slot *)(void *)(cursor->ring->slots + at);
}

/* Up to the end of the memory. */
static uint64_t slots_left(const struct be_ring_cursor *cursor)
{
    return cursor->slots - (cursor->position & (cursor->slots - 1));
}

void be_ring_let_go(struct be_ring_cursor *producer)
{
    if (producer->held > 0) {
        atomic_store_explicit(&slot_at(producer, producer->held - 1)->number, producer->held,
                              memory_order_release);
        producer->held = 0;
    }
}

/*
 * What is left of an older payload in the slot behind must not be taken for a number before that
 * slot is written; then the frame may be let go. Where all frames take one slot, numbers are all
 * that a slot ever began with, and the other end need not wait for that line as well.
 */
static void slots_take(struct be_ring_cursor *producer, uint64_t slots)
{
    be_ring_let_go(producer);
    producer->held = producer->position + 1;
    producer->position += slots;
    if (!producer->is_uniform) {
        atomic_store_explicit(&slot_at(producer, producer->position)->number, 0,
                              memory_order_relaxed);
    }
}

struct be_frame *be_ring_prepare(struct be_ring_cursor *producer, size_t payload_bytes)
{
    uint64_t left = slots_left(producer);

    if (slots_of(payload_bytes) > left) {
        slot_at(producer, producer->position)->frame = (struct be_frame){.kind = KIND_SKIP};
        slots_take(producer, left);
    }
    return &slot_at(producer, producer->position)->frame;
}

void be_ring_put(struct be_ring_cursor *producer)
{
    slots_take(producer, slots_of(slot_at(producer, producer->position)->frame.bytes));
}

const void *be_ring_next(struct be_ring_cursor *consumer, struct be_frame *frame)
{
    while (be_ring_ready(consumer)) {
        struct be_ring_slot *slot = slot_at(consumer, consumer->position);
        uint64_t left = slots_left(consumer);
        *frame = slot->frame;
        if (frame->kind == KIND_SKIP) {
            consumer->position += left;
            continue;
        }
        if (frame->bytes > left * BE_RING_SLOT_BYTES || slots_of(frame->bytes) > left) {
            *frame = (struct be_frame){.kind = BE_FRAME_GARBAGE};
        }
        consumer->position += slots_of(frame->bytes);
        return slot + 1;
    }
    return NULL;
}
