#include "executor/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
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

enum be_status be_child_start(struct be_child *child, uint32_t index, const int keep[2],
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
    int pidfd = pidfd_open(pid, 0);
    if (pidfd < 0) {
        enum be_status status =
            be_error_errno(error, BE_ESYSTEM, "cannot watch worker %u: pidfd_open", index);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        return status;
    }
    *child = (struct be_child){.index = index, .pid = pid, .pidfd = pidfd};
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

void be_child_reap(struct be_child *child)
{
    if (child->pid <= 0) {
        return;
    }
    while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR) {
    }
    close(child->pidfd);
    *child = (struct be_child){0};
}

enum be_status be_child_explain(const struct be_child *child, struct be_error *error)
{
    struct pollfd ended = {.fd = child->pidfd, .events = POLLIN};
    siginfo_t info = {0};

    while (poll(&ended, 1, 1000) < 0 && errno == EINTR) {
    }
    waitid(P_PIDFD, (id_t)child->pidfd, &info, WEXITED | WNOWAIT | WNOHANG);
    if (info.si_pid == 0) {
        return be_error_set(error, BE_EWORKER, "worker %u closed its connection", child->index);
    }
    if (info.si_code == CLD_EXITED) {
        return be_error_set(error, BE_EWORKER, "worker %u exited with status %d", child->index,
                            info.si_status);
    }
    return be_error_set(error, BE_EWORKER, "worker %u was killed by signal %d", child->index,
                        info.si_status);
}
