#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/distribution.h"

enum { GROUP = BE_DISTRIBUTION_GROUP };

static const enum be_distribution all[] = {BE_DISTRIBUTION_FIXED, BE_DISTRIBUTION_UNIFORM,
                                           BE_DISTRIBUTION_PARETO};

static void sizes_have_exactly_the_mean_that_was_asked_for(void **state)
{
    static const uint64_t means[] = {1, 2, 3, 10, 91, 4097, 1000003, UINT64_C(1000000000000)};
    static const size_t counts[] = {1, 2, 3, 7, 100, 1023, GROUP};
    (void)state;

    for (size_t d = 0; d < 3; d++) {
        for (size_t m = 0; m < sizeof(means) / sizeof(means[0]); m++) {
            uint64_t largest = be_distribution_largest(all[d], means[m]);
            for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
                uint64_t sizes[GROUP];
                unsigned __int128 sum = 0;
                be_distribution_sizes(all[d], means[m], counts[c], sizes);
                for (size_t i = 0; i < counts[c]; i++) {
                    assert_true(sizes[i] >= 1);
                    assert_true(sizes[i] <= largest);
                    sum += sizes[i];
                }
                assert_true(sum == (unsigned __int128)means[m] * counts[c]);
            }
        }
    }
}

static void fixed_is_the_mean_and_nothing_else(void **state)
{
    uint64_t sizes[GROUP];
    (void)state;

    be_distribution_sizes(BE_DISTRIBUTION_FIXED, 1000003, GROUP, sizes);
    for (size_t i = 0; i < GROUP; i++) {
        assert_int_equal(sizes[i], 1000003);
    }
    assert_int_equal(be_distribution_largest(BE_DISTRIBUTION_FIXED, 77), 77);
}

/* The j-th of n uniform sizes lies at (j + 1/2) / n of the way from 0 to twice the mean. */
static void uniform_sizes_lie_evenly_up_to_twice_the_mean(void **state)
{
    enum { MEAN = 1000000 };
    uint64_t sizes[GROUP];
    (void)state;

    be_distribution_sizes(BE_DISTRIBUTION_UNIFORM, MEAN, GROUP, sizes);
    for (size_t i = 0; i < GROUP; i++) {
        double wanted = 1 + (MEAN - 1) * 2 * ((double)i + .5) / GROUP;
        assert_float_equal((double)sizes[i], wanted, 1.01);
    }
}

/*
 * By another way than quantiles: of a bounded Pareto distribution the share of sizes above x is
 * ((k/x)^a - (k/p)^a) / (1 - (k/p)^a). With a = 1.1 and p = 1000 k the mean is 5.49 k.
 */
static void pareto_sizes_have_a_heavy_tail_of_the_shape_stated(void **state)
{
    enum { MEAN = 10000000 };
    static const struct {
        double times_mean; /* x */
        double share;      /* above x, from the formula */
    } tail[] = {{.5, .32899}, {1, .15321}, {4, .032953}, {20, .0051947}, {60, .0011997}};
    uint64_t sizes[GROUP];
    (void)state;

    be_distribution_sizes(BE_DISTRIBUTION_PARETO, MEAN, GROUP, sizes);
    for (size_t t = 0; t < sizeof(tail) / sizeof(tail[0]); t++) {
        double above = 0;
        for (size_t i = 0; i < GROUP; i++) {
            above += (double)sizes[i] > tail[t].times_mean * MEAN;
        }
        assert_float_equal(above / GROUP, tail[t].share, .02 * tail[t].share + 1. / GROUP);
    }
    uint64_t largest = be_distribution_largest(BE_DISTRIBUTION_PARETO, MEAN);
    assert_in_range(largest, UINT64_C(95) * MEAN, UINT64_C(105) * MEAN);
}

static void names_parse_and_others_do_not(void **state)
{
    enum be_distribution parsed;
    (void)state;

    for (size_t d = 0; d < 3; d++) {
        assert_int_equal(be_distribution_parse(be_distribution_name(all[d]), &parsed, NULL), BE_OK);
        assert_int_equal(parsed, all[d]);
    }
    assert_int_equal(be_distribution_parse("normal", &parsed, NULL), BE_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_have_exactly_the_mean_that_was_asked_for),
        cmocka_unit_test(fixed_is_the_mean_and_nothing_else),
        cmocka_unit_test(uniform_sizes_lie_evenly_up_to_twice_the_mean),
        cmocka_unit_test(pareto_sizes_have_a_heavy_tail_of_the_shape_stated),
        cmocka_unit_test(names_parse_and_others_do_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
