#include "shared.h"

#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#include "executor/executor.h"

/* The largest page of an ordinary mapping that is in use. */
enum { PAGE_BYTES = 1 << 16 };

/* Far more than payloads of a pass take together. */
enum { POPULATE_BYTES_MAX = 1 << 30 };

/* Places a part of `count` items behind all before it. False: there are too many. */
static bool part_place(size_t *bytes, uint64_t count, size_t item_bytes, size_t *at)
{
    size_t part_bytes;

    *at = *bytes;
    return !__builtin_mul_overflow(count, item_bytes, &part_bytes) &&
           !__builtin_add_overflow(*bytes, part_bytes, bytes) &&
           !__builtin_add_overflow(*bytes, (PAGE_BYTES - *bytes % PAGE_BYTES) % PAGE_BYTES, bytes);
}

static enum be_status shared_map(int fd, const struct be_shared_shape *shape, bool is_new,
                                 struct be_shared *shared, struct be_error *error)
{
    size_t bytes = 0;
    size_t accounts;
    size_t requests;
    size_t replies;
    size_t failed;

    if (!part_place(&bytes, shape->workers, sizeof(struct be_account), &accounts) ||
        !part_place(&bytes, shape->tasks, shape->request_bytes, &requests) ||
        !part_place(&bytes, shape->tasks, shape->reply_bytes, &replies) ||
        !part_place(&bytes, shape->tasks, sizeof(uint8_t), &failed)) {
        return be_error_set(error, BE_ENOMEM, "no memory is large enough for so many tasks");
    }
    if (is_new && ftruncate(fd, (off_t)bytes) < 0) {
        return be_error_errno(error, BE_ESYSTEM, "cannot make %zu bytes of shared memory", bytes);
    }
    unsigned char *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (base == MAP_FAILED) {
        return be_error_errno(error, BE_ENOMEM, "cannot map %zu bytes of shared memory", bytes);
    }
    *shared = (struct be_shared){
        .fd = fd,
        .base = base,
        .bytes = bytes,
        .accounts = (void *)(base + accounts),
        .requests = base + requests,
        .replies = base + replies,
        .failed = base + failed,
    };
    return BE_OK;
}

enum be_status be_shared_attach(int fd, const struct be_shared_shape *shape,
                                struct be_shared *shared, struct be_error *error)
{
    enum be_status status = shared_map(fd, shape, false, shared, error);

    close(fd);
    if (status == BE_OK) {
        shared->fd = -1;
    }
    return status;
}

enum be_status be_shared_create(const struct be_shared_shape *shape, struct be_shared *shared,
                                struct be_error *error)
{
    int fd = memfd_create("breakeven-batch", MFD_CLOEXEC);

    if (fd < 0) {
        return be_error_errno(error, BE_ESYSTEM, "memfd_create");
    }
    enum be_status status = shared_map(fd, shape, true, shared, error);
    if (status != BE_OK) {
        close(fd);
    }
    return status;
}

void be_shared_finish(struct be_shared *shared)
{
    if (shared->base) {
        munmap(shared->base, shared->bytes);
        if (shared->fd >= 0) {
            close(shared->fd);
        }
    }
    *shared = (struct be_shared){0};
}

void be_shared_populate(const struct be_shared *shared, size_t request_bytes)
{
    if (request_bytes <= POPULATE_BYTES_MAX) {
        madvise(shared->requests, request_bytes, MADV_POPULATE_READ);
    }
}
