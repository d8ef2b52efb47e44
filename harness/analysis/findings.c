#include "analysis/findings.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/grain_curves.h"
#include "analysis/resample.h"

/* Share of its time that a worker keeps a core busy: below it, cores are no limit. */
#define MOSTLY_WAITING .5

static enum be_status findings_init(struct be_findings *findings, const struct be_run *run,
                                    struct be_error *error)
{
    *findings = (struct be_findings){0};
    enum be_status status = be_series_scaling(run, &findings->scaling_series, error);
    if (status == BE_OK) {
        status = be_series_grain(run, &findings->grain_series, error);
    }
    if (status != BE_OK) {
        return status;
    }
    size_t grains = findings->grain_series.count;
    findings->scalings = calloc(findings->scaling_series.count + 1, sizeof(findings->scalings[0]));
    findings->metgs = calloc(grains + 1, sizeof(findings->metgs[0]));
    findings->breakevens = calloc(grains + 1, sizeof(findings->breakevens[0]));
    findings->models = calloc(run->configuration_count + 1, sizeof(findings->models[0]));
    if (!findings->scalings || !findings->metgs || !findings->breakevens || !findings->models) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu configurations",
                            run->configuration_count);
    }
    return BE_OK;
}

/*
 * Worker counts that the machine can run at once; 0: any. Tasks that mostly wait, for a disk or a
 * timer, do not compete for cores.
 */
static uint32_t workers_limit(const struct be_summaries *summaries, const struct be_series *series)
{
    const struct be_summary *fewest = &summaries->items[series->members[0]];
    double busy_cores = be_estimate_value(&fewest->cpu_ns) / be_estimate_value(&fewest->wall_ns);

    if (isnan(summaries->effective_cores) ||
        busy_cores < MOSTLY_WAITING * fewest->configuration->workers) {
        return 0;
    }
    return (uint32_t)fmax(floor(summaries->effective_cores), 1);
}

static enum be_status scalings_find(struct be_findings *findings,
                                    const struct be_resampler *resampler,
                                    const struct be_summaries *summaries, struct be_error *error)
{
    enum be_status status = BE_OK;

    for (size_t i = 0; status == BE_OK && i < findings->scaling_series.count; i++) {
        const struct be_series *series = &findings->scaling_series.items[i];
        status = be_scaling_create(resampler, summaries, series, workers_limit(summaries, series),
                                   &findings->scalings[i], error);
    }
    return status;
}

static enum be_status grains_find(struct be_findings *findings,
                                  const struct be_resampler *resampler, struct be_error *error)
{
    enum be_status status = BE_OK;

    for (size_t i = 0; status == BE_OK && i < findings->grain_series.count; i++) {
        struct be_grain_curves curves = {0};
        status =
            be_grain_curves_create(resampler, &findings->grain_series.items[i], &curves, error);
        if (status == BE_OK) {
            status = be_metg_find(&curves, &findings->metgs[i], error);
        }
        if (status == BE_OK) {
            status = be_breakeven_find(&curves, &findings->breakevens[i], error);
        }
        be_grain_curves_finish(&curves);
    }
    return status;
}

static enum be_status findings_fill(struct be_findings *findings,
                                    const struct be_resampler *resampler,
                                    const struct be_summaries *summaries, struct be_error *error)
{
    enum be_status status = scalings_find(findings, resampler, summaries, error);

    if (status == BE_OK) {
        status = grains_find(findings, resampler, error);
    }
    for (size_t i = 0; status == BE_OK && i < summaries->count; i++) {
        findings->models[i] = be_model_predict(&summaries->items[i]);
    }
    return status;
}

enum be_status be_findings_create(const struct be_run *run, const struct be_summaries *summaries,
                                  struct be_findings *findings, struct be_error *error)
{
    struct be_resampler resampler = {0};
    struct be_findings made = {0};
    enum be_status status = be_resampler_create(run, summaries->figures, &resampler, error);

    if (status == BE_OK) {
        status = findings_init(&made, run, error);
    }
    if (status == BE_OK) {
        status = findings_fill(&made, &resampler, summaries, error);
    }
    be_resampler_finish(&resampler);
    if (status != BE_OK) {
        be_findings_finish(&made);
        return status;
    }
    *findings = made;
    return BE_OK;
}

void be_findings_finish(struct be_findings *findings)
{
    for (size_t i = 0; findings->scalings && i < findings->scaling_series.count; i++) {
        be_scaling_finish(&findings->scalings[i]);
    }
    free(findings->scalings);
    free(findings->metgs);
    free(findings->breakevens);
    free(findings->models);
    be_series_list_finish(&findings->scaling_series);
    be_series_list_finish(&findings->grain_series);
    *findings = (struct be_findings){0};
}
