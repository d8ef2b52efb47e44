#include "machine/topology.h"

#include <errno.h>
#include <hwloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"

struct be_topology {
    hwloc_topology_t hwloc;
    struct be_pu *pus;
    struct be_topology_counts counts;
};

/* Numbers objects from 0 as the PUs below them come by, which are neighbours in topology order. */
struct numbering {
    hwloc_obj_t last;
    uint32_t count;
};

static uint32_t number_object(struct numbering *numbering, hwloc_obj_t object)
{
    if (numbering->count == 0 || object != numbering->last) {
        numbering->last = object;
        numbering->count++;
    }
    return numbering->count - 1;
}

/* The innermost cache level that cores share; cores where they share none. */
static hwloc_obj_type_t shared_cache_type(hwloc_topology_t hwloc)
{
    for (int type = HWLOC_OBJ_L1CACHE; type <= HWLOC_OBJ_L5CACHE; type++) {
        hwloc_obj_t cache = NULL;
        while ((cache = hwloc_get_next_obj_by_type(hwloc, (hwloc_obj_type_t)type, cache))) {
            if (hwloc_get_nbobjs_inside_cpuset_by_type(hwloc, cache->cpuset, HWLOC_OBJ_CORE) > 1) {
                return (hwloc_obj_type_t)type;
            }
        }
    }
    return HWLOC_OBJ_CORE;
}

/* A PU can be in several nodes (one of DRAM, one of HBM): the first one counts. */
static hwloc_obj_t numa_node_of(hwloc_topology_t hwloc, hwloc_obj_t pu)
{
    hwloc_obj_t node = NULL;

    do {
        node = hwloc_get_next_obj_by_type(hwloc, HWLOC_OBJ_NUMANODE, node);
    } while (node && !hwloc_bitmap_isset(node->cpuset, pu->os_index));
    return node;
}

/* hwloc ranks kinds by performance, the slowest first. */
static uint32_t kind_of(hwloc_topology_t hwloc, hwloc_obj_t pu)
{
    int kinds = hwloc_cpukinds_get_nr(hwloc, 0);
    int kind = hwloc_cpukinds_get_by_cpuset(hwloc, pu->cpuset, 0);

    if (kinds <= 0) {
        return 0;
    }
    return kind < 0 ? (uint32_t)kinds : (uint32_t)(kinds - 1 - kind);
}

/* Closes the gaps that kinds without an allowed PU leave; returns how many kinds there are. */
static uint32_t kinds_renumber(struct be_pu *pus, uint32_t count)
{
    uint32_t kinds = 0;

    for (uint32_t done = 0; done < count; kinds++) {
        uint32_t lowest = UINT32_MAX;
        for (uint32_t i = 0; i < count; i++) {
            if (pus[i].kind >= kinds && pus[i].kind < lowest) {
                lowest = pus[i].kind;
            }
        }
        for (uint32_t i = 0; i < count; i++) {
            if (pus[i].kind == lowest) {
                pus[i].kind = kinds;
                done++;
            }
        }
    }
    return kinds;
}

/* The cache of that type above a PU, or its core where there is none. */
static hwloc_obj_t cache_above(hwloc_topology_t hwloc, hwloc_obj_type_t type, hwloc_obj_t pu,
                               hwloc_obj_t core)
{
    hwloc_obj_t cache = hwloc_get_ancestor_obj_by_type(hwloc, type, pu);
    return cache ? cache : core;
}

