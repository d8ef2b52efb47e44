#include "analysis/noise.h"

#include "analysis/comparison.h"
#include "analysis/comparison_plan.h"

enum be_status be_noise_judge(const double *log_ratios, size_t count, struct be_noise *noise,
                              struct be_error *error)
{
    const struct be_pairs pairs = {log_ratios, count};
    struct be_null_arm arm;

    if (count < BE_ESTIMATE_BOUNDED_MIN) {
        return be_error_set(error, BE_EINVAL, "%zu pairs; noise takes at least %d", count,
                            BE_ESTIMATE_BOUNDED_MIN);
    }
    enum be_status status = be_null_arm_judge(&pairs, BE_COMPARISON_MARGIN, &arm, error);
    if (status != BE_OK) {
        return status;
    }
    *noise = (struct be_noise){
        .known = true,
        .rounds = count,
        .spread = arm.change.spread,
        .median = arm.change.relative.median,
        .visible = be_comparison_visible(arm.change.spread, count, 1, 0),
        .biased = arm.known && arm.biased,
    };
    return BE_OK;
}
