#include "analysis/summary.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "analysis/figures.h"
#include "analysis/relatives.h"

#define REPORTED_LEVEL .95

/* Where the estimate of a figure goes. */
static const size_t figure_offsets[BE_FIGURE_COUNT] = {
    [BE_FIGURE_WALL] = offsetof(struct be_summary, wall_ns),
    [BE_FIGURE_COLD_WALL] = offsetof(struct be_summary, cold_wall_ns),
    [BE_FIGURE_SPEEDUP] = offsetof(struct be_summary, speedup),
    [BE_FIGURE_COLD_SPEEDUP] = offsetof(struct be_summary, cold_speedup),
    [BE_FIGURE_EFFICIENCY] = offsetof(struct be_summary, efficiency),
    [BE_FIGURE_IPC_OVERHEAD] = offsetof(struct be_summary, ipc_overhead_ns),
    [BE_FIGURE_IPC_OVERHEAD_RATIO] = offsetof(struct be_summary, ipc_overhead_ratio),
    [BE_FIGURE_OVERHEAD_PER_TASK] = offsetof(struct be_summary, overhead_ns_per_task),
    [BE_FIGURE_TASKS_PER_S] = offsetof(struct be_summary, tasks_per_s),
    [BE_FIGURE_CPU] = offsetof(struct be_summary, cpu_ns),
    [BE_FIGURE_GRAIN] = offsetof(struct be_summary, grain_ns),
};

/* What is needed on the way from samples to summaries; all owned but the run. */
struct summing {
    const struct be_run *run;
    struct be_relatives *relatives;
    struct be_figures *figures;    /* one a sample */
    size_t *first;                 /* sample of each configuration; sample_count: none */
    size_t *next;                  /* sample of the same configuration after each sample */
    const struct be_sample **used; /* of the configuration at hand, in the order stored */
    double *values;                /* of the figure at hand */
};

static void summing_finish(struct summing *summing)
{
    free(summing->relatives);
    free(summing->figures);
    free(summing->first);
    free(summing->next);
    free(summing->used);
    free(summing->values);
}

static enum be_status samples_check(const struct be_run *run, struct be_error *error)
{
    for (size_t i = 0; i < run->sample_count; i++) {
        if (run->samples[i].configuration >= run->configuration_count) {
            return be_error_set(error, BE_ECORRUPT, "sample %zu is of configuration %u of %zu",
                                i + 1, run->samples[i].configuration, run->configuration_count);
        }
    }
    return BE_OK;
}

static enum be_status summing_init(struct summing *summing, const struct be_run *run,
                                   struct be_error *error)
{
    enum be_status status = samples_check(run, error);
    if (status != BE_OK) {
        return status;
    }
    summing->run = run;
    summing->first = calloc(run->configuration_count + 1, sizeof(summing->first[0]));
    summing->next = calloc(run->sample_count + 1, sizeof(summing->next[0]));
    summing->used = calloc(run->sample_count + 1, sizeof(struct be_sample *));
    summing->values = calloc(run->sample_count + 1, sizeof(summing->values[0]));
    if (!summing->first || !summing->next || !summing->used || !summing->values) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu samples", run->sample_count);
    }
    for (size_t i = 0; i < run->configuration_count; i++) {
        summing->first[i] = run->sample_count;
    }
    for (size_t i = run->sample_count; i-- > 0;) {
        summing->next[i] = summing->first[run->samples[i].configuration];
        summing->first[run->samples[i].configuration] = i;
    }
    status = be_relatives_find(run, &summing->relatives, error);
    if (status != BE_OK) {
        return status;
    }
    return be_figures_create(run, summing->relatives, &summing->figures, error);
}

static void sample_count_in(struct be_summary *summary, const struct be_sample *sample,
                            enum be_sample_use use)
{
    size_t *const by_state[] = {
        [BE_SAMPLE_CLEAN] = &summary->clean,
        [BE_SAMPLE_SUSPECT] = &summary->suspect,
        [BE_SAMPLE_REJECTED] = &summary->rejected,
        [BE_SAMPLE_FAILED] = &summary->failed,
    };

    ++*by_state[sample->state];
    summary->rerun += use == BE_SAMPLE_RERUN;
    summary->dropped += use == BE_SAMPLE_DROPPED;
    summary->samples += use == BE_SAMPLE_USED;
}

static enum be_status figures_estimate(struct summing *summing, struct be_summary *summary,
                                       struct be_error *error)
{
    enum be_status status = BE_OK;

    for (int figure = 0; status == BE_OK && figure < BE_FIGURE_COUNT; figure++) {
        size_t count = 0;
        for (size_t i = 0; i < summary->samples; i++) {
            size_t sample = (size_t)(summing->used[i] - summing->run->samples);
            double value = summing->figures[sample].values[figure];
            if (isfinite(value)) {
                summing->values[count++] = value;
            }
        }
        void *estimate = (char *)summary + figure_offsets[figure];
        status = be_stats_estimate(summing->values, count, REPORTED_LEVEL, estimate, error);
    }
    return status;
}

/* What a record that was kept read back of bindings. */
static enum be_status pus_copy(const struct be_sample_record *record, struct be_summary *summary,
                               struct be_error *error)
{
    int32_t *pus = calloc(record->worker_count + 1, sizeof(pus[0]));

