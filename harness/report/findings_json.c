#include "report/findings_json.h"

#include <math.h>

#include "analysis/precision.h"
#include "core/values.h"
#include "report/member.h"

json_t *be_findings_json_values(const struct be_summary *summary)
{
    struct be_member members[BE_VALUE_COUNT];

    for (int i = 0; i < BE_VALUE_COUNT; i++) {
        members[i] = (struct be_member){be_value_name(i), be_member_median(&summary->values[i])};
    }
    return be_member_object(members, BE_VALUE_COUNT);
}

/* What follows from its counters. */
json_t *be_findings_json_counted(const struct be_summary *summary)
{
    const struct be_member members[] = {
        {"instructions_per_task", be_member_estimate(&summary->instructions_per_task)},
        {"instructions_per_cycle", be_member_estimate(&summary->instructions_per_cycle)},
        {"clock_ghz", be_member_estimate(&summary->clock_ghz)},
        {"clock_ratio", be_member_estimate(&summary->clock_ratio)},
        {"relative_clock_ratio", be_member_estimate(&summary->relative_clock_ratio)},
        {"cache_misses_per_task", be_member_estimate(&summary->cache_misses_per_task)},
        {"branch_misses_per_task", be_member_estimate(&summary->branch_misses_per_task)},
        {"counting_cost", be_member_estimate(&summary->counting_cost)},
        {"switches_per_task", be_member_estimate(&summary->switches_per_task)},
    };
    return be_member_object(members, BE_MEMBERS(members));
}

/* Shares by their names; all null where they are not known. */
static json_t *shares_object(const char *const *names, const double *shares, size_t count,
                             bool known)
{
    struct be_member members[BE_LOSS_COUNT + BE_BUDGET_PART_COUNT];

    for (size_t i = 0; i < count; i++) {
        members[i] = (struct be_member){names[i], be_json_real(known ? shares[i] : NAN)};
    }
    return be_member_object(members, count);
}

json_t *be_findings_json_budget(const struct be_budget *budget)
{
    static const char *const parts[BE_BUDGET_PART_COUNT] = {
        [BE_BUDGET_COMPUTE] = "compute",   [BE_BUDGET_CODEC] = "codec",
        [BE_BUDGET_MESSAGES] = "messages", [BE_BUDGET_MERGE] = "merge",
        [BE_BUDGET_IDLE] = "idle",         [BE_BUDGET_REMAINDER] = "remainder",
    };
    static const char *const losses[BE_LOSS_COUNT] = {
        [BE_LOSS_COMPUTE] = "compute",
        [BE_LOSS_CODEC] = "codec",
        [BE_LOSS_MESSAGES] = "messages",
        [BE_LOSS_MERGE] = "merge",
        [BE_LOSS_START] = "start",
        [BE_LOSS_IMBALANCE] = "imbalance",
        [BE_LOSS_WAITING] = "waiting",
        [BE_LOSS_DISPATCHER] = "dispatcher",
        [BE_LOSS_UNEXPLAINED] = "unexplained",
    };
    bool known = budget->known;
    const struct be_member members[] = {
        {"samples", be_json_count(budget->count)},
        {"reached_percent", be_json_real(budget->reached)},
        {"losses_percent", shares_object(losses, budget->losses, BE_LOSS_COUNT, known)},
        {"parts_percent", shares_object(parts, budget->parts, BE_BUDGET_PART_COUNT, known)},
        {"overlap_percent", be_json_real(known ? budget->overlap : NAN)},
    };
    return be_member_object(members, BE_MEMBERS(members));
}

json_t *be_findings_json_model(const struct be_model *model)
{
    const struct be_member members[] = {
        {"dispatcher_ns_per_task", be_json_real(model->dispatcher_ns)},
        {"worker_ns_per_task", be_json_real(model->worker_ns)},
        {"occupancy", be_json_real(model->occupancy)},
        {"saturation_workers", be_json_real(model->saturation_workers)},
        {"task_ns", be_json_real(model->task_ns)},
        {"predicted_task_ns", be_json_real(model->predicted_task_ns)},
        {"cold_task_ns", be_json_real(model->cold_task_ns)},
        {"predicted_cold_task_ns", be_json_real(model->predicted_cold_task_ns)},
        {"never_pays", json_boolean(model->never_pays)},
        {"predicted_break_even_ns", be_json_real(model->predicted_breakeven_ns)},
        {"predicted_cold_break_even_ns", be_json_real(model->predicted_cold_breakeven_ns)},
    };
    return be_member_object(members, BE_MEMBERS(members));
}

