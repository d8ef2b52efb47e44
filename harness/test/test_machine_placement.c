#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hybrid_topology.h"
#include "machine/placement.h"

enum { PUS_MAX = 16 };

struct machine {
    const char *name;
    const char *description; /* hwloc's synthetic one, or XML */
    const char *cpus;        /* restricted to these; NULL: all */
    uint32_t pus;
    struct {
        const char *placement;
        int32_t order[PUS_MAX];
    } orders[5];
};

static const struct machine machines[] = {
    {"two packages, SMT, two shared caches each",
     "package:2 numa:1 l3:2 core:2 pu:2",
     NULL,
     16,
     {{"compact", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}},
      {"cores", {0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15}},
      {"spread", {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15}},
      {"smt", {0, 1, 8, 9, 4, 5, 12, 13, 2, 3, 10, 11, 6, 7, 14, 15}},
      {"numa", {0, 8, 2, 10, 4, 12, 6, 14, 1, 9, 3, 11, 5, 13, 7, 15}}}},
    {"siblings numbered last, as Linux does",
     "package:1 core:4 pu:2(indexes=0,4,1,5,2,6,3,7)",
     NULL,
     8,
     {{"compact", {0, 4, 1, 5, 2, 6, 3, 7}},
      {"cores", {0, 1, 2, 3, 4, 5, 6, 7}},
      {"spread", {0, 1, 2, 3, 4, 5, 6, 7}},
      {"smt", {0, 4, 1, 5, 2, 6, 3, 7}},
      {"numa", {0, 1, 2, 3, 4, 5, 6, 7}}}},
    {"two NUMA nodes in one package",
     "package:1 numa:2 core:3 pu:1",
     NULL,
     6,
     {{"compact", {0, 1, 2, 3, 4, 5}},
      {"cores", {0, 1, 2, 3, 4, 5}},
      {"spread", {0, 3, 1, 4, 2, 5}},
      {"smt", {0, 3, 1, 4, 2, 5}},
      {"numa", {0, 3, 1, 4, 2, 5}}}},
    {"hybrid: the fast cores first",
     hybrid_xml,
     NULL,
     8,
     {{"compact", {4, 5, 6, 7, 0, 1, 2, 3}},
      {"cores", {4, 6, 0, 1, 2, 3, 5, 7}},
      {"spread", {4, 6, 0, 1, 2, 3, 5, 7}},
      {"smt", {4, 5, 6, 7, 0, 1, 2, 3}},
      {"numa", {4, 6, 0, 1, 2, 3, 5, 7}}}},
    {"hybrid, without its fastest core",
     hybrid_xml,
     "0-3,7",
     5,
     {{"compact", {7, 0, 1, 2, 3}},
      {"cores", {7, 0, 1, 2, 3}},
      {"spread", {7, 0, 1, 2, 3}},
      {"smt", {7, 0, 1, 2, 3}},
      {"numa", {7, 0, 1, 2, 3}}}},
    {"restricted to an uneven set",
     "package:2 numa:1 l3:2 core:2 pu:2",
     "1-3,13",
     4,
     {{"compact", {1, 2, 3, 13}},
      {"cores", {1, 2, 13, 3}},
      {"spread", {1, 13, 2, 3}},
      {"smt", {1, 13, 2, 3}},
      {"numa", {1, 13, 2, 3}}}},
    {"one core",
     "core:1 pu:1",
     NULL,
     1,
     {{"compact", {0}}, {"cores", {0}}, {"spread", {0}}, {"smt", {0}}, {"numa", {0}}}},
    {"one core of two PUs",
     "core:1 pu:2",
     NULL,
     2,
     {{"compact", {0, 1}},
      {"cores", {0, 1}},
      {"spread", {0, 1}},
      {"smt", {0, 1}},
      {"numa", {0, 1}}}},
};

static struct be_topology *load(const char *description, const char *cpus)
{
    struct be_topology *topology = NULL;
    struct be_error error = {0};
    enum be_status status = description[0] == '<'
                                ? be_topology_load_xml(description, &topology, &error)
                                : be_topology_load_synthetic(description, &topology, &error);

    if (status == BE_OK && cpus) {
        status = be_topology_restrict(topology, cpus, &error);
    }
    if (status != BE_OK) {
        fail_msg("%s", error.message);
    }
    return topology;
}

