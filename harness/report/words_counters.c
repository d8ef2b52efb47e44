/* Counters of a pass, in words. */
#include <math.h>
#include <string.h>

#include "core/units.h"
#include "report/shown.h"
#include "report/words.h"

/* Of their mean; below that it is much the same in all workers. */
#define SPREAD_TOLD .1

bool be_words_is_counted(const struct be_counter_summary *counter)
{
    return counter->state == BE_COUNTER_COUNTED || counter->state == BE_COUNTER_SCALED;
}

const struct be_counter_summary *be_words_counter_find(const struct be_summary *summary,
                                                       const char *name)
{
    for (size_t i = 0; i < summary->counter_count; i++) {
        if (strcmp(summary->counters[i].name, name) == 0) {
            return &summary->counters[i];
        }
    }
    return NULL;
}

void be_words_counter(const struct be_counter_summary *counter, struct be_buffer *out)
{
    char text[BE_UNITS_TEXT_BYTES];
    double value = counter->value;

    if (counter->state == BE_COUNTER_NOT_COUNTING) {
        be_buffer_printf(out, "not counting: %s", counter->reason);
        return;
    }
    if (counter->state == BE_COUNTER_UNAVAILABLE || !isfinite(value)) {
        be_buffer_printf(out, "unavailable: %s", counter->reason);
        return;
    }
    if (be_counter_is_time(counter->name)) {
        be_buffer_puts(out, be_shown_of_value(BE_SHOWN_TIME, value).value);
    } else if ((value == floor(value) || value >= 1000) && value >= 0 && value < 1e18) {
        be_buffer_puts(out, be_units_format_count(text, (uint64_t)llround(value)));
    } else {
        be_buffer_printf(out, "%.1f", value);
    }
    be_buffer_puts(out, counter->state == BE_COUNTER_SCALED ? " (scaled)" : "");
    if (counter->spread >= SPREAD_TOLD) {
        be_buffer_printf(out, " (workers differ by %.0f %%)", 100 * counter->spread);
    }
}

void be_words_counters(const struct be_summary *summary, struct be_buffer *out)
{
    const struct be_counter_summary *missing = NULL;
    size_t missing_count = 0;
    size_t zero_count = 0;
    const char *separator = "";

    for (size_t i = 0; i < summary->counter_count; i++) {
        const struct be_counter_summary *counter = &summary->counters[i];
        bool counted = be_words_is_counted(counter);
        if (counted && counter->value > 0) {
            be_buffer_printf(out, "%s%s ", separator, counter->name);
            be_words_counter(counter, out);
            separator = ", ";
        } else if (counted) {
            zero_count++;
        } else if (missing_count++ == 0) {
            missing = counter;
        }
    }
    if (zero_count > 0) {
        be_buffer_printf(out, "%s%zu counted none", separator, zero_count);
        separator = ", ";
    }
    if (missing) {
        be_buffer_printf(out, "%s%s ", separator, missing->name);
        be_words_counter(missing, out);
    }
    if (missing_count > 1) {
        be_buffer_printf(out, " (and %zu more)", missing_count - 1);
    }
}
