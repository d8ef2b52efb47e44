#include "analysis/summary.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/relatives.h"
#include "core/json.h"

#define REPORTED_LEVEL .95

/* Where the estimate of a figure goes. */
static const size_t figure_offsets[BE_FIGURE_COUNT] = {
    [BE_FIGURE_WALL] = offsetof(struct be_summary, wall_ns),
    [BE_FIGURE_COLD_WALL] = offsetof(struct be_summary, cold_wall_ns),
    [BE_FIGURE_SPEEDUP] = offsetof(struct be_summary, speedup),
    [BE_FIGURE_COLD_SPEEDUP] = offsetof(struct be_summary, cold_speedup),
    [BE_FIGURE_RELATIVE_SPEEDUP] = offsetof(struct be_summary, relative_speedup),
    [BE_FIGURE_EFFICIENCY] = offsetof(struct be_summary, efficiency),
    [BE_FIGURE_IPC_OVERHEAD] = offsetof(struct be_summary, ipc_overhead_ns),
    [BE_FIGURE_IPC_OVERHEAD_RATIO] = offsetof(struct be_summary, ipc_overhead_ratio),
    [BE_FIGURE_OVERHEAD_PER_TASK] = offsetof(struct be_summary, overhead_ns_per_task),
    [BE_FIGURE_TASKS_PER_S] = offsetof(struct be_summary, tasks_per_s),
    [BE_FIGURE_CPU] = offsetof(struct be_summary, cpu_ns),
    [BE_FIGURE_GRAIN] = offsetof(struct be_summary, grain_ns),
    [BE_FIGURE_COUNTING_COST] = offsetof(struct be_summary, counting_cost),
    [BE_FIGURE_INSTRUCTIONS_PER_TASK] = offsetof(struct be_summary, instructions_per_task),
    [BE_FIGURE_INSTRUCTIONS_PER_CYCLE] = offsetof(struct be_summary, instructions_per_cycle),
    [BE_FIGURE_CLOCK_GHZ] = offsetof(struct be_summary, clock_ghz),
    [BE_FIGURE_CACHE_MISSES_PER_TASK] = offsetof(struct be_summary, cache_misses_per_task),
    [BE_FIGURE_BRANCH_MISSES_PER_TASK] = offsetof(struct be_summary, branch_misses_per_task),
    [BE_FIGURE_SWITCHES_PER_TASK] = offsetof(struct be_summary, switches_per_task),
    [BE_FIGURE_CLOCK] = offsetof(struct be_summary, clock_ratio),
    [BE_FIGURE_RELATIVE_CLOCK] = offsetof(struct be_summary, relative_clock_ratio),
    [BE_FIGURE_EQUAL_SPEEDUP] = offsetof(struct be_summary, equal_speedup),
};

/* What the machine was captured as; what it does not say is not known. */
static void machine_read(const struct be_run *run, struct be_summaries *summaries)
{
    json_t *machine = NULL;
    const char *text = run->machine_json ? run->machine_json : "";

    summaries->effective_cores = NAN;
    if (be_json_parse(text, strlen(text), &machine, NULL) != BE_OK) {
        return;
    }
    const json_t *cores = json_object_get(machine, "effective_cores");
    const json_t *alike = json_object_get(machine, "alike_workers");
    summaries->effective_cores = json_is_number(cores) ? json_number_value(cores) : NAN;
    for (size_t i = 0; i < summaries->count; i++) {
        struct be_summary *summary = &summaries->items[i];
        const json_t *workers = json_object_get(alike, summary->configuration->placement);
        summary->alike_workers = (uint32_t)json_integer_value(workers);
    }
    json_decref(machine);
}