static struct be_placement_result plan(const struct be_topology *topology, const char *name,
                                       uint32_t workers)
{
    struct be_placement_result result = {0};
    struct be_error error = {0};

    if (be_placement_plan(topology, name, workers, &result, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    return result;
}

static void orders_are_as_expected(void **state)
{
    (void)state;
    for (size_t m = 0; m < sizeof(machines) / sizeof(machines[0]); m++) {
        struct be_topology *topology = load(machines[m].description, machines[m].cpus);
        assert_int_equal(be_topology_counts(topology)->pus, machines[m].pus);
        for (size_t p = 0; p < 5; p++) {
            struct be_placement_result result =
                plan(topology, machines[m].orders[p].placement, machines[m].pus);
            for (uint32_t i = 0; i < machines[m].pus; i++) {
                if (result.pus[i] != machines[m].orders[p].order[i]) {
                    fail_msg("%s, %s, worker %u: PU %d, not %d", machines[m].name,
                             machines[m].orders[p].placement, i, result.pus[i],
                             machines[m].orders[p].order[i]);
                }
            }
            be_placement_result_finish(&result);
        }
        be_topology_destroy(topology);
    }
}

static void another_worker_moves_none(void **state)
{
    (void)state;
    for (size_t m = 0; m < sizeof(machines) / sizeof(machines[0]); m++) {
        struct be_topology *topology = load(machines[m].description, machines[m].cpus);
        for (size_t p = 0; p < 5; p++) {
            for (uint32_t workers = 1; workers <= machines[m].pus; workers++) {
                struct be_placement_result result =
                    plan(topology, machines[m].orders[p].placement, workers);
                const int32_t *order = machines[m].orders[p].order;
                assert_memory_equal(result.pus, order, workers * sizeof(*order));
                assert_int_equal(result.workers, workers);
                be_placement_result_finish(&result);
            }
        }
        be_topology_destroy(topology);
    }
}

static void the_table_above_knows_every_placement(void **state)
{
    (void)state;
    for (size_t i = 0; be_placement_table[i]; i++) {
        const struct be_placement_ops *ops = be_placement_table[i];
        bool known = !ops->order;
        for (size_t p = 0; p < 5; p++) {
            known = known || strcmp(machines[0].orders[p].placement, ops->name) == 0;
        }
        assert_true(known);
        assert_ptr_equal(be_placement_find(ops->name), ops);
        assert_true(strlen(ops->summary) > 0);
    }
}

static void the_dispatcher_takes_the_next_pu_while_there_is_one(void **state)
{
    static const struct {
        uint32_t workers;
        int32_t dispatcher_pu;
        uint32_t pu_count;
    } cases[] = {{1, 1, 2}, {3, 3, 4}, {4, 3, 4}, {5, 0, 4}, {10, 1, 4}};
    struct be_topology *topology = load("core:4 pu:1", NULL);
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_placement_result result = plan(topology, "compact", cases[i].workers);
        assert_int_equal(result.dispatcher_pu, cases[i].dispatcher_pu);
        assert_int_equal(result.pu_count, cases[i].pu_count);
        for (uint32_t w = 0; w < cases[i].workers; w++) {
            assert_int_equal(result.pus[w], w % 4);
        }
        be_placement_result_finish(&result);
    }
    be_topology_destroy(topology);
}

static void none_pins_nothing(void **state)
{
    struct be_topology *topology = load("core:2 pu:1", NULL);
    struct be_placement_result result = plan(topology, "none", 3);
    (void)state;

    assert_null(result.pus);
    assert_int_equal(result.workers, 0);
    assert_int_equal(result.dispatcher_pu, -1);
    assert_int_equal(result.pu_count, 0);
    be_placement_result_finish(&result);
    be_topology_destroy(topology);
}

static void workers_are_alike_until_something_changes(void **state)
{
    static const char two_packages[] = "package:2 numa:2 core:2 pu:2";
    static const struct {
        const char *description;
        const char *placement;
        uint32_t workers;
    } cases[] = {
        {two_packages, "compact", 1}, /* a sibling is next */
        {two_packages, "cores", 4},   /* another package is next */
        {two_packages, "spread", 1},  {two_packages, "none", 0},
        {hybrid_xml, "cores", 2}, /* another kind of core is next */
        {"core:4 pu:2", "cores", 4},  {"core:4 pu:1", "compact", 4},
        {"core:1 pu:1", "cores", 1},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_topology *topology = load(cases[i].description, NULL);
        const struct be_placement_ops *placement = be_placement_find(cases[i].placement);
        uint32_t workers = 99;
        assert_int_equal(be_placement_count_alike(topology, placement, &workers, NULL), BE_OK);
        assert_int_equal(workers, cases[i].workers);
        be_topology_destroy(topology);
    }
}

static void wrong_requests_are_refused(void **state)
{
    struct be_topology *topology = load("core:2 pu:1", NULL);
    struct be_placement_result result = {0};
    struct be_error error = {0};
    (void)state;

    assert_int_equal(be_placement_plan(topology, "compat", 1, &result, &error), BE_ENOTFOUND);
    assert_non_null(strstr(error.message, "'compat'"));
    assert_non_null(strstr(error.message, " compact"));
    assert_int_equal(be_placement_plan(topology, "compact", 0, &result, &error), BE_EINVAL);
    assert_null(result.pus);
    be_topology_destroy(topology);
}

static void every_pu_planned_here_is_allowed_here(void **state)
{
    struct be_topology *topology = NULL;
    cpu_set_t mask;
    (void)state;

    if (sched_getaffinity(0, sizeof(mask), &mask) != 0) {
        skip();
    }
    assert_int_equal(be_topology_load(&topology, NULL), BE_OK);
    uint32_t workers = be_topology_counts(topology)->pus + 3;
    for (size_t i = 0; be_placement_table[i]; i++) {
        struct be_placement_result result = plan(topology, be_placement_table[i]->name, workers);
        for (uint32_t w = 0; w < result.workers; w++) {
            assert_true(CPU_ISSET((size_t)result.pus[w], &mask));
        }
        assert_true(result.workers == 0 || CPU_ISSET((size_t)result.dispatcher_pu, &mask));
        be_placement_result_finish(&result);
    }
    be_topology_destroy(topology);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_are_as_expected),
        cmocka_unit_test(another_worker_moves_none),
        cmocka_unit_test(the_table_above_knows_every_placement),
        cmocka_unit_test(the_dispatcher_takes_the_next_pu_while_there_is_one),
        cmocka_unit_test(none_pins_nothing),
        cmocka_unit_test(workers_are_alike_until_something_changes),
        cmocka_unit_test(wrong_requests_are_refused),
        cmocka_unit_test(every_pu_planned_here_is_allowed_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
