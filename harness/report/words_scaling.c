/* What fits through a scaling series say, and what to know about them. */
#include <inttypes.h>
#include <math.h>

#include "report/shown.h"
#include "report/words.h"

static size_t unknown_count(const struct be_scaling *scaling)
{
    size_t count = 0;

    for (size_t i = 0; i < scaling->count; i++) {
        count += !scaling->points[i].speedup.known;
    }
    return count;
}

void be_words_fit(const struct be_scaling *scaling, struct be_buffer *out)
{
    size_t unknown = unknown_count(scaling);
    size_t beyond = scaling->count - scaling->fitted - unknown;

    if (scaling->fitted < BE_SCALING_POINTS_MIN) {
        be_buffer_printf(out, "too few points: %zu worker count%s, a fit needs %d", scaling->fitted,
                         be_words_plural(scaling->fitted), BE_SCALING_POINTS_MIN);
    } else {
        be_buffer_printf(out, "%zu worker counts up to %" PRIu32, scaling->fitted,
                         scaling->fitted_workers_max);
    }
    if (beyond > 0) {
        be_buffer_printf(
            out, "; %zu left out, beyond what this machine runs at once on cores alike", beyond);
    }
    if (unknown > 0) {
        be_buffer_printf(out, "; %zu without a good sample", unknown);
    }
    if (!scaling->relative) {
        be_buffer_puts(out, "; over the serial reference, since 1 worker was not measured");
    }
    if (scaling->fitted >= BE_SCALING_POINTS_MIN && !scaling->usl_peak_workers.known) {
        be_buffer_puts(out, "; no N*: throughput keeps growing");
    } else if (scaling->fitted >= BE_SCALING_POINTS_MIN && scaling->usl_peak_beyond) {
        be_buffer_puts(out, "; N* is beyond what was measured: extrapolated");
    }
    if (scaling->usl_peak_high_open) {
        be_buffer_puts(out, "; the interval of N* has no upper end");
    }
    be_buffer_puts(out,
                   scaling->includes_clock_loss ? "; includes clock loss" : "; at equal frequency");
}
