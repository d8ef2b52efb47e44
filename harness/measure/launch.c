#include "measure/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/io.h"
#include "core/units.h"

#define LEAVE_NS UINT64_C(3000000000)

enum {
    OUTPUT_BYTES_MAX = 32 << 20,
    NOTES_BYTES_MAX = 64 << 10,
    EXEC_FAILED = 127,
};

/* A child and the ends of its pipes that are ours; -1 where there is none. */
struct child {
    pid_t pid;
    int pidfd;
    int in;
    int out;
    int err;
    uint64_t started_ns;
    size_t written;
};

static void fd_close(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

enum be_status be_launch_prepare(struct be_error *error)
{
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) {
        return be_error_errno(error, BE_ESYSTEM, "prctl(PR_SET_CHILD_SUBREAPER)");
    }
    signal(SIGPIPE, SIG_IGN);
    return BE_OK;
}

/* In the child: everything between fork and exec. Reports a failed exec through `report`. */
static _Noreturn void child_exec(const char *const *argv, const int fds[3], int report,
                                 pid_t parent)
{
    sigset_t none;

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(EXEC_FAILED);
    }
    for (int i = 0; i < 3; i++) {
        dup2(fds[i], i);
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    execvp(argv[0], (char *const *)argv);
    int cause = errno;
    be_io_write_some(report, &cause, sizeof(cause));
    _exit(EXEC_FAILED);
}

/* Waits for exec: end of file when it went well, else errno. */
static enum be_status exec_wait(int report, const char *program, struct be_error *error)
{
    int cause = 0;

    if (be_io_read_some(report, &cause, sizeof(cause)) <= 0) {
        return BE_OK;
    }
    errno = cause;
    return be_error_errno(error, BE_ENOTFOUND, "cannot run '%s'", program);
}

/* pipes[i]: stdin, stdout, stderr and the exec report, each {read end, write end}. */
static enum be_status pipes_open(int pipes[4][2], struct be_error *error)
{
    for (int i = 0; i < 4; i++) {
        pipes[i][0] = pipes[i][1] = -1;
    }
    for (int i = 0; i < 4; i++) {
        if (pipe2(pipes[i], O_CLOEXEC) < 0) {
            return be_error_errno(error, BE_ESYSTEM, "pipe2");
        }
    }
    return BE_OK;
}

static void pipes_close(int pipes[4][2])
{
    for (int i = 0; i < 4; i++) {
        fd_close(&pipes[i][0]);
        fd_close(&pipes[i][1]);
    }
}

static int pipe_take(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}

static enum be_status child_fork(const char *const *argv, int pipes[4][2], struct child *child,
                                 struct be_error *error)
{
    const int fds[3] = {pipes[0][0], pipes[1][1], pipes[2][1]};
    pid_t parent = getpid();

    child->started_ns = be_clock_now_ns();
    child->pid = fork();
    if (child->pid < 0) {
        return be_error_errno(error, BE_ESYSTEM, "fork");
    }
    if (child->pid == 0) {
        child_exec(argv, fds, pipes[3][1], parent);
    }
    setpgid(child->pid, child->pid);
    child->pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0);
    if (child->pidfd < 0) {
        return be_error_errno(error, BE_ESYSTEM, "pidfd_open");
    }
    return BE_OK;
}

/*
 * Waits a while for those that the child has left to end by themselves: they hold its stderr. Some
 * only clear up behind it, such as the tracker of semaphores of CPython's pools.
 */
static void leftovers_await(const struct child *child)
{
    struct pollfd held = {.fd = child->err, .events = POLLIN};
    uint64_t until_ns = be_clock_now_ns() + LEAVE_NS;
    char block[4096];
    uint64_t now_ns;
    bool is_held = child->err >= 0;

    while (is_held && (now_ns = be_clock_now_ns()) < until_ns) {
        if (poll(&held, 1, (int)((until_ns - now_ns) / 1000000) + 1) > 0) {
            is_held = be_io_read_some(child->err, block, sizeof(block)) != 0;
        }
    }
}

/* Ends the child, then whatever is left of its process group, and reaps it. */
static void child_end(struct child *child, int *wait_status)
{
    if (child->pid > 0) {
        kill(child->pid, SIGKILL);
        leftovers_await(child);
        /* A zombie still holds its group's number, so this cannot hit a stranger. */
        kill(-child->pid, SIGKILL);
        while (waitpid(child->pid, wait_status, 0) < 0 && errno == EINTR) {
        }
        while (waitpid(-child->pid, NULL, 0) > 0 || errno == EINTR) {
        }
    }
    fd_close(&child->pidfd);
    fd_close(&child->in);
    fd_close(&child->out);
    fd_close(&child->err);
}

static enum be_status child_start(const struct be_launch *launch, struct child *child,
                                  struct be_error *error)
{
    int pipes[4][2];
    enum be_status status = pipes_open(pipes, error);

    if (status == BE_OK) {
        status = child_fork(launch->argv, pipes, child, error);
    }
    if (status == BE_OK) {
        child->in = pipe_take(&pipes[0][1]);
        child->out = pipe_take(&pipes[1][0]);
        child->err = pipe_take(&pipes[2][0]);
        fd_close(&pipes[3][1]);
        status = exec_wait(pipes[3][0], launch->argv[0], error);
    }
    pipes_close(pipes);
    if (status == BE_OK) {
        status = be_io_set_nonblock(child->in, error);
    }
    if (status == BE_OK) {
        status = be_io_set_nonblock(child->out, error);
    }
    return status == BE_OK ? be_io_set_nonblock(child->err, error) : status;
}

