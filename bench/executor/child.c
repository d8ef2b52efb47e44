#include "executor/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/io.h"

static _Noreturn void child_run(pid_t parent, const int keep[2], void (*body)(void *context),
                                void *context)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(1); /* the parent ended before the kernel was told to watch it */
    }
    be_io_close_from(3, keep);
    body(context);
    _exit(0);
}

enum be_status be_child_fork(struct be_child *child, uint32_t index, const int keep[2],
                             void (*body)(void *context), void *context, struct be_error *error)
{
    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid == 0) {
        child_run(parent, keep, body, context);
    }
    if (pid < 0) {
        return be_error_errno(error, BE_ESYSTEM, "cannot fork worker %u", index);
    }
    return be_child_watch(child, index, pid, error);
}

enum be_status be_child_watch(struct be_child *child, uint32_t index, pid_t pid,
                              struct be_error *error)
{
    int pidfd = pidfd_open(pid, 0);

    if (pidfd < 0) {
        enum be_status status =
            be_error_errno(error, BE_ESYSTEM, "cannot watch worker %u: pidfd_open", index);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        return status;
    }
    *child = (struct be_child){.index = index, .pid = pid, .pidfd = pidfd, .teller = -1};
    return BE_OK;
}

uint64_t be_child_cpu_ns(const struct be_child *child)
{
    clockid_t clock;

    if (child->pid == 0 || clock_getcpuclockid(child->pid, &clock) != 0) {
        return 0;
    }
    return be_clock_read_ns(clock);
}

void be_child_kill(const struct be_child *child)
{
    if (child->pid > 0) {
        pidfd_send_signal(child->pidfd, SIGKILL, NULL, 0);
    }
}

static bool is_readable(int fd, int timeout_ms)
{
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    int count;

    do {
        count = poll(&readable, 1, timeout_ms);
    } while (count < 0 && errno == EINTR);
    return count > 0;
}

bool be_child_ends(const struct be_child *child, int timeout_ms)
{
    return is_readable(child->pidfd, timeout_ms);
}

/*
 * How a child that has ended did so. All 0: whoever would tell is gone; a code of -1: says nothing
 * for a second. It can be heard again.
 */
static struct be_ending ending_hear(const struct be_child *child)
{
    struct be_ending ending = {0};
    siginfo_t info = {0};

    if (child->teller < 0) {
        waitid(P_PIDFD, (id_t)child->pidfd, &info, WEXITED | WNOWAIT | WNOHANG);
        return (struct be_ending){info.si_code, info.si_status};
    }
    if (!is_readable(child->teller, 1000)) {
        return (struct be_ending){.code = -1};
    }
    return recv(child->teller, &ending, sizeof(ending), MSG_PEEK) == sizeof(ending)
               ? ending
               : (struct be_ending){0};
}

void be_child_reap(struct be_child *child)
{
    if (child->pid <= 0) {
        return;
    }
    if (child->teller < 0) {
        while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR) {
        }
    } else {
        be_child_ends(child, -1);
        close(child->teller); /* whoever reaps it does so then */
    }
    close(child->pidfd);
    *child = (struct be_child){0};
}

enum be_status be_child_explain(const struct be_child *child, struct be_error *error)
{
    char who[32] = "the fork server";

    if (child->index != BE_CHILD_SERVER) {
        snprintf(who, sizeof(who), "worker %u", child->index);
    }
    if (!be_child_ends(child, 1000)) {
        return be_error_set(error, BE_EWORKER, "%s closed its connection", who);
    }
    struct be_ending ending = ending_hear(child);
    switch (ending.code) {
    case -1:
        return be_error_set(error, BE_EWORKER, "%s ended; the server that forked it is stuck", who);
    case 0:
        return be_error_set(error, BE_EWORKER, "%s ended with the server that forked it", who);
    case CLD_EXITED:
        return be_error_set(error, BE_EWORKER, "%s exited with status %d", who, ending.status);
    default:
        return be_error_set(error, BE_EWORKER, "%s was killed by signal %d", who, ending.status);
    }
}
