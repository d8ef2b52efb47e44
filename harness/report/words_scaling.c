/* What fits through a scaling series say, and what to know about them. */
#include <inttypes.h>
#include <math.h>

#include "report/shown.h"
#include "report/words.h"

static uint32_t most_fitted(const struct be_scaling *scaling)
{
    uint32_t most = 0;

    for (size_t i = 0; i < scaling->count; i++) {
        most = scaling->points[i].fitted ? scaling->points[i].workers : most;
    }
    return most;
}

void be_words_fit(const struct be_scaling *scaling, struct be_buffer *out)
{
    const char *separator = "";

    if (scaling->fitted < BE_SCALING_POINTS_MIN) {
        be_buffer_printf(out, "too few points: %zu worker count%s, a fit needs %d", scaling->fitted,
                         be_words_plural(scaling->fitted), BE_SCALING_POINTS_MIN);
        separator = "; ";
    } else {
        be_buffer_printf(out, "%zu worker counts up to %" PRIu32, scaling->fitted,
                         most_fitted(scaling));
        separator = "; ";
    }
    if (scaling->fitted < scaling->count) {
        be_buffer_printf(out, "%s%zu beyond what this machine runs at once are left out", separator,
                         scaling->count - scaling->fitted);
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
    if (scaling->includes_clock_loss) {
        be_buffer_puts(out, "; includes clock loss");
    }
}
