/*
 * Probes: the floors of this machine, which nothing built on it gets below. A probe is one file
 * probe_*.c and one row of probe.def.
 *
 * A probe runs as a sample of its own: the spec's params name it (`probe`) and how many operations
 * a pass has (`tasks`), and a pass's wall time over its tasks is the figure, in ns.
 *
 * Threads: the first worker is the runner's main thread, which makes all calls but `answer`. The
 * second one, where there is one, is a thread that does nothing else than answer.
 */
#ifndef BE_BENCH_PROBE_H
#define BE_BENCH_PROBE_H

#include <stdint.h>

#include "core/status.h"

struct be_probe; /* each row's own */

struct be_probe_ops {
    const char *name;
    const char *summary; /* says what one operation is */
    uint64_t tasks;      /* operations a pass: around a ms, less than a scheduler's turn */

    /* Optional: NULL when there is nothing to make. Errors: BE_ENOMEM, BE_ESYSTEM. */
    enum be_status (*create)(struct be_probe **probe, struct be_error *error);

    /*
     * Does `tasks` operations, an even number where there are two workers; this alone is timed.
     * Errors: BE_EUNAVAILABLE, BE_ESYSTEM.
     */
    enum be_status (*run)(struct be_probe *probe, uint64_t tasks, struct be_error *error);

    /*
     * Optional: NULL for a probe of one worker. What the second worker does, from before the first
     * pass until `stop` was called; `stop` is required with it.
     */
    void (*answer)(struct be_probe *probe);
    void (*stop)(struct be_probe *probe);

    /* Optional: NULL with create. */
    void (*destroy)(struct be_probe *probe);
};

/* The table, in the order of probe.def, NULL-terminated. */
extern const struct be_probe_ops *const be_probe_table[];

/* The row of that name, or NULL. */
const struct be_probe_ops *be_probe_find(const char *name);

/* 2 where the probe goes between two PUs, else 1. */
uint32_t be_probe_workers(const struct be_probe_ops *ops);

#endif
