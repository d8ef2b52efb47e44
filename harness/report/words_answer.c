/* The answer: does it pay, and from which tasks on. */
#include <inttypes.h>
#include <math.h>

#include "core/units.h"
#include "report/shown.h"
#include "report/words.h"

/* From the best to the worst. */
enum verdict {
    VERDICT_PAYS,    /* the whole interval is above 1 */
    VERDICT_UNCLEAR, /* it holds 1, or there are too few samples for one */
    VERDICT_COSTS,   /* the whole interval is below 1 */
    VERDICT_UNKNOWN, /* no speedup at all */
};

static enum verdict verdict_of(const struct be_summary *summary)
{
    if (!summary || !summary->speedup.known) {
        return VERDICT_UNKNOWN;
    }
    if (!summary->speedup.bounded) {
        return VERDICT_UNCLEAR;
    }
    return summary->speedup.low > 1    ? VERDICT_PAYS
           : summary->speedup.high < 1 ? VERDICT_COSTS
                                       : VERDICT_UNCLEAR;
}

/* "3.71x (3.68 .. 3.73)". */
static void speedup_put(const struct be_summary *summary, struct be_buffer *out)
{
    struct be_shown shown = be_shown_of(BE_SHOWN_RATIO, &summary->speedup);

    be_buffer_printf(out, "%sx%s%s", shown.value, shown.interval[0] ? " " : "", shown.interval);
}

/* The only cell there is: "Pays: 3.71x (3.68 .. 3.73) of 4x with processes x4." */
static void answer_cell(const struct be_view *view, const struct be_view_cell *cell,
                        struct be_buffer *out)
{
    static const char *const openings[] = {"Pays", "Cannot be told yet", "Does not pay"};

    be_buffer_printf(out, "%s: ", openings[verdict_of(cell->summary)]);
    speedup_put(cell->summary, out);
    be_buffer_printf(out, " of %" PRIu32 "x with ", cell->workers);
    be_words_cell(view, cell, out);
    be_buffer_puts(out, cell->summary->speedup.bounded ? "."
                                                       : ", from too few samples for an interval.");
}

/* The speedup of a planned task with the most workers, or NULL. */
static const struct be_summary *planned_find(const struct be_view *view, size_t planned,
                                             size_t series)
{
    return be_view_find(view, view->planned[planned], series, be_view_most_workers(view));
}

/* The tasks of one verdict as ranges: "1 us, 10 us .. 1 ms". Returns how many there are. */
static size_t ranges_put(const struct be_view *view, size_t series, enum verdict wanted,
                         struct be_buffer *out)
{
    size_t found = 0;

    for (size_t i = 0; i < view->planned_count; i++) {
        size_t first = i;
        while (i < view->planned_count && verdict_of(planned_find(view, i, series)) == wanted) {
            i++;
        }
        if (i > first) {
            be_buffer_printf(out, "%s%s", found > 0 ? ", " : "",
                             view->tasks[view->planned[first]].label);
            if (i - first > 1) {
                be_buffer_printf(out, "%s%s", i - first > 2 ? " .. " : ", ",
                                 view->tasks[view->planned[i - 1]].label);
            }
            found += i - first;
        }
    }
    return found;
}

/*
 * Where the curve of a series crosses 1. NULL: there is no such curve, it cannot be told, or the
 * place has no upper end: near 1 at every length, noise alone crosses it.
 */
static const struct be_crossing *crossing_of(const struct be_view *view, size_t series)
{
    const struct be_breakeven *breakeven =
        be_words_has_scale(view) ? be_view_breakeven(view, series, be_view_most_workers(view))
                                 : NULL;

    if (!breakeven || breakeven->warm.state == BE_CROSSING_UNKNOWN) {
        return NULL;
    }
    bool inside = breakeven->warm.state == BE_CROSSING_INSIDE;
    bool ends = breakeven->warm.bounded && !breakeven->warm.high_open;
    return inside && !ends ? NULL : &breakeven->warm;
}

/* What a series comes to over all its tasks: the best of its verdicts. */
static enum verdict verdict_of_series(const struct be_view *view, size_t series)
{
    enum verdict best = VERDICT_UNKNOWN;

    for (size_t i = 0; i < view->planned_count; i++) {
        enum verdict verdict = verdict_of(planned_find(view, i, series));
        best = verdict < best ? verdict : best;
    }
    return best;
}

/* "from 1.10 us a task with processes, chunk 1" or "with threads-gil up to 1.00 ms a task". */
static void crossing_put(const struct be_view *view, size_t series,
                         const struct be_crossing *crossing, struct be_buffer *out)
{
    char text[BE_UNITS_TEXT_BYTES];

    if (crossing->state == BE_CROSSING_INSIDE) {
        be_buffer_printf(out, "from %s a task ", be_units_format_duration(text, crossing->at_ns));
    } else if (crossing->state == BE_CROSSING_ALWAYS) {
        be_buffer_printf(out, "down to %s a task ",
                         be_units_format_duration(text, crossing->smallest_ns));
    }
    be_buffer_puts(out, "with ");
    be_words_series(view, series, out);
    if (crossing->state == BE_CROSSING_NEVER) {
        be_buffer_printf(out, " up to %s a task",
                         be_units_format_duration(text, crossing->largest_ns));
    }
}

