/*
 * Codecs: how tasks and results become bytes and back. One file codec_*.c and one row of codec.def
 * each. What travels is a list of numbers: requests and replies are whole 64-bit words (see
 * breakeven/workload.h). Threads: pure functions; the table is constant.
 */
#ifndef BE_BENCH_CODEC_H
#define BE_BENCH_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "part.h"

struct be_codec_ops {
    struct be_row row;

    /* What `count` numbers take at most. */
    size_t (*bytes_max)(size_t count);

    /*
     * Optional: NULL, with `decode`, where numbers travel as they are. Writes them to `to`, which
     * has room for the most, and returns how many bytes that took; 0 when out of memory.
     */
    size_t (*encode)(const uint64_t *numbers, size_t count, void *to);

    /*
     * Reads `count` numbers into `to`; what follows them in `from` are blanks. False: these bytes
     * are something else, or out of memory.
     */
    bool (*decode)(const void *from, size_t bytes, size_t count, uint64_t *to);
};

/* The table, in the order of codec.def, NULL-terminated. */
extern const struct be_codec_ops *const be_codec_table[];

/* The row of that name, or NULL. */
const struct be_codec_ops *be_codec_find(const char *name);

/* For be_codec_pack, of a codec that encodes. */
size_t be_codec_encode(const struct be_codec_ops *codec, const uint64_t *numbers, size_t count,
                       void *payload);

static inline size_t be_codec_rounded_up(size_t bytes)
{
    return (bytes + 7) / 8 * 8;
}

/* Room that a payload of `count` numbers takes at most: a multiple of 8 bytes. */
static inline size_t be_codec_room(const struct be_codec_ops *codec, size_t count)
{
    return codec->encode ? be_codec_rounded_up(codec->bytes_max(count)) : count * sizeof(uint64_t);
}

/*
 * The payload of these numbers, filled up to a multiple of 8 bytes, which is returned; 0 when out
 * of memory. Numbers that travel as they are may lie in the payload already.
 */
static inline size_t be_codec_pack(const struct be_codec_ops *codec, const uint64_t *numbers,
                                   size_t count, void *payload)
{
    if (codec->encode) {
        return be_codec_encode(codec, numbers, count, payload);
    }
    if ((const void *)numbers != payload) {
        memcpy(payload, numbers, count * sizeof(uint64_t));
    }
    return count * sizeof(uint64_t);
}

/*
 * The numbers of a payload: in `scratch`, which has room for them, or in the payload itself. NULL:
 * it holds something else, or out of memory.
 */
static inline const uint64_t *be_codec_unpack(const struct be_codec_ops *codec, const void *payload,
                                              size_t bytes, size_t count, uint64_t *scratch)
{
    if (codec->decode) {
        return codec->decode(payload, bytes, count, scratch) ? scratch : NULL;
    }
    return bytes == count * sizeof(uint64_t) ? payload : NULL;
}

#endif
