#include "executor/coder.h"

#include "core/clock.h"

/* Both ends of a call, what its stamp draws, and what adds it up. */
enum { READINGS = 4 };

void be_coder_init(struct be_coder *coder, const struct be_codec_ops *codec, struct be_meter *meter,
                   const struct be_clock_costs *costs)
{
    *coder = (struct be_coder){.codec = codec, .meter = meter, .reading_ns = costs->wall_ns};
    be_stamp_init(&coder->encodes, READINGS * costs->wall_ns);
    be_stamp_init(&coder->decodes, READINGS * costs->wall_ns);
}

static int64_t stood_for_ns(const struct be_coder *coder, struct be_stamp *stamp, uint64_t start_ns,
                            uint32_t stands_for)
{
    uint64_t took_ns = be_clock_now_ns() - start_ns;
    uint32_t weight = be_stamp_weight(stamp, took_ns, stands_for);

    return ((int64_t)took_ns - (int64_t)coder->reading_ns) * weight;
}

size_t be_coder_pack_timed(struct be_coder *coder, const uint64_t *numbers, size_t count,
                           void *payload, uint32_t stands_for)
{
    uint64_t start_ns = be_clock_now_ns();
    size_t bytes = be_codec_pack(coder->codec, numbers, count, payload);

    coder->meter->encode_ns += stood_for_ns(coder, &coder->encodes, start_ns, stands_for);
    return bytes;
}

const uint64_t *be_coder_unpack_timed(struct be_coder *coder, const void *payload, size_t bytes,
                                      size_t count, uint64_t *scratch, uint32_t stands_for)
{
    uint64_t start_ns = be_clock_now_ns();
    const uint64_t *numbers = be_codec_unpack(coder->codec, payload, bytes, count, scratch);

    coder->meter->decode_ns += stood_for_ns(coder, &coder->decodes, start_ns, stands_for);
    return numbers;
}
