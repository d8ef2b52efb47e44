#include "analysis/noise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/stats.h"

static const double biased_p = .001;
static const double biased_median = .01;

enum be_status be_noise_judge(const double *log_ratios, size_t count, struct be_noise *noise,
                              struct be_error *error)
{
    if (count < 2) {
        return be_error_set(error, BE_EINVAL, "%zu pairs; noise takes at least 2", count);
    }
    double mean = be_stats_mean(log_ratios, count);
    double spread = be_stats_spread(log_ratios, count);
    if (!isfinite(spread)) {
        return be_error_set(error, BE_EINVAL, "a ratio of times is not finite");
    }
    double *sorted = malloc(count * sizeof(*sorted));
    if (!sorted) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu pairs", count);
    }
    memcpy(sorted, log_ratios, count * sizeof(*sorted));
    double median = exp(be_stats_median(sorted, count)) - 1;
    free(sorted);
    double beyond = be_stats_t_quantile(1 - biased_p / 2, count - 1) * spread / sqrt((double)count);
    *noise = (struct be_noise){
        .known = true,
        .rounds = count,
        .spread = spread,
        .median = median,
        .visible = be_stats_smallest_visible(spread, count, 1, 0),
        .biased = fabs(mean) > beyond && fabs(median) >= biased_median,
    };
    return BE_OK;
}
