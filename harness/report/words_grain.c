/* Break-even and METG: where a curve over task lengths reaches a level, and what that stands on. */
#include <math.h>

#include "core/units.h"
#include "report/shown.h"
#include "report/words.h"

void be_words_crossing(const struct be_crossing *crossing, struct be_buffer *out)
{
    struct be_shown shown = be_shown_of_crossing(crossing);

    be_buffer_printf(out, "%s%s%s", shown.value, shown.interval[0] ? " " : "", shown.interval);
    if (crossing->crossings > 1) {
        be_buffer_printf(out, ", %zu crossings", crossing->crossings);
    }
}

static void unknown_put(const struct be_crossing *crossing, struct be_buffer *out)
{
    if (crossing->grains < 2) {
        be_buffer_printf(out, "not known: %zu task length%s, it needs 2", crossing->grains,
                         be_words_plural(crossing->grains));
    } else {
        be_buffer_puts(out, "not known: reached with short tasks only");
    }
}

/* "between 1.00 us and 1.33 us, 8 lengths a decade there", and what to mind about it. */
static void inside_put(const struct be_crossing *crossing, struct be_buffer *out)
{
    char text[BE_UNITS_TEXT_BYTES];

    be_buffer_printf(out, "between %s", be_units_format_duration(text, crossing->below_ns));
    be_buffer_printf(out, " and %s, ", be_units_format_duration(text, crossing->above_ns));
    if (isfinite(crossing->grains_per_decade)) {
        be_buffer_printf(out, "%.0f a decade there, ", floor(crossing->grains_per_decade + .01));
    }
    if (crossing->coarse) {
        be_buffer_puts(out, "which is coarse, ");
    }
    if (!crossing->bounded) {
        be_buffer_puts(out, "too few rounds for an interval, ");
    }
}

void be_words_ground(const struct be_crossing *crossing, struct be_buffer *out)
{
    char text[BE_UNITS_TEXT_BYTES];

    if (crossing->state == BE_CROSSING_UNKNOWN) {
        unknown_put(crossing, out);
        return;
    }
    if (crossing->state == BE_CROSSING_INSIDE) {
        inside_put(crossing, out);
    }
    be_buffer_printf(out, "%zu lengths from %s", crossing->grains,
                     be_units_format_duration(text, crossing->smallest_ns));
    be_buffer_printf(out, " to %s", be_units_format_duration(text, crossing->largest_ns));
    be_buffer_printf(out, ", %zu round%s", crossing->rounds, be_words_plural(crossing->rounds));
}
