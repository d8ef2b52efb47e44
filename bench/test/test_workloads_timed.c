/* labels: threads */
/* Workloads whose steps are ns: `spin` takes them of its own CPU time, `sleep` of nobody's. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/clock.h"
#include "workload/workload_table.h"

#define MS UINT64_C(1000000)

/* What one task of so many steps took. */
struct taken {
    uint64_t wall_ns;
    uint64_t cpu_ns;
};

static struct taken task_time(const char *name, uint64_t steps)
{
    const struct breakeven_workload *workload = be_workload_find(name);
    struct breakeven_turns nobody = {NULL};
    struct breakeven_pair pair = {steps, 1};
    struct taken taken = {be_clock_now_ns(), be_clock_thread_cpu_ns()};
    uint64_t reply = 0;

    assert_int_equal(workload->run(&pair, sizeof(pair), &reply, 1, &nobody), 1);
    taken.cpu_ns = be_clock_thread_cpu_ns() - taken.cpu_ns;
    taken.wall_ns = be_clock_now_ns() - taken.wall_ns;
    return taken;
}

static void replies_depend_on_their_requests(void **state)
{
    static const char *const names[] = {"spin", "sleep"};
    struct breakeven_turns nobody = {NULL};
    struct breakeven_pair pairs[50];
    uint64_t replies[50];
    (void)state;

    for (size_t k = 0; k < 2; k++) {
        const struct breakeven_workload *workload = be_workload_find(names[k]);
        assert_int_equal(workload->step_ns, 1);
        workload->generate(3, 100, 50, pairs, 16);
        assert_int_equal(workload->run(pairs, 16, replies, 50, &nobody), 50);
        for (size_t i = 0; i < 50; i++) {
            assert_int_equal(workload->count_steps(&pairs[i]), 100);
            assert_int_equal(replies[i], pairs[i].a ^ pairs[i].b);
            assert_true(i == 0 || replies[i] != replies[i - 1]);
        }
    }
}

/* A time slice of others counts as 2 us at most, so a tenth is more than can be missing. */
static void spin_takes_its_steps_of_cpu_time(void **state)
{
    (void)state;

    struct taken taken = task_time("spin", 30 * MS);
    assert_true(taken.wall_ns >= 30 * MS);
    assert_true(taken.cpu_ns >= 27 * MS);
}

static void sleep_takes_wall_time_only(void **state)
{
    (void)state;

    struct taken taken = task_time("sleep", 200 * MS);
    assert_true(taken.wall_ns >= 200 * MS);
    assert_true(taken.cpu_ns < 100 * MS);
}

static void *spin_thread(void *unused)
{
    (void)unused;
    task_time("spin", 30 * MS);
    return NULL;
}

/* Were it wall time, both would be done after 30 ms. */
static void two_that_spin_on_one_pu_take_twice_as_long(void **state)
{
    cpu_set_t allowed;
    cpu_set_t one;
    pthread_t threads[2];
    int pu = 0;
    (void)state;

    assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
    while (!CPU_ISSET((size_t)pu, &allowed)) {
        pu++;
    }
    CPU_ZERO(&one);
    CPU_SET((size_t)pu, &one);
    assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
    uint64_t start_ns = be_clock_now_ns();
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, spin_thread, NULL), 0);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_true(be_clock_now_ns() - start_ns >= 54 * MS);
    assert_int_equal(sched_setaffinity(0, sizeof(allowed), &allowed), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_depend_on_their_requests),
        cmocka_unit_test(spin_takes_its_steps_of_cpu_time),
        cmocka_unit_test(sleep_takes_wall_time_only),
        cmocka_unit_test(two_that_spin_on_one_pu_take_twice_as_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
