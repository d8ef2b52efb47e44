#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "report/escape.h"
#include "report/grid.h"
#include "report/report.h"
#include "report/shown.h"
#include "report/term.h"
#include "report/view.h"
#include "report/words.h"

/* Up to here each configuration has a row of its own; beyond, a table of speedups says more. */
enum { DETAILED_CELLS_MAX = 8 };

static void heading_put(const struct be_view *view, size_t width, struct be_buffer *out)
{
    struct be_buffer line = {0};
    char text[BE_UNITS_TEXT_BYTES];

    be_buffer_printf(&line, "plan %s · %s · %zu configurations, ", view->run->plan, view->workloads,
                     view->run->configuration_count);
    be_words_rounds(view, &line);
    be_buffer_printf(&line, " · %s · ",
                     be_units_format_duration(text, (double)view->run->elapsed_ns));
    be_words_task(view, &line);
    be_buffer_puts(&line, view->weak ? " · weak scaling: tasks grow with workers" : "");
    be_grid_wrap(be_buffer_text(&line), width, out);
    be_buffer_finish(&line);
    be_buffer_printf(&line, "on %s", view->place);
    be_words_constants(view, " · ", &line);
    be_grid_wrap(be_buffer_text(&line), width, out);
    out->failed = out->failed || line.failed;
    be_buffer_finish(&line);
}

/* Wall time, and tasks over it; both of one estimate. */
static void time_put(struct be_grid *grid, const struct be_estimate *wall_ns, uint64_t tasks)
{
    struct be_shown time = be_shown_of(BE_SHOWN_TIME, wall_ns);
    double rate =
        wall_ns->known && wall_ns->median > 0 ? (double)tasks / wall_ns->median * 1e9 : NAN;

    be_grid_put(grid, time.value);
    be_grid_put(grid, time.interval);
    be_grid_put(grid, be_shown_of_value(BE_SHOWN_RATE, rate).value);
}

static void speedup_put(struct be_grid *grid, const struct be_estimate *speedup, uint32_t workers)
{
    struct be_shown shown = be_shown_of(BE_SHOWN_RATIO, speedup);
    double efficiency = speedup->known ? speedup->median / workers : NAN;

    be_grid_put(grid, shown.value);
    be_grid_put(grid, shown.interval);
    be_grid_put(grid, be_shown_of_value(BE_SHOWN_PERCENT, efficiency).value);
}

/* A row for the serial reference, then one for each cell, each with its cold pass below it. */
static void detailed_put(const struct be_view *view, size_t width, struct be_buffer *out)
{
    static const char *const titles[] = {"",        "time", "a pass",     "tasks/s",
                                         "speedup", "",     "efficiency", "CPU"};
    struct be_grid grid = {.columns = sizeof(titles) / sizeof(titles[0])};
    const struct be_summary *reference = view->tasks[0].reference;

    for (size_t i = 0; i < grid.columns; i++) {
        be_grid_put(&grid, titles[i]);
    }
    be_grid_put(&grid, reference->configuration->executor);
    time_put(&grid, &reference->wall_ns, reference->configuration->tasks);
    be_grid_put(&grid, "1");
    be_grid_put(&grid, "");
    be_grid_put(&grid, "");
    be_grid_put(&grid, be_shown_of(BE_SHOWN_TIME, &reference->cpu_ns).value);
    for (size_t i = 0; i < view->cell_count; i++) {
        const struct be_view_cell *cell = &view->cells[i];
        const struct be_summary *summary = cell->summary;
        struct be_buffer name = {0};
        be_words_cell(view, cell, &name);
        be_grid_put(&grid, be_buffer_text(&name));
        be_buffer_finish(&name);
        time_put(&grid, &summary->wall_ns, summary->configuration->tasks);
        speedup_put(&grid, &summary->speedup, cell->workers);
        be_grid_put(&grid, be_shown_of(BE_SHOWN_TIME, &summary->cpu_ns).value);
        if (summary->cold_wall_ns.known) {
            be_grid_put(&grid, "  started cold");
            time_put(&grid, &summary->cold_wall_ns, summary->configuration->tasks);
            speedup_put(&grid, &summary->cold_speedup, cell->workers);
            be_grid_put(&grid, "");
        }
    }
    be_grid_print(&grid, "lrirrirr", width, out);
    be_grid_finish(&grid);
}

