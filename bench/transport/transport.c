#include "transport/transport.h"

#include <string.h>
#include <unistd.h>

#define BE_TRANSPORT(row) extern const struct be_transport_ops be_transport_##row;
#include "transport/transport.def"
#undef BE_TRANSPORT

const struct be_transport_ops *const be_transport_table[] = {
#define BE_TRANSPORT(row) &be_transport_##row,
#include "transport/transport.def"
#undef BE_TRANSPORT
    NULL,
};

const struct be_transport_ops *be_transport_find(const char *name)
{
    for (size_t i = 0; be_transport_table[i]; i++) {
        if (strcmp(be_transport_table[i]->row.name, name) == 0) {
            return be_transport_table[i];
        }
    }
    return NULL;
}

enum be_status be_link_open(const struct be_transport_ops *transport, const struct be_link_env *env,
                            struct be_end **end, int fds[BE_LINK_FDS], struct be_error *error)
{
    for (int i = 0; i < BE_LINK_FDS; i++) {
        fds[i] = -1;
    }
    enum be_status status = transport->open(env, end, fds, error);
    if (status != BE_OK) {
        be_link_close_fds(fds);
    }
    return status;
}

void be_link_close_fds(const int fds[BE_LINK_FDS])
{
    for (int i = 0; i < BE_LINK_FDS; i++) {
        if (fds[i] >= 0) {
            close(fds[i]);
        }
    }
}
