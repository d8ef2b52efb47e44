/*
 * Waking somebody who sleeps, one way: two workers hand a turn to each other and sleep on a futex
 * until it is theirs again. An operation holds one wake-up and the system call of who gives it.
 */
#include <stdatomic.h>
#include <stdlib.h>

#include "futex.h"
#include "probe/probe.h"

struct be_probe {
    _Atomic uint32_t turn; /* even: the first worker's; odd: the second one's */
    _Atomic uint32_t stopped;
};

static void turn_hand_over(struct be_probe *probe)
{
    atomic_fetch_add(&probe->turn, 1);
    be_futex_wake_all(&probe->turn);
}

/* Sleeps until the turn is of that parity. */
static void turn_await(struct be_probe *probe, uint32_t parity)
{
    uint32_t turn = atomic_load(&probe->turn);

    while (turn % 2 != parity) {
        be_futex_wait(&probe->turn, turn);
        turn = atomic_load(&probe->turn);
    }
}

static enum be_status futex_wake_create(struct be_probe **probe, struct be_error *error)
{
    *probe = calloc(1, sizeof(**probe));
    return *probe ? BE_OK : be_error_set(error, BE_ENOMEM, "out of memory for a futex");
}

static void futex_wake_destroy(struct be_probe *probe)
{
    free(probe);
}

static enum be_status futex_wake_run(struct be_probe *probe, uint64_t tasks, struct be_error *error)
{
    (void)error;

    for (uint64_t i = 0; i < tasks; i += 2) {
        turn_hand_over(probe);
        turn_await(probe, 0);
    }
    return BE_OK;
}

static void futex_wake_answer(struct be_probe *probe)
{
    for (;;) {
        turn_await(probe, 1);
        if (atomic_load(&probe->stopped)) {
            return;
        }
        turn_hand_over(probe);
    }
}

static void futex_wake_stop(struct be_probe *probe)
{
    atomic_store(&probe->stopped, 1);
    turn_hand_over(probe);
}

const struct be_probe_ops be_probe_futex_wake = {
    .name = "futex-wake",
    .summary = "waking a worker that sleeps on a futex, one way, the waker's system call included",
    .tasks = 20,
    .create = futex_wake_create,
    .run = futex_wake_run,
    .answer = futex_wake_answer,
    .stop = futex_wake_stop,
    .destroy = futex_wake_destroy,
};
