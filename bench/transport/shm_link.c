/*
 * Whoever finds nothing looks again for a while, then parks: the worker on a futex, the dispatcher
 * in its epoll, behind an eventfd, since it waits for all workers and for their ends. A park is
 * announced in the ring, and only who has announced one is woken.
 */
#include "transport/shm_link.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/io.h"
#include "counter/tally.h"
#include "futex.h"
#include "transport/ring.h"
#include "transport/spin.h"

struct ring_end {
    struct be_end base;
    struct be_ring_cursor out;
    struct be_ring_cursor in;
    void *memory; /* of both rings */
    size_t memory_bytes;
    size_t pending; /* bytes put since the last flush */
    int bell;       /* the dispatcher's eventfd */
    bool is_worker;
};

static struct ring_end *ring_of(struct be_end *end)
{
    return (struct ring_end *)end;
}

static const struct ring_end *ring_of_const(const struct be_end *end)
{
    return (const struct ring_end *)end;
}

static struct be_frame *ring_prepare(struct be_end *end, size_t payload_bytes)
{
    return be_ring_prepare(&ring_of(end)->out, payload_bytes);
}

static void ring_put(struct be_end *end)
{
    struct ring_end *self = ring_of(end);
    uint64_t before = self->out.position;

    be_ring_put(&self->out);
    self->pending += (self->out.position - before) * BE_RING_SLOT_BYTES;
}

/* Lets the last frame go, and wakes the other end if it parked. */
static enum be_status ring_flush(struct be_end *end, struct be_error *error)
{
    struct ring_end *self = ring_of(end);
    _Atomic uint32_t *parked = &self->out.ring->parked;
    const uint64_t one = 1;

    be_ring_let_go(&self->out);
    self->pending = 0;
    atomic_thread_fence(memory_order_seq_cst); /* with the one in ring_park */
    if (atomic_load_explicit(parked, memory_order_relaxed) == 0 ||
        atomic_exchange(parked, 0) == 0) {
        return BE_OK;
    }
    if (!self->is_worker) {
        be_futex_wake_all_shared(parked);
        return BE_OK;
    }
    return be_io_write_all(self->bell, &one, sizeof(one), error);
}

static size_t ring_pending(const struct be_end *end)
{
    return ring_of_const(end)->pending;
}

static enum be_status ring_receive(struct be_end *end, struct be_error *error)
{
    (void)end; /* frames are read where they lie */
    (void)error;
    return BE_OK;
}

static const void *ring_next(struct be_end *end, struct be_frame *frame)
{
    return be_ring_next(&ring_of(end)->in, frame);
}

static bool ring_ready(const struct be_end *end)
{
    return be_ring_ready(&ring_of_const(end)->in);
}

