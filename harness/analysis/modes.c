#include "analysis/modes.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/numbers.h"
#include "analysis/stats.h"

/* Sums over the first values, centred so that squares do not cancel. */
struct sums {
    double sum;
    double square_sum;
};

static void sums_add(struct sums *sums, double value)
{
    sums->sum += value;
    sums->square_sum += value * value;
}

/* The sum of squares around the mean of `count` values. */
static double sums_spread(const struct sums *sums, double count)
{
    return fmax(0, sums->square_sum - sums->sum * sums->sum / count);
}

/* In deviations within the parts; INFINITY where neither part varies and they differ. */
static double separation_of(const struct sums *low, double low_count, const struct sums *high,
                            double high_count)
{
    double distance = high->sum / high_count - low->sum / low_count;
    double spread = sums_spread(low, low_count) + sums_spread(high, high_count);
    return distance > 0 ? distance / sqrt(spread / (low_count + high_count - 2)) : 0;
}

/* Where to split: how many values are in the lower part. */
static size_t split_find(const double *sorted, size_t count, double *separation)
{
    double middle = sorted[count / 2];
    size_t side_min = (count + 4) / 5;
    struct sums all = {0, 0};
    struct sums low = {0, 0};
    size_t found = side_min;

    for (size_t i = 0; i < count; i++) {
        sums_add(&all, sorted[i] - middle);
    }
    *separation = 0;
    for (size_t i = 1; i <= count - side_min; i++) {
        sums_add(&low, sorted[i - 1] - middle);
        struct sums high = {all.sum - low.sum, all.square_sum - low.square_sum};
        double here = separation_of(&low, (double)i, &high, (double)(count - i));
        if (i >= side_min && here > *separation) {
            *separation = here;
            found = i;
        }
    }
    return found;
}

void be_modes_find(double *values, size_t count, struct be_modes *modes)
{
    *modes = (struct be_modes){0, NAN, NAN, NAN, NAN};
    if (count < BE_MODES_VALUES_MIN) {
        return;
    }
    be_numbers_sort(values, count);
    size_t split = split_find(values, count, &modes->separation);
    modes->count = count;
    modes->low = be_stats_median(values, split);
    modes->high = be_stats_median(values + split, count - split);
    modes->high_share = (double)(count - split) / (double)count;
}

bool be_modes_are_two(const struct be_modes *modes)
{
    return modes->count > 0 && modes->separation > 4 + 65 / (double)modes->count;
}