static void pus_fill(hwloc_topology_t hwloc, struct be_pu *pus, struct be_topology_counts *counts)
{
    struct numbering packages = {0};
    struct numbering nodes = {0};
    struct numbering caches = {0};
    struct numbering l2s = {0};
    struct numbering l3s = {0};
    struct numbering cores = {0};
    hwloc_obj_type_t cache_type = shared_cache_type(hwloc);

    for (uint32_t i = 0; i < counts->pus; i++) {
        hwloc_obj_t obj = hwloc_get_obj_by_type(hwloc, HWLOC_OBJ_PU, i);
        hwloc_obj_t package = hwloc_get_ancestor_obj_by_type(hwloc, HWLOC_OBJ_PACKAGE, obj);
        hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(hwloc, HWLOC_OBJ_CORE, obj);
        core = core ? core : obj;

        pus[i].os_index = (int32_t)obj->os_index;
        pus[i].package = number_object(&packages, package);
        pus[i].numa_node = number_object(&nodes, numa_node_of(hwloc, obj));
        pus[i].cache = number_object(&caches, cache_above(hwloc, cache_type, obj, core));
        pus[i].l2 = number_object(&l2s, cache_above(hwloc, HWLOC_OBJ_L2CACHE, obj, core));
        pus[i].l3 = number_object(&l3s, cache_above(hwloc, HWLOC_OBJ_L3CACHE, obj, core));
        pus[i].core = number_object(&cores, core);
        pus[i].sibling = i > 0 && pus[i].core == pus[i - 1].core ? pus[i - 1].sibling + 1 : 0;
        pus[i].kind = kind_of(hwloc, obj);
        if (pus[i].sibling + 1 > counts->smt) {
            counts->smt = pus[i].sibling + 1;
        }
    }
    counts->packages = packages.count;
    counts->numa_nodes = nodes.count;
    counts->cores = cores.count;
    counts->kinds = kinds_renumber(pus, counts->pus);
}

/* Fills the flat table anew from hwloc's tree. */
static enum be_status topology_flatten(struct be_topology *topology, struct be_error *error)
{
    int count = hwloc_get_nbobjs_by_type(topology->hwloc, HWLOC_OBJ_PU);
    if (count <= 0) {
        return be_error_set(error, BE_EUNAVAILABLE, "hwloc finds no PU in this topology");
    }
    struct be_topology_counts counts = {.pus = (uint32_t)count};
    struct be_pu *pus = calloc(counts.pus, sizeof(*pus));
    if (!pus) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %d PUs", count);
    }
    pus_fill(topology->hwloc, pus, &counts);
    free(topology->pus);
    topology->pus = pus;
    topology->counts = counts;
    return BE_OK;
}

static enum be_status topology_restrict(struct be_topology *topology, hwloc_const_bitmap_t set,
                                        struct be_error *error)
{
    if (hwloc_topology_restrict(topology->hwloc, set, HWLOC_RESTRICT_FLAG_REMOVE_CPULESS) < 0) {
        return be_error_errno(error, errno == ENOMEM ? BE_ENOMEM : BE_EINVAL,
                              "hwloc cannot restrict the topology");
    }
    return topology_flatten(topology, error);
}

static enum be_status topology_restrict_to_affinity(struct be_topology *topology,
                                                    struct be_error *error)
{
    hwloc_bitmap_t set = hwloc_bitmap_alloc();
    if (!set) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a CPU set");
    }
    enum be_status status = BE_OK;
    if (hwloc_get_cpubind(topology->hwloc, set, HWLOC_CPUBIND_THREAD) < 0) {
        status = be_error_errno(error, BE_EUNAVAILABLE, "cannot read the affinity mask");
    } else {
        status = topology_restrict(topology, set, error);
    }
    hwloc_bitmap_free(set);
    return status;
}

static struct be_topology *topology_alloc(struct be_error *error)
{
    struct be_topology *topology = calloc(1, sizeof(*topology));

    if (!topology || hwloc_topology_init(&topology->hwloc) < 0) {
        be_error_fill(error, BE_ENOMEM, "out of memory for a topology");
        free(topology);
        return NULL;
    }
    return topology;
}

/* Hands a topology over if it came out well, else destroys it. */
static enum be_status topology_hand_over(struct be_topology *created, enum be_status status,
                                         struct be_topology **topology)
{
    if (status != BE_OK) {
        be_topology_destroy(created);
        return status;
    }
    *topology = created;
    return BE_OK;
}

