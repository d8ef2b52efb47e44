#include "executor/gil.h"

#include <errno.h>

#include "core/clock.h"

void be_gil_init(struct be_gil *gil, uint64_t interval_ns)
{
    pthread_condattr_t monotonic;

    *gil = (struct be_gil){.interval_ns = interval_ns};
    pthread_mutex_init(&gil->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&gil->freed, &monotonic);
    pthread_cond_init(&gil->taken, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

void be_gil_finish(struct be_gil *gil)
{
    pthread_cond_destroy(&gil->taken);
    pthread_cond_destroy(&gil->freed);
    pthread_mutex_destroy(&gil->mutex);
}

/* Waits until the lock is freed or the interval is over; true when it is over. */
static bool gil_wait(struct be_gil *gil)
{
    uint64_t deadline_ns = be_clock_now_ns() + gil->interval_ns;
    struct timespec deadline = {.tv_sec = (time_t)(deadline_ns / 1000000000),
                                .tv_nsec = (long)(deadline_ns % 1000000000)};

    return pthread_cond_timedwait(&gil->freed, &gil->mutex, &deadline) == ETIMEDOUT;
}

static void gil_take_locked(struct be_gil *gil, const void *who)
{
    while (gil->held) {
        uint64_t handovers = gil->handovers;
        /* A lock that has changed hands meanwhile is in its next holder's interval. */
        if (gil_wait(gil) && gil->held && gil->handovers == handovers) {
            atomic_store_explicit(&gil->wanted, true, memory_order_relaxed);
        }
    }
    gil->held = true;
    atomic_store_explicit(&gil->wanted, false, memory_order_relaxed);
    if (gil->last_holder != who) {
        gil->last_holder = who;
        gil->handovers++;
        pthread_cond_broadcast(&gil->taken);
    }
}

void be_gil_take(struct be_gil *gil, const void *who)
{
    pthread_mutex_lock(&gil->mutex);
    gil_take_locked(gil, who);
    pthread_mutex_unlock(&gil->mutex);
}

void be_gil_drop(struct be_gil *gil)
{
    pthread_mutex_lock(&gil->mutex);
    gil->held = false;
    pthread_cond_signal(&gil->freed);
    pthread_mutex_unlock(&gil->mutex);
}

uint64_t be_gil_yield(struct be_gil *gil, const void *who)
{
    if (!atomic_load_explicit(&gil->wanted, memory_order_relaxed)) {
        return 0;
    }
    uint64_t start_ns = be_clock_now_ns();
    pthread_mutex_lock(&gil->mutex);
    gil->held = false;
    pthread_cond_signal(&gil->freed);
    /* Whoever asked is still waiting, so somebody will take it. */
    while (gil->last_holder == who) {
        pthread_cond_wait(&gil->taken, &gil->mutex);
    }
    gil_take_locked(gil, who);
    pthread_mutex_unlock(&gil->mutex);
    return be_clock_now_ns() - start_ns;
}
