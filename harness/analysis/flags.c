#include "analysis/flags.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/stats.h"
#include "core/kendall.h"

/* Fewer say nothing about a trend. */
enum { PASSES_MIN = 8, ROUNDS_MIN = 10 };

/* Of fewer times, none is far from all others. */
enum { OUTLIER_TIMES_MIN = 3 };

/* Fewer samples do not tell how much their S varies. */
enum { SAMPLES_FOR_SPREAD = 5 };

/* Of a normal distribution: standard deviations a median absolute deviation. */
#define MAD_SCALE 1.4826

static void flag_raise(struct be_flags *flags, enum be_flag flag, bool raised)
{
    flags->raised |= (unsigned)raised << flag;
}

static bool change_matters(double change)
{
    return fabs(change) >= BE_FLAG_CHANGE;
}

static bool trend_is_one(const struct be_trend *trend)
{
    return trend->count > 0 && fabs(trend->z) >= BE_FLAG_TREND_Z && change_matters(trend->change);
}

/*
 * Seasonal Kendall (Hirsch, Slack and Smith, 1982): each sample's S of its passes, summed. Passes
 * of one process may depend on each other; where samples show that S varies by more than
 * independent passes allow, that is its variance.
 */
static void pass_trend_judge(const struct be_flags_input *input, double *room,
                             struct be_trend *trend)
{
    size_t samples = 0;
    double fewest = INFINITY;
    double sum = 0;
    double square_sum = 0;
    double variance = 0;

    *trend = (struct be_trend){0, NAN, NAN};
    for (size_t i = 0; i < input->sample_count; i++) {
        const double *values = input->samples[i]->values;
        double passes = values[BE_VALUE_timed_passes];
        double s = values[BE_VALUE_pass_trend];
        if (passes >= PASSES_MIN && isfinite(s) && isfinite(values[BE_VALUE_pass_drift])) {
            room[samples++] = values[BE_VALUE_pass_drift];
            fewest = fmin(fewest, passes);
            sum += s;
            square_sum += s * s;
            variance += be_kendall_variance(passes);
        }
    }
    if (samples == 0) {
        return;
    }
    if (samples >= SAMPLES_FOR_SPREAD) {
        double count = (double)samples;
        variance = fmax(variance, (square_sum - sum * sum / count) * count / (count - 1));
    }
    trend->count = (size_t)fewest;
    trend->z = be_kendall_z(sum, variance);
    trend->change = be_stats_median(room, samples) - 1;
}

/* The later half's median over the earlier one's, less 1; an odd middle is in neither. */
static double halves_change(const double *times, size_t count, double *room)
{
    size_t half = count / 2;

    for (size_t i = 0; i < half; i++) {
        room[i] = times[i];
        room[half + i] = times[count - half + i];
    }
    double earlier = be_stats_median(room, half);
    return be_stats_median(room + half, half) / earlier - 1;
}

/*
 * Mann-Kendall, its variance widened by the correlation of what is left when the change between
 * both halves is taken out as a line.
 */
static enum be_status round_trend_judge(const struct be_flags_input *input, double *room,
                                        struct be_trend *trend, struct be_error *error)
{
    size_t count = input->time_count;
    struct be_kendall kendall;

    *trend = (struct be_trend){0, NAN, NAN};
    if (count < ROUNDS_MIN) {
        return BE_OK;
    }
    enum be_status status = be_kendall_compute(input->times, count, &kendall, error);
    if (status != BE_OK) {
        return status;
    }
    trend->count = count;
    trend->change = halves_change(input->times, count, room);

    double slope = log1p(trend->change) / ((double)count / 2);
    double *left = room + count;
    for (size_t i = 0; i < count; i++) {
        left[i] = room[i] = log(input->times[i]) - slope * (double)i;
    }
    double r = be_stats_sign_correlation(left, count, be_stats_median(room, count));
    trend->z = r < 1 ? be_kendall_z(kendall.s, kendall.variance * (1 + r) / (1 - r)) : 0;
    return BE_OK;
}

