#include "cli/intervals.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/precision.h"
#include "core/units.h"

struct ranked {
    double width;
    size_t index; /* of its configuration */
};

/* The widest first, those without an interval before all; equal ones in the order of the plan. */
static int ranked_compare(const void *a, const void *b)
{
    const struct ranked *x = a;
    const struct ranked *y = b;

    if (x->width != y->width) {
        return x->width < y->width ? 1 : -1;
    }
    return (x->index > y->index) - (x->index < y->index);
}

static void summary_put(const struct be_summary *summary, struct be_buffer *text)
{
    const struct be_configuration *configuration = summary->configuration;
    double width = be_precision_half_width(&summary->speedup);
    char grain[BE_UNITS_TEXT_BYTES] = "-";
    char speedup[BE_UNITS_TEXT_BYTES] = "-";
    char percent[BE_UNITS_TEXT_BYTES] = "none";

    if (isfinite(width)) {
        snprintf(percent, sizeof(percent), "%.1f %%", width * 100);
    }
    if (summary->speedup.known) {
        double median = summary->speedup.median;
        snprintf(speedup, sizeof(speedup), median < .1 ? "%.2g" : "%.2f", median);
    }
    if (summary->grain_ns.known) {
        be_units_format_duration(grain, summary->grain_ns.median);
    } else if (configuration->grain_asked_ns > 0) {
        be_units_format_duration(grain, (double)configuration->grain_asked_ns);
    }
    be_buffer_printf(text, "  %-9s %6zu  %8s  %9s  %s x%" PRIu32 ", chunk %s, %s, %s\n", percent,
                     summary->samples, speedup, grain, configuration->executor,
                     configuration->workers, be_params_get(&configuration->params, "chunk"),
                     configuration->placement, configuration->workload);
}

enum be_status be_intervals_list(const struct be_summaries *summaries, double wanted,
                                 struct be_buffer *text, struct be_error *error)
{
    struct ranked *order = calloc(summaries->count + 1, sizeof(*order));
    size_t count = 0;

    if (!order) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a list");
    }
    for (size_t i = 0; i < summaries->count; i++) {
        const struct be_summary *summary = &summaries->items[i];
        if (be_configuration_has_speedup(summary->configuration)) {
            order[count++] = (struct ranked){be_precision_half_width(&summary->speedup), i};
        }
    }
    qsort(order, count, sizeof(*order), ranked_compare);
    be_buffer_printf(text,
                     "\n  half of the 95 %% interval of each speedup; wanted: %g %%\n"
                     "  half     rounds   speedup       task\n",
                     wanted * 100);
    for (size_t i = 0; i < count; i++) {
        summary_put(&summaries->items[order[i].index], text);
    }
    free(order);
    return BE_OK;
}
