/* Transport `shm-ring`: two rings a worker in shared memory, one each way. */
#include "transport/shm_link.h"

const struct be_transport_ops be_transport_shm_ring = {
    .row = {"shm-ring", "two rings a worker in shared memory, one each way", be_shm_link_params},
    .open = be_shm_link_open,
    .attach = be_shm_link_attach,
};
