/*
 * The CPUs that this process may use, as a flat table: what placements order and what the machine's
 * description counts. hwloc stays behind this header.
 *
 * Only allowed PUs are here: hwloc leaves out those that a cpuset forbids, and the loader also
 * those outside the affinity mask. Lifetime: create by one of the load functions, destroy frees.
 * Threads: a topology is read-only once it is loaded and restricted.
 */
#ifndef BE_MACHINE_TOPOLOGY_H
#define BE_MACHINE_TOPOLOGY_H

#include <stdint.h>

#include "core/status.h"

struct be_topology;

/*
 * A PU (hardware thread). All members but os_index number their objects from 0 in the order of the
 * topology, over the whole machine, so that equal numbers mean the same object.
 */
struct be_pu {
    int32_t os_index; /* the number that the kernel uses */
    uint32_t package;
    uint32_t numa_node;
    uint32_t cache; /* the last cache level that more than one core of the machine shares */
    uint32_t l2;    /* these two: the cache of that level; its core's own where there is none */
    uint32_t l3;
    uint32_t core;    /* a PU without a core object is a core of its own */
    uint32_t sibling; /* 0: the first allowed PU of its core, 1: the second, … */
    uint32_t kind;    /* 0: the fastest kind of core; the order is hwloc's */
};

/* Of the allowed PUs only; none is ever 0. */
struct be_topology_counts {
    uint32_t packages;
    uint32_t numa_nodes; /* that hold at least one allowed PU */
    uint32_t cores;
    uint32_t pus;
    uint32_t smt;   /* the most PUs that one core has; 1: no SMT, or only one sibling is allowed */
    uint32_t kinds; /* of core; 1: all alike */
};

/*
 * Loads this machine's topology. Takes 5 to 60 ms. Errors: BE_EUNAVAILABLE, BE_ENOMEM.
 */
enum be_status be_topology_load(struct be_topology **topology, struct be_error *error);

/*
 * For tests: from hwloc's synthetic description ("package:2 core:4 pu:2"), or from its XML. Errors:
 * BE_EINVAL when hwloc refuses the text, BE_ENOMEM.
 */
enum be_status be_topology_load_synthetic(const char *description, struct be_topology **topology,
                                          struct be_error *error);
enum be_status be_topology_load_xml(const char *xml, struct be_topology **topology,
                                    struct be_error *error);

/*
 * Leaves out every PU that is not in the list of OS indexes ("0-3,8"), and what becomes empty with
 * it. Errors: BE_EINVAL for text that is no list or names a PU that is not there, and the topology
 * is unchanged; BE_ENOMEM, and it can only be destroyed.
 */
enum be_status be_topology_restrict(struct be_topology *topology, const char *cpus,
                                    struct be_error *error);

/* The PUs in topology order; counts->pus of them, owned by the topology. */
const struct be_pu *be_topology_pus(const struct be_topology *topology);
const struct be_topology_counts *be_topology_counts(const struct be_topology *topology);

/*
 * XML for a runner, which loads it in a fraction of a ms: packages, NUMA nodes, cores and PUs,
 * without any of the facts that hwloc notes (host, kernel, serial numbers). *xml is owned
 * by the caller (free). Errors: BE_ENOMEM, BE_EINTERNAL.
 */
enum be_status be_topology_export_lean_xml(const struct be_topology *topology, char **xml,
                                           struct be_error *error);

void be_topology_destroy(struct be_topology *topology);

#endif
