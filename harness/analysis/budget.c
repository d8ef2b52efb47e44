#include "analysis/budget.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/stats.h"

/* What medians are taken of, each a share of T·C. */
enum share {
    SHARE_REACHED,
    SHARE_COMPUTE,
    SHARE_SLOWER, /* compute beyond N·w */
    SHARE_CODEC,
    SHARE_MESSAGES,
    SHARE_MERGE,
    SHARE_IDLE,
    SHARE_START,
    SHARE_IMBALANCE,
    SHARE_DISPATCHER,
    SHARE_WAITING,
    SHARE_OVERLAP,
    SHARE_COUNT,
};

/* The shares of one sample; NAN in all but SHARE_REACHED when its passes were not stamped. */
struct split {
    double shares[SHARE_COUNT];
};

/*
 * Stamps time what a worker does, on a core or waiting for one. Where they add up to more than the
 * cores had, each is taken to have been on a core for the same part of its time. Compute is not
 * taken below N·w that way: tasks that sleep need no core.
 */
static double compute_on_cores(double compute, double serial, double on_cores)
{
    return fmax(compute * on_cores, fmin(compute, serial));
}

/* Where C counts one PU more than there are workers, it is the dispatcher's alone. */
static double dispatcher_idle_ns(const struct be_budget_sample *input)
{
    const struct be_sample *sample = input->sample;
    double cpu_ns = sample->values[BE_VALUE_dispatcher_cpu_ns];

    if (sample->values[BE_VALUE_distinct_pus] <= input->workers) {
        return 0;
    }
    /* What is not known of it is not in busy time either. */
    return fmax(0, (double)sample->wall_ns - (isfinite(cpu_ns) ? cpu_ns : 0));
}

static struct split sample_split(const struct be_budget_sample *input)
{
    const double *values = input->sample->values;
    double core_ns = (double)input->sample->wall_ns * values[BE_VALUE_distinct_pus];
    double serial = input->serial_ns / core_ns;
    double busy = values[BE_VALUE_busy_ns] / core_ns;
    double on_cores = busy > 1 ? 1 / busy : 1;
    double compute = compute_on_cores(values[BE_VALUE_compute_ns] / core_ns, serial, on_cores);
    double messages = (values[BE_VALUE_send_ns] + values[BE_VALUE_receive_ns]) / core_ns;
    double idle = fmax(0, 1 - busy);
    double dispatcher = fmin(idle, dispatcher_idle_ns(input) / core_ns);
    double start = values[BE_VALUE_start_idle_ns] / core_ns;
    double end = values[BE_VALUE_tail_idle_ns] / core_ns;
    double waiting = idle - dispatcher - start - end;
    /* Workers that share a core can be idle for longer, together, than their cores are. */
    double fits = waiting < 0 ? (idle - dispatcher) / (start + end) : 1;

    return (struct split){{
        [SHARE_REACHED] = serial,
        [SHARE_COMPUTE] = compute,
        [SHARE_SLOWER] = compute - serial,
        [SHARE_CODEC] = values[BE_VALUE_codec_ns] / core_ns * on_cores,
        [SHARE_MESSAGES] = messages * on_cores,
        [SHARE_MERGE] = values[BE_VALUE_merge_ns] / core_ns * on_cores,
        [SHARE_IDLE] = idle,
        [SHARE_START] = start * fits,
        [SHARE_IMBALANCE] = end * fits,
        [SHARE_DISPATCHER] = dispatcher,
        [SHARE_WAITING] = fmax(0, waiting),
        [SHARE_OVERLAP] = fmax(0, busy - 1),
    }};
}

/* fmax and fmin pass over a NAN, so that each value is asked for. */
static bool sample_is_stamped(const struct be_sample *sample)
{
    static const enum be_value needed[] = {
        BE_VALUE_busy_ns,    BE_VALUE_compute_ns, BE_VALUE_codec_ns,      BE_VALUE_send_ns,
        BE_VALUE_receive_ns, BE_VALUE_merge_ns,   BE_VALUE_start_idle_ns, BE_VALUE_tail_idle_ns};

    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        if (!isfinite(sample->values[needed[i]])) {
            return false;
        }
    }
    return true;
}

