/* How long the kernel kept a thread waiting for a core. Threads: no shared state. */
#ifndef BE_BENCH_DELAY_H
#define BE_BENCH_DELAY_H

#include <stdbool.h>
#include <stdint.h>

/* Time in which a thread was ready to run and another had the core. */
struct be_delay {
    bool known;  /* the kernel says so */
    uint64_t ns; /* 0 while unknown */
};

/* So far. */
struct be_delay be_delay_read(int32_t thread_id);

/* What such a text (/proc/ID/schedstat) says: CPU time, delay, and how often it had a core. */
struct be_delay be_delay_parse(const char *text);

/* Adds what came between two readings; the sum is known as long as all of its parts are. */
void be_delay_add(struct be_delay *sum, const struct be_delay *before,
                  const struct be_delay *after);

#endif
