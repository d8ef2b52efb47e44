#include "measure/usual.h"

#include <math.h>

#include "analysis/stats.h"

/* In the unit of its noun; a time is held against that of the sample's cores as well. */
static const struct {
    enum be_value value;
    const char *noun;
    double unit;
    bool is_time;
} judged[BE_USUAL_VALUES] = {
    {BE_VALUE_voluntary_switches, "voluntary switches", 1, false},
    {BE_VALUE_involuntary_switches, "involuntary switches", 1, false},
    {BE_VALUE_major_faults, "major page faults", 1, false},
    {BE_VALUE_delay_ns, "ms of waiting for a core", 1e6, true},
    {BE_VALUE_migrations, "moves to another CPU", 1, false},
};

static const double least_share = .02;
static const double least_ns = 1e6;

void be_usual_add(struct be_usual *usual, const double values[BE_VALUE_COUNT])
{
    for (size_t i = 0; i < BE_USUAL_VALUES; i++) {
        usual->values[i][usual->count % BE_USUAL_MAX] = values[judged[i].value];
    }
    usual->count++;
}

/* Those that are known, copied; returns how many. */
static size_t known_copy(const struct be_usual *usual, size_t which, double *known)
{
    size_t kept = usual->count < BE_USUAL_MAX ? usual->count : BE_USUAL_MAX;
    size_t count = 0;

    for (size_t i = 0; i < kept; i++) {
        if (!isnan(usual->values[which][i])) {
            known[count++] = usual->values[which][i];
        }
    }
    return count;
}

/* Reorders and overwrites values. */
static double deviation_compute(double *values, size_t count, double median)
{
    for (size_t i = 0; i < count; i++) {
        values[i] = fabs(values[i] - median);
    }
    return be_stats_median(values, count);
}

/* What a value may be above the median without being more than usual. */
static double least_excess(const struct be_sample *sample, size_t which, double median)
{
    double cores_ns = (double)sample->wall_ns * sample->values[BE_VALUE_timed_passes] *
                      sample->values[BE_VALUE_distinct_pus];

    return judged[which].is_time ? fmax(least_ns, least_share * cores_ns)
                                 : 5 * fmax(1, sqrt(median));
}

void be_usual_judge(const struct be_usual *usual, const struct be_sample *sample,
                    struct be_quality_verdict *verdict)
{
    for (size_t i = 0; i < BE_USUAL_VALUES; i++) {
        double known[BE_USUAL_MAX];
        double value = sample->values[judged[i].value];
        size_t count = known_copy(usual, i, known);
        if (count < BE_USUAL_MIN || isnan(value)) {
            continue;
        }
        double median = be_stats_median(known, count);
        double deviation = deviation_compute(known, count, median);
        if (value > median + fmax(5 * deviation, least_excess(sample, i, median))) {
            be_quality_verdict_add(verdict, BE_SAMPLE_SUSPECT, "%.0f %s, usually %.0f",
                                   value / judged[i].unit, judged[i].noun, median / judged[i].unit);
        }
    }
}
