/*
 * Placements: which PU each worker and the dispatcher are pinned to. A placement is one file
 * place_*.c and one row of placement.def.
 *
 * A placement is an order of all PUs, and worker i takes the i-th. The order does not depend on
 * the number of workers, so that the next point of a scaling curve adds a worker and moves none.
 * Each ends with every allowed PU used once before any is used twice:
 *
 *   none     nothing is pinned.
 *   compact  neighbours in the topology: all siblings of a core, the next core of the package, the
 *            next package (as OpenMP's close, likwid's compact and KMP_AFFINITY=compact).
 *   cores    one PU a core, cores in topology order; siblings only when the cores run out (as
 *            OpenMP's close over OMP_PLACES=cores).
 *   spread   one PU a core, each as far from the others as it can be: the package with the fewest
 *            workers, in it the NUMA node, then the shared cache (as OpenMP's spread and
 *            hwloc-distrib, but in an order that no further worker changes).
 *   smt      all siblings of a core before the next core, and cores as in spread: against spread
 *            it shows what sharing a core costs and nothing else, where compact shares caches too.
 *   numa     one PU a core, NUMA nodes in turn, and cores in topology order within a node (as
 *            numactl --interleave does with pages).
 *
 * Where cores differ in kind, the fastest come first; with one PU a core, every kind's cores come
 * before any sibling. Threads: pure functions.
 */
#ifndef BE_MACHINE_PLACEMENT_H
#define BE_MACHINE_PLACEMENT_H

#include <stdint.h>

#include "core/status.h"
#include "machine/topology.h"

struct be_placement_ops {
    const char *name;
    const char *summary; /* one line for people, without a full stop */

    /*
     * Writes the first `count` entries of the order, indexes into be_topology_pus, each once; count
     * is at most the number of PUs. Optional: NULL when nothing is pinned. Errors: BE_ENOMEM.
     */
    enum be_status (*order)(const struct be_topology *topology, uint32_t count, uint32_t *order,
                            struct be_error *error);
};

/* The table, in the order of placement.def, NULL-terminated. */
extern const struct be_placement_ops *const be_placement_table[];

/* The row of that name, or NULL. */
const struct be_placement_ops *be_placement_find(const char *name);

/* Where everything goes. init with {0}; finish frees. */
struct be_placement_result {
    int32_t *pus;          /* owned; OS index a worker, for be_spec.pus; NULL: nothing is pinned */
    uint32_t workers;      /* entries of pus; 0: nothing is pinned */
    int32_t dispatcher_pu; /* the next PU of the order; none to spare: the last worker's; -1 */
    uint32_t pu_count;     /* C: distinct PUs of workers and dispatcher; 0: nothing is pinned */
};

void be_placement_result_finish(struct be_placement_result *result);

/*
 * Plans `workers` (at least 1) workers and the dispatcher; *result must be empty. Errors:
 * BE_ENOTFOUND for a name that is not in the table (the message lists it), BE_EINVAL, BE_ENOMEM.
 */
enum be_status be_placement_plan(const struct be_topology *topology, const char *name,
                                 uint32_t workers, struct be_placement_result *result,
                                 struct be_error *error);

/*
 * Until how many workers each has a core of its own, of the same kind and in the same package, so
 * that each adds as much as the one before. 0: nothing is pinned. Errors: BE_ENOMEM.
 */
enum be_status be_placement_count_alike(const struct be_topology *topology,
                                        const struct be_placement_ops *placement, uint32_t *workers,
                                        struct be_error *error);

#endif
