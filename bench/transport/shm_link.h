/*
 * A link of two rings in shared memory, one each way: what transports over shared memory have in
 * common. Threads: as in transport.h.
 */
#ifndef BE_BENCH_SHM_LINK_H
#define BE_BENCH_SHM_LINK_H

#include "transport/transport.h"

/* How to wait. */
extern const struct be_param be_shm_link_params[];

/* As in be_transport_ops. */
enum be_status be_shm_link_open(const struct be_link_env *env, struct be_end **end,
                                int fds[BE_LINK_FDS], struct be_error *error);
enum be_status be_shm_link_attach(const struct be_link_env *env, const int fds[BE_LINK_FDS],
                                  struct be_end **end, struct be_error *error);

#endif
