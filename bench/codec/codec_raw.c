/* Codec `raw`: the numbers as they are in memory. */
#include "codec/codec.h"

static size_t raw_bytes_max(size_t count)
{
    return count * sizeof(uint64_t);
}

static const struct be_param raw_params[] = {{.name = NULL}};

const struct be_codec_ops be_codec_raw = {
    .row = {"raw", "as it is in memory", raw_params},
    .bytes_max = raw_bytes_max,
};
