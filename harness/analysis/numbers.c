#include "analysis/numbers.h"

#include <stdlib.h>

/* Up to this many, inserting one by one is fastest. */
enum { INSERTED_MAX = 24 };

static void insert_all(double *values, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        double value = values[i];
        size_t at = i;
        while (at > 0 && values[at - 1] > value) {
            values[at] = values[at - 1];
            at--;
        }
        values[at] = value;
    }
}

static double middle_of(double a, double b, double c)
{
    if (a > b) {
        double moved = a;
        a = b;
        b = moved;
    }
    if (c <= a) {
        return a;
    }
    return c < b ? c : b;
}

/* Hoare's: how many end up in the lower part, at least one and not all. */
static size_t partition(double *values, size_t count)
{
    double pivot = middle_of(values[0], values[(count - 1) / 2], values[count - 1]);
    double *low = values;
    double *high = values + count - 1;

    for (;;) {
        while (*low < pivot) {
            low++;
        }
        while (*high > pivot) {
            high--;
        }
        if (low >= high) {
            return (size_t)(high - values) + 1;
        }
        double moved = *low;
        *low++ = *high;
        *high-- = moved;
    }
}

static int value_compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static void sort_in_any_case(double *values, size_t count)
{
    qsort(values, count, sizeof(values[0]), value_compare);
}

/* Partitions that do not halve what is left on every other try are no accident any more. */
static unsigned partitions_max(size_t count)
{
    unsigned partitions = 0;

    for (size_t rest = count; rest > 0; rest /= 2) {
        partitions += 2;
    }
    return partitions;
}

static void sort_within(double *values, size_t count, unsigned partitions)
{
    while (count > INSERTED_MAX) {
        if (partitions-- == 0) {
            sort_in_any_case(values, count);
            return;
        }
        size_t lower = partition(values, count);
        sort_within(values, lower, partitions);
        values += lower;
        count -= lower;
    }
    insert_all(values, count);
}

void be_numbers_sort(double *values, size_t count)
{
    sort_within(values, count, partitions_max(count));
}

void be_numbers_select(double *values, size_t count, size_t rank)
{
    unsigned partitions = partitions_max(count);

    while (count > INSERTED_MAX) {
        if (partitions-- == 0) {
            sort_in_any_case(values, count);
            return;
        }
        size_t lower = partition(values, count);
        if (rank < lower) {
            count = lower;
        } else {
            values += lower;
            count -= lower;
            rank -= lower;
        }
    }
    insert_all(values, count);
}
