/* Checks of how many cores there are to use, and of what kind. */
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "machine/check_parts.h"

/* "all allowed", "2 of 8 allowed". */
static const char *allowed_text(const struct be_facts *facts, char *text, size_t bytes)
{
    uint32_t pus = facts->machine->counts.pus;

    if (facts->cpus_online > (int64_t)pus) {
        snprintf(text, bytes, "%u of %lld CPUs allowed", pus, (long long)facts->cpus_online);
    } else {
        snprintf(text, bytes, "all allowed");
    }
    if (facts->cpus_isolated[0]) {
        size_t length = strlen(text);
        snprintf(text + length, bytes - length, ", %s isolated", facts->cpus_isolated);
    }
    return text;
}

static const char *const more_cores[BE_PLACE_COUNT] = {
    [BE_PLACE_SLURM] = "srun --cpus-per-task=N ...",
    [BE_PLACE_PBS] = "qsub -l select=1:ncpus=N ...",
    [BE_PLACE_LSF] = "bsub -n N -R 'span[hosts=1]' ...",
    [BE_PLACE_KUBERNETES] = "requests = limits = N CPUs for this container",
    [BE_PLACE_CONTAINER] = "docker run --cpuset-cpus=0-3 ...",
    [BE_PLACE_OTHER_CONTAINER] = "give the container more CPUs",
    [BE_PLACE_VIRTUAL] = "give the virtual machine more CPUs",
};

static const char *const whole_cores[BE_PLACE_COUNT] = {
    [BE_PLACE_SLURM] = "srun --cpus-per-task=N --cpu-bind=cores ...",
    [BE_PLACE_PBS] = "ask for whole cores: qsub -l select=1:ncpus=N ...",
    [BE_PLACE_LSF] = "ask for whole cores: bsub -n N -R 'affinity[core(1)]' ...",
    [BE_PLACE_KUBERNETES] = "requests = limits in whole CPUs; kubelet --cpu-manager-policy=static",
    [BE_PLACE_CONTAINER] = "docker run --cpuset-cpus=0-3 ... in place of --cpus",
    [BE_PLACE_OTHER_CONTAINER] = "give the container CPUs of its own in place of a quota",
    [BE_PLACE_VIRTUAL] = "sudo systemctl set-property --runtime UNIT CPUQuota=",
    [BE_PLACE_PLAIN] = "sudo systemctl set-property --runtime UNIT CPUQuota=",
};

void be_check_cores(const struct be_facts *facts, struct be_check_result *result)
{
    const struct be_machine *machine = facts->machine;
    const struct be_cgroup_quota *quota = &machine->quota;
    char allowed[2 * BE_FACTS_TEXT_BYTES];

    allowed_text(facts, allowed, sizeof(allowed));
    result->against = BE_USE_SCALING | BE_USE_BREAKEVEN;
    if (quota->known && quota->limited && quota->cores < machine->counts.pus) {
        be_check_say(result, BE_CHECK_SPOILS,
                     "effective %.3g: %s, but a quota stops all work when it is spent",
                     machine->effective_cores, allowed);
        be_check_mend(facts, whole_cores, result);
    } else if (machine->counts.pus < 2) {
        be_check_say(result, BE_CHECK_SPOILS, "effective 1: %s; nothing can run at the same time",
                     allowed);
        be_check_mend(facts, more_cores, result);
    } else if (!quota->known) {
        be_check_say(result, BE_CHECK_UNKNOWN, "%u: %s; a quota cannot be read and may be less",
                     machine->counts.pus, allowed);
    } else {
        be_check_say(result, BE_CHECK_FINE, "effective %u: %s, %s", machine->counts.pus, allowed,
                     quota->limited ? "a quota that does not bind" : "no quota");
    }
}

/* What a hypervisor shows as a core may be half of one. */
void be_check_smt(const struct be_facts *facts, struct be_check_result *result)
{
    const struct be_topology_counts *counts = &facts->machine->counts;

    if (counts->smt > 1) {
        be_check_say(result, BE_CHECK_FINE, "%u threads a core: the curve bends after %u workers",
                     counts->smt, counts->cores);
    } else if (facts->machine->virtualised == BE_YES && counts->pus > 1) {
        be_check_say(result, BE_CHECK_UNKNOWN,
                     "two virtual CPUs may be one core: the hypervisor need not say");
    } else {
        be_check_say(result, BE_CHECK_FINE, "one thread a core");
    }
}

void be_check_kinds(const struct be_facts *facts, struct be_check_result *result)
{
    uint32_t kinds = facts->machine->counts.kinds;

    if (kinds < 2) {
        return;
    }
    be_check_say(result, BE_CHECK_SPOILS,
                 "%u kinds of core: the curve bends where the slower begin", kinds);
    if (facts->cpus_fastest[0]) {
        snprintf(result->remedy, sizeof(result->remedy), "breakeven sweep --cpus %.40s ...",
                 facts->cpus_fastest);
    }
}

/* How often the quota of the cores above has stopped this group so far. */
void be_check_quota(const struct be_facts *facts, struct be_check_result *result)
{
    const struct be_quality_reading *now = &facts->after;
    char text[BE_UNITS_TEXT_BYTES];

    if (facts->machine->quota.known && !facts->machine->quota.limited) {
        return;
    }
    if (!(now->watched & BE_QUALITY_THROTTLED)) {
        be_check_say(result, BE_CHECK_UNKNOWN, "cannot be read: nor how often it stopped work");
    } else if (now->throttled_count == 0) {
        be_check_say(result, BE_CHECK_FINE, "has not stopped this control group yet");
    } else {
        be_check_say(result, BE_CHECK_SPOILS,
                     "has stopped this control group %llu times, %s in all",
                     (unsigned long long)now->throttled_count,
                     be_units_format_duration(text, (double)now->throttled_ns));
        be_check_mend(facts, whole_cores, result);
    }
}
