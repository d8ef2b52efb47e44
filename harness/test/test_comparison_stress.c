/* labels: stress */
/* The counts that tell a chance of 1 % from none. */
#include "comparison_simulation.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void the_same_twice_is_rarely_called_changed(void **state)
{
    static const struct scenario cases[] = {
        {"the same twice, 1 %", &noise_normal, .01, 20, 100, .01, 0},
        {"the same twice, 2 %", &noise_normal, .02, 20, 100, .01, 0},
        {"the same twice, 4 %", &noise_normal, .04, 20, 100, .01, 0},
        {"the same twice, spiked", &noise_spiked, .06, 20, 100, .01, 0},
        {"the same twice, two modes", &noise_two_modes, .02, 20, 100, .01, 0},
    };
    enum { COMPARISONS = 2000 };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tally tally = comparisons_simulate(&cases[i], COMPARISONS);
        assert_in_range(tally.alarms, 0, COMPARISONS * 5 / 100);
        assert_true(chance_at_most(tally.false_alarms, COMPARISONS) <= .01);
    }
}

static void changes_are_found(void **state)
{
    static const struct {
        struct scenario scenario;
        double found;
    } cases[] = {
        {{"5 % slower of 100", &noise_normal, .02, 20, 100, .01, .05}, .99},
        {{"2 % slower of 100", &noise_normal, .02, 36, 100, .01, .02}, .90},
        {{"2 % faster of 100", &noise_normal, .02, 36, 100, .01, -.02}, .90},
        {{"1 % slower", &noise_normal, .01, 30, 1, .005, .01}, .90},
    };
    enum { COMPARISONS = 2000 };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tally tally = comparisons_simulate(&cases[i].scenario, COMPARISONS);
        assert_true(1 - chance_at_most(COMPARISONS - tally.found, COMPARISONS) >= cases[i].found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_twice_is_rarely_called_changed),
        cmocka_unit_test(changes_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
