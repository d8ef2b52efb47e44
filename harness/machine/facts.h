/*
 * What the checks of check.h look at: the machine, what this process runs in, and what went on
 * while it slept for a moment. What could not be read is unknown: -1, NAN, "" or BE_UNKNOWN.
 *
 * Files are read below `root`: "" is this machine, tests name a folder with its own proc and sys.
 * Threads: plain data with one owner.
 */
#ifndef BE_MACHINE_FACTS_H
#define BE_MACHINE_FACTS_H

#include <limits.h>
#include <stdint.h>

#include "core/status.h"
#include "machine/machine.h"
#include "machine/quality.h"
#include "machine/surroundings.h"
#include "machine/topology.h"

enum {
    BE_FACTS_TEXT_BYTES = 128,
    BE_FACTS_PARANOID_UNKNOWN = INT_MIN /* below every level that there is */
};

struct be_facts {
    const struct be_machine *machine; /* borrowed */
    struct be_surroundings surroundings;

    /* Why no instructions can be counted; NULL: they can. Borrowed; the runner knows. */
    const char *counters_unavailable;

    int64_t cpus_online;                     /* of the machine, whoever may use them */
    char cpus_isolated[BE_FACTS_TEXT_BYTES]; /* "2-5"; "": none, or unknown */
    char cpus_fastest[BE_FACTS_TEXT_BYTES];  /* allowed ones of the fastest kind: "0-3,8" */
    char clock_sources[BE_FACTS_TEXT_BYTES]; /* that the kernel has: "tsc hpet acpi_pm" */
    char clock_driver[BE_FACTS_TEXT_BYTES];  /* that sets the frequency: "intel_pstate" */
    int64_t batteries;                       /* of the machine, not of its mouse */
    int64_t swap_used_bytes;
    int64_t layout_random;        /* kernel.randomize_va_space: 0 .. 2 */
    enum be_answer layout_pinned; /* this process was started with one layout (setarch -R) */
    int64_t numa_balancing;       /* kernel.numa_balancing: 0 is off */
    int perf_paranoid;            /* kernel.perf_event_paranoid; BE_FACTS_PARANOID_UNKNOWN */
    double load;                  /* of the last minute: tasks that run or wait, ours included */

    /* The quality watch over all allowed CPUs, around a moment in which this process slept. */
    struct be_quality_reading before;
    struct be_quality_reading after;
};

/*
 * Fills in all but counters_unavailable, before and after. environment: "NAME=value" strings, ended
 * by NULL, as environ(7) has them.
 */
void be_facts_capture(const char *root, const char *const *environment,
                      const struct be_topology *topology, const struct be_machine *machine,
                      struct be_facts *facts);

/*
 * Sleeps for moment_ns and fills `before` and `after`. interrupt_fd: readable when the user wants
 * to stop; -1: never. Errors: BE_ENOMEM, BE_EINTERRUPTED.
 */
enum be_status be_facts_watch(const char *root, const struct be_topology *topology,
                              uint64_t moment_ns, int interrupt_fd, struct be_facts *facts,
                              struct be_error *error);

#endif
