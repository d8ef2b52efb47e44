/*
 * The time that a cache line takes from one core to another, which no transport can be below. The
 * two workers store and load in turn: one writes a number to its line, the other sees it and writes
 * it to its own. Without a pause in the loops, which on some CPUs lasts longer than the transfer.
 */
#include <stdalign.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>

#include "probe/probe.h"

/* Two lines of a page that nobody used before: each pair of cores meets on memory of its own. */
struct be_probe {
    alignas(128) _Atomic uint64_t there;
    alignas(128) _Atomic uint64_t back;
    alignas(128) uint64_t sent; /* of the first worker */
};

#define STOP UINT64_MAX

static enum be_status cache_line_create(struct be_probe **probe, struct be_error *error)
{
    void *page =
        mmap(NULL, sizeof(**probe), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (page == MAP_FAILED) {
        return be_error_errno(error, BE_ENOMEM, "out of memory for a page");
    }
    *probe = page;
    return BE_OK;
}

static void cache_line_destroy(struct be_probe *probe)
{
    munmap(probe, sizeof(*probe));
}

static enum be_status cache_line_run(struct be_probe *probe, uint64_t tasks, struct be_error *error)
{
    (void)error;

    for (uint64_t i = 0; i < tasks; i += 2) {
        uint64_t sent = ++probe->sent;
        atomic_store_explicit(&probe->there, sent, memory_order_release);
        while (atomic_load_explicit(&probe->back, memory_order_acquire) != sent) {
        }
    }
    return BE_OK;
}

static void cache_line_answer(struct be_probe *probe)
{
    uint64_t seen = 0;

    while (seen != STOP) {
        uint64_t now = atomic_load_explicit(&probe->there, memory_order_acquire);
        if (now != seen) {
            seen = now;
            atomic_store_explicit(&probe->back, seen, memory_order_release);
        }
    }
}

static void cache_line_stop(struct be_probe *probe)
{
    atomic_store_explicit(&probe->there, STOP, memory_order_release);
}

const struct be_probe_ops be_probe_cache_line = {
    .name = "cache-line",
    .summary = "one cache line, one way, from one PU to another",
    .tasks = 2000,
    .create = cache_line_create,
    .run = cache_line_run,
    .answer = cache_line_answer,
    .stop = cache_line_stop,
    .destroy = cache_line_destroy,
};