static bool ring_park(struct be_end *end)
{
    struct ring_end *self = ring_of(end);

    atomic_store_explicit(&self->in.ring->parked, 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
    return !ring_ready(end);
}

static void ring_unpark(struct be_end *end)
{
    atomic_store_explicit(&ring_of(end)->in.ring->parked, 0, memory_order_relaxed);
}

static void ring_await(struct be_end *end)
{
    struct be_spin spin;

    be_spin_begin(&spin, end->spin_ns);
    do {
        if (ring_ready(end)) {
            return;
        }
    } while (be_spin_goes_on(&spin));
    uint32_t sleeps = 0;
    while (ring_park(end)) {
        be_futex_wait_shared(&ring_of(end)->in.ring->parked, 1);
        sleeps++;
    }
    ring_unpark(end);
    be_tally_waited(sleeps);
}

static void ring_descriptors(const struct be_end *end, int fds[2])
{
    fds[0] = ring_of_const(end)->bell;
    fds[1] = -1;
}

static void ring_close(struct be_end *end)
{
    struct ring_end *self = ring_of(end);

    if (self->memory != MAP_FAILED) {
        munmap(self->memory, self->memory_bytes);
    }
    close(self->bell);
    free(self);
}

static const struct be_end_ops ring_ops = {
    .prepare = ring_prepare,
    .put = ring_put,
    .flush = ring_flush,
    .pending = ring_pending,
    .receive = ring_receive,
    .next = ring_next,
    .await = ring_await,
    .descriptors = ring_descriptors,
    .ready = ring_ready,
    .park = ring_park,
    .unpark = ring_unpark,
    .close = ring_close,
};

/* How long an end looks before it parks, by parameter `wake`. */
static uint64_t spin_ns(const struct be_link_env *env)
{
    const char *wake = be_params_get(env->params, "wake");

    if (strcmp(wake, "spin") == 0) {
        return BE_SPIN_FOR_EVER;
    }
    return strcmp(wake, "futex") == 0 || env->shares_core ? 0 : BE_SPIN_NS;
}

/* Both rings in one piece of memory: requests, then replies. */
struct layout {
    uint64_t request_slots;
    uint64_t reply_slots;
    size_t requests_bytes;
    size_t bytes; /* of all */
};

static struct layout layout_of(const struct be_link_env *env)
{
    struct layout layout = {
        .request_slots = be_ring_slots(env->frames, env->request_bytes),
        .reply_slots = be_ring_slots(env->frames, env->reply_bytes),
    };

    layout.requests_bytes = be_ring_bytes(layout.request_slots);
    layout.bytes = layout.requests_bytes + be_ring_bytes(layout.reply_slots);
    return layout;
}

/* Takes the bell over, also on failure. */
static enum be_status end_create(const struct be_link_env *env, int memory_fd, int bell,
                                 bool is_worker, struct be_end **end, struct be_error *error)
{
    struct layout layout = layout_of(env);
    struct ring_end *self = calloc(1, sizeof(*self));

    if (!self) {
        close(bell);
        return be_error_set(error, BE_ENOMEM, "out of memory for a link");
    }
    *self = (struct ring_end){
        .base = {&ring_ops, spin_ns(env)},
        .memory_bytes = layout.bytes,
        .bell = bell,
        .is_worker = is_worker,
    };
    self->memory = mmap(NULL, layout.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory_fd, 0);
    if (self->memory == MAP_FAILED) {
        enum be_status status =
            be_error_errno(error, BE_ESYSTEM, "cannot map rings of %zu bytes", layout.bytes);
        ring_close(&self->base);
        return status;
    }
    struct be_ring *replies = (void *)((char *)self->memory + layout.requests_bytes);
    struct be_ring_cursor to_worker = {.ring = self->memory,
                                       .slots = layout.request_slots,
                                       .is_uniform = be_ring_is_uniform(env->request_bytes)};
    struct be_ring_cursor to_dispatcher = {.ring = replies,
                                           .slots = layout.reply_slots,
                                           .is_uniform = be_ring_is_uniform(env->reply_bytes)};
    self->out = is_worker ? to_dispatcher : to_worker;
    self->in = is_worker ? to_worker : to_dispatcher;
    *end = &self->base;
    return BE_OK;
}

/* What a link's descriptors are. */
enum { FD_MEMORY, FD_BELL };

enum be_status be_shm_link_open(const struct be_link_env *env, struct be_end **end,
                                int fds[BE_LINK_FDS], struct be_error *error)
{
    size_t bytes = layout_of(env).bytes;

    fds[FD_MEMORY] = memfd_create("breakeven-ring", MFD_CLOEXEC);
    fds[FD_BELL] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int bell = fds[FD_BELL] >= 0 ? fcntl(fds[FD_BELL], F_DUPFD_CLOEXEC, 3) : -1;

    if (fds[FD_MEMORY] < 0 || bell < 0 || ftruncate(fds[FD_MEMORY], (off_t)bytes) < 0) {
        enum be_status status =
            be_error_errno(error, BE_ESYSTEM, "cannot make rings of %zu bytes", bytes);
        if (bell >= 0) {
            close(bell);
        }
        return status;
    }
    return end_create(env, fds[FD_MEMORY], bell, false, end, error);
}

enum be_status be_shm_link_attach(const struct be_link_env *env, const int fds[BE_LINK_FDS],
                                  struct be_end **end, struct be_error *error)
{
    enum be_status status = end_create(env, fds[FD_MEMORY], fds[FD_BELL], true, end, error);

    close(fds[FD_MEMORY]);
    return status;
}

const struct be_param be_shm_link_params[] = {
    {
        .name = "wake",
        .type = BE_PARAM_CHOICE,
        .fallback = "adaptive",
        .choices = "adaptive futex spin",
        .help = "how to wait: spin, park on a futex, or spin for a while and then park",
    },
    {.name = NULL},
};
