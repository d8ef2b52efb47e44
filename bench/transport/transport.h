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

enum { BE_DISPATCHER_END, BE_WORKER_END, BE_ENDS };

struct be_transport_ops {
    struct be_row row;

    /*
     * Makes both ends of a link; the caller closes them. The worker's end is also closed, by the
     * dispatcher, once the worker has its own copy of it.
     * Errors: BE_EUNAVAILABLE when payloads are above what the transport carries, or where the
     * kernel offers none; BE_ESYSTEM, BE_ENOMEM.
     */
    enum be_status (*open)(const struct be_link_env *env, struct be_end *ends[BE_ENDS],
                           struct be_error *error);
};

/* The table, in the order of transport.def, NULL-terminated. */
extern const struct be_transport_ops *const be_transport_table[];

/* The row of that name, or NULL. */
const struct be_transport_ops *be_transport_find(const char *name);

#endif
