/* Flags: what to know about samples before trusting their figures. */
#include <math.h>

#include "core/units.h"
#include "report/shown.h"
#include "report/words.h"

const char *be_words_flag_name(enum be_flag flag)
{
    static const char *const names[BE_FLAG_COUNT] = {
        [BE_FLAG_PASS_TREND] = "trend over passes",
        [BE_FLAG_ROUND_TREND] = "trend over rounds",
        [BE_FLAG_TWO_MODES] = "two modes",
        [BE_FLAG_OUTLIERS] = "outliers",
        [BE_FLAG_START_SKEW] = "start skew",
        [BE_FLAG_OVERSUBSCRIBED] = "oversubscribed",
        [BE_FLAG_TOO_FEW] = "too few rounds",
        [BE_FLAG_UNMEASURABLE] = "not measurable here now",
    };

    return names[flag];
}

/* "12 passes a sample: the later half took 2.3 % more (z 4.1)". */
static void trend_put(const struct be_trend *trend, const char *what, struct be_buffer *out)
{
    be_buffer_printf(out, "%zu %s: the later half took %.1f %% %s (z %.1f)", trend->count, what,
                     100 * fabs(trend->change), trend->change < 0 ? "less" : "more", trend->z);
}

/* Times of measured ones are over their reference's, those of all others their own. */
static bool is_over_reference(const struct be_summary *summary)
{
    return summary->configuration->role == BE_ROLE_MEASURED;
}

static void modes_put(const struct be_summary *summary, struct be_buffer *out)
{
    const struct be_modes *modes = &summary->flags.modes;

    be_buffer_puts(out, "times gather around ");
    if (is_over_reference(summary)) {
        be_buffer_printf(out, "%.3f and %.3f of the serial time", modes->low, modes->high);
    } else {
        be_buffer_puts(out, be_shown_of_value(BE_SHOWN_TIME, modes->low).value);
        be_buffer_printf(out, " and %s", be_shown_of_value(BE_SHOWN_TIME, modes->high).value);
    }
    be_buffer_printf(out, ", %.0f %% of %zu at the second", 100 * modes->high_share, modes->count);
}

void be_words_flag(const struct be_summary *summary, enum be_flag flag, struct be_buffer *out)
{
    const struct be_flags *flags = &summary->flags;

    switch (flag) {
    case BE_FLAG_PASS_TREND:
        trend_put(&flags->pass_trend, "passes a sample", out);
        break;
    case BE_FLAG_ROUND_TREND:
        trend_put(&flags->round_trend,
                  is_over_reference(summary) ? "rounds against the serial reference" : "rounds",
                  out);
        break;
    case BE_FLAG_TWO_MODES:
        modes_put(summary, out);
        break;
    case BE_FLAG_OUTLIERS:
        be_buffer_printf(out,
                         "%.0f time%s far from all others; none was dropped, and the median "
                         "hardly sees them",
                         flags->outliers, flags->outliers == 1 ? " is" : "s are");
        break;
    case BE_FLAG_START_SKEW:
        be_buffer_printf(out, "workers begin apart by %.0f %% of the pass",
                         100 * flags->start_skew);
        break;
    case BE_FLAG_UNMEASURABLE:
        be_buffer_printf(out, "%zu of %zu rounds dropped", flags->dropped, flags->rounds);
        break;
    case BE_FLAG_OVERSUBSCRIBED:
    case BE_FLAG_TOO_FEW:
    case BE_FLAG_COUNT:
        break;
    }
}

/* "outliers (processes x2, 10 us, and 3 more)". */
static bool flag_put(const struct be_view *view, enum be_flag flag, const char *separator,
                     struct be_buffer *out)
{
    size_t count = 0;

    for (size_t i = 0; i < view->summaries->count; i++) {
        if (be_flags_raised(&view->summaries->items[i].flags, flag) && count++ == 0) {
            be_buffer_printf(out, "%s%s (", separator, be_words_flag_name(flag));
            be_words_configuration(view, i, out);
        }
    }
    if (count > 1) {
        be_buffer_printf(out, " and %zu more", count - 1);
    }
    be_buffer_puts(out, count > 0 ? ")" : "");
    return count > 0;
}

void be_words_flags(const struct be_view *view, struct be_buffer *out)
{
    /* The gravest first. */
    static const enum be_flag order[] = {
        BE_FLAG_UNMEASURABLE, BE_FLAG_ROUND_TREND, BE_FLAG_PASS_TREND,     BE_FLAG_TWO_MODES,
        BE_FLAG_OUTLIERS,     BE_FLAG_START_SKEW,  BE_FLAG_OVERSUBSCRIBED,
    };
    const char *separator = "";

    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        separator = flag_put(view, order[i], separator, out) ? "; " : separator;
    }
}
