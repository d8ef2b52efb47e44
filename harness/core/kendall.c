#include "core/kendall.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sorts `values`, using as much room again; how many pairs were falling. */
static double falling_count(double *values, size_t count, double *room)
{
    if (count < 2) {
        return 0;
    }
    size_t half = count / 2;
    double falling = falling_count(values, half, room);
    falling += falling_count(values + half, count - half, room);

    size_t left = 0;
    size_t right = half;
    for (size_t i = 0; i < count; i++) {
        if (right == count || (left < half && values[left] <= values[right])) {
            room[i] = values[left++];
        } else {
            falling += (double)(half - left);
            room[i] = values[right++];
        }
    }
    memcpy(values, room, count * sizeof(values[0]));
    return falling;
}

static double pair_count(double count)
{
    return count * (count - 1) / 2;
}

double be_kendall_variance(double count)
{
    return count * (count - 1) * (2 * count + 5) / 18;
}

double be_kendall_z(double s, double variance)
{
    return variance > 0 ? copysign(fmax(0, fabs(s) - 1), s) / sqrt(variance) : 0;
}

/* Where the stretch of equal values ends that begins at `first`. */
static size_t equal_end(const double *sorted, size_t count, size_t first)
{
    size_t end = first + 1;
    while (end < count && sorted[end] == sorted[first]) {
        end++;
    }
    return end;
}

double be_kendall_s(double *values, size_t count, double *room)
{
    double pairs = pair_count((double)count) - 2 * falling_count(values, count, room);

    for (size_t first = 0, end = 0; first < count; first = end) {
        end = equal_end(values, count, first);
        pairs -= pair_count((double)(end - first));
    }
    return pairs;
}

enum be_status be_kendall_compute(const double *values, size_t count, struct be_kendall *kendall,
                                  struct be_error *error)
{
    double *sorted = calloc(2 * count + 1, sizeof(sorted[0]));

    if (!sorted) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu values", count);
    }
    if (count > 0) {
        memcpy(sorted, values, count * sizeof(sorted[0]));
    }
    double s = be_kendall_s(sorted, count, sorted + count);
    double variance = be_kendall_variance((double)count);
    for (size_t first = 0, end = 0; first < count; first = end) {
        end = equal_end(sorted, count, first);
        variance -= be_kendall_variance((double)(end - first));
    }
    free(sorted);
    *kendall = (struct be_kendall){s, variance};
    return BE_OK;
}