enum be_status be_topology_load(struct be_topology **topology, struct be_error *error)
{
    enum be_status status = BE_OK;
    struct be_topology *created = topology_alloc(error);

    if (!created) {
        return BE_ENOMEM;
    }
    if (hwloc_topology_load(created->hwloc) < 0) {
        status = be_error_errno(error, BE_EUNAVAILABLE, "hwloc cannot load the topology");
    } else if (!hwloc_topology_is_thissystem(created->hwloc)) {
        status = be_error_set(error, BE_EUNAVAILABLE,
                              "hwloc describes another machine: unset HWLOC_XMLFILE, "
                              "HWLOC_SYNTHETIC and HWLOC_COMPONENTS");
    } else {
        status = topology_restrict_to_affinity(created, error);
    }
    return topology_hand_over(created, status, topology);
}

/* Loads from the text that was set as the source; `set` is what hwloc said to that. */
static enum be_status topology_load_text(struct be_topology *created, int set, const char *text,
                                         struct be_topology **topology, struct be_error *error)
{
    enum be_status status = BE_OK;

    if (set < 0 || hwloc_topology_load(created->hwloc) < 0) {
        status = be_error_set(error, BE_EINVAL, "hwloc refuses the topology '%.60s'", text);
    } else {
        status = topology_flatten(created, error);
    }
    return topology_hand_over(created, status, topology);
}

enum be_status be_topology_load_synthetic(const char *description, struct be_topology **topology,
                                          struct be_error *error)
{
    struct be_topology *created = topology_alloc(error);

    if (!created) {
        return BE_ENOMEM;
    }
    int set = hwloc_topology_set_synthetic(created->hwloc, description);
    return topology_load_text(created, set, description, topology, error);
}

enum be_status be_topology_load_xml(const char *xml, struct be_topology **topology,
                                    struct be_error *error)
{
    struct be_topology *created = topology_alloc(error);

    if (!created) {
        return BE_ENOMEM;
    }
    int set = hwloc_topology_set_xmlbuffer(created->hwloc, xml, (int)strlen(xml) + 1);
    return topology_load_text(created, set, xml, topology, error);
}

static enum be_status restrict_to_list(struct be_topology *topology, hwloc_bitmap_t set,
                                       const char *cpus, struct be_error *error)
{
    char allowed[256];
    hwloc_const_bitmap_t all = hwloc_get_root_obj(topology->hwloc)->cpuset;

    hwloc_bitmap_list_snprintf(allowed, sizeof(allowed), all);
    if (hwloc_bitmap_list_sscanf(set, cpus) < 0 || hwloc_bitmap_iszero(set)) {
        return be_error_set(error, BE_EINVAL, "'%s' is no list of CPUs, such as '%s'", cpus,
                            allowed);
    }
    if (!hwloc_bitmap_isincluded(set, all)) {
        return be_error_set(error, BE_EINVAL, "of the CPUs '%s' some are not allowed here: %s are",
                            cpus, allowed);
    }
    return topology_restrict(topology, set, error);
}

enum be_status be_topology_restrict(struct be_topology *topology, const char *cpus,
                                    struct be_error *error)
{
    hwloc_bitmap_t set = hwloc_bitmap_alloc();
    if (!set) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a CPU set");
    }
    enum be_status status = restrict_to_list(topology, set, cpus, error);
    hwloc_bitmap_free(set);
    return status;
}

const struct be_pu *be_topology_pus(const struct be_topology *topology)
{
    return topology->pus;
}

const struct be_topology_counts *be_topology_counts(const struct be_topology *topology)
{
    return &topology->counts;
}

/*
 * Loads hwloc's full XML again without what binding does not need. Groups and caches that carry
 * structure stay, since a NUMA node is attached to one where it is smaller than its package.
 */
