#include "report/words.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "core/units.h"
#include "report/escape.h"
#include "report/shown.h"

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

void be_words_cell(const struct be_view *view, const struct be_view_cell *cell,
                   struct be_buffer *out)
{
    be_buffer_printf(out, "%s x%" PRIu32, view->series[cell->series].label, cell->workers);
    if (view->task_count > 1) {
        be_buffer_printf(out, ", %s", view->tasks[cell->task].label);
    }
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

void be_words_rounds(const struct be_view *view, struct be_buffer *out)
{
    const struct be_run *run = view->run;
    size_t begun = 0;

    for (size_t i = 0; i < view->summaries->count; i++) {
        const struct be_summary *summary = &view->summaries->items[i];
        size_t stored = summary->clean + summary->suspect + summary->rejected + summary->failed -
                        summary->rerun;
        begun = stored > begun ? stored : begun;
    }
    if (begun < run->rounds) {
        be_buffer_printf(out, "%zu of ", begun);
    }
    be_buffer_printf(out, "%" PRIu32 " round%s", run->rounds, plural(run->rounds));
}

/* Whether the tasks differ in their length only, as asked for. */
static bool is_a_scale(const struct be_view *view)
{
    for (size_t i = 0; i < view->task_count; i++) {
        const struct be_configuration *task = view->tasks[i].reference->configuration;
        const struct be_configuration *first = view->tasks[0].reference->configuration;
        if (task->grain_asked_ns == 0 || strcmp(task->workload, first->workload) != 0) {
            return false;
        }
    }
    return view->task_count > 1;
}

void be_words_task(const struct be_view *view, struct be_buffer *out)
{
    char text[BE_UNITS_TEXT_BYTES];

    if (view->task_count == 1) {
        const struct be_summary *reference = view->tasks[0].reference;
        be_buffer_printf(out, "%s tasks",
                         be_units_format_count(text, reference->configuration->tasks));
        if (reference->grain_ns.known) {
            be_buffer_printf(out, " of %s",
                             be_units_format_duration(text, reference->grain_ns.median));
        }
    } else if (is_a_scale(view)) {
        be_buffer_printf(out, "%zu task lengths, %s .. %s", view->task_count, view->tasks[0].label,
                         view->tasks[view->task_count - 1].label);
    } else {
        be_buffer_printf(out, "%zu kinds of task", view->task_count);
    }
}

/* Whether every series has this parameter with this value. */
static bool is_shared(const struct be_view *view, const struct be_params_entry *entry)
{
    for (size_t i = 0; i < view->series_count; i++) {
        const char *value = be_params_get(&view->series[i].params, entry->key);
        if (!value || strcmp(value, entry->value) != 0) {
            return false;
        }
    }
    return true;
}

/*
 * Whether all series of one executor have this value, and this is the first of them. What differs
 * between them is in their labels.
 */
static bool is_of_executor(const struct be_view *view, size_t series,
                           const struct be_params_entry *entry)
{
    const char *executor = be_params_get(&view->series[series].params, "executor");

    for (size_t i = 0; i < view->series_count; i++) {
        const struct be_params *other = &view->series[i].params;
        if (strcmp(be_params_get(other, "executor"), executor) == 0) {
            const char *value = be_params_get(other, entry->key);
            if (i < series || !value || strcmp(value, entry->value) != 0) {
                return false;
            }
        }
    }
    return strcmp(entry->key, "executor") != 0;
}

void be_words_constants(const struct be_view *view, struct be_buffer *out)
{
    const char *separator = "";

    for (size_t k = 0; view->series_count > 0 && k < view->series[0].params.count; k++) {
        const struct be_params_entry *entry = &view->series[0].params.entries[k];
        if (is_shared(view, entry) && strcmp(entry->key, "executor") != 0) {
            be_buffer_printf(out, "%s%s %s", separator, entry->key, entry->value);
            separator = ", ";
        }
    }
    separator = separator[0] ? "; " : "";
    for (size_t i = 0; i < view->series_count; i++) {
        const struct be_params *params = &view->series[i].params;
        for (size_t k = 0; k < params->count; k++) {
            const struct be_params_entry *entry = &params->entries[k];
            if (!is_shared(view, entry) && is_of_executor(view, i, entry)) {
                be_buffer_printf(out, "%s%s: %s %s", separator, be_params_get(params, "executor"),
                                 entry->key, entry->value);
                separator = "; ";
            }
        }
    }
}

/* "3.71x (3.68 .. 3.73)". */
static void speedup_put(const struct be_summary *summary, struct be_buffer *out)
{
    struct be_shown shown = be_shown_of(BE_SHOWN_RATIO, &summary->speedup);

    be_buffer_printf(out, "%sx%s%s", shown.value, shown.interval[0] ? " " : "", shown.interval);
}

/* The only cell there is: "Pays: 3.71x (3.68 .. 3.73) as fast as serial with processes x4." */
static void answer_cell(const struct be_view *view, const struct be_view_cell *cell,
                        struct be_buffer *out)
{
    static const char *const openings[] = {"Pays", "Cannot be told yet", "Does not pay"};

