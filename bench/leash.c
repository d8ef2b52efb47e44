#include "leash.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

static void leash_feel(int signal_number)
{
    struct pollfd end = {.fd = STDIN_FILENO, .events = POLLRDHUP};
    int saved = errno;
    (void)signal_number;

    if (poll(&end, 1, 0) > 0) {
        _exit(be_status_exit_code(BE_EINTERRUPTED));
    }
    errno = saved;
}

enum be_status be_leash_tie(struct be_error *error)
{
    struct sigaction action = {.sa_handler = leash_feel, .sa_flags = SA_RESTART};
    int flags = fcntl(STDIN_FILENO, F_GETFL);

    if (flags < 0 || sigaction(SIGIO, &action, NULL) < 0 ||
        fcntl(STDIN_FILENO, F_SETOWN, getpid()) < 0 ||
        fcntl(STDIN_FILENO, F_SETFL, flags | O_ASYNC) < 0) {
        return be_error_errno(error, BE_ESYSTEM, "cannot watch stdin for its end");
    }
    /* It may have ended before anyone watched. */
    leash_feel(SIGIO);
    return BE_OK;
}
