#include "core/values.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/kendall.h"

/* What each timed pass says by itself; the sample's value is the median of those that say it. */
static const enum be_value pass_figures[] = {
    BE_VALUE_dispatcher_cpu_ns, BE_VALUE_compute_ns,    BE_VALUE_codec_ns,      BE_VALUE_send_ns,
    BE_VALUE_receive_ns,        BE_VALUE_merge_ns,      BE_VALUE_spin_ns,       BE_VALUE_busy_ns,
    BE_VALUE_balance,           BE_VALUE_start_skew_ns, BE_VALUE_start_idle_ns, BE_VALUE_tail_ns,
    BE_VALUE_tail_idle_ns,
};

enum { PASS_FIGURES = sizeof(pass_figures) / sizeof(pass_figures[0]) };

const char *be_value_name(enum be_value value)
{
    static const char *const names[BE_VALUE_COUNT] = {
#define BE_VALUE(name, meaning) #name,
#include "core/value.def"
#undef BE_VALUE
    };
    return names[value];
}

void be_values_clear(double values[BE_VALUE_COUNT])
{
    for (size_t i = 0; i < BE_VALUE_COUNT; i++) {
        values[i] = NAN;
    }
}

/* For what cannot be 0 when it was measured. */
static double known_or_nan(uint64_t value)
{
    return value > 0 ? (double)value : NAN;
}

static int double_compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Sorts the values; NAN when there are none. */
static double median(double *values, size_t count)
{
    qsort(values, count, sizeof(values[0]), double_compare);
    return count > 0 ? (values[(count - 1) / 2] + values[count / 2]) / 2 : NAN;
}

static int pu_compare(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left;
    int32_t b = *(const int32_t *)right;
    return (a > b) - (a < b);
}

/* C: distinct PUs that workers and dispatcher were bound to; P where a worker was not bound. */
static double distinct_pus_count(const struct be_sample_record *record, uint32_t workers,
                                 int32_t *pus)
{
    size_t count = 0;

    for (size_t i = 0; i < record->worker_count; i++) {
        if (record->workers[i].pu_bound < 0) {
            return workers;
        }
        pus[count++] = record->workers[i].pu_bound;
    }
    if (count == 0) {
        return workers;
    }
    if (record->dispatcher.pu_bound >= 0) {
        pus[count++] = record->dispatcher.pu_bound;
    }
    qsort(pus, count, sizeof(pus[0]), pu_compare);
    size_t distinct = 1;
    for (size_t i = 1; i < count; i++) {
        distinct += pus[i] != pus[i - 1];
    }
    return (double)distinct;
}

/* The mean over the workers; unknown when it is for one of them. */
static double worker_pss_bytes(const struct be_sample_record *record)
{
    double sum = 0;

    for (size_t i = 0; i < record->worker_count; i++) {
        sum += known_or_nan(record->workers[i].pss_bytes);
    }
    return record->worker_count > 0 ? sum / (double)record->worker_count : NAN;
}

static void disturbance_fill(const struct be_sample_record *record, double *values)
{
    /* A dispatcher that is the worker holds 0. */
    struct be_disturbance sum = record->dispatcher.disturbance;
    bool watched = record->worker_count > 0;
    bool delay_known = sum.delay_known || !record->dispatcher.watched;
    bool migrations_known = sum.migrations_known || !record->dispatcher.watched;

    for (size_t i = 0; i < record->worker_count; i++) {
        const struct be_worker_record *worker = &record->workers[i];
        watched &= worker->watched;
        delay_known &= worker->disturbance.delay_known;
        migrations_known &= worker->disturbance.migrations_known;
        sum.voluntary_switches += worker->disturbance.voluntary_switches;
        sum.involuntary_switches += worker->disturbance.involuntary_switches;
        sum.major_faults += worker->disturbance.major_faults;
        sum.delay_ns += worker->disturbance.delay_ns;
        sum.migrations += worker->disturbance.migrations;
    }
    if (watched) {
        values[BE_VALUE_voluntary_switches] = (double)sum.voluntary_switches;
        values[BE_VALUE_involuntary_switches] = (double)sum.involuntary_switches;
        values[BE_VALUE_major_faults] = (double)sum.major_faults;
        values[BE_VALUE_delay_ns] = delay_known ? (double)sum.delay_ns : NAN;
        values[BE_VALUE_migrations] = migrations_known ? (double)sum.migrations : NAN;
    }
}