/* Writes what the pipe takes. A child that closed its stdin is left to say why itself. */
static void input_push(const struct be_launch *launch, struct child *child)
{
    ssize_t n = be_io_write_some(child->in, launch->input + child->written,
                                 launch->input_bytes - child->written);
    if (n > 0) {
        child->written += (size_t)n;
    } else if (n < 0 && errno != EAGAIN) {
        child->written = launch->input_bytes;
    }
}

/* Reads what is there, keeping at most `max` bytes; closes the descriptor at end of file. */
static enum be_status output_pull(int *fd, struct be_buffer *buffer, size_t max,
                                  struct be_error *error)
{
    char block[65536];
    ssize_t n;

    while (*fd >= 0 && (n = be_io_read_some(*fd, block, sizeof(block))) != 0) {
        if (n < 0) {
            return errno == EAGAIN ? BE_OK
                                   : be_error_errno(error, BE_EIO, "cannot read from the runner");
        }
        size_t room = max - buffer->length;
        be_buffer_append(buffer, block, (size_t)n < room ? (size_t)n : room);
    }
    fd_close(fd);
    return be_buffer_check(buffer, error);
}

static enum be_status pull_both(struct child *child, struct be_launch_result *result,
                                struct be_error *error)
{
    enum be_status status = output_pull(&child->out, &result->output, OUTPUT_BYTES_MAX, error);

    if (status == BE_OK) {
        status = output_pull(&child->err, &result->notes, NOTES_BYTES_MAX, error);
    }
    if (status == BE_OK && result->output.length == OUTPUT_BYTES_MAX) {
        status = be_error_set(error, BE_EPROTOCOL, "it printed more than %d MiB",
                              OUTPUT_BYTES_MAX >> 20);
    }
    return status;
}

static enum be_status timeout_error(uint64_t timeout_ns, struct be_error *error)
{
    char text[BE_UNITS_TEXT_BYTES];
    return be_error_set(error, BE_ETIMEOUT, "no end within %s",
                        be_units_format_duration(text, (double)timeout_ns));
}

/* Sleeps in poll until the child has ended or something speaks against going on. */
static enum be_status child_watch(const struct be_launch *launch, struct child *child,
                                  struct be_launch_result *result, struct be_error *error)
{
    for (;;) {
        uint64_t spent_ns = be_clock_now_ns() - child->started_ns;
        if (spent_ns >= launch->timeout_ns) {
            return timeout_error(launch->timeout_ns, error);
        }
        uint64_t left_ms = (launch->timeout_ns - spent_ns) / 1000000 + 1;
        struct pollfd fds[] = {
            {.fd = child->pidfd, .events = POLLIN},
            {.fd = launch->interrupt_fd, .events = POLLIN},
            {.fd = child->out, .events = POLLIN},
            {.fd = child->err, .events = POLLIN},
            {.fd = child->written < launch->input_bytes ? child->in : -1, .events = POLLOUT},
        };
        if (poll(fds, 5, left_ms > 60000 ? 60000 : (int)left_ms) < 0 && errno != EINTR) {
            return be_error_errno(error, BE_ESYSTEM, "poll");
        }
        if (fds[1].revents) {
            return be_error_set(error, BE_EINTERRUPTED, "interrupted");
        }
        if (fds[4].revents) {
            input_push(launch, child);
        }
        bool ended = fds[0].revents != 0;
        if (ended) {
            result->elapsed_ns = be_clock_now_ns() - child->started_ns;
        }
        enum be_status status = pull_both(child, result, error);
        if (status != BE_OK || ended) {
            return status;
        }
    }
}

enum be_status be_launch_run(const struct be_launch *launch, struct be_launch_result *result,
                             struct be_error *error)
{
    struct child child = {.pid = -1, .pidfd = -1, .in = -1, .out = -1, .err = -1};
    int wait_status = 0;
    enum be_status status = child_start(launch, &child, error);

    if (status == BE_OK) {
        status = child_watch(launch, &child, result, error);
    }
    if (result->elapsed_ns == 0 && child.pid > 0) {
        result->elapsed_ns = be_clock_now_ns() - child.started_ns; /* it is ended here */
    }
    child_end(&child, &wait_status);
    if (status == BE_OK && WIFSIGNALED(wait_status)) {
        status = be_error_set(error, BE_ECRASH, "killed by signal %d (%s)", WTERMSIG(wait_status),
                              strsignal(WTERMSIG(wait_status)));
    }
    return status;
}

void be_launch_result_finish(struct be_launch_result *result)
{
    be_buffer_finish(&result->output);
    be_buffer_finish(&result->notes);
    *result = (struct be_launch_result){0};
}

const char *be_launch_last_note(const struct be_launch_result *result, char *text, size_t bytes)
{
    const char *notes = be_buffer_text(&result->notes);
    size_t end = strlen(notes);

    while (end > 0 && notes[end - 1] == '\n') {
        end--;
    }
    size_t start = end;
    while (start > 0 && notes[start - 1] != '\n') {
        start--;
    }
    snprintf(text, bytes, "%.*s", (int)(end - start), notes + start);
    return text;
}
