#include "workload/workload_table.h"

#include <string.h>

#include "workload/request.h"

#define BE_WORKLOAD(row) extern const struct breakeven_workload be_workload_##row;
#include "workload/workload.def"
#undef BE_WORKLOAD

const struct breakeven_workload *const be_workload_table[] = {
#define BE_WORKLOAD(row) &be_workload_##row,
#include "workload/workload.def"
#undef BE_WORKLOAD
    NULL,
};

const struct breakeven_workload *be_workload_find(const char *name)
{
    for (size_t i = 0; be_workload_table[i]; i++) {
        if (strcmp(be_workload_table[i]->name, name) == 0) {
            return be_workload_table[i];
        }
    }
    return NULL;
}

#define PAYLOAD                                                                                    \
    {                                                                                              \
        .name = "payload", .type = BE_PARAM_SIZE, .fallback = "16",                                \
        .min = sizeof(struct breakeven_pair), .max = BE_REQUEST_BYTES_MAX,                         \
        .help = "bytes of a request",                                                              \
    }

#define DISTRIBUTION                                                                               \
    {                                                                                              \
        .name = "distribution", .type = BE_PARAM_CHOICE, .fallback = "fixed",                      \
        .choices = "fixed uniform pareto",                                                         \
        .help = "lengths of tasks around their mean: all alike, 0 to 2 times it, heavy-tailed",    \
    }

const struct be_param *be_workload_params(const struct breakeven_workload *row)
{
    static const struct be_param params[2][2][3] = {
        {{{.name = NULL}}, {DISTRIBUTION}},
        {{PAYLOAD}, {PAYLOAD, DISTRIBUTION}},
    };

    return params[row->request_bytes_max > 0][row->steps_max > 0];
}
