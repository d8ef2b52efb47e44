/*
 * A message between processes, of a fixed size, with descriptors in it; over a socket that keeps
 * messages apart. Threads: one owner. Errors: BE_EIO, the other side is gone; BE_ETIMEOUT, it does
 * not answer; BE_ESYSTEM, there is no room for descriptors.
 */
#ifndef BE_BENCH_MESSAGE_H
#define BE_BENCH_MESSAGE_H

#include <stddef.h>

#include "core/status.h"

enum { BE_MESSAGE_FDS_MAX = 4 };

/* Far more than whatever is asked for takes on a busy machine. */
enum { BE_MESSAGE_WAIT_S = 10 };

/*
 * A socket for each side. Whoever asks has the first, and waits for an answer no longer than that:
 * the other side may be stopped.
 */
enum be_status be_message_pair(int pair[2], struct be_error *error);

/* fds: BE_MESSAGE_FDS_MAX of them, -1 for none; they stay the caller's. May be NULL. */
enum be_status be_message_send(int socket, const void *data, size_t bytes, const int *fds,
                               struct be_error *error);

/*
 * Waits for a message of just that size. fds: filled in as they were sent, each the caller's from
 * then on, and CLOEXEC; NULL where none are expected.
 */
enum be_status be_message_receive(int socket, void *data, size_t bytes, int *fds,
                                  struct be_error *error);

#endif
