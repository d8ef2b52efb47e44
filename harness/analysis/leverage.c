#include "analysis/leverage.h"

uint64_t be_leverage_bytes(const struct be_configuration *configuration)
{
    uint64_t payload = be_params_get_count(&configuration->params, "payload", 0);

    return payload > 0 ? payload + BE_PAYLOAD_REPLY_BYTES : 0;
}

struct be_crossing be_leverage_of(const struct be_crossing *breakeven, uint64_t bytes)
{
    struct be_crossing scaled = *breakeven;
    double *const times[] = {&scaled.at_ns,    &scaled.smallest_ns, &scaled.largest_ns,
                             &scaled.below_ns, &scaled.above_ns,    &scaled.low_ns,
                             &scaled.high_ns};

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        *times[i] /= (double)bytes;
    }
    return scaled;
}
