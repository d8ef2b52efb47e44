/* What a configuration cost: overhead, where the missing core time went, what that predicts. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "core/units.h"
#include "report/shown.h"
#include "report/words.h"

static const char *const loss_names[BE_LOSS_COUNT] = {
    [BE_LOSS_COMPUTE] = "slower compute",
    [BE_LOSS_CODEC] = "encode and decode",
    [BE_LOSS_MESSAGES] = "send and receive",
    [BE_LOSS_MERGE] = "merge",
    [BE_LOSS_START] = "late start",
    [BE_LOSS_IMBALANCE] = "imbalance",
    [BE_LOSS_DISPATCHER] = "the dispatcher's core idle",
    [BE_LOSS_WAITING] = "waiting",
    [BE_LOSS_UNEXPLAINED] = "unexplained",
};

void be_words_overhead(const struct be_summary *summary, struct be_buffer *out)
{
    char text[BE_UNITS_TEXT_BYTES];
    double overhead_ns = summary->overhead_ns_per_task.median;
    double grain_ns = summary->grain_ns.median;

    if (!summary->overhead_ns_per_task.known || !summary->grain_ns.known) {
        return;
    }
    if (overhead_ns >= 0) {
        be_buffer_printf(out, "Overhead %s of core time a task, ",
                         be_units_format_duration(text, overhead_ns));
        be_buffer_printf(out, "%s of its compute time",
                         be_shown_of_value(BE_SHOWN_PERCENT, overhead_ns / grain_ns).value);
    } else {
        be_buffer_printf(out, "No overhead: tasks took %s of core time less than serially",
                         be_units_format_duration(text, -overhead_ns));
    }
    if (summary->ipc_overhead_ns.known) {
        be_buffer_printf(out, "; messages alone cost %s of CPU time a task (measured apart)",
                         be_units_format_duration(text, summary->ipc_overhead_ns.median));
    }
    be_buffer_puts(out, ".");
}

struct loss {
    const char *name;
    double percent;
};

static int losses_compare(const void *a, const void *b)
{
    double x = ((const struct loss *)a)->percent;
    double y = ((const struct loss *)b)->percent;
    return (x < y) - (x > y);
}

/* "send and receive 4.2, merge 0.3, unexplained 0.3": largest first, what rounds to 0 left out. */
static void losses_put(const struct be_budget *rounded, struct be_buffer *out)
{
    struct loss losses[BE_LOSS_COUNT];
    size_t count = 0;

    for (int i = 0; i < BE_LOSS_COUNT; i++) {
        double percent = rounded->losses[i];
        bool faster = i == BE_LOSS_COMPUTE && percent < 0;
        if (i != BE_LOSS_UNEXPLAINED && fabs(percent) > BE_BUDGET_STEP / 2) {
            losses[count++] = (struct loss){faster ? "faster compute" : loss_names[i], percent};
        }
    }
    qsort(losses, count, sizeof(losses[0]), losses_compare);
    for (size_t i = 0; i < count; i++) {
        be_buffer_printf(out, "%s %.1f, ", losses[i].name, losses[i].percent);
    }
    /* Adding 0 makes a 0 of what would be printed as -0.0. */
    be_buffer_printf(out, "%s %.1f", loss_names[BE_LOSS_UNEXPLAINED],
                     rounded->losses[BE_LOSS_UNEXPLAINED] + 0.0);
}

/* "5 cores' time, the dispatcher's among them": where they are more than the workers. */
static void cores_put(const struct be_summary *summary, struct be_buffer *out)
{
    bool with_dispatcher = summary->distinct_pus > summary->configuration->workers;

    be_buffer_printf(out, "%zu core%s time%s", summary->distinct_pus,
                     summary->distinct_pus == 1 ? "'s" : "s'",
                     with_dispatcher ? ", the dispatcher's among them," : "");
}

