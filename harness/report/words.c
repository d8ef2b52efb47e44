#include "report/words.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/precision.h"
#include "core/units.h"
#include "machine/quality.h"
#include "report/escape.h"
#include "report/shown.h"

/* Room for all that the quality gate can find at once; what a broken runner prints is cut. */
enum { REASON_COLUMNS_MAX = BE_QUALITY_REASON_BYTES };

void be_words_cell(const struct be_view *view, const struct be_view_cell *cell,
                   struct be_buffer *out)
{
    be_buffer_printf(out, "%s x%" PRIu32, view->series[cell->series].label, cell->workers);
    if (view->task_count > 1) {
        be_buffer_printf(out, ", %s", view->tasks[cell->task].label);
    }
}

void be_words_configuration(const struct be_view *view, size_t configuration, struct be_buffer *out)
{
    const struct be_configuration *named = &view->run->configurations[configuration];
    const struct be_view_cell *cell = be_view_cell_of(view, configuration);

    if (cell) {
        be_words_cell(view, cell, out);
        return;
    }
    be_buffer_puts(out, named->executor);
    if (named->role != BE_ROLE_REFERENCE) {
        be_buffer_printf(out, " x%" PRIu32, named->workers);
    }
    for (size_t i = 0; view->task_count > 1 && i < view->task_count; i++) {
        if (view->tasks[i].reference->configuration->block == named->block) {
            be_buffer_printf(out, ", %s", view->tasks[i].label);
        }
    }
    be_buffer_puts(out, named->role == BE_ROLE_OVERHEAD    ? ", messages only"
                        : named->role == BE_ROLE_UNCOUNTED ? ", not counted"
                                                           : "");
}

void be_words_series(const struct be_view *view, size_t series, struct be_buffer *out)
{
    const char *chunk = be_params_get(&view->series[series].params, "chunk");
    bool differs = false;

    be_buffer_puts(out, view->series[series].label);
    for (size_t i = 0; chunk && i < view->series_count; i++) {
        const char *other = be_params_get(&view->series[i].params, "chunk");
        differs = differs || !other || strcmp(other, chunk) != 0;
    }
    if (differs && !strstr(view->series[series].label, ", chunk ")) {
        be_buffer_printf(out, ", chunk %s", chunk);
    }
}

const char *be_words_plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* Rounds begun: the samples of a configuration, less those that another of its round replaced. */
static size_t rounds_begun(const struct be_summary *summary)
{
    return summary->clean + summary->suspect + summary->rejected + summary->failed +
           summary->unavailable - summary->rerun;
}

void be_words_rounds(const struct be_view *view, struct be_buffer *out)
{
    size_t least = SIZE_MAX;
    size_t most = 0;

    for (size_t i = 0; i < view->task_count; i++) {
        size_t begun = rounds_begun(view->tasks[i].reference);
        least = begun < least ? begun : least;
        most = begun > most ? begun : most;
    }
    if (least < most) {
        be_buffer_printf(out, "%zu .. ", least);
    }
    be_buffer_printf(out, "%zu ", most);
    if (most < view->run->rounds) {
        be_buffer_printf(out, "of at most %" PRIu32 " ", view->run->rounds);
    }
    be_buffer_printf(out, "round%s", be_words_plural(most < view->run->rounds ? 2 : most));
}

bool be_words_has_scale(const struct be_view *view)
{
    for (size_t i = 0; i < view->task_count; i++) {
        const struct be_configuration *first = view->tasks[0].reference->configuration;
        const struct be_configuration *task = view->tasks[i].reference->configuration;
        if (task->grain_asked_ns == 0 || strcmp(task->workload, first->workload) != 0) {
            return false;
        }
    }
    return view->task_count > 1;
}

void be_words_task(const struct be_view *view, struct be_buffer *out)
{
    char text[BE_UNITS_TEXT_BYTES];
    size_t searched = view->task_count - view->planned_count;

    if (view->messages_only && view->task_count > 1) {
        be_buffer_printf(out, "%zu kinds of empty task", view->task_count);
    } else if (view->messages_only) {
        be_buffer_printf(
            out, "%s empty tasks",
            be_units_format_count(text, view->tasks[0].reference->configuration->tasks));
    } else if (view->task_count == 1) {
        const struct be_summary *reference = view->tasks[0].reference;
        be_buffer_printf(out, "%s tasks",
                         be_units_format_count(text, reference->configuration->tasks));
        if (reference->grain_ns.known) {
            be_buffer_printf(out, " of %s",
                             be_units_format_duration(text, reference->grain_ns.median));
        }
    } else if (view->planned_count > 1 && be_words_has_scale(view)) {
        be_buffer_printf(out, "%zu task lengths, %s .. %s", view->planned_count,
                         view->tasks[view->planned[0]].label,
                         view->tasks[view->planned[view->planned_count - 1]].label);
    } else {
        be_buffer_printf(out, "%zu kind%s of task", view->planned_count,
                         be_words_plural(view->planned_count));
    }
    if (searched > 0) {
        be_buffer_printf(out, ", %zu more to find where it breaks even", searched);
    }
}

