#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "machine/topology.h"

static struct be_topology *synthetic(const char *description)
{
    struct be_topology *topology = NULL;
    struct be_error error = {0};

    if (be_topology_load_synthetic(description, &topology, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    return topology;
}

static void assert_counts(const struct be_topology *topology, struct be_topology_counts expected)
{
    const struct be_topology_counts *counts = be_topology_counts(topology);

    assert_int_equal(counts->packages, expected.packages);
    assert_int_equal(counts->numa_nodes, expected.numa_nodes);
    assert_int_equal(counts->cores, expected.cores);
    assert_int_equal(counts->pus, expected.pus);
    assert_int_equal(counts->smt, expected.smt);
    assert_int_equal(counts->kinds, expected.kinds);
}

static void counts_of_synthetic_machines(void **state)
{
    static const struct {
        const char *description;
        struct be_topology_counts counts;
    } cases[] = {
        {"package:2 numa:1 l3:2 core:2 pu:2", {2, 2, 8, 16, 2, 1}},
        {"package:1 core:4 pu:1", {1, 1, 4, 4, 1, 1}},
        {"core:1 pu:1", {1, 1, 1, 1, 1, 1}},
        {"pu:3", {1, 1, 3, 3, 1, 1}},
        {"package:1 numa:4 core:2 pu:4", {1, 4, 8, 32, 4, 1}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_topology *topology = synthetic(cases[i].description);
        assert_counts(topology, cases[i].counts);
        be_topology_destroy(topology);
    }
}

static void pus_know_what_they_share(void **state)
{
    struct be_topology *topology = synthetic("package:2 numa:1 l3:2 core:2 pu:2");
    const struct be_pu *pus = be_topology_pus(topology);
    (void)state;

    for (uint32_t i = 0; i < 16; i++) {
        assert_int_equal(pus[i].os_index, (int32_t)i);
        assert_int_equal(pus[i].sibling, i % 2);
        assert_int_equal(pus[i].core, i / 2);
        assert_int_equal(pus[i].cache, i / 4);
        assert_int_equal(pus[i].numa_node, i / 8);
        assert_int_equal(pus[i].package, i / 8);
        assert_int_equal(pus[i].kind, 0);
    }
    be_topology_destroy(topology);
}

static void private_caches_group_nothing(void **state)
{
    struct be_topology *topology = synthetic("package:1 core:3 l2:1 pu:2");
    const struct be_pu *pus = be_topology_pus(topology);
    (void)state;

    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(pus[i].cache, pus[i].core);
    }
    be_topology_destroy(topology);
}

static void restrict_drops_what_becomes_empty(void **state)
{
    struct be_topology *topology = synthetic("package:2 numa:1 l3:2 core:2 pu:2");
    (void)state;

    assert_int_equal(be_topology_restrict(topology, "9,12-13", NULL), BE_OK);
    assert_counts(topology, (struct be_topology_counts){1, 1, 2, 3, 2, 1});
    const struct be_pu *pus = be_topology_pus(topology);
    assert_int_equal(pus[0].os_index, 9);
    assert_int_equal(pus[0].sibling, 0);
    assert_int_equal(pus[0].package, 0);
    assert_int_equal(pus[1].os_index, 12);
    assert_int_equal(pus[2].os_index, 13);
    assert_int_equal(pus[2].sibling, 1);
    be_topology_destroy(topology);
}

static void restrict_refuses_wrong_lists(void **state)
{
    static const char *const wrong[] = {"", "x", "16", "0-", "0-99", "0,15,16", "3-1"};
    struct be_topology *topology = synthetic("package:2 numa:1 l3:2 core:2 pu:2");
    (void)state;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct be_error error = {0};
        assert_int_equal(be_topology_restrict(topology, wrong[i], &error), BE_EINVAL);
        assert_non_null(strstr(error.message, "0-15"));
        assert_int_equal(be_topology_counts(topology)->pus, 16);
    }
    be_topology_destroy(topology);
}

static void load_refuses_text_that_is_no_topology(void **state)
{
    struct be_topology *topology = NULL;
    struct be_error error = {0};
    (void)state;

    assert_int_equal(be_topology_load_synthetic("cores:many", &topology, &error), BE_EINVAL);
    assert_non_null(strstr(error.message, "cores:many"));
    assert_int_equal(be_topology_load_xml("<topology", &topology, &error), BE_EINVAL);
    assert_int_equal(be_topology_load_xml("", &topology, &error), BE_EINVAL);
    assert_null(topology);
}

static void assert_lean_xml_is_equal(const char *description, const char *cpus)
{
    struct be_topology *topology = synthetic(description);
    struct be_topology *again = NULL;
    char *xml = NULL;

    assert_int_equal(be_topology_restrict(topology, cpus, NULL), BE_OK);
    assert_int_equal(be_topology_export_lean_xml(topology, &xml, NULL), BE_OK);
    assert_int_equal(be_topology_load_xml(xml, &again, NULL), BE_OK);
    assert_counts(again, *be_topology_counts(topology));
    for (uint32_t i = 0; i < be_topology_counts(topology)->pus; i++) {
        const struct be_pu *pu = &be_topology_pus(topology)[i];
        const struct be_pu *pu_again = &be_topology_pus(again)[i];
        assert_int_equal(pu_again->os_index, pu->os_index);
        assert_int_equal(pu_again->core, pu->core);
        assert_int_equal(pu_again->package, pu->package);
        assert_int_equal(pu_again->numa_node, pu->numa_node);
    }
    free(xml);
    be_topology_destroy(again);
    be_topology_destroy(topology);
}

static void lean_xml_brings_back_the_same_pus(void **state)
{
    (void)state;
    assert_lean_xml_is_equal("package:2 numa:2 core:2 pu:2", "1-14");
    assert_lean_xml_is_equal("package:2 l3:2 numa:1 core:2 pu:2", "0-15");
    assert_lean_xml_is_equal("package:1 l2:4 numa:1 core:2 pu:1", "0-7");
    assert_lean_xml_is_equal("numa:2 package:2 core:2 pu:1", "0-7");
    assert_lean_xml_is_equal("pu:1", "0");
}

static void lean_xml_names_no_host(void **state)
{
    struct be_topology *topology = NULL;
    struct be_error error = {0};
    char host[256] = "";
    char *xml = NULL;
    (void)state;

    if (be_topology_load(&topology, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    assert_int_equal(be_topology_export_lean_xml(topology, &xml, NULL), BE_OK);
    assert_non_null(strstr(xml, "type=\"PU\""));
    assert_null(strstr(xml, "<info"));
    assert_null(strstr(xml, "L1Cache"));
    assert_null(strstr(xml, "OSDev"));
    assert_int_equal(gethostname(host, sizeof(host) - 1), 0);
    if (strlen(host) > 8) { /* A short name could be part of a word. */
        assert_null(strstr(xml, host));
    }
    free(xml);
    be_topology_destroy(topology);
}

static void this_machine_has_the_pus_of_the_affinity_mask(void **state)
{
    struct be_topology *topology = NULL;
    struct be_error error = {0};
    cpu_set_t mask;
    (void)state;

    if (sched_getaffinity(0, sizeof(mask), &mask) != 0) {
        skip();
    }
    if (be_topology_load(&topology, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    const struct be_topology_counts *counts = be_topology_counts(topology);
    assert_int_equal(counts->pus, CPU_COUNT(&mask));
    for (uint32_t i = 0; i < counts->pus; i++) {
        assert_true(CPU_ISSET((size_t)be_topology_pus(topology)[i].os_index, &mask));
    }
    be_topology_destroy(topology);
}

static void a_narrower_affinity_mask_hides_pus(void **state)
{
    struct be_topology *topology = NULL;
    cpu_set_t mask;
    cpu_set_t one;
    int last = CPU_SETSIZE - 1;
    (void)state;

    if (sched_getaffinity(0, sizeof(mask), &mask) != 0 || CPU_COUNT(&mask) < 2) {
        skip();
    }
    while (!CPU_ISSET((size_t)last, &mask)) {
        last--;
    }
    CPU_ZERO(&one);
    CPU_SET((size_t)last, &one);
    assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
    enum be_status status = be_topology_load(&topology, NULL);
    assert_int_equal(sched_setaffinity(0, sizeof(mask), &mask), 0);
    assert_int_equal(status, BE_OK);
    assert_counts(topology, (struct be_topology_counts){1, 1, 1, 1, 1, 1});
    assert_int_equal(be_topology_pus(topology)[0].os_index, last);
    be_topology_destroy(topology);
}

static void destroy_takes_null(void **state)
{
    (void)state;
    be_topology_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_of_synthetic_machines),
        cmocka_unit_test(pus_know_what_they_share),
        cmocka_unit_test(private_caches_group_nothing),
        cmocka_unit_test(restrict_drops_what_becomes_empty),
        cmocka_unit_test(restrict_refuses_wrong_lists),
        cmocka_unit_test(load_refuses_text_that_is_no_topology),
        cmocka_unit_test(lean_xml_brings_back_the_same_pus),
        cmocka_unit_test(lean_xml_names_no_host),
        cmocka_unit_test(this_machine_has_the_pus_of_the_affinity_mask),
        cmocka_unit_test(a_narrower_affinity_mask_hides_pus),
        cmocka_unit_test(destroy_takes_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