    if (!pus) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu workers",
                            record->worker_count);
    }
    for (size_t i = 0; i < record->worker_count; i++) {
        pus[i] = record->workers[i].pu_bound;
    }
    summary->pus = pus;
    summary->pu_count = record->worker_count;
    summary->dispatcher_pu = record->dispatcher.pu_bound;
    return BE_OK;
}

static enum be_status configuration_summarize(struct summing *summing, size_t index,
                                              struct be_summary *summary, struct be_error *error)
{
    const struct be_run *run = summing->run;
    const struct be_sample_record *record = NULL; /* the newest */

    assert(summing->figures);
    for (size_t i = summing->first[index]; i < run->sample_count; i = summing->next[i]) {
        const struct be_sample *sample = &run->samples[i];
        if (summing->figures[i].use == BE_SAMPLE_USED) {
            summing->used[summary->samples] = sample;
        }
        record = sample->record ? sample->record : record;
        sample_count_in(summary, sample, summing->figures[i].use);
    }
    enum be_status status = record ? pus_copy(record, summary, error) : BE_OK;
    if (status == BE_OK) {
        status = figures_estimate(summing, summary, error);
    }
    if (status != BE_OK || summary->samples == 0) {
        return status;
    }
    double distinct_pus = summing->used[summary->samples - 1]->values[BE_VALUE_distinct_pus];
    summary->distinct_pus = isfinite(distinct_pus) ? (size_t)distinct_pus : 0;
    return be_counter_summaries_create(run, summing->used, summary->samples, &summary->counters,
                                       &summary->counter_count, error);
}

/* What follows from the medians, its own and its reference's. */
static void summary_conclude(struct be_summary *summary, const struct be_summary *reference)
{
    double workers = (double)summary->configuration->workers;

    if (reference) {
        summary->grain_ns = reference->grain_ns;
    }
    if (summary->configuration->role == BE_ROLE_MEASURED && summary->ipc_overhead_ratio.known) {
        summary->predicted_speedup =
            fmin(workers, (double)summary->distinct_pus) / (1 + summary->ipc_overhead_ratio.median);
    }
}

/* What the harness itself took for each sample that came to a result. */
static enum be_status harness_estimate(struct summing *summing, struct be_summaries *summaries,
                                       struct be_error *error)
{
    const struct be_run *run = summing->run;
    size_t count = 0;

    for (size_t i = 0; i < run->sample_count; i++) {
        if (run->samples[i].state != BE_SAMPLE_FAILED && run->samples[i].overhead_ns > 0) {
            summing->values[count++] = (double)run->samples[i].overhead_ns;
        }
    }
    enum be_status status = be_stats_estimate(summing->values, count, REPORTED_LEVEL,
                                              &summaries->harness_overhead_ns, error);
    if (status != BE_OK) {
        return status;
    }
    count = 0;
    for (size_t i = 0; i < run->sample_count; i++) {
        if (run->samples[i].commit_ns > 0) {
            summing->values[count++] = (double)run->samples[i].commit_ns;
        }
    }
    return be_stats_estimate(summing->values, count, REPORTED_LEVEL, &summaries->commit_ns, error);
}

static enum be_status summaries_init(struct be_summaries *summaries, const struct be_run *run,
                                     struct be_error *error)
{
    *summaries = (struct be_summaries){0};
    summaries->items = calloc(run->configuration_count + 1, sizeof(summaries->items[0]));
    if (!summaries->items) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu configurations",
                            run->configuration_count);
    }
    summaries->count = run->configuration_count;
    for (size_t i = 0; i < summaries->count; i++) {
        summaries->items[i].configuration = &run->configurations[i];
        summaries->items[i].predicted_speedup = NAN;
        summaries->items[i].dispatcher_pu = -1;
    }
    return BE_OK;
}

static enum be_status summaries_fill(struct be_summaries *summaries, const struct be_run *run,
                                     struct be_error *error)
{
    struct summing summing = {0};
    enum be_status status = summing_init(&summing, run, error);

    for (size_t i = 0; status == BE_OK && i < summaries->count; i++) {
        status = configuration_summarize(&summing, i, &summaries->items[i], error);
    }
    for (size_t i = 0; status == BE_OK && i < summaries->count; i++) {
        uint32_t reference = summing.relatives[i].reference;
        summary_conclude(&summaries->items[i],
                         reference == BE_RELATIVE_NONE ? NULL : &summaries->items[reference]);
    }
    if (status == BE_OK) {
        status = harness_estimate(&summing, summaries, error);
    }
    summing_finish(&summing);
    return status;
}

enum be_status be_summaries_create(const struct be_run *run, struct be_summaries *summaries,
                                   struct be_error *error)
{
    struct be_summaries made;
    enum be_status status = summaries_init(&made, run, error);

    if (status == BE_OK) {
        status = summaries_fill(&made, run, error);
    }
    if (status != BE_OK) {
        be_summaries_finish(&made);
        return status;
    }
    *summaries = made;
    return BE_OK;
}

void be_summaries_finish(struct be_summaries *summaries)
{
    for (size_t i = 0; i < summaries->count; i++) {
        free(summaries->items[i].counters);
        free(summaries->items[i].pus);
    }
    free(summaries->items);
    *summaries = (struct be_summaries){0};
}
