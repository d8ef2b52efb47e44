#include "measure/usual.h"

#include <math.h>

#include "analysis/stats.h"

static const struct {
    enum be_value value;
    const char *noun;
} judged[BE_USUAL_VALUES] = {
    {BE_VALUE_voluntary_switches, "voluntary switches"},
    {BE_VALUE_involuntary_switches, "involuntary switches"},
    {BE_VALUE_major_faults, "major page faults"},
};

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
static double limit_compute(double *values, size_t count, double *median)
{
    *median = be_stats_median(values, count);
    for (size_t i = 0; i < count; i++) {
        values[i] = fabs(values[i] - *median);
    }
    double mad = be_stats_median(values, count);
    return *median + 5 * fmax(mad, fmax(1, sqrt(*median)));
}

void be_usual_judge(const struct be_usual *usual, const double values[BE_VALUE_COUNT],
                    struct be_quality_verdict *verdict)
{
    for (size_t i = 0; i < BE_USUAL_VALUES; i++) {
        double known[BE_USUAL_MAX];
        double median = 0;
        size_t count = known_copy(usual, i, known);
        if (count < BE_USUAL_MIN || isnan(values[judged[i].value])) {
            continue;
        }
        if (values[judged[i].value] > limit_compute(known, count, &median)) {
            be_quality_verdict_add(verdict, BE_SAMPLE_SUSPECT, "%.0f %s, usually %.0f",
                                   values[judged[i].value], judged[i].noun, median);
        }
    }
}
