/* Codec `msgpack`: MessagePack, a message being one array of integers. */
#include <msgpack.h>
#include <stdbool.h>
#include <string.h>

#include "codec/codec.h"

/* A type byte and four of length; a type byte and eight of value. */
enum { ARRAY_BYTES = 5, NUMBER_BYTES = 9 };

static size_t msgpack_bytes_max(size_t count)
{
    return ARRAY_BYTES + count * NUMBER_BYTES;
}

/* For the packer: appends, and moves on. */
static int bytes_append(void *context, const char *bytes, size_t count)
{
    char **end = context;

    memcpy(*end, bytes, count);
    *end += count;
    return 0;
}

static void array_begin(msgpack_packer *packer, char **end, size_t count)
{
    msgpack_packer_init(packer, end, bytes_append);
    msgpack_pack_array(packer, count);
}

static size_t msgpack_encode(const uint64_t *numbers, size_t count, void *to)
{
    char *end = to;
    msgpack_packer packer;

    array_begin(&packer, &end, count);
    for (size_t i = 0; i < count; i++) {
        msgpack_pack_uint64(&packer, numbers[i]);
    }
    return (size_t)(end - (char *)to);
}

/* The head of an array of `count`, which ends at *at then. */
static bool head_skip(const char *from, size_t bytes, size_t count, size_t *at)
{
    char head[ARRAY_BYTES];
    char *end = head;
    msgpack_packer packer;

    array_begin(&packer, &end, count);
    *at = (size_t)(end - head);
    return bytes >= *at && memcmp(from, head, *at) == 0;
}

/* By its first byte. For anything else the library would make room, as much as the bytes say. */
static bool is_whole_number(unsigned char first)
{
    return first <= 0x7f || (first >= 0xcc && first <= 0xcf);
}

static bool msgpack_decode(const void *from, size_t bytes, size_t count, uint64_t *to)
{
    msgpack_unpacked unpacked;
    size_t at = 0;
    bool is_good = head_skip(from, bytes, count, &at);

    msgpack_unpacked_init(&unpacked);
    for (size_t i = 0; is_good && i < count; i++) {
        is_good = at < bytes && is_whole_number(((const unsigned char *)from)[at]) &&
                  msgpack_unpack_next(&unpacked, from, bytes, &at) == MSGPACK_UNPACK_SUCCESS;
        to[i] = is_good ? unpacked.data.via.u64 : 0;
    }
    msgpack_unpacked_destroy(&unpacked);
    return is_good;
}

static const struct be_param msgpack_params[] = {{.name = NULL}};

const struct be_codec_ops be_codec_msgpack = {
    .row = {"msgpack", "MessagePack, an array of integers", msgpack_params},
    .bytes_max = msgpack_bytes_max,
    .encode = msgpack_encode,
    .decode = msgpack_decode,
};
