#include "usage.h"

void be_usage_read(const struct be_account *account, uint64_t cpu_ns, struct be_usage *usage)
{
    *usage = (struct be_usage){
        .cpu_ns = cpu_ns,
        .delay = be_delay_read(account->thread_id),
        .meter = account->meter,
        .replaced = account->replaced,
    };
}

static uint64_t between_0_and(int64_t value, uint64_t most)
{
    uint64_t positive = value > 0 ? (uint64_t)value : 0;
    return positive < most ? positive : most;
}

/*
 * How much of the time that a worker was off its core for, with tasks at hand, it was ready to run.
 * Some of the delay may lie where it had none, so it says little beside tasks that sleep for long.
 */
static uint64_t delayed_of(uint64_t off_ns, uint64_t delay_ns)
{
    if (off_ns / 5 * 4 > delay_ns) {
        return 0;
    }
    return off_ns < delay_ns ? off_ns : delay_ns;
}

bool be_usage_stamps(const struct be_usage *before, const struct be_usage *after, uint64_t wall_ns,
                     struct be_stamps *stamps)
{
    const struct be_meter *from = &before->meter;
    const struct be_meter *to = &after->meter;
    uint64_t span_ns = between_0_and(to->span_ns - from->span_ns, wall_ns);
    uint64_t between_ns = between_0_and(to->between_ns - from->between_ns, span_ns);
    uint64_t send_ns = between_0_and(to->send_ns - from->send_ns, wall_ns - span_ns);
    uint64_t receive_ns =
        between_0_and(to->receive_ns - from->receive_ns, wall_ns - span_ns - send_ns);
    uint64_t codec_ns = between_0_and(
        to->encode_ns - from->encode_ns + to->decode_ns - from->decode_ns, between_ns);
    int64_t used_ns = (int64_t)(after->cpu_ns - before->cpu_ns);
    uint64_t idle_ns = wall_ns - span_ns - send_ns - receive_ns;
    uint64_t other_ns =
        between_0_and(used_ns - (int64_t)(send_ns + receive_ns + between_ns), idle_ns);
    uint64_t spin_ns = between_0_and(to->spin_ns - from->spin_ns, other_ns);
    int64_t cpu_ns = used_ns - (int64_t)spin_ns;

    if (span_ns == 0 || before->replaced != after->replaced) {
        return false;
    }
    uint64_t compute_ns = span_ns - between_ns;
    uint64_t off_ns = between_0_and((int64_t)(span_ns + send_ns + receive_ns) - cpu_ns, compute_ns);
    *stamps = (struct be_stamps){
        .compute_ns = compute_ns - delayed_of(off_ns, after->delay.ns - before->delay.ns),
        .codec_ns = codec_ns,
        .send_ns = send_ns,
        .receive_ns = receive_ns + between_ns - codec_ns,
        .spin_ns = spin_ns,
    };
    return true;
}

void be_usage_dispatcher_stamps(const struct be_meter *before, const struct be_meter *after,
                                uint64_t cpu_ns, struct be_stamps *stamps)
{
    uint64_t send_ns = between_0_and(after->send_ns - before->send_ns, cpu_ns);
    uint64_t receive_ns = between_0_and(after->receive_ns - before->receive_ns, cpu_ns);
    uint64_t merge_ns = between_0_and(after->merge_ns - before->merge_ns, cpu_ns);
    uint64_t spin_ns = between_0_and(after->spin_ns - before->spin_ns, cpu_ns);
    uint64_t sum_ns = send_ns + receive_ns + merge_ns + spin_ns;
    uint64_t encode_ns = between_0_and(after->encode_ns - before->encode_ns, send_ns);
    uint64_t decode_ns = between_0_and(after->decode_ns - before->decode_ns, merge_ns);
    double part = sum_ns > cpu_ns ? (double)cpu_ns / (double)sum_ns : 1;

    stamps->codec_ns = (uint64_t)((double)(encode_ns + decode_ns) * part);
    stamps->send_ns = (uint64_t)((double)(send_ns - encode_ns) * part);
    stamps->receive_ns = (uint64_t)((double)receive_ns * part);
    stamps->merge_ns = (uint64_t)((double)(merge_ns - decode_ns) * part);
    stamps->spin_ns = (uint64_t)((double)spin_ns * part);
}
