#include "executor/restarts.h"

#include <inttypes.h>
#include <stdlib.h>

enum be_status be_restarts_init(struct be_restarts *restarts, uint64_t most, uint64_t period_ns,
                                struct be_error *error)
{
    *restarts = (struct be_restarts){
        .times_ns = calloc(most + 1, sizeof(*restarts->times_ns)),
        .most = most,
        .period_ns = period_ns,
    };
    return restarts->times_ns
               ? BE_OK
               : be_error_set(error, BE_ENOMEM, "out of memory for %" PRIu64 " restarts", most);
}

void be_restarts_finish(struct be_restarts *restarts)
{
    free(restarts->times_ns);
    *restarts = (struct be_restarts){0};
}

bool be_restarts_allow(struct be_restarts *restarts, uint64_t now_ns)
{
    if (restarts->most == 0) {
        return false;
    }
    uint64_t *oldest_ns = &restarts->times_ns[restarts->count % restarts->most];
    if (restarts->count >= restarts->most && now_ns - *oldest_ns < restarts->period_ns) {
        return false;
    }
    *oldest_ns = now_ns;
    restarts->count++;
    return true;
}