static void latency_fill(const struct be_latency *latency, double *values)
{
    if (latency->count > 0) {
        values[BE_VALUE_latency_p50_ns] = (double)latency->p50_ns;
        values[BE_VALUE_latency_p99_ns] = known_or_nan(latency->p99_ns);
        values[BE_VALUE_latency_p999_ns] = known_or_nan(latency->p999_ns);
        values[BE_VALUE_latency_max_ns] = (double)latency->max_ns;
    }
}

/* What a runner says by name: values of the same names. */
static const enum be_value said_values[] = {
#define BE_GAUGE(name, meaning) BE_VALUE_##name,
#include "core/gauge.def"
#undef BE_GAUGE
};

static void gauges_fill(const struct be_gauges *gauges, double *values)
{
    for (size_t i = 0; i < BE_GAUGE_COUNT; i++) {
        if (gauges->said[i].known) {
            values[said_values[i]] = gauges->said[i].value;
        }
    }
}

/*
 * CPU time or what is stamped, whichever is more: tasks may sleep, and stamps leave things out. Who
 * spins waits.
 */
static uint64_t busy_of(uint64_t cpu_ns, const struct be_stamps *stamps)
{
    uint64_t stamped_ns = stamps->compute_ns + stamps->codec_ns + stamps->send_ns +
                          stamps->receive_ns + stamps->merge_ns;
    uint64_t working_ns = cpu_ns > stamps->spin_ns ? cpu_ns - stamps->spin_ns : 0;
    return stamped_ns > working_ns ? stamped_ns : working_ns;
}

/* Where the workers' and the dispatcher's time went. */
static void pass_stamps_fill(const struct be_pass_record *pass, double *values)
{
    struct be_stamps sum = pass->dispatcher.stamps;
    uint64_t busy_ns = busy_of(pass->dispatcher.cpu_ns, &pass->dispatcher.stamps);
    uint64_t longest_ns = 0;
    uint64_t compute_ns = 0;

    for (uint32_t i = 0; i < pass->worker_count; i++) {
        const struct be_pass_worker *worker = &pass->workers[i];
        busy_ns += busy_of(worker->cpu_ns, &worker->stamps);
        compute_ns += worker->stamps.compute_ns;
        sum.codec_ns += worker->stamps.codec_ns;
        sum.send_ns += worker->stamps.send_ns;
        sum.receive_ns += worker->stamps.receive_ns;
        sum.merge_ns += worker->stamps.merge_ns;
        sum.spin_ns += worker->stamps.spin_ns;
        if (worker->stamps.compute_ns > longest_ns) {
            longest_ns = worker->stamps.compute_ns;
        }
    }
    values[BE_VALUE_compute_ns] = (double)(compute_ns + sum.compute_ns);
    values[BE_VALUE_codec_ns] = (double)sum.codec_ns;
    values[BE_VALUE_send_ns] = (double)sum.send_ns;
    values[BE_VALUE_receive_ns] = (double)sum.receive_ns;
    values[BE_VALUE_merge_ns] = (double)sum.merge_ns;
    values[BE_VALUE_spin_ns] = (double)sum.spin_ns;
    values[BE_VALUE_busy_ns] = (double)busy_ns;
    /* Not of busy time: who spins while it waits is as busy as who computes. */
    values[BE_VALUE_balance] = (double)compute_ns / pass->worker_count / known_or_nan(longest_ns);
}

/* When workers had no task yet, and none any more. */
static void pass_idle_fill(const struct be_pass_record *pass, double *values)
{
    double first_start = INFINITY;
    double last_start = -INFINITY;
    double first_end = INFINITY;
    double start_idle = 0;
    double tail_idle = 0;

    for (uint32_t i = 0; i < pass->worker_count; i++) {
        const struct be_pass_worker *worker = &pass->workers[i];
        if (worker->tasks == 0) {
            start_idle += (double)pass->wall_ns;
            continue;
        }
        first_start = fmin(first_start, (double)worker->start_ns);
        last_start = fmax(last_start, (double)worker->start_ns);
        first_end = fmin(first_end, (double)worker->end_ns);
        start_idle += (double)worker->start_ns;
        tail_idle += (double)pass->wall_ns - (double)worker->end_ns;
    }
    if (isfinite(first_end)) {
        values[BE_VALUE_start_skew_ns] = last_start - first_start;
        values[BE_VALUE_start_idle_ns] = start_idle;
        values[BE_VALUE_tail_ns] = (double)pass->wall_ns - first_end;
        values[BE_VALUE_tail_idle_ns] = tail_idle;
    }
}

