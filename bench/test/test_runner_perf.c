/* labels: perf */
/* What one launch of the runner costs beside its passes: part of the harness's 5 ms a sample. */
#include <fcntl.h>
#include <hwloc.h>
#include <spawn.h>
#include <stdio.h>

#include "bench_process.h"
#include "core/clock.h"

enum { LAUNCHES = 101, MIDDLE = LAUNCHES / 2 };

static const uint64_t allowed_ns = 5000000;

/* A spec as the harness sends it: with the topology, and pinned. */
static struct be_buffer spec_make(void)
{
    struct be_spec spec;
    struct be_buffer line = {0};
    hwloc_topology_t topology;
    char *xml = NULL;
    int bytes = 0;
    int32_t pu = 0;

    assert_int_equal(hwloc_topology_init(&topology), 0);
    assert_int_equal(hwloc_topology_load(topology), 0);
    assert_int_equal(hwloc_topology_export_xmlbuffer(topology, &xml, &bytes, 0), 0);
    pu = (int32_t)hwloc_bitmap_first(hwloc_topology_get_allowed_cpuset(topology));
    be_spec_init(&spec);
    assert_int_equal(be_params_set(&spec.params, "workload", "null", NULL), BE_OK);
    assert_int_equal(be_params_set(&spec.params, "executor", "null", NULL), BE_OK);
    assert_int_equal(be_params_set(&spec.params, "tasks", "1", NULL), BE_OK);
    spec.passes = 5;
    spec.pus = &pu;
    spec.pu_count = 1;
    spec.topology_xml = xml;
    be_spec_encode(&spec, &line);
    spec.pus = NULL;
    spec.topology_xml = NULL;
    be_spec_finish(&spec);
    hwloc_free_xmlbuffer(topology, xml);
    hwloc_topology_destroy(topology);
    return line;
}

static int time_compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Fills in launch to first byte, and launch to exit. */
static void launch_time(const struct be_buffer *spec, uint64_t *hello_ns, uint64_t *exit_ns)
{
    char program[] = BE_RUNNER;
    char *const argv[] = {program, NULL};
    posix_spawn_file_actions_t actions;
    char text[4096];
    int input[2];
    int output[2];
    pid_t child = 0;

    assert_int_equal(pipe2(input, O_CLOEXEC), 0);
    assert_int_equal(pipe2(output, O_CLOEXEC), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    uint64_t start_ns = be_clock_now_ns();
    assert_int_equal(posix_spawn(&child, BE_RUNNER, &actions, NULL, argv, environ), 0);
    close(input[0]);
    close(output[1]);
    assert_int_equal(be_io_write_all(input[1], spec->data, spec->length, NULL), BE_OK);
    assert_true(be_io_read_some(output[0], text, 1) == 1);
    *hello_ns = be_clock_now_ns() - start_ns;
    while (be_io_read_some(output[0], text, sizeof(text)) > 0) {
    }
    int wait_status = 0;
    assert_int_equal(waitpid(child, &wait_status, 0), child);
    *exit_ns = be_clock_now_ns() - start_ns;
    assert_int_equal(wait_status, 0);
    posix_spawn_file_actions_destroy(&actions);
    close(input[1]);
    close(output[0]);
}

static void a_launch_takes_less_than_5_ms(void **state)
{
    struct be_buffer spec = spec_make();
    uint64_t hello_ns[LAUNCHES];
    uint64_t exit_ns[LAUNCHES];
    (void)state;

    for (int i = 0; i < LAUNCHES; i++) {
        launch_time(&spec, &hello_ns[i], &exit_ns[i]);
    }
    qsort(hello_ns, LAUNCHES, sizeof(hello_ns[0]), time_compare);
    qsort(exit_ns, LAUNCHES, sizeof(exit_ns[0]), time_compare);
    printf("launch to hello %.2f ms, to exit %.2f ms (medians of %d)\n",
           (double)hello_ns[MIDDLE] / 1e6, (double)exit_ns[MIDDLE] / 1e6, LAUNCHES);
    be_buffer_finish(&spec);
    assert_true(exit_ns[MIDDLE] < allowed_ns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_launch_takes_less_than_5_ms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
