/*
 * Transport `shm-arena`: requests are read and results written where they lie, in the memory of the
 * batch; what travels, over the rings of `shm-ring`, is where that is. So the price of a message
 * does not grow with its payload.
 */
#include "transport/shm_link.h"

const struct be_transport_ops be_transport_shm_arena = {
    .row = {"shm-arena", "tasks stay in shared memory, rings say where", be_shm_link_params},
    .in_place = true,
    .open = be_shm_link_open,
    .attach = be_shm_link_attach,
};
