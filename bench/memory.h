/*
 * What memory the calling process holds. 0: the kernel does not say. Threads: no shared state.
 */
#ifndef BE_BENCH_MEMORY_H
#define BE_BENCH_MEMORY_H

#include <stdint.h>

/* Now, with what is shared divided among those who share it. */
uint64_t be_memory_pss_bytes(void);

/*
 * The most it has held since its program began. getrusage(2) says more: what it held as a copy of
 * the harness, before exec, is in there.
 */
uint64_t be_memory_peak_bytes(void);

#endif