static json_t *raised_array(const struct be_flags *flags)
{
    static const char *const names[BE_FLAG_COUNT] = {
        [BE_FLAG_PASS_TREND] = "pass_trend",  [BE_FLAG_ROUND_TREND] = "round_trend",
        [BE_FLAG_TWO_MODES] = "two_modes",    [BE_FLAG_OUTLIERS] = "outliers",
        [BE_FLAG_START_SKEW] = "start_skew",  [BE_FLAG_OVERSUBSCRIBED] = "oversubscribed",
        [BE_FLAG_TOO_FEW] = "too_few_rounds", [BE_FLAG_UNMEASURABLE] = "unmeasurable",
    };
    json_t *array = json_array();

    for (int i = 0; i < BE_FLAG_COUNT; i++) {
        if (be_flags_raised(flags, i)) {
            array = be_member_append(array, json_string(names[i]));
        }
    }
    return array;
}

static json_t *trend_object(const struct be_trend *trend)
{
    bool judged = trend->count > 0;
    const struct be_member members[] = {
        {"count", be_json_count(trend->count)},
        {"z", be_json_real(judged ? trend->z : NAN)},
        {"change", be_json_real(judged ? trend->change : NAN)},
    };
    return be_member_object(members, BE_MEMBERS(members));
}

/* Times of measured ones are over their reference's and have no unit, those of others are ns. */
static json_t *modes_object(const struct be_modes *modes)
{
    bool judged = modes->count > 0;
    const struct be_member members[] = {
        {"count", be_json_count(modes->count)},
        {"separation", be_json_real(judged ? modes->separation : NAN)},
        {"low", be_json_real(judged ? modes->low : NAN)},
        {"high", be_json_real(judged ? modes->high : NAN)},
        {"high_share", be_json_real(judged ? modes->high_share : NAN)},
    };
    return be_member_object(members, BE_MEMBERS(members));
}

json_t *be_findings_json_flags(const struct be_flags *flags)
{
    const struct be_member members[] = {
        {"raised", raised_array(flags)},
        {"pass_trend", trend_object(&flags->pass_trend)},
        {"round_trend", trend_object(&flags->round_trend)},
        {"modes", modes_object(&flags->modes)},
        {"outliers", isnan(flags->outliers) ? json_null() : be_json_count((size_t)flags->outliers)},
        {"start_skew_share", be_json_real(flags->start_skew)},
        {"effective_cores", be_json_real(flags->effective_cores)},
        {"rounds", be_json_count(flags->rounds)},
        {"dropped", be_json_count(flags->dropped)},
    };
    return be_member_object(members, BE_MEMBERS(members));
}

json_t *be_findings_json_precision(const struct be_results *results)
{
    struct be_precision precision;

    be_precision_of(&results->summaries, results->precision, &precision);
    bool found = isfinite(precision.widest);
    const char *id = found ? results->run->configurations[precision.widest_configuration].id : NULL;
    const struct be_member members[] = {
        {"wanted", be_json_real(results->precision)},
        {"judged", be_json_count(precision.judged)},
        {"within", be_json_count(precision.within)},
        {"without_interval", be_json_count(precision.unbounded)},
        {"widest", be_json_real(precision.widest)},
        {"widest_configuration", be_member_text(id)},
    };
    return be_member_object(members, BE_MEMBERS(members));
}

