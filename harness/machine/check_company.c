/* Checks of who else uses these CPUs: other guests of the hypervisor, other programs. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "machine/check_parts.h"

/* Beyond these shares a sample would be suspect. */
static const double stolen_share = .02;
static const double waited_share = .05;

/* Beyond this share of all CPUs a curve bends where the others sit. */
static const double crowded_share = .10;

static bool is_watched(const struct be_facts *facts, enum be_quality_signal signal)
{
    return facts->before.watched & facts->after.watched & (unsigned)signal;
}

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

static double moment_ns(const struct be_facts *facts)
{
    return (double)(facts->after.at_ns - facts->before.at_ns);
}

/*
 * Time is stolen only from who wants it. Since the machine started that is a share of the time it
 * ran or wanted to; in the moment that was watched it slept, mostly.
 */
void be_check_steal(const struct be_facts *facts, struct be_check_result *result)
{
    static const char *const remedies[BE_PLACE_COUNT] = {
        [BE_PLACE_SLURM] = "ask for a node that is not virtual",
        [BE_PLACE_PBS] = "ask for a node that is not virtual",
        [BE_PLACE_LSF] = "ask for a node that is not virtual",
        [BE_PLACE_KUBERNETES] = "ask for a node with dedicated CPUs",
        [BE_PLACE_CONTAINER] = "ask for a virtual machine with dedicated CPUs",
        [BE_PLACE_OTHER_CONTAINER] = "ask for a virtual machine with dedicated CPUs",
        [BE_PLACE_VIRTUAL] = "ask for dedicated CPUs",
    };
    double stolen_ns = (double)facts->after.steal_ns;
    double so_far = share(stolen_ns, stolen_ns + (double)facts->after.busy_ns);

    if (facts->machine->virtualised == BE_NO) {
        return;
    }
    if (!is_watched(facts, BE_QUALITY_STEAL) || !is_watched(facts, BE_QUALITY_OTHERS)) {
        be_check_say(result, BE_CHECK_UNKNOWN, "what other guests take cannot be read");
        return;
    }
    double now =
        share(stolen_ns - (double)facts->before.steal_ns, moment_ns(facts) * facts->after.cpus);
    if (so_far <= stolen_share && now <= stolen_share) {
        be_check_say(result, BE_CHECK_FINE,
                     "other guests took %.1f %% of the CPU time wanted so far, %.1f %% now",
                     100 * so_far, 100 * now);
        return;
    }
    be_check_say(result, BE_CHECK_SPOILS,
                 "other guests took %.1f %% of the CPU time wanted so far, %.1f %% now",
                 100 * so_far, 100 * now);
    result->against = BE_USE_SCALING | BE_USE_BREAKEVEN;
    be_check_mend(facts, remedies, result);
}

/* ", load 0.3"; "" where it is not known. */
static void load_text(const struct be_facts *facts, char *text, size_t bytes)
{
    text[0] = '\0';
    if (!isnan(facts->load)) {
        snprintf(text, bytes, ", load %.1f", facts->load);
    }
}

void be_check_others(const struct be_facts *facts, struct be_check_result *result)
{
    static const char *const remedies[BE_PLACE_COUNT] = {
        [BE_PLACE_SLURM] = "sbatch --exclusive ...",
        [BE_PLACE_PBS] = "qsub -l place=excl ...",
        [BE_PLACE_LSF] = "bsub -x ...",
        [BE_PLACE_KUBERNETES] = "on the node: top; a node of its own (taints)",
        [BE_PLACE_CONTAINER] = "on the host: docker stats, top",
        [BE_PLACE_OTHER_CONTAINER] = "on the host: top",
        [BE_PLACE_VIRTUAL] = "top  shows who; end it, or wait",
        [BE_PLACE_PLAIN] = "top  shows who; end it, or wait",
    };
    uint32_t cpus = facts->after.cpus;
    char load[32];

    if (!is_watched(facts, BE_QUALITY_OTHERS)) {
        be_check_say(result, BE_CHECK_UNKNOWN, "what other programs use cannot be read");
        return;
    }
    double busy_ns = (double)(facts->after.busy_ns - facts->before.busy_ns);
    double own_ns = (double)(facts->after.own_ns - facts->before.own_ns);
    double busy = share(fmax(busy_ns - own_ns, 0), moment_ns(facts));
    load_text(facts, load, sizeof(load));
    /* A tenth of a CPU is what a quiet system itself needs; on a large one it is a little more. */
    if (busy <= fmax(.1, .005 * cpus)) {
        be_check_say(result, BE_CHECK_FINE, "%.2f of %u CPUs busy%s", busy, cpus, load);
        return;
    }
    be_check_say(result, BE_CHECK_SPOILS, "%.1f of %u CPUs busy with others%s", busy, cpus, load);
    result->against = busy > crowded_share * cpus ? BE_USE_SCALING | BE_USE_BREAKEVEN : 0;
    be_check_mend(facts, remedies, result);
}

void be_check_waiting(const struct be_facts *facts, struct be_check_result *result)
{
    static const char *const remedies[BE_PLACE_COUNT] = {
        [BE_PLACE_SLURM] = "sbatch --exclusive ...",
        [BE_PLACE_PBS] = "qsub -l place=excl ...",
        [BE_PLACE_LSF] = "bsub -x ...",
        [BE_PLACE_VIRTUAL] = "uptime  and wait until the load is low",
        [BE_PLACE_PLAIN] = "uptime  and wait until the load is low",
    };

    if (!is_watched(facts, BE_QUALITY_PRESSURE)) {
        return;
    }
    double waited =
        share((double)(facts->after.waited_ns - facts->before.waited_ns), moment_ns(facts));
    bool much = waited > waited_share;
    be_check_say(result, much ? BE_CHECK_SPOILS : BE_CHECK_FINE,
                 much ? "some program waited for a CPU in %.0f %% of the time"
                      : "programs waited for a CPU in %.1f %% of the time",
                 100 * waited);
    if (much) {
        be_check_mend(facts, remedies, result);
    }
}
