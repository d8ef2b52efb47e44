/* How often the kernel moved a thread to another CPU. Threads: no shared state. */
#ifndef BE_BENCH_MIGRATIONS_H
#define BE_BENCH_MIGRATIONS_H

#include <stdbool.h>
#include <stdint.h>

/* The calling thread so far. False: the kernel does not say, and *count is left alone. */
bool be_migrations_read(uint64_t *count);

/* What such a text (/proc/ID/sched) says. */
bool be_migrations_parse(const char *text, uint64_t *count);

#endif