/* values: cleared by the caller. */
static void pass_fill(const struct be_pass_record *pass, double *values)
{
    const struct be_pass_dispatcher *dispatcher = &pass->dispatcher;

    values[BE_VALUE_dispatcher_cpu_ns] =
        known_or_nan(dispatcher->cpu_ns) - (double)dispatcher->stamps.spin_ns;
    if (pass->stamped && pass->worker_count > 0) {
        pass_stamps_fill(pass, values);
    }
    pass_idle_fill(pass, values);
}

/* Medians over the timed passes; columns: room for a column of `timed` a figure. */
static void passes_fill(const struct be_sample_record *record, size_t timed, double *columns,
                        double *values)
{
    size_t counts[PASS_FIGURES] = {0};

    for (size_t i = 0; i < record->pass_count; i++) {
        double said[BE_VALUE_COUNT];
        if (record->passes[i].kind != BE_PASS_TIMED) {
            continue;
        }
        be_values_clear(said);
        pass_fill(&record->passes[i], said);
        for (size_t k = 0; k < PASS_FIGURES; k++) {
            if (isfinite(said[pass_figures[k]])) {
                columns[k * timed + counts[k]++] = said[pass_figures[k]];
            }
        }
    }
    for (size_t k = 0; k < PASS_FIGURES; k++) {
        values[pass_figures[k]] = median(&columns[k * timed], counts[k]);
    }
}

/* How the passes' wall times went; walls and scratch: room for all of them. */
static void trend_fill(const struct be_sample_record *record, double *walls, double *scratch,
                       double *values)
{
    size_t count = 0;

    for (size_t i = 0; i < record->pass_count; i++) {
        if (record->passes[i].kind == BE_PASS_TIMED) {
            walls[count++] = (double)record->passes[i].wall_ns;
        }
    }
    values[BE_VALUE_timed_passes] = (double)count;
    if (count >= 2) {
        size_t half = count / 2;
        memcpy(scratch, walls, count * sizeof(walls[0]));
        double first = median(scratch, half);
        double second = median(&scratch[count - half], half);
        values[BE_VALUE_pass_drift] = second / first;
        values[BE_VALUE_pass_trend] = be_kendall_s(walls, count, scratch);
    }
}

static enum be_status values_fill(const struct be_sample_record *record, uint32_t workers,
                                  double *values, struct be_error *error)
{
    size_t timed = be_sample_record_timed_count(record);
    double *columns = calloc((timed + 1) * PASS_FIGURES, sizeof(columns[0]));
    int32_t *pus = calloc(record->worker_count + 1, sizeof(pus[0]));
    enum be_status status = BE_OK;

    if (columns && pus) {
        values[BE_VALUE_distinct_pus] = distinct_pus_count(record, workers, pus);
        values[BE_VALUE_pool_start_ns] = known_or_nan(record->pool_start_ns);
        values[BE_VALUE_worker_pss_bytes] = worker_pss_bytes(record);
        disturbance_fill(record, values);
        latency_fill(&record->latency, values);
        gauges_fill(&record->gauges, values);
        passes_fill(record, timed, columns, values);
        trend_fill(record, &columns[0], &columns[timed], values);
    } else {
        status = be_error_set(error, BE_ENOMEM, "out of memory for %zu passes", timed);
    }
    free(columns);
    free(pus);
    return status;
}

enum be_status be_sample_fill(struct be_sample *sample, const struct be_sample_record *record,
                              struct be_run *run, struct be_error *error)
{
    const struct be_configuration *configuration = &run->configurations[sample->configuration];

    be_values_clear(sample->values);
    free(sample->counters);
    sample->counters = NULL;
    sample->counter_count = 0;
    sample->wall_ns = sample->cpu_ns = sample->cold_wall_ns = 0;
    if (!record) {
        return BE_OK;
    }
    const struct be_pass_record *cold = be_sample_record_pass(record, BE_PASS_COLD);
    sample->wall_ns = be_sample_record_wall_ns(record);
    sample->cpu_ns = be_sample_record_cpu_ns(record);
    sample->cold_wall_ns = cold ? cold->wall_ns : 0;
    enum be_status status = values_fill(record, configuration->workers, sample->values, error);
    return status == BE_OK ? be_sample_sum_counters(sample, record, run, error) : status;
}