/* What is needed on the way from samples to summaries; all owned but the run. */
struct summing {
    const struct be_run *run;
    struct be_relatives *relatives;
    struct be_figures *figures;     /* one a sample */
    size_t *first;                  /* sample of each configuration; sample_count: none */
    size_t *next;                   /* sample of the same configuration after each sample */
    const struct be_sample **used;  /* of the configuration at hand, in the order stored */
    const double **rows;            /* numbers of each of these */
    double *values;                 /* of the figure at hand */
    struct be_budget_sample *split; /* the used ones again */
    size_t rounds;                  /* of the configuration at hand, as in be_flags */
    size_t dropped;                 /* likewise */
    double effective_cores;         /* NAN: not known */
};

static void summing_finish(struct summing *summing)
{
    free(summing->relatives);
    free(summing->figures);
    free(summing->first);
    free(summing->next);
    free(summing->used);
    free(summing->rows);
    free(summing->values);
    free(summing->split);
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
    summing->rows = calloc(run->sample_count + 1, sizeof(double *));
    summing->values = calloc(run->sample_count + 1, sizeof(summing->values[0]));
    summing->split = calloc(run->sample_count + 1, sizeof(summing->split[0]));
    if (!summing->first || !summing->next || !summing->used || !summing->rows || !summing->values ||
        !summing->split) {
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

/* The latest of its round and configuration, if anything was measured. */
static bool sample_ends_round(const struct be_sample *sample, enum be_sample_use use)
{
    return use != BE_SAMPLE_RERUN && be_sample_is_measured(sample);
}

static void sample_count_in(struct summing *summing, struct be_summary *summary,
                            const struct be_sample *sample, enum be_sample_use use)
{
    size_t *const by_state[] = {
        [BE_SAMPLE_CLEAN] = &summary->clean,
        [BE_SAMPLE_SUSPECT] = &summary->suspect,
        [BE_SAMPLE_REJECTED] = &summary->rejected,
        [BE_SAMPLE_FAILED] = &summary->failed,
        [BE_SAMPLE_UNAVAILABLE] = &summary->unavailable,
    };

    ++*by_state[sample->state];
    if (sample->state == BE_SAMPLE_UNAVAILABLE) {
        summary->why_unavailable = sample->reason;
    }
    summary->rerun += use == BE_SAMPLE_RERUN;
    summary->dropped += use == BE_SAMPLE_DROPPED;
    summary->samples += use == BE_SAMPLE_USED;
    summing->rounds += sample_ends_round(sample, use);
    summing->dropped += sample_ends_round(sample, use) && use != BE_SAMPLE_USED;
}

static const double *sample_figures(const struct summing *summing, const struct be_sample *sample)
{
    return summing->figures[sample - summing->run->samples].values;
}

/*
 * Estimates each of `width` numbers that the used samples have in their rows. Those samples lie far
 * apart in memory, so each is visited once for all its numbers.
 */
static enum be_status rows_estimate(const double *const *rows, size_t count, size_t width,
                                    struct be_estimate *const *estimates, struct be_error *error)
{
    double *columns = calloc(count * width + 1, sizeof(columns[0]));
    size_t *known = calloc(width, sizeof(known[0])); /* of each column */
    enum be_status status = BE_OK;

    if (!columns || !known) {
        status = be_error_set(error, BE_ENOMEM, "out of memory for %zu samples", count);
    }
    for (size_t i = 0; status == BE_OK && i < count; i++) {
        for (size_t k = 0; k < width; k++) {
            if (isfinite(rows[i][k])) {
                columns[k * count + known[k]++] = rows[i][k];
            }
        }
    }
    for (size_t k = 0; status == BE_OK && k < width; k++) {
        status =
            be_stats_estimate(&columns[k * count], known[k], REPORTED_LEVEL, estimates[k], error);
    }
    free(columns);
    free(known);
    return status;
}

static enum be_status figures_estimate(struct summing *summing, struct be_summary *summary,
                                       struct be_error *error)
{
    struct be_estimate *estimates[BE_FIGURE_COUNT];

    for (size_t i = 0; i < summary->samples; i++) {
        summing->rows[i] = sample_figures(summing, summing->used[i]);
    }
    for (int figure = 0; figure < BE_FIGURE_COUNT; figure++) {
        void *estimate = (char *)summary + figure_offsets[figure];
        estimates[figure] = estimate;
    }
    return rows_estimate(summing->rows, summary->samples, BE_FIGURE_COUNT, estimates, error);
}

static enum be_status values_estimate(struct summing *summing, struct be_summary *summary,
                                      struct be_error *error)
{
    struct be_estimate *estimates[BE_VALUE_COUNT];

    for (size_t i = 0; i < summary->samples; i++) {
        summing->rows[i] = summing->used[i]->values;
    }
    for (int value = 0; value < BE_VALUE_COUNT; value++) {
        estimates[value] = &summary->values[value];
    }
    return rows_estimate(summing->rows, summary->samples, BE_VALUE_COUNT, estimates, error);
}

static enum be_status budget_split(struct summing *summing, struct be_summary *summary,
                                   struct be_error *error)
{
    for (size_t i = 0; i < summary->samples; i++) {
        const struct be_sample *sample = summing->used[i];
        double speedup = sample_figures(summing, sample)[BE_FIGURE_SPEEDUP];
        summing->split[i] = (struct be_budget_sample){
            .sample = sample,
            .serial_ns = speedup * (double)sample->wall_ns,
            .workers = summary->configuration->workers,
        };
    }
    return be_budget_compute(summing->split, summary->samples, &summary->budget, error);
}

static enum be_status flags_find(struct summing *summing, struct be_summary *summary,
                                 struct be_error *error)
{
    bool measured = summary->configuration->role == BE_ROLE_MEASURED;
    struct be_flags_input input = {
        .samples = summing->used,
        .sample_count = summary->samples,
        .times = summing->values,
        .rounds = summing->rounds,
        .dropped = summing->dropped,
        .workers = summary->configuration->workers,
        .effective_cores = summing->effective_cores,
    };

    for (size_t i = 0; i < summary->samples; i++) {
        const double *figures = sample_figures(summing, summing->used[i]);
        double time = measured ? 1 / figures[BE_FIGURE_SPEEDUP] : figures[BE_FIGURE_WALL];
        if (isfinite(time)) {
            summing->values[input.time_count++] = time;
        }
    }
    return be_flags_find(&input, &summary->flags, error);
}

/* What several samples of a configuration say together. */
static enum be_status samples_summarize(struct summing *summing, struct be_summary *summary,
                                        struct be_error *error)
{
    enum be_status status = figures_estimate(summing, summary, error);

    if (status == BE_OK) {
        status = values_estimate(summing, summary, error);
    }
    if (status == BE_OK) {
        status = budget_split(summing, summary, error);
    }
    if (status == BE_OK) {
        status = flags_find(summing, summary, error);
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
    summing->rounds = summing->dropped = 0;
    for (size_t i = summing->first[index]; i < run->sample_count; i = summing->next[i]) {
        const struct be_sample *sample = &run->samples[i];
        if (summing->figures[i].use == BE_SAMPLE_USED) {
            summing->used[summary->samples] = sample;
        }
        record = sample->record ? sample->record : record;
        sample_count_in(summing, summary, sample, summing->figures[i].use);
    }
    enum be_status status = record ? pus_copy(record, summary, error) : BE_OK;
    if (status == BE_OK) {
        status = samples_summarize(summing, summary, error);
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
        if (be_sample_is_measured(&run->samples[i]) && run->samples[i].overhead_ns > 0) {
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
    machine_read(run, summaries);
    return BE_OK;
}

static enum be_status summaries_fill(struct be_summaries *summaries, const struct be_run *run,
                                     struct be_error *error)
{
    struct summing summing = {.effective_cores = summaries->effective_cores};
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
    summaries->figures = summing.figures;
    summing.figures = NULL;
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
    free(summaries->figures);
    *summaries = (struct be_summaries){0};
}
