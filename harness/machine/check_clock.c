/* Checks of the clock that times are read from, and of what moves the clock of the cores. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "machine/check_parts.h"

/* What a stamp may cost before it is more than the tasks it stands beside. */
static const double dear_reading_ns = 200;

/* Read from a chip beside the CPU, through the kernel. */
static bool source_is_slow(const char *source)
{
    static const char *const slow[] = {"hpet", "acpi_pm", "jiffies", "refined-jiffies", "pit"};

    for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++) {
        if (strcmp(source, slow[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_word(const char *words, const char *word)
{
    const char *found = strstr(words, word);
    return found && (found == words || found[-1] == ' ') && strchr(" ", found[strlen(word)]);
}

void be_check_clock(const struct be_facts *facts, struct be_check_result *result)
{
    const struct be_machine *machine = facts->machine;
    const char *source = machine->clock_source ? machine->clock_source : "an unknown source";
    char reading[BE_UNITS_TEXT_BYTES];

    be_units_format_duration(reading, machine->clock_read_ns);
    if (!source_is_slow(source) && machine->clock_read_ns < dear_reading_ns) {
        be_check_say(result, BE_CHECK_FINE, "%s, %s a reading", source, reading);
        return;
    }
    be_check_say(result, BE_CHECK_SPOILS, "%s, %s a reading: stamps cost as much as short tasks",
                 source, reading);
    result->against = BE_USE_BREAKEVEN;
    if (strcmp(source, "tsc") == 0) {
        return; /* There is none better. */
    }
    be_check_mend_kernel(
        facts,
        has_word(facts->clock_sources, "tsc")
            ? "echo tsc | sudo tee /sys/bus/clocksource/devices/*/current_clocksource"
            : "sudo dmesg | grep -i tsc  says why tsc is not used",
        result);
}

static bool is_virtual(const struct be_facts *facts)
{
    return facts->machine->virtualised == BE_YES;
}

void be_check_governor(const struct be_facts *facts, struct be_check_result *result)
{
    const char *governor = facts->machine->governor;
    const char *driver = facts->clock_driver[0] ? facts->clock_driver : "unknown driver";

    if (!governor) {
        be_check_say(result, BE_CHECK_UNKNOWN,
                     is_virtual(facts) ? "not shown to a virtual machine: its host sets the clock"
                                       : "not readable: the clock may drift in short runs");
        return;
    }
    if (strcmp(governor, "performance") == 0 || strcmp(governor, "userspace") == 0) {
        be_check_say(result, BE_CHECK_FINE, "%s (%s)", governor, driver);
        return;
    }
    be_check_say(result, BE_CHECK_SPOILS, "%s (%s): the clock drifts in short runs", governor,
                 driver);
    if (be_place_find(facts) == BE_PLACE_SLURM) {
        snprintf(result->remedy, sizeof(result->remedy), "srun --cpu-freq=Performance ...");
    } else {
        be_check_mend_kernel(facts, "sudo cpupower frequency-set -g performance", result);
    }
}

/* Intel's driver is switched by a file of its own, which says the opposite of the others'. */
void be_check_turbo(const struct be_facts *facts, struct be_check_result *result)
{
    bool intel = strncmp(facts->clock_driver, "intel_", strlen("intel_")) == 0;

    switch (facts->machine->turbo) {
    case BE_NO:
        be_check_say(result, BE_CHECK_FINE, "off: the same clock for one busy core and for all");
        return;
    case BE_UNKNOWN:
        be_check_say(result, BE_CHECK_UNKNOWN,
                     "boost state not readable: a speedup may contain a clock loss");
        return;
    case BE_YES:
        break;
    }
    be_check_say(result, BE_CHECK_SPOILS,
                 "on: one busy core runs faster than all, and a speedup contains that");
    if (be_place_find(facts) == BE_PLACE_SLURM) {
        snprintf(result->remedy, sizeof(result->remedy), "srun --cpu-freq=HighM1 ...");
    } else {
        be_check_mend_kernel(facts,
                             intel
                                 ? "echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo"
                                 : "echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost",
                             result);
    }
}

void be_check_power(const struct be_facts *facts, struct be_check_result *result)
{
    if (facts->machine->power == BE_POWER_BATTERY) {
        be_check_say(result, BE_CHECK_SPOILS, "on battery: the clock is held down");
        result->against = BE_USE_SCALING | BE_USE_BREAKEVEN;
        snprintf(result->remedy, sizeof(result->remedy), "plug in");
    } else if (facts->batteries == 0) {
        return;
    } else if (facts->machine->power == BE_POWER_MAINS) {
        be_check_say(result, BE_CHECK_FINE, "mains");
    } else if (facts->batteries > 0) {
        be_check_say(result, BE_CHECK_UNKNOWN, "a battery, and no saying whether it is in use");
    } else if (!is_virtual(facts)) {
        be_check_say(result, BE_CHECK_UNKNOWN, "supplies are not readable");
    }
}

void be_check_heat(const struct be_facts *facts, struct be_check_result *result)
{
    const struct be_quality_reading *now = &facts->after;

    if (now->watched & BE_QUALITY_HEAT) {
        if (now->heat_count == 0) {
            be_check_say(result, BE_CHECK_FINE,
                         "has slowed no core down since the machine started");
            return;
        }
        be_check_say(result, BE_CHECK_SPOILS,
                     "has slowed cores down %llu times since the machine started",
                     (unsigned long long)now->heat_count);
        snprintf(result->remedy, sizeof(result->remedy), "let it cool; clear its vents");
    } else if (!is_virtual(facts)) {
        be_check_say(result, BE_CHECK_UNKNOWN,
                     "no counter to read: a long run may be slower than a short one");
    }
}