static void modes_judge(const struct be_flags_input *input, double *room, struct be_flags *flags)
{
    struct be_modes *modes = &flags->modes;

    for (size_t i = 0; i < input->time_count; i++) {
        room[i] = log(input->times[i]);
    }
    be_modes_find(room, input->time_count, modes);
    bool two = be_modes_are_two(modes) && change_matters(expm1(modes->high - modes->low));
    flag_raise(flags, BE_FLAG_TWO_MODES, two);
    modes->low = exp(modes->low);
    modes->high = exp(modes->high);
}

/* On logarithms, so that half as fast is as far away as twice as fast. */
static double outliers_count(const struct be_flags_input *input, double *room)
{
    size_t count = input->time_count;
    double *away = room + count;

    if (count < OUTLIER_TIMES_MIN) {
        return NAN;
    }
    for (size_t i = 0; i < count; i++) {
        room[i] = log(input->times[i]);
    }
    double median = be_stats_median(room, count);
    for (size_t i = 0; i < count; i++) {
        away[i] = fabs(room[i] - median);
    }
    double deviation = MAD_SCALE * be_stats_median(away, count);
    size_t outliers = 0;
    for (size_t i = 0; i < count && deviation > 0; i++) {
        outliers += away[i] > BE_FLAG_OUTLIER_DEVIATIONS * deviation;
    }
    return (double)outliers;
}

static double start_skew_share(const struct be_flags_input *input, double *room)
{
    size_t count = 0;

    for (size_t i = 0; i < input->sample_count; i++) {
        const struct be_sample *sample = input->samples[i];
        double share = sample->values[BE_VALUE_start_skew_ns] / (double)sample->wall_ns;
        if (isfinite(share)) {
            room[count++] = share;
        }
    }
    return be_stats_median(room, count);
}

static void rounds_judge(const struct be_flags_input *input, struct be_flags *flags)
{
    flags->rounds = input->rounds;
    flags->dropped = input->dropped;
    flag_raise(flags, BE_FLAG_TOO_FEW, input->time_count < BE_ESTIMATE_BOUNDED_MIN);
    flag_raise(flags, BE_FLAG_UNMEASURABLE,
               (double)input->dropped > BE_FLAG_DROPPED_SHARE * (double)input->rounds);
}

enum be_status be_flags_find(const struct be_flags_input *input, struct be_flags *flags,
                             struct be_error *error)
{
    /* Twice: logarithms and what is made of them. */
    double *room = calloc(2 * input->time_count + input->sample_count + 1, sizeof(room[0]));
    struct be_flags found = {.effective_cores = input->effective_cores};

    if (!room) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu samples", input->sample_count);
    }
    pass_trend_judge(input, room, &found.pass_trend);
    flag_raise(&found, BE_FLAG_PASS_TREND, trend_is_one(&found.pass_trend));
    modes_judge(input, room, &found);
    found.outliers = outliers_count(input, room);
    /* The smaller of two modes can be far from the median, too. */
    flag_raise(&found, BE_FLAG_OUTLIERS,
               found.outliers > 0 && !be_flags_raised(&found, BE_FLAG_TWO_MODES));
    found.start_skew = start_skew_share(input, room);
    flag_raise(&found, BE_FLAG_START_SKEW, found.start_skew > BE_FLAG_START_SKEW_SHARE);
    flag_raise(&found, BE_FLAG_OVERSUBSCRIBED, input->workers > input->effective_cores);
    rounds_judge(input, &found);
    enum be_status status = round_trend_judge(input, room, &found.round_trend, error);
    if (status == BE_OK) {
        flag_raise(&found, BE_FLAG_ROUND_TREND, trend_is_one(&found.round_trend));
        *flags = found;
    }
    free(room);
    return status;
}