/* "with processes at 10 us .. 1 ms", "with threads at every task length". */
static void tasks_put(const struct be_view *view, size_t series, enum verdict verdict,
                      const struct be_buffer *ranges, bool all, struct be_buffer *out)
{
    be_buffer_puts(out, "with ");
    be_words_series(view, series, out);
    if (all) {
        be_buffer_printf(out, " at %s %s", verdict == VERDICT_COSTS ? "any" : "every",
                         be_words_has_scale(view) ? "task length" : "kind of task");
    } else if (ranges->length > 0) {
        be_buffer_printf(out, " at %s", ranges->data);
    }
}

/* Whether the crossing says what the intervals say; what is unclear has no crossing to name. */
static bool agrees(const struct be_crossing *crossing, enum verdict verdict)
{
    return crossing->state == BE_CROSSING_NEVER ? verdict == VERDICT_COSTS
                                                : verdict == VERDICT_PAYS;
}

/* "with processes at 10 us .. 1 ms (up to 1.94x; not at 1 us)". */
static void series_put(const struct be_view *view, size_t series, enum verdict verdict,
                       struct be_buffer *out)
{
    const struct be_crossing *crossing = crossing_of(view, series);
    bool named = crossing && agrees(crossing, verdict);
    struct be_buffer texts[VERDICT_UNKNOWN] = {{0}};
    size_t counts[VERDICT_UNKNOWN];
    double best = 0;

    for (int i = 0; i < VERDICT_UNKNOWN; i++) {
        counts[i] = ranges_put(view, series, (enum verdict)i, &texts[i]);
    }
    for (size_t i = 0; i < view->planned_count; i++) {
        const struct be_summary *summary = planned_find(view, i, series);
        best = summary && summary->speedup.known ? fmax(best, summary->speedup.median) : best;
    }
    size_t all = counts[VERDICT_PAYS] + counts[VERDICT_COSTS] + counts[VERDICT_UNCLEAR];
    if (named) {
        crossing_put(view, series, crossing, out);
    } else {
        tasks_put(view, series, verdict, &texts[verdict], counts[verdict] == all, out);
    }
    be_buffer_printf(out, verdict == VERDICT_PAYS ? " (up to %sx" : " (%sx at best",
                     be_shown_of_value(BE_SHOWN_RATIO, best).value);
    if (verdict != VERDICT_UNCLEAR && counts[VERDICT_UNCLEAR] > 0) {
        be_buffer_printf(out, "; unclear at %s", be_buffer_text(&texts[VERDICT_UNCLEAR]));
    }
    if (!named && verdict != VERDICT_COSTS && counts[VERDICT_COSTS] > 0) {
        be_buffer_printf(out, "; not at %s", be_buffer_text(&texts[VERDICT_COSTS]));
    }
    be_buffer_puts(out, ")");
    for (int i = 0; i < VERDICT_UNKNOWN; i++) {
        be_buffer_finish(&texts[i]);
    }
}

/* All series of one verdict; `it` is what the sentence is about, the first time by its name. */
static const char *group_put(const struct be_view *view, enum verdict verdict, const char *it,
                             struct be_buffer *out)
{
    static const char *const verbs[] = {"pays", "is unclear", "does not pay"};
    size_t found = 0;

    for (size_t i = 0; i < view->series_count; i++) {
        if (view->series[i].style == 0 || verdict_of_series(view, i) != verdict) {
            continue;
        }
        if (found++ > 0) {
            be_buffer_puts(out, ", ");
        } else {
            be_buffer_printf(out, "%s %s ", it, verbs[verdict]);
        }
        if (view->task_count > 1) {
            series_put(view, i, verdict, out);
        } else {
            be_buffer_puts(out, "with ");
            be_words_series(view, i, out);
            be_buffer_puts(out, ", ");
            speedup_put(planned_find(view, 0, i), out);
        }
    }
    return found > 0 ? "; it" : it;
}

static void answer_series(const struct be_view *view, struct be_buffer *out)
{
    uint32_t workers = be_view_most_workers(view);
    const char *it = "going parallel";

    be_buffer_printf(out, "With %" PRIu32 " worker%s ", workers, be_words_plural(workers));
    for (int verdict = 0; verdict < VERDICT_UNKNOWN; verdict++) {
        it = group_put(view, (enum verdict)verdict, it, out);
    }
    be_buffer_puts(out, ".");
}

static bool serial_is_known(const struct be_view *view)
{
    return view->task_count > 0 && view->tasks[0].reference->wall_ns.known;
}

void be_words_answer(const struct be_view *view, struct be_buffer *out)
{
    size_t judged = 0;
    size_t bounded = 0;

    for (size_t i = 0; i < view->cell_count; i++) {
        const struct be_view_cell *cell = &view->cells[i];
        if (cell->workers == be_view_most_workers(view) && cell->summary->speedup.known) {
            judged++;
            bounded += cell->summary->speedup.bounded;
        }
    }
    if (view->messages_only) {
        be_words_messages(view, out);
    } else if (judged > 1 && bounded == 0) {
        be_buffer_puts(out, "Nothing can be told yet: an interval needs 6 good rounds, and no "
                            "speedup has them.");
    } else if (view->cell_count == 0 && serial_is_known(view)) {
        be_buffer_puts(out, "Serial time only: nothing parallel was measured to compare with it.");
    } else if (judged == 0) {
        be_buffer_puts(out, "Nothing can be judged: no configuration has a good sample beside its "
                            "serial reference.");
    } else if (view->cell_count == 1) {
        answer_cell(view, &view->cells[0], out);
    } else {
        answer_series(view, out);
    }
}
