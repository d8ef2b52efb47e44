#include "transport/transport.h"

#include <string.h>

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
