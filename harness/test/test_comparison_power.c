/*
 * Whether comparisons call what has not changed changed, and find what has, as often as they say.
 * Each says which bound its count gives; the stress tests have larger counts.
 */
#include "analysis/comparison_plan.h"
#include "comparison_simulation.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void the_same_twice_is_rarely_called_changed(void **state)
{
    static const struct scenario same = {"the same twice", &noise_normal, .02, 20, 100, .01, 0};
    (void)state;

    struct tally tally = comparisons_simulate(&same, 300);
    assert_in_range(tally.alarms, 0, 300 * 5 / 100);
    assert_in_range(tally.false_alarms, 0, 300 * 1 / 100);
}

static void changes_are_found(void **state)
{
    static const struct {
        struct scenario scenario;
        unsigned comparisons;
        unsigned found_percent;
    } cases[] = {
        {{"5 % slower", &noise_normal, .02, 20, 100, .01, .05}, 150, 99},
        {{"2 % slower", &noise_normal, .02, 36, 100, .01, .02}, 200, 90},
        {{"1 % slower", &noise_normal, .01, 30, 1, .005, .01}, 1000, 90},
        {{"5 % slower, spiked rounds", &noise_spiked, .06, 20, 1, .01, .05}, 1000, 90},
        {{"1 % faster", &noise_normal, .01, 30, 1, .005, -.01}, 1000, 90},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tally tally = comparisons_simulate(&cases[i].scenario, cases[i].comparisons);
        assert_true(tally.found * 100 >= cases[i].found_percent * cases[i].comparisons);
    }
}

/* Whichever condition it is that takes most. */
static void the_smallest_visible_change_is_found_about_nine_times_in_ten(void **state)
{
    static const struct {
        struct scenario scenario;
        unsigned comparisons;
    } cases[] = {
        {{"6 rounds", &noise_normal, .01, 6, 1, .01, 0}, 1000},
        {{"10 rounds", &noise_normal, .02, 10, 1, .01, 0}, 1000},
        {{"20 quiet rounds", &noise_normal, .002, 20, 1, .01, 0}, 1000},
        {{"20 rounds", &noise_normal, .02, 20, 1, .01, 0}, 1000},
        {{"80 loud rounds", &noise_normal, .04, 80, 1, .01, 0}, 400},
        {{"20 rounds of 12", &noise_normal, .02, 20, 12, .01, 0}, 1000},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scenario scenario = cases[i].scenario;
        scenario.change = be_comparison_visible(scenario.spread, scenario.rounds,
                                                scenario.configurations, scenario.margin);
        struct tally tally = comparisons_simulate(&scenario, cases[i].comparisons);
        assert_in_range(tally.found * 100 / tally.comparisons, 88, 98);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_twice_is_rarely_called_changed),
        cmocka_unit_test(changes_are_found),
        cmocka_unit_test(the_smallest_visible_change_is_found_about_nine_times_in_ten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