/* Columns of the table of speedups: tasks at the most workers, or worker counts of one task. */
struct columns {
    bool by_workers;
    bool breakevens; /* a last one says from which task on each series pays */
    size_t count;
    size_t indices[BE_GRID_COLUMNS_MAX]; /* of tasks or of worker counts */
};

static void columns_label(const struct be_view *view, const struct columns *columns, size_t i,
                          char *text, size_t bytes)
{
    if (columns->by_workers) {
        snprintf(text, bytes, "%" PRIu32, view->workers[columns->indices[i]]);
    } else {
        snprintf(text, bytes, "%s", view->tasks[columns->indices[i]].label);
    }
}

/* How many there would be if all had room. */
static size_t columns_all(const struct be_view *view, const struct columns *columns)
{
    return columns->by_workers ? view->worker_count : view->planned_count;
}

/* At most `room` of them, the first and the last among them. */
static struct columns columns_choose(const struct be_view *view, size_t room)
{
    struct columns columns = {.by_workers = view->task_count == 1,
                              .breakevens = be_words_has_scale(view)};
    size_t all = columns_all(view, &columns);

    room = room < BE_GRID_COLUMNS_MAX - 2 ? room : BE_GRID_COLUMNS_MAX - 2;
    columns.count = all < room ? all : room;
    for (size_t i = 0; i < columns.count; i++) {
        size_t index = columns.count > 1 ? i * (all - 1) / (columns.count - 1) : 0;
        columns.indices[i] = columns.by_workers ? index : view->planned[index];
    }
    return columns;
}

/* Where the series breaks even with the most workers; "-" when it is not known. */
static void breakeven_words(const struct be_view *view, size_t series, struct be_buffer *text)
{
    const struct be_breakeven *breakeven =
        be_view_breakeven(view, series, be_view_most_workers(view));

    if (breakeven) {
        be_words_crossing(&breakeven->warm, text);
    } else {
        be_buffer_puts(text, "-");
    }
}

static const char *breakeven_title(const struct be_view *view)
{
    return view->planned_count < view->task_count ? "breaks even from (searched)"
                                                  : "breaks even from";
}

/* How wide the column of break-evens is; 0: there is none. */
static size_t breakeven_columns(const struct be_view *view)
{
    size_t widest = strlen(breakeven_title(view));

    for (size_t i = 0; i < view->series_count; i++) {
        struct be_buffer text = {0};
        breakeven_words(view, i, &text);
        widest = text.length > widest ? text.length : widest;
        be_buffer_finish(&text);
    }
    return be_words_has_scale(view) ? widest : 0;
}

/* How many columns of numbers fit beside the names: each as wide as the longest label and a gap. */
static size_t columns_room(const struct be_view *view, size_t width)
{
    size_t first = sizeof("speedup over serial, 4096 workers") - 1;
    size_t label = sizeof("0.65") - 1;
    size_t last = breakeven_columns(view);

    width -= last > 0 ? last + 2 : 0;
    for (size_t i = 0; i < view->series_count; i++) {
        size_t name = be_escape_columns(view->series[i].label) + 1;
        first = name > first ? name : first;
    }
    for (size_t i = 0; view->task_count > 1 && i < view->planned_count; i++) {
        size_t name = be_escape_columns(view->tasks[view->planned[i]].label);
        label = name > label ? name : label;
    }
    first = first < BE_GRID_CELL_COLUMNS_MAX ? first : BE_GRID_CELL_COLUMNS_MAX;
    label = label < BE_GRID_CELL_COLUMNS_MAX ? label : BE_GRID_CELL_COLUMNS_MAX;
    return first + label + 2 < width ? (width - first) / (label + 2) : 1;
}

