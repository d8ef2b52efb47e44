/*
 * One lock that is handed over on request, as interpreters have it: a waiter that has waited for
 * the switch interval asks for the lock, and the holder gives it up at its next yield and does not
 * take it back before another one had it.
 *
 * The scheme is CPython's since 3.2 (Pitrou, "Reworking the GIL", 2009). Threads: take, yield and
 * drop are for any thread.
 */
#ifndef BE_BENCH_GIL_H
#define BE_BENCH_GIL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct be_gil {
    pthread_mutex_t mutex; /* over all that follows */
    pthread_cond_t freed;
    pthread_cond_t taken;
    bool held;
    const void *last_holder;
    uint64_t handovers; /* how often it went to another holder than before */
    uint64_t interval_ns;
    _Atomic bool wanted; /* a waiter asked for it; read by the holder without the mutex */
};

void be_gil_init(struct be_gil *gil, uint64_t interval_ns);
void be_gil_finish(struct be_gil *gil);

/* `who` tells holders apart; any address of the caller's own. */
void be_gil_take(struct be_gil *gil, const void *who);
void be_gil_drop(struct be_gil *gil);

/*
 * Called by the holder: gives others their turn if they asked for it, and returns how long it had
 * to wait for the next of its own, in ns. One load when they did not.
 */
uint64_t be_gil_yield(struct be_gil *gil, const void *who);

#endif
