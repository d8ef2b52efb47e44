/*
 * What the dispatcher of a pool of processes waits for: messages from its workers, room for more
 * to them, and their ends, all at once. Threads: one owner. Errors: BE_ESYSTEM.
 */
#ifndef BE_BENCH_WAITER_H
#define BE_BENCH_WAITER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"
#include "transport/end.h"

struct be_waiter {
    int epoll_fd;
    uint32_t workers;
    struct be_end **ends; /* of the dispatcher, one a worker, borrowed; NULL: not added */
    bool parks;           /* ends look before they sleep (be_end_ops.ready) */
    uint64_t spin_ns;     /* for how long */
    uint32_t turn;        /* worker that is looked at first */
    int timeout_ms;       /* to sleep at most; -1: as long as it takes */
};

/* What happened to a worker or its link; neither of these: there is room for more. */
struct be_waited {
    uint32_t index;
    bool readable;
    bool ended;
};

enum { BE_WAITED_MAX = 64 };

enum be_status be_waiter_init(struct be_waiter *waiter, uint32_t workers, struct be_error *error);
/* A zeroed waiter may be finished too. */
void be_waiter_finish(struct be_waiter *waiter);

/* Waits for worker `index` from now on: its link and, by its pidfd, its end. */
enum be_status be_waiter_add(struct be_waiter *waiter, uint32_t index, struct be_end *end,
                             int pidfd, struct be_error *error);

/* Waits no more for worker `index`, whose link and pidfd are still open. */
void be_waiter_remove(struct be_waiter *waiter, uint32_t index, int pidfd);

/* Whether to wait for room towards a worker too. */
enum be_status be_waiter_want_room(struct be_waiter *waiter, uint32_t index, bool wanted,
                                   struct be_error *error);

/*
 * Sleeps until something happened, or that long, and says what; it may be nothing. Links that spin
 * are looked at for a while before that.
 */
enum be_status be_waiter_wait(struct be_waiter *waiter, struct be_waited waited[BE_WAITED_MAX],
                              uint32_t *count, struct be_error *error);

#endif
