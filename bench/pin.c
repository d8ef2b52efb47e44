#include "pin.h"

#include <errno.h>
#include <hwloc.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct be_pin {
    hwloc_topology_t topology;
    uint32_t worker_count; /* 0: workers are not pinned */
    hwloc_cpuset_t *workers;
    hwloc_cpuset_t dispatcher; /* NULL: not pinned */
    uint32_t allowed;          /* PUs that whoever is not pinned may run on */
};

static enum be_status topology_load(struct be_pin *pin, const char *xml, struct be_error *error)
{
    if (hwloc_topology_init(&pin->topology) < 0) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a topology");
    }
    /* Only PUs are looked at, and what else hwloc would look for takes long. */
    hwloc_topology_set_all_types_filter(pin->topology, HWLOC_TYPE_FILTER_KEEP_NONE);
    hwloc_topology_set_flags(pin->topology, HWLOC_TOPOLOGY_FLAG_IS_THISSYSTEM);
    if (xml && hwloc_topology_set_xmlbuffer(pin->topology, xml, (int)strlen(xml) + 1) < 0) {
        return be_error_set(error, BE_EPROTOCOL, "'topology_xml' is not a topology of hwloc");
    }
    if (hwloc_topology_load(pin->topology) < 0) {
        return xml ? be_error_set(error, BE_EPROTOCOL, "hwloc cannot load 'topology_xml'")
                   : be_error_errno(error, BE_EUNAVAILABLE, "hwloc cannot load the topology");
    }
    return BE_OK;
}

static enum be_status set_create(hwloc_topology_t topology, int32_t pu, hwloc_cpuset_t *set,
                                 struct be_error *error)
{
    if (pu < 0 || !hwloc_get_pu_obj_by_os_index(topology, (unsigned)pu)) {
        return be_error_set(error, BE_EUNAVAILABLE,
                            "PU %" PRId32 " is not one that this topology has or allows", pu);
    }
    *set = hwloc_bitmap_alloc();
    if (!*set || hwloc_bitmap_only(*set, (unsigned)pu) < 0) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a PU set");
    }
    return BE_OK;
}

static enum be_status sets_create(struct be_pin *pin, const struct be_spec *spec,
                                  struct be_error *error)
{
    enum be_status status = BE_OK;

    if (spec->pu_count > 0) {
        pin->workers = calloc(spec->pu_count, sizeof(hwloc_cpuset_t));
        if (!pin->workers) {
            return be_error_set(error, BE_ENOMEM, "out of memory for PU sets");
        }
        pin->worker_count = spec->pu_count;
    }
    for (uint32_t i = 0; status == BE_OK && i < pin->worker_count; i++) {
        status = set_create(pin->topology, spec->pus[i], &pin->workers[i], error);
    }
    if (status == BE_OK && spec->dispatcher_pu >= 0) {
        status = set_create(pin->topology, spec->dispatcher_pu, &pin->dispatcher, error);
    }
    return status;
}

static uint32_t allowed_count(hwloc_topology_t topology)
{
    hwloc_cpuset_t set = hwloc_bitmap_alloc();
    int count = -1;

    if (set && hwloc_get_cpubind(topology, set, HWLOC_CPUBIND_PROCESS) == 0) {
        count = hwloc_bitmap_weight(set);
    }
    hwloc_bitmap_free(set);
    return count > 0 ? (uint32_t)count : 1;
}

enum be_status be_pin_create(const struct be_spec *spec, struct be_pin **pin,
                             struct be_error *error)
{
    struct be_pin *made = calloc(1, sizeof(*made));

    if (!made) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a pin");
    }
    enum be_status status = topology_load(made, spec->topology_xml, error);
    if (status == BE_OK) {
        status = sets_create(made, spec, error);
    }
    if (status != BE_OK) {
        be_pin_destroy(made);
        return status;
    }
    /* The first reading asks the kernel how many processors it knows; workers inherit the answer.
     */
    struct be_worker_record ignored;
    be_pin_look(made, &ignored);
    made->allowed = allowed_count(made->topology);
    *pin = made;
    return BE_OK;
}

void be_pin_destroy(struct be_pin *pin)
{
    if (!pin) {
        return;
    }
    for (uint32_t i = 0; i < pin->worker_count; i++) {
        hwloc_bitmap_free(pin->workers[i]);
    }
    free(pin->workers);
    hwloc_bitmap_free(pin->dispatcher);
    if (pin->topology) {
        hwloc_topology_destroy(pin->topology);
    }
    free(pin);
}

/* The one PU of a set, or -1. */
static int32_t set_only(hwloc_const_cpuset_t set)
{
    return hwloc_bitmap_weight(set) == 1 ? hwloc_bitmap_first(set) : -1;
}

void be_pin_look(const struct be_pin *pin, struct be_worker_record *record)
{
    hwloc_cpuset_t set = hwloc_bitmap_alloc();

    record->pu_bound = -1;
    record->pu_seen = -1;
    if (set && hwloc_get_cpubind(pin->topology, set, HWLOC_CPUBIND_THREAD) == 0) {
        record->pu_bound = set_only(set);
    }
    if (set && hwloc_get_last_cpu_location(pin->topology, set, HWLOC_CPUBIND_THREAD) == 0) {
        record->pu_seen = set_only(set);
    }
    hwloc_bitmap_free(set);
}

static enum be_status thread_bind(const struct be_pin *pin, hwloc_const_cpuset_t set,
                                  struct be_worker_record *record, struct be_error *error)
{
    record->pu_asked = set ? set_only(set) : -1;
    if (set &&
        hwloc_set_cpubind(pin->topology, set, HWLOC_CPUBIND_THREAD | HWLOC_CPUBIND_STRICT) < 0) {
        return be_error_errno(error, BE_EUNAVAILABLE, "cannot bind to PU %" PRId32,
                              record->pu_asked);
    }
    be_pin_look(pin, record);
    if (set && record->pu_bound != record->pu_asked) {
        return be_error_set(error, BE_EUNAVAILABLE,
                            "bound to PU %" PRId32 ", but read back PU %" PRId32, record->pu_asked,
                            record->pu_bound);
    }
    return BE_OK;
}

enum be_status be_pin_worker(const struct be_pin *pin, uint32_t index,
                             struct be_worker_record *record, struct be_error *error)
{
    return thread_bind(pin, index < pin->worker_count ? pin->workers[index] : NULL, record, error);
}

enum be_status be_pin_dispatcher(const struct be_pin *pin, struct be_worker_record *record,
                                 struct be_error *error)
{
    return thread_bind(pin, pin->dispatcher, record, error);
}

bool be_pin_shares_core(const struct be_pin *pin, uint32_t index, uint32_t workers)
{
    if (index < pin->worker_count && pin->dispatcher) {
        return hwloc_bitmap_isequal(pin->workers[index], pin->dispatcher);
    }
    return workers >= pin->allowed;
}