    be_buffer_printf(out, "%s: ", openings[verdict_of(cell->summary)]);
    speedup_put(cell->summary, out);
    be_buffer_puts(out, " as fast as serial with ");
    be_words_cell(view, cell, out);
    be_buffer_puts(out, cell->summary->speedup.bounded ? "."
                                                       : ", from too few samples for an interval.");
}

/* The tasks of one verdict as ranges: "1 us, 10 us .. 1 ms". Returns how many there are. */
static size_t ranges_put(const struct be_view *view, size_t series, enum verdict wanted,
                         struct be_buffer *out)
{
    uint32_t workers = be_view_most_workers(view);
    size_t found = 0;

    for (size_t i = 0; i < view->task_count; i++) {
        size_t first = i;
        while (i < view->task_count &&
               verdict_of(be_view_find(view, i, series, workers)) == wanted) {
            i++;
        }
        if (i > first) {
            be_buffer_printf(out, "%s%s", found > 0 ? ", " : "", view->tasks[first].label);
            if (i - first > 1) {
                be_buffer_printf(out, "%s%s", i - first > 2 ? " .. " : ", ",
                                 view->tasks[i - 1].label);
            }
            found += i - first;
        }
    }
    return found;
}

/* What a series comes to over all its tasks: the best of its verdicts. */
static enum verdict verdict_of_series(const struct be_view *view, size_t series)
{
    enum verdict best = VERDICT_UNKNOWN;

    for (size_t i = 0; i < view->task_count; i++) {
        enum verdict verdict =
            verdict_of(be_view_find(view, i, series, be_view_most_workers(view)));
        best = verdict < best ? verdict : best;
    }
    return best;
}

/* "with processes at 10 us .. 1 ms (up to 1.94x; not at 1 us)". */
static void series_put(const struct be_view *view, size_t series, enum verdict verdict,
                       struct be_buffer *out)
{
    uint32_t workers = be_view_most_workers(view);
    struct be_buffer texts[VERDICT_UNKNOWN] = {{0}};
    size_t counts[VERDICT_UNKNOWN];
    double best = 0;

    for (int i = 0; i < VERDICT_UNKNOWN; i++) {
        counts[i] = ranges_put(view, series, (enum verdict)i, &texts[i]);
    }
    for (size_t i = 0; i < view->task_count; i++) {
        const struct be_summary *summary = be_view_find(view, i, series, workers);
        best = summary && summary->speedup.known ? fmax(best, summary->speedup.median) : best;
    }
    size_t all = counts[VERDICT_PAYS] + counts[VERDICT_COSTS] + counts[VERDICT_UNCLEAR];
    be_buffer_printf(out, "with %s ", view->series[series].label);
    if (counts[verdict] == all) {
        be_buffer_printf(out, "at %s %s", verdict == VERDICT_COSTS ? "any" : "every",
                         is_a_scale(view) ? "task length" : "kind of task");
    } else {
        be_buffer_printf(out, "at %s", be_buffer_text(&texts[verdict]));
    }
    be_buffer_printf(out, verdict == VERDICT_PAYS ? " (up to %sx" : " (%sx at best",
                     be_shown_of_value(BE_SHOWN_RATIO, best).value);
    if (verdict != VERDICT_UNCLEAR && counts[VERDICT_UNCLEAR] > 0) {
        be_buffer_printf(out, "; unclear at %s", be_buffer_text(&texts[VERDICT_UNCLEAR]));
    }
    if (verdict != VERDICT_COSTS && counts[VERDICT_COSTS] > 0) {
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
            be_buffer_printf(out, "with %s, ", view->series[i].label);
            speedup_put(be_view_find(view, 0, i, be_view_most_workers(view)), out);
        }
    }
    return found > 0 ? "; it" : it;
}

static void answer_series(const struct be_view *view, struct be_buffer *out)
{
    uint32_t workers = be_view_most_workers(view);
    const char *it = "going parallel";

    be_buffer_printf(out, "With %" PRIu32 " worker%s ", workers, plural(workers));
    for (int verdict = 0; verdict < VERDICT_UNKNOWN; verdict++) {
        it = group_put(view, (enum verdict)verdict, it, out);
    }
    be_buffer_puts(out, ".");
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
    if (judged > 1 && bounded == 0) {
        be_buffer_puts(out, "Nothing can be told yet: an interval needs 6 good rounds, and no "
                            "speedup has them.");
    } else if (judged == 0) {
        be_buffer_puts(out, "Nothing can be judged: no configuration has a good sample beside its "
                            "serial reference.");
    } else if (view->cell_count == 1) {
        answer_cell(view, &view->cells[0], out);
    } else {
        answer_series(view, out);
    }
}

