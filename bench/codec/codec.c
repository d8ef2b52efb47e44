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

static size_t rounded_up(size_t bytes)
{
    return (bytes + 7) / 8 * 8;
}

size_t be_codec_room(const struct be_codec_ops *codec, size_t count)
{
    return rounded_up(codec->bytes_max(count));
}

size_t be_codec_pack(const struct be_codec_ops *codec, const uint64_t *numbers, size_t count,
                     void *payload)
{
    if (!codec->encode) {
        if ((const void *)numbers != payload) {
            memcpy(payload, numbers, count * sizeof(uint64_t));
        }
        return count * sizeof(uint64_t);
    }
    size_t bytes = codec->encode(numbers, count, payload);
    memset((char *)payload + bytes, ' ', rounded_up(bytes) - bytes);
    return rounded_up(bytes);
}

const uint64_t *be_codec_unpack(const struct be_codec_ops *codec, const void *payload, size_t bytes,
                                size_t count, uint64_t *scratch)
{
    if (!codec->decode) {
        return bytes == count * sizeof(uint64_t) ? payload : NULL;
    }
    return codec->decode(payload, bytes, count, scratch) ? scratch : NULL;
}
