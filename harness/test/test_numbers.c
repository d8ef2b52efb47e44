#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/numbers.h"
#include "core/rng.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { VALUES_MAX = 1000 };

static double random_at(size_t i, size_t count, struct be_rng *rng)
{
    (void)i;
    (void)count;
    return be_rng_unit(rng);
}

static double few_at(size_t i, size_t count, struct be_rng *rng)
{
    (void)i;
    (void)count;
    return (double)be_rng_below(rng, 3);
}

static double equal_at(size_t i, size_t count, struct be_rng *rng)
{
    (void)i;
    (void)count;
    (void)rng;
    return -1;
}

static double rising_at(size_t i, size_t count, struct be_rng *rng)
{
    (void)count;
    (void)rng;
    return (double)i;
}

static double falling_at(size_t i, size_t count, struct be_rng *rng)
{
    (void)rng;
    return (double)(count - i);
}

/* First, middle and last are the two smallest and the greatest of all, again and again. */
static double roof_at(size_t i, size_t count, struct be_rng *rng)
{
    (void)rng;
    return (double)(i < count - i ? i : count - i);
}

static double saw_at(size_t i, size_t count, struct be_rng *rng)
{
    (void)count;
    (void)rng;
    return (double)(i * 7919 % 31);
}

static const struct {
    const char *name;
    double (*at)(size_t i, size_t count, struct be_rng *rng);
} orders[] = {
    {"random", random_at},   {"few different", few_at}, {"equal", equal_at}, {"rising", rising_at},
    {"falling", falling_at}, {"roof", roof_at},         {"saw", saw_at},
};

static const size_t counts[] = {0, 1, 2, 3, 24, 25, 26, 50, 101, VALUES_MAX};

static void values_fill(double *values, size_t order, size_t count)
{
    struct be_rng rng;

    be_rng_init(&rng, count);
    for (size_t i = 0; i < count; i++) {
        values[i] = orders[order].at(i, count, &rng);
    }
}

static int double_compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static void sorts_as_the_library_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(orders) * COUNT_OF(counts); i++) {
        size_t count = counts[i / COUNT_OF(orders)];
        double values[VALUES_MAX];
        double expected[VALUES_MAX];
        values_fill(values, i % COUNT_OF(orders), count);
        memcpy(expected, values, count * sizeof(values[0]));
        qsort(expected, count, sizeof(expected[0]), double_compare);
        be_numbers_sort(values, count);
        if (memcmp(values, expected, count * sizeof(values[0])) != 0) {
            fail_msg("%s, %zu values", orders[i % COUNT_OF(orders)].name, count);
        }
    }
}

/* In its place, and the others on their sides of it. */
static bool is_selected(const double *values, size_t count, size_t rank, const double *expected)
{
    for (size_t i = 0; i < count; i++) {
        if (i < rank ? values[i] > values[rank] : values[i] < values[rank]) {
            return false;
        }
    }
    return values[rank] == expected[rank];
}

static void selects_any_rank(void **state)
{
    (void)state;
    for (size_t order = 0; order < COUNT_OF(orders); order++) {
        enum { COUNT = VALUES_MAX };
        double expected[COUNT];
        values_fill(expected, order, COUNT);
        be_numbers_sort(expected, COUNT);
        for (size_t rank = 0; rank < COUNT; rank += 13) {
            double values[COUNT];
            values_fill(values, order, COUNT);
            be_numbers_select(values, COUNT, rank);
            if (!is_selected(values, COUNT, rank, expected)) {
                fail_msg("%s: rank %zu", orders[order].name, rank);
            }
            qsort(values, COUNT, sizeof(values[0]), double_compare);
            assert_memory_equal(values, expected, sizeof(expected));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_as_the_library_does),
        cmocka_unit_test(selects_any_rank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