static void columns_head(const struct be_view *view, const struct columns *columns,
                         struct be_grid *grid)
{
    uint32_t workers = be_view_most_workers(view);
    const char *weak = view->weak ? ", weak" : "";
    char text[80];

    if (columns->by_workers) {
        snprintf(text, sizeof(text), "speedup over serial%s, by workers", weak);
    } else {
        snprintf(text, sizeof(text), "speedup over serial%s, %" PRIu32 " worker%s", weak, workers,
                 be_words_plural(workers));
    }
    be_grid_put(grid, text);
    for (size_t i = 0; i < columns->count; i++) {
        columns_label(view, columns, i, text, sizeof(text));
        be_grid_put(grid, text);
    }
    if (columns->breakevens) {
        be_grid_put(grid, breakeven_title(view));
    }
}

static void speedups_grid(const struct be_view *view, const struct columns *columns,
                          struct be_grid *grid)
{
    uint32_t workers = be_view_most_workers(view);

    columns_head(view, columns, grid);
    for (size_t series = 0; series < view->series_count; series++) {
        struct be_buffer name = {0};
        be_buffer_puts(&name, " ");
        be_words_series(view, series, &name);
        be_grid_put(grid, be_buffer_text(&name));
        be_buffer_finish(&name);
        for (size_t i = 0; i < columns->count; i++) {
            const struct be_summary *summary =
                columns->by_workers
                    ? be_view_find(view, 0, series, view->workers[columns->indices[i]])
                    : be_view_find(view, columns->indices[i], series, workers);
            be_grid_put(grid, summary ? be_shown_of(BE_SHOWN_RATIO, &summary->speedup).value : "-");
        }
        if (columns->breakevens) {
            struct be_buffer text = {0};
            breakeven_words(view, series, &text);
            be_grid_put(grid, be_buffer_text(&text));
            be_buffer_finish(&text);
        }
    }
}

static void speedups_put(const struct be_view *view, size_t width, struct be_buffer *out)
{
    char alignment[BE_GRID_COLUMNS_MAX + 1];
    struct columns columns = columns_choose(view, columns_room(view, width));
    struct be_grid grid = {.columns = columns.count + 1 + columns.breakevens};
    size_t all = columns_all(view, &columns);

    memset(alignment, 'r', grid.columns);
    alignment[0] = 'l';
    alignment[columns.breakevens ? grid.columns - 1 : 0] = 'l';
    speedups_grid(view, &columns, &grid);
    be_grid_print(&grid, alignment, width, out);
    if (all > columns.count) {
        be_buffer_printf(out, " %zu of %zu columns; the report has all\n", columns.count, all);
    }
    be_grid_finish(&grid);
}

/* What others published for the same experiment, in one line. */
static void published_put(const struct be_view *view, size_t width, struct be_buffer *out)
{
    const char *source = be_view_published_source(view);
    struct be_buffer line = {0};

    if (!source || view->task_count != 1) {
        return;
    }
    const char *serial = view->tasks[0].reference->configuration->executor;
    double serial_ns = (double)be_view_published_ns(view, serial);
    be_buffer_printf(&line, "Published: %s %s", serial,
                     be_shown_of_value(BE_SHOWN_TIME, serial_ns > 0 ? serial_ns : NAN).value);
    for (size_t i = 0; i < view->series_count; i++) {
        const char *executor = be_params_get(&view->series[i].params, "executor");
        double wall_ns = (double)be_view_published_ns(view, executor);
        if (wall_ns > 0) {
            be_buffer_printf(&line, ", %s %s", executor,
                             be_shown_of_value(BE_SHOWN_TIME, wall_ns).value);
        }
        if (wall_ns > 0 && serial_ns > 0) {
            be_buffer_printf(&line, " (%.2fx)", serial_ns / wall_ns);
        }
    }
    be_buffer_printf(&line, "; %s.", source);
    be_grid_wrap(be_buffer_text(&line), width, out);
    out->failed = out->failed || line.failed;
    be_buffer_finish(&line);
}

