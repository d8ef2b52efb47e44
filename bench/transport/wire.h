/*
 * Ends over descriptors that bytes or messages go through: sockets, pipes, message queues.
 *
 * Frames are put into a queue and leave together in one system call; one call takes as many as are
 * there. Over a stream a frame may come in pieces; a message holds whole frames.
 */
#ifndef BE_BENCH_WIRE_H
#define BE_BENCH_WIRE_H

#include <sys/types.h>

#include "transport/transport.h"

/* How bytes get through; EINTR is retried, EAGAIN is for non-blocking descriptors. */
struct be_wire_calls {
    ssize_t (*read)(int fd, void *data, size_t bytes);
    ssize_t (*write)(int fd, const void *data, size_t bytes);
};

/* read(2) and write(2). */
extern const struct be_wire_calls be_wire_plain;

/* recv(2) and send(2), which cost a socket less. */
extern const struct be_wire_calls be_wire_socket;

struct be_wire {
    int in; /* descriptors of its own, owned; equal for one that does both */
    int out;
    const struct be_wire_calls *calls;
    size_t message_bytes; /* the largest message; 0: a stream */
};

/*
 * Makes the dispatcher's end of a wire and takes its descriptors over, also on failure; they do not
 * block from then on. Errors: BE_ENOMEM, BE_ESYSTEM.
 */
enum be_status be_wire_open(const struct be_link_env *env, const struct be_wire *wire,
                            struct be_end **end, struct be_error *error);

/* Makes the worker's likewise, whose descriptors block. */
enum be_status be_wire_attach(const struct be_link_env *env, const struct be_wire *wire,
                              struct be_end **end, struct be_error *error);

#endif
