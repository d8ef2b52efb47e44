#include "codec/codec.h"

#include <string.h>

#define BE_CODEC(row) extern const struct be_codec_ops be_codec_##row;
#include "codec/codec.def"
#undef BE_CODEC

const struct be_codec_ops *const be_codec_table[] = {
#define BE_CODEC(row) &be_codec_##row,
#include "codec/codec.def"
#undef BE_CODEC
    NULL,
};

const struct be_codec_ops *be_codec_find(const char *name)
{
    for (size_t i = 0; be_codec_table[i]; i++) {
        if (strcmp(be_codec_table[i]->row.name, name) == 0) {
            return be_codec_table[i];
        }
    }
    return NULL;
}

size_t be_codec_encode(const struct be_codec_ops *codec, const uint64_t *numbers, size_t count,
                       void *payload)
{
    size_t bytes = codec->encode(numbers, count, payload);
    size_t rounded = be_codec_rounded_up(bytes);

    memset((char *)payload + bytes, ' ', rounded - bytes);
    return rounded;
}
