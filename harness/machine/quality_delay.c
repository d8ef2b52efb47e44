/*
 * What a sample waited for on its cores while others had them. Steal and ticks say nothing of a
 * sample that is shorter than a few ticks; the kernel counts this wait in ns.
 *
 * A member (worker or dispatcher) waits only while another task has its core. That is another
 * member for at most the CPU time that those on its core used; what it waited beyond that, it
 * waited for others. So nothing inherent counts, such as a dispatcher on a worker's core.
 */
#include "machine/quality_parts.h"

/* A turn of another program that is shorter than that, and no more, is nobody's disturbance. */
static const uint64_t least_ns = 1000000;

/* A core that members are bound to. */
struct core {
    uint64_t cpu_ns;   /* used by its members */
    uint64_t taken_ns; /* by others, while a member waited */
    bool counted;
};

/* The workers, and behind them the dispatcher where it is none. */
static const struct be_worker_record *member_at(const struct be_sample_record *record, size_t index)
{
    return index < record->worker_count ? &record->workers[index] : &record->dispatcher;
}

static uint64_t member_cpu_ns(const struct be_sample_record *record, size_t index)
{
    uint64_t cpu_ns = 0;

    for (size_t i = 0; i < record->pass_count; i++) {
        const struct be_pass_record *pass = &record->passes[i];
        if (pass->kind == BE_PASS_TIMED) {
            cpu_ns += index < record->worker_count ? pass->workers[index].cpu_ns
                                                   : pass->dispatcher.cpu_ns;
        }
    }
    return cpu_ns;
}

static uint64_t timed_ns(const struct be_sample_record *record)
{
    uint64_t wall_ns = 0;

    for (size_t i = 0; i < record->pass_count; i++) {
        wall_ns += record->passes[i].kind == BE_PASS_TIMED ? record->passes[i].wall_ns : 0;
    }
    return wall_ns;
}

static bool all_known(const struct be_sample_record *record, size_t members)
{
    for (size_t i = 0; i < members; i++) {
        const struct be_worker_record *member = member_at(record, i);
        if (!member->disturbance.delay_known || member->pu_bound < 0 ||
            member->pu_bound >= BE_QUALITY_CPUS_MAX) {
            return false;
        }
    }
    return members > 0;
}

void be_quality_judge_delays(const struct be_sample_record *record,
                             struct be_quality_verdict *verdict)
{
    size_t members = record->worker_count + (record->dispatcher.watched ? 1 : 0);
    struct core cores[BE_QUALITY_CPUS_MAX] = {{0}};
    size_t core_count = 0;
    uint64_t taken_ns = 0;

    if (!all_known(record, members)) {
        return;
    }
    for (size_t i = 0; i < members; i++) {
        struct core *core = &cores[member_at(record, i)->pu_bound];
        core->cpu_ns += member_cpu_ns(record, i);
        core_count += !core->counted;
        core->counted = true;
    }
    for (size_t i = 0; i < members; i++) {
        const struct be_worker_record *member = member_at(record, i);
        struct core *core = &cores[member->pu_bound];
        uint64_t delay_ns = member->disturbance.delay_ns;
        uint64_t inherent_ns = core->cpu_ns - member_cpu_ns(record, i);
        if (delay_ns > inherent_ns + core->taken_ns) {
            taken_ns += delay_ns - inherent_ns - core->taken_ns;
            core->taken_ns = delay_ns - inherent_ns;
        }
    }
    double share = (double)taken_ns / ((double)timed_ns(record) * (double)core_count);
    enum be_sample_state state = be_quality_share_state(share);
    if (taken_ns > least_ns && state != BE_SAMPLE_CLEAN) {
        be_quality_verdict_add(verdict, state,
                               "waited %.1f %% of its time for cores that others had", 100 * share);
    }
}