/* The median of a share in per cent; values: room for count of them. */
static double share_median(const struct split *splits, size_t count, enum share share,
                           double *values)
{
    for (size_t i = 0; i < count; i++) {
        values[i] = splits[i].shares[share];
    }
    return 100 * be_stats_median(values, count);
}

/* The last one takes what the others leave of a whole. */
static void shares_complete(double *shares, size_t count, double whole)
{
    shares[count - 1] = whole;
    for (size_t i = 0; i + 1 < count; i++) {
        shares[count - 1] -= shares[i];
    }
}

static void budget_fill(struct be_budget *budget, const struct split *splits, double *values)
{
    static const enum share parts[] = {
        [BE_BUDGET_COMPUTE] = SHARE_COMPUTE,   [BE_BUDGET_CODEC] = SHARE_CODEC,
        [BE_BUDGET_MESSAGES] = SHARE_MESSAGES, [BE_BUDGET_MERGE] = SHARE_MERGE,
        [BE_BUDGET_IDLE] = SHARE_IDLE,
    };
    static const enum share losses[] = {
        [BE_LOSS_COMPUTE] = SHARE_SLOWER,        [BE_LOSS_CODEC] = SHARE_CODEC,
        [BE_LOSS_MESSAGES] = SHARE_MESSAGES,     [BE_LOSS_MERGE] = SHARE_MERGE,
        [BE_LOSS_START] = SHARE_START,           [BE_LOSS_IMBALANCE] = SHARE_IMBALANCE,
        [BE_LOSS_DISPATCHER] = SHARE_DISPATCHER, [BE_LOSS_WAITING] = SHARE_WAITING,
    };
    size_t count = budget->count;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        budget->parts[i] = share_median(splits, count, parts[i], values);
    }
    for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++) {
        budget->losses[i] = share_median(splits, count, losses[i], values);
    }
    budget->overlap = share_median(splits, count, SHARE_OVERLAP, values);
    shares_complete(budget->parts, BE_BUDGET_PART_COUNT, 100);
    shares_complete(budget->losses, BE_LOSS_COUNT, 100 - budget->reached);
}

enum be_status be_budget_compute(const struct be_budget_sample *samples, size_t count,
                                 struct be_budget *budget, struct be_error *error)
{
    struct split *splits = calloc(count + 1, sizeof(splits[0]));
    double *values = calloc(count + 1, sizeof(values[0]));

    if (!splits || !values) {
        free(splits);
        free(values);
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu samples", count);
    }
    *budget = (struct be_budget){0};
    size_t reached = 0;
    for (size_t i = 0; i < count; i++) {
        struct split split = sample_split(&samples[i]);
        if (!isfinite(split.shares[SHARE_REACHED])) {
            continue;
        }
        values[reached++] = split.shares[SHARE_REACHED];
        bool stamped = sample_is_stamped(samples[i].sample);
        if (stamped && samples[i].sample->wall_ns < BE_BUDGET_PASS_NS_MIN) {
            budget->too_short_ns = samples[i].sample->wall_ns;
        } else if (stamped) {
            splits[budget->count++] = split;
        }
    }
    budget->reached = 100 * be_stats_median(values, reached);
    budget->known = budget->count > 0;
    if (budget->known) {
        budget->too_short_ns = 0;
        budget_fill(budget, splits, values);
    }
    free(splits);
    free(values);
    return BE_OK;
}

static double step_round(double percent)
{
    return round(percent / BE_BUDGET_STEP) * BE_BUDGET_STEP;
}

static void shares_round(double *shares, size_t count, double whole)
{
    for (size_t i = 0; i + 1 < count; i++) {
        shares[i] = step_round(shares[i]);
    }
    shares_complete(shares, count, whole);
    shares[count - 1] = step_round(shares[count - 1]);
}

void be_budget_round(struct be_budget *budget)
{
    budget->reached = step_round(budget->reached);
    if (budget->known) {
        budget->overlap = step_round(budget->overlap);
        shares_round(budget->parts, BE_BUDGET_PART_COUNT, 100);
        shares_round(budget->losses, BE_LOSS_COUNT, 100 - budget->reached);
    }
}
