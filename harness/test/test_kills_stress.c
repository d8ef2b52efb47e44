/* labels: stress */
/* Nothing is left of runners and harnesses that are killed at any instant. */
#include "kills.h"

enum { RUNNERS = 60 /* of each start method and transport */, HARNESSES = 200 };

static void nothing_is_left_of_a_killed_runner(void **state)
{
    (void)state;
    kills_of_runners(RUNNERS);
}

static void nothing_is_left_of_a_killed_harness(void **state)
{
    (void)state;
    kills_of_harnesses(HARNESSES);
}

static int tests_run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_left_of_a_killed_runner),
        cmocka_unit_test(nothing_is_left_of_a_killed_harness),
    };

    return cmocka_run_group_tests(tests, kills_prepare, kills_finish);
}

int main(void)
{
    world_run(tests_run);
}
