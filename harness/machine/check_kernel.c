/* Checks of what the kernel does about memory and counters. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "machine/check_parts.h"

static bool swap_is_moving(const struct be_facts *facts)
{
    return (facts->before.watched & facts->after.watched & (unsigned)BE_QUALITY_SWAP) &&
           facts->after.swap_pages != facts->before.swap_pages;
}

/* Each launch is to get another layout, or one lucky layout passes for speed. */
static bool layout_check(const struct be_facts *facts, struct be_check_result *result)
{
    if (facts->layout_pinned == BE_YES) {
        be_check_say(
            result, BE_CHECK_SPOILS,
            "ASLR off for this program: one memory layout, and its luck, for all launches");
        snprintf(result->remedy, sizeof(result->remedy), "start it without setarch -R or debugger");
        return false;
    }
    if (facts->layout_random == 0 || facts->layout_random == 1) {
        be_check_say(result, BE_CHECK_SPOILS,
                     "ASLR %s: memory layout, and its luck, repeat in all launches",
                     facts->layout_random == 0 ? "off" : "leaves out the heap");
        be_check_mend_kernel(facts, "sudo sysctl kernel.randomize_va_space=2", result);
        return false;
    }
    return true;
}

void be_check_memory(const struct be_facts *facts, struct be_check_result *result)
{
    const char *layout =
        facts->layout_random < 0 ? "ASLR not readable" : "ASLR on, as it should be";

    if (swap_is_moving(facts)) {
        be_check_say(result, BE_CHECK_SPOILS, "pages move to or from swap right now");
        snprintf(result->remedy, sizeof(result->remedy), "free -h  and end what fills the memory");
        return;
    }
    if (!layout_check(facts, result)) {
        return;
    }
    if (facts->swap_used_bytes < 0 || facts->layout_random < 0) {
        be_check_say(result, BE_CHECK_UNKNOWN, "swap %s; %s",
                     facts->swap_used_bytes < 0 ? "not readable" : "at rest", layout);
    } else if (facts->swap_used_bytes == 0) {
        be_check_say(result, BE_CHECK_FINE, "no swap in use; %s", layout);
    } else {
        be_check_say(result, BE_CHECK_FINE, "%lld MiB in swap, at rest; %s",
                     (long long)(facts->swap_used_bytes >> 20), layout);
    }
}

void be_check_numa(const struct be_facts *facts, struct be_check_result *result)
{
    if (facts->machine->counts.numa_nodes < 2) {
        return;
    }
    if (facts->numa_balancing == 0) {
        be_check_say(result, BE_CHECK_FINE, "memory stays where it was first used");
    } else if (facts->numa_balancing > 0) {
        be_check_say(result, BE_CHECK_SPOILS,
                     "balancing on: the kernel stops tasks to move their memory");
        be_check_mend_kernel(facts, "sudo sysctl kernel.numa_balancing=0", result);
    } else {
        be_check_say(result, BE_CHECK_UNKNOWN, "whether memory is moved about cannot be read");
    }
}

/*
 * Where the kernel forbids counting, the reason of the runner holds its own remedy, which has no
 * place in front of it.
 */
void be_check_counters(const struct be_facts *facts, struct be_check_result *result)
{
    static const char *const permission[BE_PLACE_COUNT] = {
        [BE_PLACE_CONTAINER] = "docker run --cap-add=PERFMON ...",
    };
    int level = facts->perf_paranoid;

    if (!facts->counters_unavailable) {
        be_check_say(result, BE_CHECK_FINE, "instructions can be counted");
    } else if (level > 2) {
        be_check_say(result, BE_CHECK_UNKNOWN, "none: perf_event_paranoid is %d", level);
        be_check_mend_kernel(facts, "sudo sysctl kernel.perf_event_paranoid=1", result);
    } else {
        be_check_say(result, BE_CHECK_UNKNOWN, "none: %s", facts->counters_unavailable);
        if (strstr(facts->counters_unavailable, "forbidden")) {
            be_check_mend(facts, permission, result);
        }
    }
}