static void overlap_put(const struct be_budget *rounded, struct be_buffer *out)
{
    if (rounded->overlap > BE_BUDGET_STEP / 2) {
        be_buffer_printf(out,
                         "; %.1f %% more than all of it was seen as busy, so workers shared cores "
                         "and the parts are scaled down",
                         rounded->overlap);
    }
}

/* Why the parts are not known. */
static void unstamped_put(const struct be_summary *summary, struct be_buffer *out)
{
    char text[BE_UNITS_TEXT_BYTES];

    if (summary->budget.too_short_ns > 0) {
        be_buffer_printf(out, "a pass of %s is too short, ",
                         be_units_format_duration(text, (double)summary->budget.too_short_ns));
        be_buffer_printf(out, "since so few of its calls are timed; from %s on it is told",
                         be_units_format_duration(text, (double)BE_BUDGET_PASS_NS_MIN));
    } else {
        be_buffer_puts(out, "no pass was stamped");
    }
}

void be_words_missing(const struct be_summary *summary, struct be_buffer *out)
{
    struct be_budget rounded = summary->budget;

    if (!isfinite(rounded.reached)) {
        return;
    }
    be_budget_round(&rounded);
    double missing = 100 - rounded.reached;
    if (missing > BE_BUDGET_STEP / 2) {
        be_buffer_printf(out, "Where the missing %.1f %% of ", missing);
        cores_put(summary, out);
        be_buffer_puts(out, " went");
    } else {
        be_buffer_printf(out, "No core time is missing, %.1f %% of ", rounded.reached);
        cores_put(summary, out);
        be_buffer_puts(out, " was reached; the parts");
    }
    if (rounded.known) {
        be_buffer_puts(out, ": ");
        losses_put(&rounded, out);
        overlap_put(&rounded, out);
    } else {
        be_buffer_puts(out, " is not known: ");
        unstamped_put(summary, out);
    }
    be_buffer_puts(out, ".");
}

void be_words_verdict(const struct be_summary *summary, struct be_buffer *out)
{
    struct be_budget rounded = summary->budget;

    if (summary->why_unavailable) {
        be_buffer_printf(out, "unavailable: %s", summary->why_unavailable);
        return;
    }
    if (!isfinite(rounded.reached)) {
        be_buffer_puts(out, "not known: no good sample beside its serial reference");
        return;
    }
    be_budget_round(&rounded);
    be_buffer_printf(out, "reached %.1f %% of ", rounded.reached);
    be_buffer_printf(out, "%zu core%s", summary->distinct_pus,
                     be_words_plural(summary->distinct_pus));
    if (!rounded.known) {
        be_buffer_puts(out, "; where the rest went is not known: ");
        unstamped_put(summary, out);
        return;
    }
    be_buffer_puts(out, "; lost: ");
    losses_put(&rounded, out);
    overlap_put(&rounded, out);
}

void be_words_prediction(const struct be_model *model, struct be_buffer *out)
{
    char text[BE_UNITS_TEXT_BYTES];

    if (model->never_pays) {
        be_buffer_puts(out, "one worker or one core can never pay.");
        return;
    }
    if (!isfinite(model->dispatcher_ns) || !isfinite(model->worker_ns)) {
        be_buffer_puts(out,
                       "nothing, since what a task costs dispatcher and workers is not known.");
        return;
    }
    if (isfinite(model->predicted_breakeven_ns)) {
        be_buffer_printf(out, "breaks even from %s a task",
                         be_units_format_duration(text, model->predicted_breakeven_ns));
    } else {
        be_buffer_puts(out, "no break-even, since its parts are not known");
    }
    if (isfinite(model->predicted_cold_breakeven_ns)) {
        be_buffer_printf(out, ", started cold from %s",
                         be_units_format_duration(text, model->predicted_cold_breakeven_ns));
    }
    if (isfinite(model->saturation_workers) && model->saturation_workers < 1e6) {
        be_buffer_printf(out, "; the dispatcher is full at %.0f worker%s",
                         ceil(model->saturation_workers),
                         be_words_plural((size_t)ceil(model->saturation_workers)));
    }
    be_buffer_puts(out, ".");
}
