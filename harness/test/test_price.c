#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "measure/price.h"
#include "run_builder.h"

static const struct be_plan plan = {.passes = 3, .warmup = 1};

/* The price of a sample whose tasks take 1 us a pass serially, which is next to nothing. */
static uint64_t price_of(const char *params, uint64_t launch_ns, bool is_peer)
{
    const struct be_truth truth = {.known = true, .pass_ns = 1000, .launch_ns = launch_ns};
    struct be_run run = {0};

    uint32_t index = builder_add_configuration(&run, BE_ROLE_MEASURED, 0, params);
    uint64_t price_ns = be_price_sample_ns(&plan, &run.configurations[index], &truth, is_peer);
    be_run_finish(&run);
    return price_ns;
}

/* 64 tasks of 4 MiB in 4 passes move 1 GiB, which nothing does within 100 ms. */
static void empty_tasks_cost_what_moves_them(void **state)
{
    static const char small[] = "workload=null executor=processes transport=pipe window=1 "
                                "tasks=64 payload=64";
    static const char large[] = "workload=null executor=processes transport=pipe window=1 "
                                "tasks=64 payload=4194304";
    static const char many[] = "workload=null executor=processes transport=pipe window=1 "
                               "tasks=6400 payload=64";
    static const char wide[] = "workload=null executor=processes transport=pipe window=64 "
                               "tasks=6400 payload=64";
    static const char spinning[] = "workload=null executor=processes transport=shm-ring window=1 "
                                   "wake=adaptive tasks=6400 payload=64";
    static const char threads[] = "workload=null executor=threads tasks=6400 payload=64";
    (void)state;

    assert_true(price_of(large, 5000000, false) > 100000000);
    assert_true(price_of(large, 5000000, false) > 10 * price_of(small, 5000000, false));
    assert_true(price_of(many, 5000000, false) > 10 * price_of(small, 5000000, false));
    assert_true(price_of(many, 5000000, false) > 5 * price_of(wide, 5000000, false));
    assert_true(price_of(many, 5000000, false) > 5 * price_of(spinning, 5000000, false));
    assert_true(price_of(threads, 5000000, false) < price_of(wide, 5000000, false));
}

/* 20 times as long is the time limit of a sample: 100,000 round trips of 40 us are within it. */
static void messages_are_guessed_beside_the_pass(void **state)
{
    struct be_run run = {0};
    (void)state;

    builder_add_configuration(&run, BE_ROLE_MEASURED, 0,
                              "executor=processes transport=pipe window=1 tasks=100000");
    builder_add_configuration(&run, BE_ROLE_MEASURED, 0, "executor=threads tasks=100000");
    assert_true(20 * be_price_messages_ns(&run.configurations[0], false) > 5e9);
    assert_true(be_price_messages_ns(&run.configurations[1], false) <= 0);
    be_run_finish(&run);
}

/* Input of 256 MiB takes its time to be made, and an interpreter to start. */
static void launches_are_paid_for(void **state)
{
    static const char params[] = "workload=null executor=threads tasks=64";
    (void)state;

    assert_true(price_of(params, 400000000, false) > 400000000);
    assert_true(price_of(params, 0, false) > 1000000);
    assert_true(price_of(params, 5000000, true) > 4 * price_of(params, 5000000, false));
}

static void samples_made_put_the_guess_right(void **state)
{
    const struct be_price none = {0};
    const struct be_price few = {.samples = 2, .expected_ns = 10, .spent_ns = 1000};
    const struct be_price many = {.samples = 20, .expected_ns = 2000, .spent_ns = 30000};
    (void)state;

    assert_int_equal(be_price_correct_ns(&none, 600), 600);
    assert_int_equal(be_price_correct_ns(&few, 600), 600);
    assert_int_equal(be_price_correct_ns(&many, 600), 9000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_tasks_cost_what_moves_them),
        cmocka_unit_test(messages_are_guessed_beside_the_pass),
        cmocka_unit_test(launches_are_paid_for),
        cmocka_unit_test(samples_made_put_the_guess_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
