/* Floors and noise from the real runner, and from runners that cannot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "measure/floors_launch.h"
#include "measure/twin.h"

enum { LAUNCHES = 2, ROUNDS = 6 };

struct bench {
    struct be_runner runner;
    struct be_topology *topology;
};

static struct bench bench_open(int interrupt_fd)
{
    struct bench bench = {0};
    struct be_error error;

    if (be_launch_prepare(&error) != BE_OK ||
        be_runner_open(BE_RUNNER, interrupt_fd, &bench.runner, &error) != BE_OK ||
        be_topology_load(&bench.topology, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    return bench;
}

static void bench_close(struct bench *bench)
{
    be_runner_finish(&bench->runner);
    be_topology_destroy(bench->topology);
}

static void every_probe_gives_a_floor(void **state)
{
    struct bench bench = bench_open(-1);
    struct be_floors floors = {0};
    struct be_error error;
    bool many = be_topology_counts(bench.topology)->pus > 1;
    (void)state;

    if (be_floors_measure(&bench.runner, bench.topology, LAUNCHES, &floors, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    assert_true(floors.count >= bench.runner.catalog.rows[BE_CATALOG_PROBE].count);
    for (size_t i = 0; i < floors.count; i++) {
        const struct be_floor *floor = &floors.items[i];
        bool pair =
            be_catalog_find(&bench.runner.catalog, BE_CATALOG_PROBE, floor->name)->workers > 1;
        if (pair && !many) {
            assert_string_equal(floor->unavailable, "one core");
            continue;
        }
        if (!floor->ns.known || floor->ns.count != LAUNCHES || !(floor->ns.median > 0)) {
            fail_msg("%s: %s", floor->name, floor->unavailable);
        }
        assert_true(pair == (floor->between != NULL));
    }
    be_floors_finish(&floors);
    bench_close(&bench);
}

/* Of two PUs that were chosen, and only what goes between two. */
static void floors_between_two_pus_are_their_own(void **state)
{
    struct bench bench = bench_open(-1);
    struct be_floors floors = {0};
    struct be_error error;
    (void)state;

    const struct be_pu *pus = be_topology_pus(bench.topology);
    if (be_topology_counts(bench.topology)->pus < 2) {
        bench_close(&bench);
        skip();
    }
    const int32_t between[2] = {pus[1].os_index, pus[0].os_index};
    assert_int_equal(
        be_floors_measure_between(&bench.runner, bench.topology, between, 1, &floors, &error),
        BE_OK);
    assert_int_equal(floors.count, 2);
    assert_true(be_floors_find(&floors, "cache-line")->ns.median > 0);
    assert_true(be_floors_find(&floors, "futex-wake")->ns.median > 0);
    be_floors_finish(&floors);
    bench_close(&bench);
}

static void a_pair_on_one_core_is_unavailable(void **state)
{
    struct bench bench = bench_open(-1);
    struct be_floors floors = {0};
    char first[16];
    (void)state;

    snprintf(first, sizeof(first), "%d", be_topology_pus(bench.topology)[0].os_index);
    assert_int_equal(be_topology_restrict(bench.topology, first, NULL), BE_OK);
    assert_int_equal(be_floors_measure(&bench.runner, bench.topology, 1, &floors, NULL), BE_OK);
    assert_false(be_floors_find(&floors, "cache-line")->ns.known);
    assert_string_equal(be_floors_find(&floors, "cache-line")->unavailable, "one core");
    assert_string_equal(be_floors_find(&floors, "futex-wake")->unavailable, "one core");
    assert_true(be_floors_find(&floors, "syscall")->ns.known);
    be_floors_finish(&floors);
    bench_close(&bench);
}

/* As if the runner had been replaced after it was asked what it offers. */
static void runner_break(struct be_runner *runner)
{
    free(runner->path);
    runner->path = strdup("/bin/true");
    assert_non_null(runner->path);
}

