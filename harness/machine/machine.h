/*
 * What this machine is, as far as it bears on a measurement. It never holds a host name.
 *
 * What could not be read stays unknown: a NULL string, a number of -1, BE_UNKNOWN; null in JSON.
 * Files are read below `root`: "" is this machine, tests name a folder with its own proc and sys.
 * Threads: plain data with one owner.
 */
#ifndef BE_MACHINE_MACHINE_H
#define BE_MACHINE_MACHINE_H

#include <stddef.h>
#include <stdint.h>

#include "core/json.h"
#include "core/params.h"
#include "core/status.h"
#include "machine/cgroup.h"
#include "machine/topology.h"

enum be_answer { BE_UNKNOWN, BE_NO, BE_YES };

enum be_power { BE_POWER_UNKNOWN, BE_POWER_MAINS, BE_POWER_BATTERY };

/* All strings are owned. init with {0}; finish frees. */
struct be_machine {
    /* Hashed into the key. */
    char *architecture;
    char *cpu_models; /* distinct ones, sorted, joined by " + " */
    struct be_topology_counts counts;
    double effective_cores; /* min(allowed PUs, quota), fraction kept; PUs when quota is unknown */
    enum be_answer virtualised;

    /* Recorded only. */
    struct be_cgroup_quota quota;
    char *kernel;
    char *microcode;
    char *mitigations;     /* "NAME: STATE | …", sorted */
    char *governor;        /* of the allowed PUs; distinct ones, sorted, joined by " + " */
    int64_t clock_khz_min; /* lowest and highest limit in force on an allowed PU */
    int64_t clock_khz_max;
    enum be_answer turbo; /* clocks above the nominal one are allowed */
    int64_t ram_bytes;
    int64_t page_bytes;
    char *clock_source;
    double clock_resolution_ns; /* of CLOCK_MONOTONIC: smallest step seen; NAN: unknown */
    double clock_read_ns;       /* cost of one reading: best of several loops */
    enum be_power power;
    char *boot_id;
    const char *compiler; /* of this program; static */
    const char *flags;    /* build type and flags of this program; static */

    char key[BE_ID_BYTES]; /* see be_machine_key */
};

/*
 * Captures everything; topology gives the counts and the allowed PUs. Takes a few ms. *machine must
 * be empty. Errors: BE_ENOMEM; whatever cannot be read is unknown.
 */
enum be_status be_machine_capture(const char *root, const struct be_topology *topology,
                                  struct be_machine *machine, struct be_error *error);
void be_machine_finish(struct be_machine *machine);

/*
 * The machine key: 16 hexadecimal digits over architecture, CPU models, packages, NUMA nodes,
 * cores, PUs, SMT, effective cores and virtualised or not, and the version of this list. Results
 * under different keys are not comparable. Written into text and returned.
 */
const char *be_machine_key(const struct be_machine *machine, char text[BE_ID_BYTES]);

/* Whole cores to plan for, at least 1: effective_cores rounded down. More workers oversubscribe. */
uint32_t be_machine_effective_cores(const struct be_machine *machine);

/*
 * Everything as a JSON object, with be_machine_describe's line as "description"; NULL when out of
 * memory. The caller's (json_decref).
 */
json_t *be_machine_to_json(const struct be_machine *machine);

enum { BE_MACHINE_TEXT_BYTES = 256 };

/*
 * One line for people: "Ryzen 7 7840U, 8 cores, 16 threads, no quota, on battery". Written into
 * text (BE_MACHINE_TEXT_BYTES) and returned.
 */
const char *be_machine_describe(const struct be_machine *machine, char *text);

#endif