/* Appends "LABEL words", wrapped, if there are any words; takes and empties *words. */
static void sentence_put(const char *label, struct be_buffer *words, size_t width,
                         struct be_buffer *out)
{
    struct be_buffer line = {0};

    if (words->length > 0) {
        be_buffer_printf(&line, "%s%s", label, words->data);
        be_grid_wrap(be_buffer_text(&line), width, out);
    }
    out->failed = out->failed || words->failed || line.failed;
    be_buffer_finish(&line);
    be_buffer_finish(words);
}

/* What one configuration is told about, beyond the answer. */
static void single_put(const struct be_view *view, size_t width, struct be_buffer *out)
{
    const struct be_summary *summary = view->cells[0].summary;
    struct be_buffer words = {0};

    be_words_missing(summary, &words);
    sentence_put("", &words, width, out);
    if (!view->messages_only) {
        be_words_prediction(&view->findings->models[summary - view->summaries->items], &words);
        sentence_put("Predicted from this: ", &words, width, out);
    }
    be_words_counted(view, &view->cells[0], &words);
    sentence_put("Counters: ", &words, width, out);
    be_words_counters(summary, &words);
    sentence_put("Counters a pass: ", &words, width, out);
}

static void sentences_put(const struct be_view *view, size_t width, struct be_buffer *out)
{
    struct be_buffer words = {0};
    bool single = view->cell_count == 1;

    be_words_precision(view, &words);
    sentence_put("intervals: ", &words, width, out);
    be_buffer_puts(out, "\n");
    be_words_answer(view, &words);
    if (single && !view->messages_only) {
        be_buffer_puts(&words, " ");
        be_words_overhead(view->cells[0].summary, &words);
    }
    sentence_put("", &words, width, out);
    be_words_bound(view, &words);
    sentence_put("", &words, width, out);
    published_put(view, width, out);
    be_words_clock(view, &words);
    sentence_put("", &words, width, out);
    be_words_chunk(view, &words);
    sentence_put("", &words, width, out);
    be_words_losses(view, &words);
    sentence_put("", &words, width, out);
    if (single || be_words_starts_vary(view)) {
        be_words_start(view, &words);
        sentence_put("", &words, width, out);
    }
    if (single) {
        single_put(view, width, out);
    }
    be_words_unavailable(view, &words);
    sentence_put("Unavailable: ", &words, width, out);
    if (!single && be_words_asks_for_counters(view)) {
        be_words_uncounted(view, &words);
        sentence_put("Counters: ", &words, width, out);
    }
    be_words_flags(view, &words);
    sentence_put("Flags: ", &words, width, out);
    be_words_quality(view, &words);
    sentence_put("Quality: ", &words, width, out);
}

enum be_status be_report_term(const struct be_results *results, size_t width, struct be_buffer *out,
                              struct be_error *error)
{
    struct be_view view = {0};
    enum be_status status = be_view_create(results, &view, error);

    width = width < 80 ? 80 : width;
    if (status == BE_OK) {
        heading_put(&view, width, out);
        if (view.messages_only) {
            be_term_messages(&view, width, out);
        } else if (view.task_count == 1 && view.cell_count <= DETAILED_CELLS_MAX) {
            detailed_put(&view, width, out);
        } else if (view.cell_count > 0) {
            speedups_put(&view, width, out);
        }
        sentences_put(&view, width, out);
        status = be_buffer_check(out, error);
    }
    be_view_finish(&view);
    return status;
}

enum be_status be_report_answer(const struct be_results *results, struct be_buffer *out,
                                struct be_error *error)
{
    struct be_view view = {0};
    struct be_buffer words = {0};
    enum be_status status = be_view_create(results, &view, error);

    if (status == BE_OK) {
        be_words_answer(&view, &words);
        be_escape_append(out, BE_ESCAPE_TERMINAL, be_buffer_text(&words), 0);
        status = be_buffer_check(words.failed ? &words : out, error);
    }
    be_buffer_finish(&words);
    be_view_finish(&view);
    return status;
}