/*
 * Whether a parameter is worth a word: it is one of those that say most, or the plan names it. The
 * rest are defaults, which exports have.
 */
static bool is_worth_a_word(const struct be_view *view, const char *key)
{
    static const char *const always[] = {"chunk", "placement", "transport"};
    const json_t *axes = json_object_get(view->plan, "axes");

    for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
        if (strcmp(key, always[i]) == 0) {
            return true;
        }
    }
    return !axes || json_object_get(axes, key);
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

/* "processes: codec raw, window 64"; false, and nothing, where this series has none to tell. */
static bool constants_of_executor(const struct be_view *view, size_t series, const char *before,
                                  struct be_buffer *out)
{
    const struct be_params *params = &view->series[series].params;
    bool any = false;

    for (size_t k = 0; k < params->count; k++) {
        const struct be_params_entry *entry = &params->entries[k];
        if (is_shared(view, entry) || !is_of_executor(view, series, entry) ||
            !is_worth_a_word(view, entry->key)) {
            continue;
        }
        if (any) {
            be_buffer_puts(out, ", ");
        } else {
            be_buffer_printf(out, "%s%s: ", before, be_params_get(params, "executor"));
        }
        be_buffer_printf(out, "%s %s", entry->key, entry->value);
        any = true;
    }
    return any;
}

void be_words_constants(const struct be_view *view, const char *before, struct be_buffer *out)
{
    const char *separator = before;

    for (size_t k = 0; view->series_count > 0 && k < view->series[0].params.count; k++) {
        const struct be_params_entry *entry = &view->series[0].params.entries[k];
        if (is_shared(view, entry) && strcmp(entry->key, "executor") != 0 &&
            is_worth_a_word(view, entry->key)) {
            be_buffer_printf(out, "%s%s %s", separator, entry->key, entry->value);
            separator = ", ";
        }
    }
    separator = separator == before ? before : "; ";
    for (size_t i = 0; i < view->series_count; i++) {
        if (constants_of_executor(view, i, separator, out)) {
            separator = "; ";
        }
    }
}

/* Samples of a run by what became of them. */
struct tally {
    size_t clean, suspect, rerun, dropped, failed, unavailable;
};

static struct tally tally_find(const struct be_summaries *summaries)
{
    struct tally tally = {0};

    for (size_t i = 0; i < summaries->count; i++) {
        const struct be_summary *summary = &summaries->items[i];
        tally.clean += summary->clean;
        tally.suspect += summary->suspect;
        tally.rerun += summary->rerun;
        tally.dropped += summary->dropped;
        tally.failed += summary->failed;
        tally.unavailable += summary->unavailable;
    }
    return tally;
}

/* Why the first sample of a state is in it, after `label`; nothing and false when there is none. */
static bool reason_put(const struct be_view *view, enum be_sample_state state, const char *label,
                       struct be_buffer *out)
{
    for (size_t i = 0; i < view->run->sample_count; i++) {
        const struct be_sample *sample = &view->run->samples[i];
        if (sample->state == state && sample->reason) {
            be_buffer_puts(out, label);
            be_escape_append(out, BE_ESCAPE_TERMINAL, sample->reason, REASON_COLUMNS_MAX);
            return true;
        }
    }
    return false;
}

void be_words_quality(const struct be_view *view, struct be_buffer *out)
{
    struct tally tally = tally_find(view->summaries);
    const char *watched = NULL;
    char text[BE_UNITS_TEXT_BYTES];

    be_buffer_printf(out, "%zu sample%s clean, %zu suspect, %zu re-run, %zu dropped, %zu failed",
                     tally.clean, be_words_plural(tally.clean), tally.suspect, tally.rerun,
                     tally.dropped, tally.failed);
    if (tally.unavailable > 0) {
        be_buffer_printf(out, ", %zu unavailable", tally.unavailable);
    }
    be_buffer_puts(out, "; ");
    be_words_rounds(view, out);
    be_buffer_printf(out, ", %s", be_units_format_duration(text, (double)view->run->elapsed_ns));
    reason_put(view, BE_SAMPLE_FAILED, "; the first failed: ", out);
    if (!reason_put(view, BE_SAMPLE_REJECTED, "; the first dropped or re-run: ", out)) {
        reason_put(view, BE_SAMPLE_SUSPECT, "; the first suspect: ", out);
    }
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
    struct be_precision precision;

    be_precision_of(view->summaries, view->precision, &precision);
    if (precision.judged == 0) {
        return;
    }
    if (precision.unbounded == precision.judged) {
        be_buffer_puts(out, "none, since there are fewer than 6 good rounds");
        return;
    }
    be_buffer_printf(out, "%zu of %zu %s within the %g %% wanted, widest ±%.1f %% (",
                     precision.within, precision.judged,
                     view->messages_only ? "pass times" : "speedups", 100 * view->precision,
                     100 * precision.widest);
    be_words_configuration(view, precision.widest_configuration, out);
    be_buffer_puts(out, ")");
    if (precision.unbounded > 0) {
        be_buffer_printf(out, ", %zu without an interval", precision.unbounded);
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
