#include "probe/probe.h"

#include <stddef.h>
#include <string.h>

#define BE_PROBE(row) extern const struct be_probe_ops be_probe_##row;
#include "probe/probe.def"
#undef BE_PROBE

const struct be_probe_ops *const be_probe_table[] = {
#define BE_PROBE(row) &be_probe_##row,
#include "probe/probe.def"
#undef BE_PROBE
    NULL,
};

const struct be_probe_ops *be_probe_find(const char *name)
{
    for (size_t i = 0; be_probe_table[i]; i++) {
        if (strcmp(be_probe_table[i]->name, name) == 0) {
            return be_probe_table[i];
        }
    }
    return NULL;
}

uint32_t be_probe_workers(const struct be_probe_ops *ops)
{
    return ops->answer ? 2 : 1;
}
