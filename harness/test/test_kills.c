/* Nothing is left of runners and harnesses that are killed at any instant. */
#include "kills.h"

enum { RUNNERS = 3 /* of each start method and transport */, HARNESSES = 12, PEERS = 4 };

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

static void nothing_is_left_of_peers_whose_harness_ends(void **state)
{
    (void)state;
    if (system("python3 -c '' 2>/dev/null") != 0) {
        print_message("no python3\n");
        skip();
    }
    kills_of_peers(PEERS);
}

static int tests_run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_left_of_a_killed_runner),
        cmocka_unit_test(nothing_is_left_of_a_killed_harness),
        cmocka_unit_test(nothing_is_left_of_peers_whose_harness_ends),
    };

    return cmocka_run_group_tests(tests, kills_prepare, kills_finish);
}

int main(void)
{
    world_run(tests_run);
}
