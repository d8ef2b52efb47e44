/*
 * Memory that the dispatcher shares with its workers: their accounts and the batch. It lies behind
 * a descriptor, so that a worker that is no copy of the dispatcher can map it as well, maybe
 * elsewhere: whatever is said about it between processes is said as an offset.
 *
 * What nobody has touched yet takes no memory and is zero. Threads: made before workers are; who
 * writes where is said in executor/executor.h. Errors: BE_ESYSTEM, BE_ENOMEM.
 */
#ifndef BE_BENCH_SHARED_H
#define BE_BENCH_SHARED_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

struct be_account;

struct be_shared_shape {
    uint32_t workers;
    uint64_t tasks;
    size_t request_bytes; /* of one task */
    size_t reply_bytes;
};

struct be_shared {
    int fd;              /* CLOEXEC, owned; -1 where it was attached */
    unsigned char *base; /* NULL: none */
    size_t bytes;
    /* Parts of it, each beginning a page. */
    struct be_account *accounts; /* one a worker */
    void *requests;              /* packed, in input order, as are the next two */
    void *replies;
    uint8_t *failed; /* one a task */
};

enum be_status be_shared_create(const struct be_shared_shape *shape, struct be_shared *shared,
                                struct be_error *error);

/* Maps what another process created in that shape. Closes the descriptor, also on failure. */
enum be_status be_shared_attach(int fd, const struct be_shared_shape *shape,
                                struct be_shared *shared, struct be_error *error);

/* A zeroed one may be finished too. */
void be_shared_finish(struct be_shared *shared);

/*
 * Maps that much of the requests into the calling process at once, so that touching them later
 * takes no page fault. Where there is too much, or the kernel cannot (before 5.14), that stays.
 */
void be_shared_populate(const struct be_shared *shared, size_t request_bytes);

/* Where a part of it lies, whichever process asks. */
static inline size_t be_shared_offset(const struct be_shared *shared, const void *part)
{
    return (size_t)((const unsigned char *)part - shared->base);
}

static inline void *be_shared_at(const struct be_shared *shared, size_t offset)
{
    return shared->base + offset;
}

#endif
