#include "analysis/comparison.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/adjust.h"
#include "analysis/comparison_plan.h"
#include "analysis/signed_ranks.h"

static const double biased_p = .001;
static const double common_p = .001;

static enum be_status change_measure(const struct be_pairs *pairs, struct be_change *change,
                                     struct be_error *error)
{
    struct be_estimate *relative = &change->relative;
    enum be_status status =
        be_stats_estimate(pairs->log_ratios, pairs->count, .95, relative, error);

    if (status != BE_OK) {
        return status;
    }
    relative->median = expm1(relative->median);
    relative->low = expm1(relative->low);
    relative->high = expm1(relative->high);
    change->spread = be_stats_spread(pairs->log_ratios, pairs->count);
    status = be_signed_ranks_p(pairs->log_ratios, pairs->count, &change->p, error);
    change->adjusted_p = change->p;
    return status;
}

static bool is_equivalent(const struct be_estimate *relative)
{
    return relative->bounded && relative->low >= -BE_COMPARISON_EQUIVALENT &&
           relative->high <= BE_COMPARISON_EQUIVALENT;
}

static bool is_changed(const struct be_change *change, double margin)
{
    const struct be_estimate *relative = &change->relative;

    return change->adjusted_p <= BE_COMPARISON_SIGNIFICANCE && fabs(relative->median) >= margin &&
           (relative->low > 0 || relative->high < 0);
}

static void row_judge(struct be_comparison *row, size_t judged_count, double margin)
{
    if (!row->change.relative.bounded) {
        return;
    }
    row->visible =
        be_comparison_visible(row->change.spread, row->change.relative.count, judged_count, margin);
    row->flagged = is_changed(&row->change, margin);
    row->verdict =
        !row->flagged && is_equivalent(&row->change.relative) ? BE_EQUIVALENT : BE_INCONCLUSIVE;
}

static void row_confirm(struct be_comparison *row)
{
    const struct be_estimate *first = &row->change.relative;
    const struct be_estimate *second = &row->confirm.relative;

    if (!row->flagged || !second->known) {
        return;
    }
    bool significant = row->confirm.adjusted_p <= BE_COMPARISON_SIGNIFICANCE;
    if (significant && first->median > 0 && second->median > 0) {
        row->verdict = BE_REGRESSED;
    } else if (significant && first->median < 0 && second->median < 0) {
        row->verdict = BE_IMPROVED;
    } else if (is_equivalent(first) && is_equivalent(second)) {
        row->verdict = BE_EQUIVALENT;
    }
}

enum be_status be_comparison_judge(const struct be_pairs *pairs, size_t count, double margin,
                                   struct be_comparison *rows, struct be_error *error)
{
    double **judged = malloc((count + 1) * sizeof(*judged));
    enum be_status status = BE_OK;
    size_t judged_count = 0;

    if (!judged) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu comparisons", count);
    }
    for (size_t i = 0; i < count && status == BE_OK; i++) {
        rows[i] = (struct be_comparison){.verdict = BE_NOT_JUDGED, .visible = NAN};
        status = change_measure(&pairs[i], &rows[i].change, error);
        if (rows[i].change.relative.bounded) {
            judged[judged_count++] = &rows[i].change.adjusted_p;
        }
    }
    if (status == BE_OK) {
        be_adjust_benjamini_hochberg(judged, judged_count);
        for (size_t i = 0; i < count; i++) {
            row_judge(&rows[i], judged_count, margin);
        }
    }
    free(judged);
    return status;
}

enum be_status be_comparison_confirm(const struct be_pairs *pairs, size_t count,
                                     struct be_comparison *rows, struct be_error *error)
{
    double **flagged = malloc((count + 1) * sizeof(*flagged));
    enum be_status status = BE_OK;
    size_t flagged_count = 0;

    if (!flagged) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu comparisons", count);
    }
    for (size_t i = 0; i < count && status == BE_OK; i++) {
        if (rows[i].flagged) {
            status = change_measure(&pairs[i], &rows[i].confirm, error);
            flagged[flagged_count++] = &rows[i].confirm.adjusted_p;
        }
    }
    if (status == BE_OK) {
        be_adjust_holm(flagged, flagged_count);
        for (size_t i = 0; i < count; i++) {
            row_confirm(&rows[i]);
        }
    }
    free(flagged);
    return status;
}

enum be_status be_null_arm_judge(const struct be_pairs *pairs, double margin,
                                 struct be_null_arm *arm, struct be_error *error)
{
    enum be_status status = change_measure(pairs, &arm->change, error);

    arm->known = pairs->count >= BE_NULL_ARM_MIN;
    arm->biased = arm->change.p <= biased_p && fabs(arm->change.relative.median) >= margin;
    return status;
}

struct be_common_mode be_comparison_common_mode(const struct be_comparison *rows, size_t count)
{
    struct be_common_mode common = {.p = NAN};

    for (size_t i = 0; i < count; i++) {
        if (rows[i].verdict != BE_NOT_JUDGED) {
            common.slower += rows[i].change.relative.median > 0;
            common.faster += rows[i].change.relative.median < 0;
        }
    }
    size_t moved = common.slower + common.faster;
    if (moved > 0) {
        size_t fewer = common.slower < common.faster ? common.slower : common.faster;
        common.p = be_stats_binomial_up_to(fewer, moved, .5);
    }
    common.suspected = common.p < common_p;
    return common;
}
