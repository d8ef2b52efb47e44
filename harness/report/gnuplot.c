#include "report/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/io.h"

#define LIMIT_NS (UINT64_C(60) * 1000000000)

enum { PRINTED_BYTES_MAX = 4 << 20, COMPLAINT_BYTES_MAX = 4096 };

/* A run of gnuplot, as its parent sees it. */
struct child {
    pid_t pid;
    int printed;     /* reads its stdout */
    int complaints;  /* reads its stderr */
    int exec_failed; /* reads the errno of a failed exec; end of file when it succeeded */
};

static void close_pair(int pair[2])
{
    close(pair[0]);
    close(pair[1]);
}

/* In the child: ends with exec, or sends errno home. */
static void child_exec(const char *folder, const char *const *argv, int printed, int complaints,
                       int exec_failed)
{
    sigset_t none;

    /* Ends with its parent, and at Ctrl-C, which its parent may have put off. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (null >= 0 && dup2(null, 0) >= 0 && dup2(printed, 1) >= 0 && dup2(complaints, 2) >= 0 &&
        chdir(folder) == 0) {
        be_io_close_from(3, (const int[]){exec_failed, -1});
        (void)signal(SIGPIPE, SIG_DFL);
        execvp(argv[0], (char *const *)argv); /* exec changes nothing in it */
    }
    int cause = errno;
    (void)be_io_write_some(exec_failed, &cause, sizeof(cause));
    _exit(127);
}

static enum be_status child_start(const char *folder, const char *const *argv, struct child *child,
                                  struct be_error *error)
{
    int printed[2];
    int complaints[2];
    int exec_failed[2];

    if (pipe2(printed, O_CLOEXEC) < 0) {
        return be_error_errno(error, BE_ESYSTEM, "pipe2 for gnuplot");
    }
    if (pipe2(complaints, O_CLOEXEC) < 0) {
        close_pair(printed);
        return be_error_errno(error, BE_ESYSTEM, "pipe2 for gnuplot");
    }
    if (pipe2(exec_failed, O_CLOEXEC) < 0) {
        close_pair(printed);
        close_pair(complaints);
        return be_error_errno(error, BE_ESYSTEM, "pipe2 for gnuplot");
    }
    child->pid = fork();
    if (child->pid == 0) {
        child_exec(folder, argv, printed[1], complaints[1], exec_failed[1]);
    }
    int cause = errno;
    close(printed[1]);
    close(complaints[1]);
    close(exec_failed[1]);
    child->printed = printed[0];
    child->complaints = complaints[0];
    child->exec_failed = exec_failed[0];
    if (child->pid < 0) {
        close(printed[0]);
        close(complaints[0]);
        close(exec_failed[0]);
        errno = cause;
        return be_error_errno(error, BE_ESYSTEM, "fork for gnuplot");
    }
    return BE_OK;
}

/* Reads what is there; false at the end. What is beyond `most` bytes is read and forgotten. */
static bool drain(int fd, struct be_buffer *buffer, size_t most)
{
    char chunk[4096];
    ssize_t n = be_io_read_some(fd, chunk, sizeof(chunk));

    if (n > 0 && buffer->length < most) {
        be_buffer_append(buffer, chunk, (size_t)n);
    }
    return n > 0;
}

/* Follows both outputs until their ends; false when the time is over before. */
static bool child_follow(const struct child *child, struct be_buffer *printed,
                         struct be_buffer *complaints)
{
    uint64_t deadline_ns = be_clock_now_ns() + LIMIT_NS;
    struct pollfd fds[2] = {{.fd = child->printed, .events = POLLIN},
                            {.fd = child->complaints, .events = POLLIN}};

    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        uint64_t now_ns = be_clock_now_ns();
        if (now_ns >= deadline_ns) {
            return false;
        }
        if (poll(fds, 2, (int)((deadline_ns - now_ns) / 1000000) + 1) < 0 && errno != EINTR) {
            return false;
        }
        if (fds[0].revents && !drain(child->printed, printed, PRINTED_BYTES_MAX)) {
            fds[0].fd = -1;
        }
        if (fds[1].revents && !drain(child->complaints, complaints, COMPLAINT_BYTES_MAX)) {
            fds[1].fd = -1;
        }
        fds[0].revents = 0;
        fds[1].revents = 0;
    }
    return true;
}

/* The line of gnuplot's complaint that says what was wrong, for one line of ours. */
static const char *complaint_line(struct be_buffer *complaints)
{
    char *found = NULL;

    for (char *rest = complaints->data, *line; rest && (line = strsep(&rest, "\n"));) {
        if (strstr(line, "warning:") == NULL && line[strspn(line, " ^\t")] != '\0') {
            found = line + strspn(line, " \t");
        }
    }
    return found ? found : "it did not say why";
}

static enum be_status child_judge(const struct child *child, bool in_time,
                                  struct be_buffer *complaints, struct be_error *error)
{
    int cause = 0;
    int state = 0;

    if (!in_time) {
        kill(child->pid, SIGKILL);
    }
    while (waitpid(child->pid, &state, 0) < 0 && errno == EINTR) {
    }
    if (be_io_read_some(child->exec_failed, &cause, sizeof(cause)) == (ssize_t)sizeof(cause)) {
        if (cause == ENOENT) {
            return be_error_set(error, BE_EUNAVAILABLE,
                                "gnuplot not found: apt-get install gnuplot-nox");
        }
        errno = cause;
        return be_error_errno(error, BE_EUNAVAILABLE, "cannot start gnuplot");
    }
    if (!in_time) {
        return be_error_set(error, BE_ETIMEOUT, "gnuplot took longer than 60 s");
    }
    if (WIFSIGNALED(state)) {
        return be_error_set(error, BE_EINPUT, "gnuplot died of signal %d", WTERMSIG(state));
    }
    if (WEXITSTATUS(state) != 0) {
        return be_error_set(error, BE_EINPUT, "gnuplot: %s", complaint_line(complaints));
    }
    return BE_OK;
}

enum be_status be_gnuplot_run(const char *folder, const char *command, const char *script,
                              struct be_buffer *printed, struct be_error *error)
{
    const char *const with[] = {"gnuplot", "--default-settings", "-e", command, script, NULL};
    const char *const without[] = {"gnuplot", "--default-settings", script, NULL};
    struct be_buffer complaints = {0};
    struct child child = {.pid = -1, .printed = -1, .complaints = -1, .exec_failed = -1};
    enum be_status status = child_start(folder, command ? with : without, &child, error);

    if (status != BE_OK) {
        return status;
    }
    bool in_time = child_follow(&child, printed, &complaints);
    status = child_judge(&child, in_time, &complaints, error);
    close(child.printed);
    close(child.complaints);
    close(child.exec_failed);
    be_buffer_finish(&complaints);
    return status == BE_OK ? be_buffer_check(printed, error) : status;
}
