/* What counters come to: of one configuration, and of a run. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "report/shown.h"
#include "report/words.h"

/* A clock that falls by less is no loss worth a sentence. */
#define CLOCK_LOSS_MIN .01

static void figure_put(enum be_shown_kind kind, const struct be_estimate *estimate,
                       struct be_buffer *out)
{
    struct be_shown shown = be_shown_of(kind, estimate);

    be_buffer_printf(out, "%s%s%s", shown.value, shown.interval[0] ? " " : "", shown.interval);
}

void be_words_counted(const struct be_view *view, const struct be_view_cell *cell,
                      struct be_buffer *out)
{
    const struct be_summary *summary = cell->summary;
    const struct be_summary *serial = view->tasks[cell->task].reference;
    const char *separator = "";

    if (summary->instructions_per_cycle.known) {
        be_buffer_printf(out, "%s instructions per cycle",
                         be_shown_of(BE_SHOWN_RATIO, &summary->instructions_per_cycle).value);
        separator = "; ";
    }
    if (summary->clock_ghz.known && serial->clock_ghz.known) {
        be_buffer_printf(out, "%s%s GHz serial", separator,
                         be_shown_of(BE_SHOWN_RATIO, &serial->clock_ghz).value);
        be_buffer_printf(out, ", %s GHz with %" PRIu32 " worker%s",
                         be_shown_of(BE_SHOWN_RATIO, &summary->clock_ghz).value, cell->workers,
                         be_words_plural(cell->workers));
        separator = "; ";
    }
    if (summary->instructions_per_task.known) {
        be_buffer_printf(out, "%s%s instructions a task", separator,
                         be_shown_of(BE_SHOWN_RATE, &summary->instructions_per_task).value);
    }
}

static bool loses_clock(const struct be_view *view, const struct be_view_cell *cell)
{
    const struct be_estimate *clock = &cell->summary->clock_ratio;

    return cell->workers == be_view_most_workers(view) && clock->known && clock->bounded &&
           clock->high < 1 - CLOCK_LOSS_MIN && cell->summary->equal_speedup.known;
}

/* "from 4.20 to 4.00 GHz", where the clock is known in that. */
static void clocks_put(const struct be_view *view, const struct be_view_cell *cell,
                       struct be_buffer *out)
{
    const struct be_estimate *from = &view->tasks[cell->task].reference->clock_ghz;
    const struct be_estimate *to = &cell->summary->clock_ghz;

    if (from->known && to->known) {
        be_buffer_printf(out, ", from %s", be_shown_of(BE_SHOWN_RATIO, from).value);
        be_buffer_printf(out, " to %s GHz", be_shown_of(BE_SHOWN_RATIO, to).value);
    }
}

void be_words_clock(const struct be_view *view, struct be_buffer *out)
{
    const struct be_view_cell *worst = NULL;
    size_t count = 0;

    for (size_t i = 0; i < view->cell_count; i++) {
        const struct be_view_cell *cell = &view->cells[i];
        if (loses_clock(view, cell)) {
            count++;
            if (!worst || cell->summary->clock_ratio.median < worst->summary->clock_ratio.median) {
                worst = cell;
            }
        }
    }
    if (!worst) {
        return;
    }
    struct be_estimate loss = worst->summary->clock_ratio;
    loss.median = 1 - worst->summary->clock_ratio.median;
    loss.low = 1 - worst->summary->clock_ratio.high;
    loss.high = 1 - worst->summary->clock_ratio.low;
    be_buffer_printf(out, "With %" PRIu32 " worker%s the clock falls by ", worst->workers,
                     be_words_plural(worst->workers));
    figure_put(BE_SHOWN_PERCENT, &loss, out);
    clocks_put(view, worst, out);
    be_buffer_puts(out, ": at equal frequency ");
    be_words_cell(view, worst, out);
    be_buffer_printf(out, " would have %sx",
                     be_shown_of(BE_SHOWN_RATIO, &worst->summary->equal_speedup).value);
    be_buffer_printf(out, " instead of %sx",
                     be_shown_of(BE_SHOWN_RATIO, &worst->summary->speedup).value);
    if (count > 1) {
        be_buffer_printf(out, "; likewise %zu more", count - 1);
    }
    be_buffer_puts(out, ".");
}

static bool is_alike(const struct be_counter_summary *a, const struct be_counter_summary *b)
{
    return a->state == b->state && strcmp(a->reason, b->reason) == 0;
}

/* Whether a summary has, before its counter `end`, one that is like this and, if asked, so named.
 */