void be_words_quality(const struct be_view *view, struct be_buffer *out)
{
    size_t clean = 0;
    size_t suspect = 0;
    size_t rerun = 0;
    size_t dropped = 0;
    size_t failed = 0;
    const char *watched = NULL;
    char text[BE_UNITS_TEXT_BYTES];

    for (size_t i = 0; i < view->summaries->count; i++) {
        const struct be_summary *summary = &view->summaries->items[i];
        clean += summary->clean;
        suspect += summary->suspect;
        rerun += summary->rerun;
        dropped += summary->dropped;
        failed += summary->failed;
    }
    be_buffer_printf(out, "%zu sample%s clean, %zu suspect, %zu re-run, %zu dropped, %zu failed; ",
                     clean, plural(clean), suspect, rerun, dropped, failed);
    be_words_rounds(view, out);
    be_buffer_printf(out, ", %s", be_units_format_duration(text, (double)view->run->elapsed_ns));
    if (view->machine && be_json_has_string(view->machine, "quality_watched", &watched)) {
        be_buffer_puts(out, "; watched: ");
        be_escape_append(out, BE_ESCAPE_TERMINAL, watched, 0);
    }
    if (view->run->status != BE_RUN_DONE) {
        be_buffer_puts(out, "; stopped before its end");
    }
}

void be_words_precision(const struct be_view *view, struct be_buffer *out)
{
    const struct be_view_cell *widest = NULL;
    double width = 0;
    size_t narrow = 0;

    for (size_t i = 0; i < view->cell_count; i++) {
        const struct be_estimate *speedup = &view->cells[i].summary->speedup;
        if (!speedup->known || !speedup->bounded) {
            continue;
        }
        double half = (speedup->high - speedup->low) / 2 / speedup->median;
        narrow += half <= 0.01;
        if (half >= width) {
            width = half;
            widest = &view->cells[i];
        }
    }
    if (widest) {
        be_buffer_printf(out, "%zu of %zu speedups within 1 %%, widest ±%.1f %% (", narrow,
                         view->cell_count, 100 * width);
        be_words_cell(view, widest, out);
        be_buffer_puts(out, ")");
    } else if (view->cell_count > 0) {
        be_buffer_puts(out, "none, since there are fewer than 6 good rounds");
    }
}

void be_words_bound(const struct be_view *view, struct be_buffer *out)
{
    uint32_t workers = be_view_most_workers(view);

    for (size_t i = 0; i < view->cell_count; i++) {
        const struct be_configuration *configuration = view->cells[i].summary->configuration;
        if (view->cells[i].workers != workers || !(configuration->bound_order > 0) ||
            configuration->bound_order > 0.99 * workers) {
            continue;
        }
        be_buffer_printf(out,
                         "Tasks are never split, so %" PRIu32
                         " workers reach at most %.3fx with these in this order",
                         workers, configuration->bound_order);
        if (configuration->bound_best > 0) {
            be_buffer_printf(out, ", %.3fx in the best order", configuration->bound_best);
        }
        be_buffer_puts(out, ".");
        return;
    }
}

void be_words_overhead(const struct be_summary *summary, struct be_buffer *out)
{
    char text[BE_UNITS_TEXT_BYTES];
    double overhead_ns = summary->overhead_ns_per_task.median;
    double grain_ns = summary->grain_ns.median;

    if (!summary->overhead_ns_per_task.known || !summary->grain_ns.known) {
        return;
    }
    be_buffer_printf(out, "%s of core time a task was lost, ",
                     be_units_format_duration(text, overhead_ns));
    be_buffer_printf(out, "%s of its compute time",
                     be_shown_of_value(BE_SHOWN_PERCENT, overhead_ns / grain_ns).value);
    if (summary->ipc_overhead_ns.known) {
        be_buffer_printf(out, "; messages alone cost %s of CPU time a task (measured apart)",
                         be_units_format_duration(text, summary->ipc_overhead_ns.median));
    }
    be_buffer_puts(out, ".");
}

/* Counters of time, all in ns; the others count events. */
static bool is_time(const char *name)
{
    size_t length = strlen(name);

    return (length > 5 && strcmp(name + length - 5, "-time") == 0) ||
           (length > 6 && strcmp(name + length - 6, "-clock") == 0);
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
    if (is_time(counter->name)) {
        be_buffer_puts(out, be_shown_of_value(BE_SHOWN_TIME, value).value);
    } else if (value == floor(value) && value >= 0 && value < 1e18) {
        be_buffer_puts(out, be_units_format_count(text, (uint64_t)value));
    } else {
        be_buffer_printf(out, "%.1f", value);
    }
    be_buffer_puts(out, counter->state == BE_COUNTER_SCALED ? " (scaled)" : "");
}

void be_words_counters(const struct be_summary *summary, struct be_buffer *out)
{
    const struct be_counter_summary *missing = NULL;
    size_t missing_count = 0;
    size_t zero_count = 0;
    const char *separator = "";

    for (size_t i = 0; i < summary->counter_count; i++) {
        const struct be_counter_summary *counter = &summary->counters[i];
        bool counted = counter->state == BE_COUNTER_COUNTED || counter->state == BE_COUNTER_SCALED;
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