static void a_runner_that_fails_leaves_reasons(void **state)
{
    struct bench bench = bench_open(-1);
    struct be_floors floors = {0};
    struct be_noise noise = {.known = true};
    (void)state;

    runner_break(&bench.runner);
    assert_int_equal(be_floors_measure(&bench.runner, bench.topology, 1, &floors, NULL), BE_OK);
    for (size_t i = 0; i < floors.count; i++) {
        assert_false(floors.items[i].ns.known);
        assert_true(strlen(floors.items[i].unavailable) > 0);
    }
    assert_int_equal(be_twin_measure(&bench.runner, bench.topology, ROUNDS, 1, &noise, NULL),
                     BE_OK);
    assert_false(noise.known);
    assert_true(strlen(noise.reason) > 0);
    be_floors_finish(&floors);
    bench_close(&bench);
}

static void a_pair_of_one_core_is_told_from_the_others(void **state)
{
    struct bench bench = bench_open(-1);
    struct be_topology *topology = NULL;
    struct be_floors floors = {0};
    (void)state;

    runner_break(&bench.runner);
    assert_int_equal(be_topology_load_synthetic("package:1 core:2 pu:2", &topology, NULL), BE_OK);
    assert_int_equal(be_floors_measure(&bench.runner, topology, 1, &floors, NULL), BE_OK);
    assert_string_equal(floors.items[0].name, "cache-line");
    assert_true(floors.items[0].siblings);
    assert_string_equal(floors.items[1].name, "cache-line");
    assert_false(floors.items[1].siblings);
    be_floors_finish(&floors);
    be_topology_destroy(topology);
    bench_close(&bench);
}

static void a_runner_without_probes_has_no_floors(void **state)
{
    struct bench bench = bench_open(-1);
    struct be_floors floors = {0};
    struct be_catalog_rows *rows = &bench.runner.catalog.rows[BE_CATALOG_PROBE];
    size_t count = rows->count;
    (void)state;

    rows->count = 0;
    assert_int_equal(be_floors_measure(&bench.runner, bench.topology, 1, &floors, NULL), BE_OK);
    assert_int_equal(floors.count, 0);
    rows->count = count;
    be_floors_finish(&floors);
    bench_close(&bench);
}

static void the_same_binary_twice_gives_noise(void **state)
{
    struct bench bench = bench_open(-1);
    struct be_noise noise = {0};
    struct be_error error;
    (void)state;

    if (be_twin_measure(&bench.runner, bench.topology, ROUNDS, 1, &noise, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    assert_true(noise.known);
    assert_int_equal(noise.rounds, ROUNDS);
    assert_true(noise.spread >= 0 && noise.visible >= noise.spread);
    bench_close(&bench);
}

static void both_stop_when_the_user_wants_to(void **state)
{
    struct be_floors floors = {0};
    struct be_noise noise = {0};
    struct be_error error;
    int ends[2];
    (void)state;

    assert_int_equal(pipe(ends), 0);
    struct bench bench = bench_open(ends[0]);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(be_floors_measure(&bench.runner, bench.topology, LAUNCHES, &floors, &error),
                     BE_EINTERRUPTED);
    assert_int_equal(be_twin_measure(&bench.runner, bench.topology, ROUNDS, 1, &noise, &error),
                     BE_EINTERRUPTED);
    be_floors_finish(&floors);
    bench_close(&bench);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_probe_gives_a_floor),
        cmocka_unit_test(floors_between_two_pus_are_their_own),
        cmocka_unit_test(a_pair_on_one_core_is_unavailable),
        cmocka_unit_test(a_runner_that_fails_leaves_reasons),
        cmocka_unit_test(a_pair_of_one_core_is_told_from_the_others),
        cmocka_unit_test(a_runner_without_probes_has_no_floors),
        cmocka_unit_test(the_same_binary_twice_gives_noise),
        cmocka_unit_test(both_stop_when_the_user_wants_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