static int lean_reload(hwloc_topology_t lean, const char *full, int bytes)
{
    static const struct {
        hwloc_obj_type_t type;
        enum hwloc_type_filter_e filter;
    } kept[] = {
        {HWLOC_OBJ_PACKAGE, HWLOC_TYPE_FILTER_KEEP_ALL},
        {HWLOC_OBJ_CORE, HWLOC_TYPE_FILTER_KEEP_ALL},
        {HWLOC_OBJ_GROUP, HWLOC_TYPE_FILTER_KEEP_STRUCTURE},
        {HWLOC_OBJ_L2CACHE, HWLOC_TYPE_FILTER_KEEP_STRUCTURE},
        {HWLOC_OBJ_L3CACHE, HWLOC_TYPE_FILTER_KEEP_STRUCTURE},
    };

    /* Setting a filter of a type that there is fails only on a topology that is loaded. */
    hwloc_topology_set_all_types_filter(lean, HWLOC_TYPE_FILTER_KEEP_NONE);
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        hwloc_topology_set_type_filter(lean, kept[i].type, kept[i].filter);
    }
    hwloc_topology_set_flags(lean, HWLOC_TOPOLOGY_FLAG_NO_DISTANCES |
                                       HWLOC_TOPOLOGY_FLAG_NO_MEMATTRS |
                                       HWLOC_TOPOLOGY_FLAG_NO_CPUKINDS);
    if (hwloc_topology_set_xmlbuffer(lean, full, bytes) < 0) {
        return -1;
    }
    return hwloc_topology_load(lean);
}

/*
 * hwloc cannot forget the facts it noted about objects, among them the host name, but writes each
 * as an element on a line of its own. Those are left out with what else binding does not need.
 */
static void append_without_facts(struct be_buffer *out, const char *xml)
{
    static const char *const unwanted[] = {"<info ", "<support ", "<page_type "};

    while (*xml) {
        xml += strspn(xml, " ");
        size_t line = strcspn(xml, "\n");
        line += xml[line] == '\n';
        bool wanted = true;
        for (size_t i = 0; i < sizeof(unwanted) / sizeof(unwanted[0]); i++) {
            wanted = wanted && strncmp(xml, unwanted[i], strlen(unwanted[i])) != 0;
        }
        if (wanted) {
            be_buffer_append(out, xml, line);
        }
        xml += line;
    }
}

static enum be_status lean_export(hwloc_topology_t full, hwloc_topology_t lean, char **text,
                                  struct be_error *error)
{
    struct be_buffer out = {0};
    char *xml = NULL;
    int bytes = 0;

    if (hwloc_topology_export_xmlbuffer(full, &xml, &bytes, 0) < 0) {
        return be_error_errno(error, BE_EINTERNAL, "hwloc cannot export the topology");
    }
    int loaded = lean_reload(lean, xml, bytes);
    hwloc_free_xmlbuffer(full, xml);
    if (loaded < 0 || hwloc_topology_export_xmlbuffer(lean, &xml, &bytes, 0) < 0) {
        return be_error_errno(error, BE_EINTERNAL, "hwloc cannot export the lean topology");
    }
    append_without_facts(&out, xml);
    hwloc_free_xmlbuffer(lean, xml);
    enum be_status status = be_buffer_check(&out, error);
    if (status != BE_OK) {
        be_buffer_finish(&out);
        return status;
    }
    *text = out.data;
    return BE_OK;
}

enum be_status be_topology_export_lean_xml(const struct be_topology *topology, char **xml,
                                           struct be_error *error)
{
    hwloc_topology_t lean = NULL;

    if (hwloc_topology_init(&lean) < 0) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a topology");
    }
    enum be_status status = lean_export(topology->hwloc, lean, xml, error);
    hwloc_topology_destroy(lean);
    return status;
}

void be_topology_destroy(struct be_topology *topology)
{
    if (!topology) {
        return;
    }
    hwloc_topology_destroy(topology->hwloc);
    free(topology->pus);
    free(topology);
}
