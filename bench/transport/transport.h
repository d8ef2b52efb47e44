/*
 * Transports: how the messages of a pool of processes travel. One file trans_*.c and one row of
 * transport.def each. Threads: the table is constant; links are opened by the dispatcher.
 */
#ifndef BE_BENCH_TRANSPORT_H
#define BE_BENCH_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/params.h"
#include "core/status.h"
#include "part.h"
#include "transport/end.h"

/* What a link must carry. */
struct be_link_env {
    const struct be_params *params; /* validated: every parameter of the row is there */
    size_t request_bytes;           /* of the largest payload towards the worker */
    size_t reply_bytes;             /* of the largest payload back */
    uint64_t frames;                /* with tasks, sent and not yet answered, at most */
    bool shares_core;               /* its two ends may have to take turns on one */
};

/* The bytes of the largest frame, either way, with its header. */
static inline size_t be_link_frame_bytes(const struct be_link_env *env)
{
    return sizeof(struct be_frame) +
           (env->request_bytes > env->reply_bytes ? env->request_bytes : env->reply_bytes);
}

/* The descriptors that a worker needs to make its end of a link; -1: none. */
enum { BE_LINK_FDS = 2 };

struct be_transport_ops {
    struct be_row row;
    bool in_place; /* requests and results stay in memory that is shared: messages say where */

    /*
     * Makes the dispatcher's end, and the descriptors for the worker's: each of `fds`, -1 before,
     * is the caller's to close, also after an error.
     * Errors: BE_EUNAVAILABLE when payloads are above what the transport carries, or where the
     * kernel offers none; BE_ESYSTEM, BE_ENOMEM.
     */
    enum be_status (*open)(const struct be_link_env *env, struct be_end **end, int fds[BE_LINK_FDS],
                           struct be_error *error);

    /*
     * Makes the worker's end, in the worker, with an env like that of open and its own copies of
     * the descriptors, which it takes over, also on failure. Errors: BE_ESYSTEM, BE_ENOMEM.
     */
    enum be_status (*attach)(const struct be_link_env *env, const int fds[BE_LINK_FDS],
                             struct be_end **end, struct be_error *error);
};

/* Opens a link of that transport; on an error nothing is left. */
enum be_status be_link_open(const struct be_transport_ops *transport, const struct be_link_env *env,
                            struct be_end **end, int fds[BE_LINK_FDS], struct be_error *error);

/* Closes the descriptors for the worker's end, once it has copies of them. */
void be_link_close_fds(const int fds[BE_LINK_FDS]);

/* The table, in the order of transport.def, NULL-terminated. */
extern const struct be_transport_ops *const be_transport_table[];

/* The row of that name, or NULL. */
const struct be_transport_ops *be_transport_find(const char *name);

#endif
