/*
 * A codec at work, and what it takes: some calls are timed by the wall clock, which costs less to
 * read than a short call takes.
 *
 * Where there is nothing to do, nothing is timed, and that part is 0: numbers that travel as they
 * are were computed where they leave from, or are read where they came in. Copying them into a
 * message is their encoding. Threads: one owner.
 */
#ifndef BE_BENCH_CODER_H
#define BE_BENCH_CODER_H

#include "codec/codec.h"
#include "executor/executor.h"

struct be_coder {
    const struct be_codec_ops *codec;
    struct be_meter *meter; /* encode_ns and decode_ns are added to */
    uint64_t reading_ns;    /* what a reading of the clock adds to what is timed */
    struct be_stamp encodes;
    struct be_stamp decodes;
};

void be_coder_init(struct be_coder *coder, const struct be_codec_ops *codec, struct be_meter *meter,
                   const struct be_clock_costs *costs);

/* For the next two: calls that are timed. */
size_t be_coder_pack_timed(struct be_coder *coder, const uint64_t *numbers, size_t count,
                           void *payload, uint32_t stands_for);
const uint64_t *be_coder_unpack_timed(struct be_coder *coder, const void *payload, size_t bytes,
                                      size_t count, uint64_t *scratch, uint32_t stands_for);

/* As be_codec_pack. */
static inline size_t be_coder_pack(struct be_coder *coder, const uint64_t *numbers, size_t count,
                                   void *payload)
{
    uint32_t stands_for = numbers == payload ? 0 : be_stamp_due(&coder->encodes);

    if (stands_for > 0) {
        return be_coder_pack_timed(coder, numbers, count, payload, stands_for);
    }
    return be_codec_pack(coder->codec, numbers, count, payload);
}

/* As be_codec_unpack. */
static inline const uint64_t *be_coder_unpack(struct be_coder *coder, const void *payload,
                                              size_t bytes, size_t count, uint64_t *scratch)
{
    uint32_t stands_for = coder->codec->decode ? be_stamp_due(&coder->decodes) : 0;

    if (stands_for > 0) {
        return be_coder_unpack_timed(coder, payload, bytes, count, scratch, stands_for);
    }
    return be_codec_unpack(coder->codec, payload, bytes, count, scratch);
}

#endif
