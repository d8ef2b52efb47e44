#include "executor/waiter.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "transport/spin.h"

/* One who spins for ever looks for workers' ends this often. */
#define LOOK_FOR_ENDS_NS UINT64_C(1000000)

/* An event's data: which worker, and whether its link or its end. */
static uint64_t event_pack(uint32_t index, bool is_end)
{
    return (uint64_t)index << 1 | is_end;
}

enum be_status be_waiter_init(struct be_waiter *waiter, uint32_t workers, struct be_error *error)
{
    struct be_end **ends = calloc(workers, sizeof(struct be_end *));

    if (!ends) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %u links", workers);
    }
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0) {
        enum be_status status = be_error_errno(error, BE_ESYSTEM, "epoll_create1");
        free(ends);
        return status;
    }
    *waiter = (struct be_waiter){
        .epoll_fd = epoll_fd, .workers = workers, .ends = ends, .timeout_ms = -1};
    return BE_OK;
}

void be_waiter_finish(struct be_waiter *waiter)
{
    if (waiter->ends) {
        close(waiter->epoll_fd);
        free(waiter->ends);
    }
    *waiter = (struct be_waiter){0};
}

static enum be_status descriptor_watch(struct be_waiter *waiter, int operation, int fd,
                                       uint32_t events, uint64_t data, struct be_error *error)
{
    struct epoll_event event = {events, {.u64 = data}};

    if (epoll_ctl(waiter->epoll_fd, operation, fd, &event) < 0) {
        return be_error_errno(error, BE_ESYSTEM, "epoll_ctl");
    }
    return BE_OK;
}

enum be_status be_waiter_add(struct be_waiter *waiter, uint32_t index, struct be_end *end,
                             int pidfd, struct be_error *error)
{
    uint64_t link = event_pack(index, false);
    int fds[2];

    end->ops->descriptors(end, fds);
    /* What parks is told of each message that comes while it sleeps, and reads nothing. */
    uint32_t events = end->ops->park ? EPOLLIN | EPOLLET : EPOLLIN;
    enum be_status status = descriptor_watch(waiter, EPOLL_CTL_ADD, fds[0], events, link, error);
    if (status == BE_OK && fds[1] >= 0 && fds[1] != fds[0]) {
        status = descriptor_watch(waiter, EPOLL_CTL_ADD, fds[1], 0, link, error);
    }
    if (status == BE_OK) {
        status =
            descriptor_watch(waiter, EPOLL_CTL_ADD, pidfd, EPOLLIN, event_pack(index, true), error);
    }
    if (status == BE_OK) {
        waiter->ends[index] = end;
        waiter->spin_ns =
            waiter->parks && waiter->spin_ns < end->spin_ns ? waiter->spin_ns : end->spin_ns;
        waiter->parks = end->ops->park != NULL;
    }
    return status;
}

void be_waiter_remove(struct be_waiter *waiter, uint32_t index, int pidfd)
{
    struct be_end *end = waiter->ends[index];
    int fds[2];

    /* By closing alone they would stay for as long as any other process holds them too. */
    end->ops->descriptors(end, fds);
    epoll_ctl(waiter->epoll_fd, EPOLL_CTL_DEL, fds[0], NULL);
    if (fds[1] >= 0 && fds[1] != fds[0]) {
        epoll_ctl(waiter->epoll_fd, EPOLL_CTL_DEL, fds[1], NULL);
    }
    epoll_ctl(waiter->epoll_fd, EPOLL_CTL_DEL, pidfd, NULL);
    waiter->ends[index] = NULL;
}

enum be_status be_waiter_want_room(struct be_waiter *waiter, uint32_t index, bool wanted,
                                   struct be_error *error)
{
    uint32_t events = wanted ? EPOLLOUT : 0;
    int fds[2];

    waiter->ends[index]->ops->descriptors(waiter->ends[index], fds);
    if (fds[1] == fds[0]) {
        events |= EPOLLIN;
    }
    return descriptor_watch(waiter, EPOLL_CTL_MOD, fds[1], events, event_pack(index, false), error);
}

/* Looks at every link once, at another one first each time. */
static uint32_t links_look(struct be_waiter *waiter, struct be_waited waited[BE_WAITED_MAX])
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < waiter->workers && count < BE_WAITED_MAX; i++) {
        uint32_t index = (waiter->turn + i) % waiter->workers;
        const struct be_end *end = waiter->ends[index];
        if (end && end->ops->ready(end)) {
            waited[count++] = (struct be_waited){.index = index, .readable = true};
        }
    }
    waiter->turn = waiter->turn + 1 < waiter->workers ? waiter->turn + 1 : 0;
    return count;
}

static uint32_t links_spin(struct be_waiter *waiter, struct be_waited waited[BE_WAITED_MAX])
{
    struct be_spin spin;
    uint32_t count;

    be_spin_begin(&spin, waiter->spin_ns == BE_SPIN_FOR_EVER ? LOOK_FOR_ENDS_NS : waiter->spin_ns);
    do {
        count = links_look(waiter, waited);
    } while (count == 0 && be_spin_goes_on(&spin));
    return count;
}

/* Returns whether all may sleep: nothing is there yet, and whatever comes will be told. */
static bool links_park(struct be_waiter *waiter)
{
    bool may_sleep = waiter->spin_ns != BE_SPIN_FOR_EVER;

    for (uint32_t i = 0; may_sleep && i < waiter->workers; i++) {
        struct be_end *end = waiter->ends[i];
        may_sleep = !end || end->ops->park(end);
    }
    return may_sleep;
}

static void links_unpark(struct be_waiter *waiter)
{
    for (uint32_t i = 0; i < waiter->workers; i++) {
        if (waiter->ends[i]) {
            waiter->ends[i]->ops->unpark(waiter->ends[i]);
        }
    }
}

static void event_read(const struct epoll_event *event, struct be_waited *waited)
{
    bool is_end = event->data.u64 & 1;

    *waited = (struct be_waited){
        .index = (uint32_t)(event->data.u64 >> 1),
        .readable = !is_end && (event->events & (EPOLLIN | EPOLLHUP | EPOLLERR)),
        .ended = is_end,
    };
}

enum be_status be_waiter_wait(struct be_waiter *waiter, struct be_waited waited[BE_WAITED_MAX],
                              uint32_t *count, struct be_error *error)
{
    struct epoll_event events[BE_WAITED_MAX];

    *count = waiter->parks ? links_spin(waiter, waited) : 0;
    if (*count > 0) {
        return BE_OK;
    }
    bool may_sleep = !waiter->parks || links_park(waiter);
    int got =
        epoll_wait(waiter->epoll_fd, events, BE_WAITED_MAX, may_sleep ? waiter->timeout_ms : 0);
    if (waiter->parks) {
        links_unpark(waiter);
    }
    if (got < 0 && errno != EINTR) {
        return be_error_errno(error, BE_ESYSTEM, "epoll_wait");
    }
    for (int i = 0; i < got; i++) {
        event_read(&events[i], &waited[i]);
    }
    *count = got > 0 ? (uint32_t)got : 0;
    return BE_OK;
}
