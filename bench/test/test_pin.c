#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <hwloc.h>
#include <sched.h>

#include "pin.h"

/* Binding changes the test's own thread, so every test starts from where the program did. */
static cpu_set_t allowed;

static int allowed_keep(void **state)
{
    (void)state;
    return sched_getaffinity(0, sizeof(allowed), &allowed);
}

static int allowed_restore(void **state)
{
    (void)state;
    return sched_setaffinity(0, sizeof(allowed), &allowed);
}

static int32_t allowed_last(void)
{
    int32_t last = -1;

    for (int32_t pu = 0; pu < CPU_SETSIZE; pu++) {
        last = CPU_ISSET(pu, &allowed) ? pu : last;
    }
    return last;
}

/* The XML of a topology: synthetic, or of this machine. Freed with free. */
static char *xml_of(const char *synthetic)
{
    hwloc_topology_t topology;
    char *exported = NULL;
    int bytes = 0;

    assert_int_equal(hwloc_topology_init(&topology), 0);
    if (synthetic) {
        assert_int_equal(hwloc_topology_set_synthetic(topology, synthetic), 0);
    }
    assert_int_equal(hwloc_topology_load(topology), 0);
    assert_int_equal(hwloc_topology_export_xmlbuffer(topology, &exported, &bytes, 0), 0);
    char *xml = strdup(exported);
    assert_non_null(xml);
    hwloc_free_xmlbuffer(topology, exported);
    hwloc_topology_destroy(topology);
    return xml;
}

static void a_thread_is_bound_and_reads_itself_back(void **state)
{
    char *const xmls[] = {NULL, xml_of(NULL)};
    (void)state;

    for (size_t i = 0; i < 2; i++) {
        int32_t pus[] = {allowed_last(), allowed_last()};
        struct be_spec spec = {
            .pus = pus, .pu_count = 2, .dispatcher_pu = pus[0], .topology_xml = xmls[i]};
        struct be_worker_record record = {0};
        struct be_pin *pin = NULL;
        assert_int_equal(be_pin_create(&spec, &pin, NULL), BE_OK);
        assert_int_equal(be_pin_worker(pin, 1, &record, NULL), BE_OK);
        assert_int_equal(record.pu_asked, pus[1]);
        assert_int_equal(record.pu_bound, pus[1]);
        assert_int_equal(record.pu_seen, pus[1]);
        assert_int_equal(be_pin_dispatcher(pin, &record, NULL), BE_OK);
        assert_int_equal(record.pu_bound, pus[0]);
        be_pin_destroy(pin);
        free(xmls[i]);
    }
}

static void a_spec_without_pus_binds_nothing_but_looks(void **state)
{
    struct be_spec spec = {.dispatcher_pu = -1};
    struct be_worker_record record = {0};
    struct be_pin *pin = NULL;
    cpu_set_t now;
    (void)state;

    assert_int_equal(be_pin_create(&spec, &pin, NULL), BE_OK);
    assert_int_equal(be_pin_worker(pin, 0, &record, NULL), BE_OK);
    assert_int_equal(be_pin_dispatcher(pin, &record, NULL), BE_OK);
    assert_int_equal(sched_getaffinity(0, sizeof(now), &now), 0);
    assert_true(CPU_EQUAL(&now, &allowed));
    assert_int_equal(record.pu_asked, -1);
    assert_int_equal(record.pu_bound, CPU_COUNT(&allowed) == 1 ? allowed_last() : -1);
    assert_true(CPU_ISSET(record.pu_seen, &allowed));
    be_pin_destroy(pin);
}

static void a_binding_that_changed_is_seen(void **state)
{
    struct be_spec spec = {.dispatcher_pu = allowed_last()};
    struct be_worker_record record = {0};
    struct be_pin *pin = NULL;
    (void)state;

    assert_int_equal(be_pin_create(&spec, &pin, NULL), BE_OK);
    assert_int_equal(be_pin_dispatcher(pin, &record, NULL), BE_OK);
    allowed_restore(NULL);
    be_pin_look(pin, &record);
    assert_int_equal(record.pu_asked, allowed_last());
    assert_int_equal(record.pu_bound, CPU_COUNT(&allowed) == 1 ? allowed_last() : -1);
    be_pin_destroy(pin);
}

static void a_pu_that_is_not_in_the_topology_is_refused(void **state)
{
    char *xml = xml_of("core:2 pu:2");
    int32_t pu = 4;
    struct be_spec workers = {.pus = &pu, .pu_count = 1, .dispatcher_pu = -1, .topology_xml = xml};
    struct be_spec dispatcher = {.dispatcher_pu = 4, .topology_xml = xml};
    struct be_pin *pin = NULL;
    struct be_error error;
    (void)state;

    assert_int_equal(be_pin_create(&workers, &pin, &error), BE_EUNAVAILABLE);
    assert_non_null(strstr(error.message, "PU 4"));
    assert_int_equal(be_pin_create(&dispatcher, &pin, &error), BE_EUNAVAILABLE);
    assert_null(pin);
    free(xml);
}

/* The plan was made for another machine: the kernel says no when a worker binds. */
static void a_pu_that_the_kernel_does_not_have_is_refused(void **state)
{
    char *xml = xml_of("pu:2048");
    int32_t pu = 2047;
    struct be_spec spec = {.pus = &pu, .pu_count = 1, .dispatcher_pu = -1, .topology_xml = xml};
    struct be_worker_record record = {0};
    struct be_pin *pin = NULL;
    struct be_error error;
    (void)state;

    assert_int_equal(be_pin_create(&spec, &pin, NULL), BE_OK);
    assert_int_equal(be_pin_worker(pin, 0, &record, &error), BE_EUNAVAILABLE);
    assert_non_null(strstr(error.message, "PU 2047"));
    be_pin_destroy(pin);
    free(xml);
}

static void what_is_no_topology_is_refused(void **state)
{
    static const char *const wrong[] = {"", "topology", "<topology", "<?xml version=\"1.0\"?><a/>"};
    struct be_pin *pin = NULL;
    struct be_error error;
    (void)state;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char *xml = strdup(wrong[i]);
        struct be_spec spec = {.dispatcher_pu = -1, .topology_xml = xml};
        assert_int_equal(be_pin_create(&spec, &pin, &error), BE_EPROTOCOL);
        assert_non_null(strstr(error.message, "topology_xml"));
        free(xml);
    }
    assert_null(pin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_thread_is_bound_and_reads_itself_back, allowed_restore),
        cmocka_unit_test_teardown(a_spec_without_pus_binds_nothing_but_looks, allowed_restore),
        cmocka_unit_test_teardown(a_binding_that_changed_is_seen, allowed_restore),
        cmocka_unit_test_teardown(a_pu_that_is_not_in_the_topology_is_refused, allowed_restore),
        cmocka_unit_test_teardown(a_pu_that_the_kernel_does_not_have_is_refused, allowed_restore),
        cmocka_unit_test(what_is_no_topology_is_refused),
    };
    return cmocka_run_group_tests(tests, allowed_keep, NULL);
}