static json_t *crossing_object(const struct be_crossing *crossing)
{
    bool bounded = crossing->state == BE_CROSSING_INSIDE && crossing->bounded;
    const struct be_member members[] = {
        {"state", json_string(be_crossing_state_name(crossing->state))},
        {"at_ns", be_json_real(crossing->at_ns)},
        {"low_ns", be_json_real(bounded ? crossing->low_ns : NAN)},
        {"high_ns", be_json_real(bounded ? crossing->high_ns : NAN)},
        {"low_open", bounded ? json_boolean(crossing->low_open) : json_null()},
        {"high_open", bounded ? json_boolean(crossing->high_open) : json_null()},
        {"crossings", be_json_count(crossing->crossings)},
        {"smallest_ns", be_json_real(crossing->smallest_ns)},
        {"largest_ns", be_json_real(crossing->largest_ns)},
        {"below_ns", be_json_real(crossing->below_ns)},
        {"above_ns", be_json_real(crossing->above_ns)},
        {"lengths", be_json_count(crossing->grains)},
        {"lengths_per_decade", be_json_real(crossing->grains_per_decade)},
        {"coarse", json_boolean(crossing->coarse)},
        {"rounds", be_json_count(crossing->rounds)},
    };
    return be_member_object(members, BE_MEMBERS(members));
}

static json_t *members_array(const struct be_run *run, const struct be_series *series)
{
    json_t *array = json_array();

    for (size_t i = 0; i < series->count; i++) {
        array = be_member_append(array, json_string(run->configurations[series->members[i]].id));
    }
    return array;
}

json_t *be_findings_json_grains(const struct be_results *results)
{
    const struct be_findings *findings = &results->findings;
    json_t *array = json_array();

    for (size_t i = 0; i < findings->grain_series.count; i++) {
        const struct be_series *series = &findings->grain_series.items[i];
        const struct be_metg *metg = &findings->metgs[i];
        const struct be_member members[] = {
            {"configurations", members_array(results->run, series)},
            {"break_even", crossing_object(&findings->breakevens[i].warm)},
            {"cold_break_even", crossing_object(&findings->breakevens[i].cold)},
            {"metg_50_percent", crossing_object(&metg->half)},
            {"metg_90_percent", crossing_object(&metg->ninety)},
            {"cold_metg_50_percent", crossing_object(&metg->cold_half)},
            {"cold_metg_90_percent", crossing_object(&metg->cold_ninety)},
        };
        array = be_member_append(array, be_member_object(members, BE_MEMBERS(members)));
    }
    return array;
}

static json_t *points_array(const struct be_run *run, const struct be_scaling *scaling)
{
    json_t *array = json_array();

    for (size_t i = 0; i < scaling->count; i++) {
        const struct be_scaling_point *point = &scaling->points[i];
        const struct be_member members[] = {
            {"configuration", json_string(run->configurations[point->configuration].id)},
            {"workers", be_json_count(point->workers)},
            {"fitted", json_boolean(point->fitted)},
            {"speedup", be_member_estimate(&point->speedup)},
            {"karp_flatt", be_member_estimate(&point->karp_flatt)},
        };
        array = be_member_append(array, be_member_object(members, BE_MEMBERS(members)));
    }
    return array;
}

static json_t *scaling_object(const struct be_run *run, const struct be_scaling *scaling)
{
    const struct be_member members[] = {
        {"points", points_array(run, scaling)},
        {"relative", json_boolean(scaling->relative)},
        {"weak", json_boolean(scaling->weak)},
        {"fitted", be_json_count(scaling->fitted)},
        {"amdahl_serial_fraction", be_member_estimate(&scaling->serial_fraction)},
        {"usl_contention", be_member_estimate(&scaling->usl_contention)},
        {"usl_coherency", be_member_estimate(&scaling->usl_coherency)},
        {"usl_tasks_per_s", be_member_estimate(&scaling->usl_tasks_per_s)},
        {"usl_peak_workers", be_member_estimate(&scaling->usl_peak_workers)},
        {"usl_peak_high_open", json_boolean(scaling->usl_peak_high_open)},
        {"usl_peak_beyond", json_boolean(scaling->usl_peak_beyond)},
        {"includes_clock_loss", json_boolean(scaling->includes_clock_loss)},
    };
    return be_member_object(members, BE_MEMBERS(members));
}

json_t *be_findings_json_scalings(const struct be_results *results)
{
    const struct be_findings *findings = &results->findings;
    json_t *array = json_array();

    for (size_t i = 0; i < findings->scaling_series.count; i++) {
        array = be_member_append(array, scaling_object(results->run, &findings->scalings[i]));
    }
    return array;
}