static bool has_alike(const struct be_summary *summary, size_t end,
                      const struct be_counter_summary *counter, bool named)
{
    for (size_t i = 0; i < end; i++) {
        if (is_alike(&summary->counters[i], counter) &&
            (!named || strcmp(summary->counters[i].name, counter->name) == 0)) {
            return true;
        }
    }
    return false;
}

/* Whether it was met before: in an earlier summary, or earlier in this one. */
static bool was_met(const struct be_summaries *summaries, size_t summary, size_t counter,
                    bool named)
{
    const struct be_summary *own = &summaries->items[summary];
    const struct be_counter_summary *met = &own->counters[counter];

    for (size_t i = 0; i < summary; i++) {
        const struct be_summary *earlier = &summaries->items[i];
        if (has_alike(earlier, earlier->counter_count, met, named)) {
            return true;
        }
    }
    return has_alike(own, counter, met, named);
}

/* The names of all that are refused like this one, and where. */
static void refusal_put(const struct be_view *view, const struct be_counter_summary *first,
                        struct be_buffer *out)
{
    const struct be_summaries *summaries = view->summaries;
    const char *separator = "";
    size_t refused = 0;
    size_t asked = 0;

    for (size_t i = 0; i < summaries->count; i++) {
        const struct be_summary *summary = &summaries->items[i];
        asked += summary->counter_count > 0;
        refused += has_alike(summary, summary->counter_count, first, false);
        for (size_t k = 0; k < summary->counter_count; k++) {
            if (is_alike(&summary->counters[k], first) && !was_met(summaries, i, k, true)) {
                be_buffer_printf(out, "%s%s", separator, summary->counters[k].name);
                separator = ", ";
            }
        }
    }
    be_buffer_printf(out, " %s", be_counter_state_name(first->state));
    if (refused < asked) {
        be_buffer_printf(out, " in %zu of %zu configurations", refused, asked);
    }
    be_buffer_printf(out, ": %s.", first->reason);
}

void be_words_uncounted(const struct be_view *view, struct be_buffer *out)
{
    const struct be_summaries *summaries = view->summaries;
    const char *separator = "";

    for (size_t i = 0; i < summaries->count; i++) {
        for (size_t k = 0; k < summaries->items[i].counter_count; k++) {
            const struct be_counter_summary *counter = &summaries->items[i].counters[k];
            if (!be_words_is_counted(counter) && !was_met(summaries, i, k, false)) {
                be_buffer_puts(out, separator);
                refusal_put(view, counter, out);
                separator = " ";
            }
        }
    }
}

bool be_words_asks_for_counters(const struct be_view *view)
{
    const json_t *counters = json_object_get(view->plan, "counters");
    const char *first = json_string_value(json_array_get(counters, 0));

    return json_array_size(counters) > 1 || (first && strcmp(first, "default") != 0);
}

/* The smallest share of all configurations that a counter was scaled from; NAN: of none. */
static double share_least(const struct be_summaries *summaries, const char *name)
{
    double share = NAN;

    for (size_t i = 0; i < summaries->count; i++) {
        const struct be_counter_summary *counter =
            be_words_counter_find(&summaries->items[i], name);
        if (counter && counter->state == BE_COUNTER_SCALED) {
            share = fmin(share, counter->share);
        }
    }
    return share;
}

void be_words_scaled(const struct be_view *view, struct be_buffer *out)
{
    const struct be_summaries *summaries = view->summaries;
    const char *opening = "Scaled from a part of the time, so estimates: ";

    for (size_t i = 0; i < summaries->count; i++) {
        for (size_t k = 0; k < summaries->items[i].counter_count; k++) {
            const struct be_counter_summary *counter = &summaries->items[i].counters[k];
            if (counter->state == BE_COUNTER_SCALED && !was_met(summaries, i, k, true)) {
                double share = share_least(summaries, counter->name);
                be_buffer_printf(out, "%s%s from %s", opening, counter->name,
                                 be_shown_of_value(BE_SHOWN_PERCENT, share).value);
                opening = ", ";
            }
        }
    }
    be_buffer_puts(out, out->length > 0 ? "." : "");
}

void be_words_counting_cost(const struct be_view *view, struct be_buffer *out)
{
    const char *opening = "Counting adds ";

    for (size_t i = 0; i < view->cell_count; i++) {
        struct be_estimate added = view->cells[i].summary->counting_cost;
        if (!added.known || !added.bounded) {
            continue;
        }
        added.median -= 1;
        added.low -= 1;
        added.high -= 1;
        be_buffer_puts(out, opening);
        figure_put(BE_SHOWN_PERCENT, &added, out);
        be_buffer_puts(out, " to a pass of ");
        be_words_cell(view, &view->cells[i], out);
        opening = ", ";
    }
    be_buffer_puts(out, out->length > 0 ? "." : "");
}
