#include "report/plot.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/io.h"
#include "report/escape.h"
#include "report/words.h"

enum {
    SCRIPT_BYTES_MAX = 1 << 20,
    NAME_COLUMNS_MAX = 36,
    LEFT_OUT_NAMED_MAX = 4,
    POINTS_NAMED_MAX = 24
};

const struct be_plot be_plots[BE_PLOT_COUNT] = {
#define BE_PLOT(name, x, y, title, reference, caption)                                             \
    {#name, BE_PLOT_##x, offsetof(struct be_summary, y), title, reference, caption},
#include "report/plot.def"
#undef BE_PLOT
};

static const struct be_estimate *cell_y(const struct be_plot *plot,
                                        const struct be_summary *summary)
{
    return (const struct be_estimate *)(const void *)((const char *)summary + plot->y_offset);
}

static struct be_estimate cell_x(const struct be_plot *plot, const struct be_view_cell *cell)
{
    struct be_estimate x = {.known = true, .median = cell->workers};

    if (plot->x == BE_PLOT_OVERHEAD) {
        x = cell->summary->ipc_overhead_ratio;
        x.bounded = x.bounded && x.low > 0; /* the axis is logarithmic */
    }
    return x;
}

/* Whether the plot is about this cell; it may still lack a figure. */
static bool in_scope(const struct be_view *view, const struct be_plot *plot,
                     const struct be_view_cell *cell)
{
    return view->series[cell->series].style > 0 &&
           (plot->x == BE_PLOT_WORKERS || cell->workers == be_view_most_workers(view));
}

/* Whether both figures of the point are known; the axis of an overhead is logarithmic. */
static bool has_point(const struct be_plot *plot, const struct be_view_cell *cell)
{
    struct be_estimate x = cell_x(plot, cell);
    const struct be_estimate *y = cell_y(plot, cell->summary);

    return x.known && isfinite(x.median) && x.median > 0 && y->known && isfinite(y->median);
}

static bool is_drawn(const struct be_view *view, const struct be_plot *plot,
                     const struct be_view_cell *cell)
{
    return in_scope(view, plot, cell) && has_point(plot, cell);
}

/* Which tasks and series a plot shows, and the numbers they have in its data; 0: not shown. */
struct frame {
    const struct be_view *view;
    const struct be_plot *plot;
    size_t *panel_of_task;
    size_t *number_of_series;
    size_t panels;
    size_t series;
    size_t points;
    bool bounded; /* whole tasks allow less than the workers */
};

static void frame_finish(struct frame *frame)
{
    free(frame->panel_of_task);
    free(frame->number_of_series);
}

static bool is_bounded(const struct be_view_cell *cell)
{
    double bound = cell->summary->configuration->bound_order;
    return bound > 0 && bound < 0.99 * cell->workers;
}

static enum be_status frame_create(const struct be_view *view, const struct be_plot *plot,
                                   struct frame *frame)
{
    *frame = (struct frame){.view = view, .plot = plot};
    frame->panel_of_task = calloc(view->task_count + 1, sizeof(size_t));
    frame->number_of_series = calloc(view->series_count + 1, sizeof(size_t));
    if (!frame->panel_of_task || !frame->number_of_series) {
        return BE_ENOMEM;
    }
    for (size_t i = 0; i < view->cell_count; i++) {
        const struct be_view_cell *cell = &view->cells[i];
        if (is_drawn(view, plot, cell)) {
            frame->panel_of_task[cell->task] = 1;
            frame->number_of_series[cell->series] = 1;
            frame->points++;
            frame->bounded = frame->bounded || (plot->x == BE_PLOT_WORKERS && is_bounded(cell));
        }
    }
    for (size_t i = 0; i < view->task_count; i++) {
        frame->panel_of_task[i] = frame->panel_of_task[i] ? ++frame->panels : 0;
    }
    for (size_t i = 0; i < view->series_count; i++) {
        frame->number_of_series[i] = frame->number_of_series[i] ? ++frame->series : 0;
    }
    if (plot->x == BE_PLOT_OVERHEAD) {
        frame->panels = frame->panels > 0;
        for (size_t i = 0; i < view->task_count; i++) {
            frame->panel_of_task[i] = frame->panels;
        }
    }
    return BE_OK;
}

static void quoted_put(struct be_buffer *script, const char *text, size_t columns_max)
{
    be_buffer_puts(script, "'");
    be_escape_append(script, BE_ESCAPE_GNUPLOT, text, columns_max);
    be_buffer_puts(script, "'");
}

static void assign_put(struct be_buffer *script, const char *variable, const char *text,
                       size_t columns_max)
{
    be_buffer_printf(script, "%s = ", variable);
    quoted_put(script, text, columns_max);
    be_buffer_puts(script, "\n");
}

/* P workers have C units at most: what the prediction starts from. */
static uint64_t cell_limit(const struct be_view_cell *cell)
{
    size_t pus = cell->summary->distinct_pus;
    return pus > 0 && pus < cell->workers ? pus : cell->workers;
}

/* The distinct limits of the points, ascending, as an array of gnuplot. */
static void limits_put(const struct frame *frame, struct be_buffer *script)
{
    struct be_buffer list = {0};
    size_t count = 0;
    uint64_t before = 0;

    for (;;) {
        uint64_t next = UINT64_MAX;
        for (size_t i = 0; i < frame->view->cell_count; i++) {
            const struct be_view_cell *cell = &frame->view->cells[i];
            uint64_t limit = cell_limit(cell);
            if (is_drawn(frame->view, frame->plot, cell) && limit > before && limit < next) {
                next = limit;
            }
        }
        if (next == UINT64_MAX) {
            break;
        }
        be_buffer_printf(&list, "%s%" PRIu64, count++ > 0 ? ", " : "", next);
        before = next;
    }
    be_buffer_printf(script, "limits = %zu\narray limit[%zu] = [%s]\n", count, count,
                     be_buffer_text(&list));
    script->failed = script->failed || list.failed;
    be_buffer_finish(&list);
}

/* Whether any point of the series has all of its bars. */
static bool has_interval(const struct frame *frame, size_t series)
{
    for (size_t i = 0; i < frame->view->cell_count; i++) {
        const struct be_view_cell *cell = &frame->view->cells[i];
        if (cell->series == series && is_drawn(frame->view, frame->plot, cell) &&
            cell_y(frame->plot, cell->summary)->bounded &&
            (frame->plot->x == BE_PLOT_WORKERS || cell_x(frame->plot, cell).bounded)) {
            return true;
        }
    }
    return false;
}

static void series_put(const struct frame *frame, struct be_buffer *script)
{
    const struct be_view *view = frame->view;
    size_t before = 0;

    be_buffer_printf(script, "series = %zu\narray series_name[%zu] = [", frame->series,
                     frame->series);
    for (size_t i = 0; i < view->series_count; i++) {
        if (frame->number_of_series[i]) {
            be_buffer_puts(script, before++ > 0 ? ", " : "");
            quoted_put(script, view->series[i].label, NAME_COLUMNS_MAX);
        }
    }
    before = 0;
    be_buffer_printf(script, "]\narray series_style[%zu] = [", frame->series);
    for (size_t i = 0; i < view->series_count; i++) {
        if (frame->number_of_series[i]) {
            be_buffer_printf(script, "%s%u", before++ > 0 ? ", " : "", view->series[i].style);
        }
    }
    be_buffer_puts(script, "]\nbarred = '");
    before = 0;
    for (size_t i = 0; i < view->series_count; i++) {
        if (frame->number_of_series[i] && has_interval(frame, i)) {
            be_buffer_printf(script, "%s%zu", before++ > 0 ? " " : "", frame->number_of_series[i]);
        }
    }
    be_buffer_puts(script, "'\n");
}

static void panels_put(const struct frame *frame, struct be_buffer *script)
{
    const struct be_view *view = frame->view;

    be_buffer_printf(script, "panels = %zu\narray panel_name[%zu] = [", frame->panels,
                     frame->panels);
    for (size_t i = 0, before = 0; frame->plot->x == BE_PLOT_WORKERS && i < view->task_count; i++) {
        if (frame->panel_of_task[i]) {
            struct be_buffer label = {0};
            const char *kind =
                view->tasks[i].reference->configuration->grain_asked_ns > 0 ? " tasks" : "";
            be_buffer_printf(&label, "%s%s", view->tasks[i].label, kind);
            be_buffer_puts(script, before++ > 0 ? ", " : "");
            quoted_put(script, be_buffer_text(&label), NAME_COLUMNS_MAX);
            script->failed = script->failed || label.failed;
            be_buffer_finish(&label);
        }
    }
    be_buffer_puts(script, frame->plot->x == BE_PLOT_WORKERS ? "]\n" : "'']\n");
}

/* Widens least .. most by an estimate and its interval. */
static void range_add(const struct be_estimate *estimate, double *least, double *most)
{
    *least = fmin(*least, estimate->median);
    *most = fmax(*most, estimate->median);
    if (estimate->bounded) {
        *least = fmin(*least, estimate->low);
        *most = fmax(*most, estimate->high);
    }
}

/* What the points and their bars span. */
static void ranges_put(const struct frame *frame, struct be_buffer *script)
{
    double x_least = INFINITY;
    double x_most = -INFINITY;
    double y_least = INFINITY;
    double y_most = -INFINITY;

    for (size_t i = 0; i < frame->view->cell_count; i++) {
        const struct be_view_cell *cell = &frame->view->cells[i];
        if (is_drawn(frame->view, frame->plot, cell)) {
            struct be_estimate x = cell_x(frame->plot, cell);
            range_add(&x, &x_least, &x_most);
            range_add(cell_y(frame->plot, cell->summary), &y_least, &y_most);
        }
    }
    be_buffer_printf(script, "x_least = %.9g; x_most = %.9g\n", x_least, x_most);
    be_buffer_printf(script, "y_least = %.9g; y_most = %.9g\n", y_least, y_most);
}

/* What the scripts of the project need to know of this run. */
static void head_put(const struct frame *frame, const char *title, struct be_buffer *script)
{
    const struct be_view *view = frame->view;
    struct be_buffer subtitle = {0};

    be_buffer_printf(script, "# Written by breakeven: `gnuplot %s.gp` here draws %s.svg again.\n\n",
                     frame->plot->name, frame->plot->name);
    assign_put(script, "name", frame->plot->name, 0);
    assign_put(script, "title", title, 100);
    be_buffer_printf(&subtitle, "%s on %s", view->workloads, view->place);
    assign_put(script, "subtitle", be_buffer_text(&subtitle), 120);
    assign_put(script, "reference", frame->plot->reference, 0);
    assign_put(script, "bound", frame->bounded ? "most that whole tasks allow" : "", 0);
    panels_put(frame, script);
    series_put(frame, script);
    be_buffer_printf(script, "workers = %zu\narray worker_count[%zu] = [", view->worker_count,
                     view->worker_count);
    for (size_t i = 0; i < view->worker_count; i++) {
        be_buffer_printf(script, "%s%" PRIu32, i > 0 ? ", " : "", view->workers[i]);
    }
    be_buffer_puts(script, "]\n");
    limits_put(frame, script);
    ranges_put(frame, script);
    be_buffer_printf(script, "named = %d\n\n",
                     view->task_count > 1 && frame->points <= POINTS_NAMED_MAX);
    script->failed = script->failed || subtitle.failed;
    be_buffer_finish(&subtitle);
}

static void number_put(struct be_buffer *data, double value)
{
    if (isfinite(value)) {
        be_buffer_printf(data, " %.9g", value);
    } else {
        be_buffer_puts(data, " NaN");
    }
}

static void estimate_put(struct be_buffer *data, const struct be_estimate *estimate)
{
    number_put(data, estimate->known ? estimate->median : NAN);
    number_put(data, estimate->known && estimate->bounded ? estimate->low : NAN);
    number_put(data, estimate->known && estimate->bounded ? estimate->high : NAN);
}

static void row_put(const struct frame *frame, const struct be_view_cell *cell,
                    struct be_buffer *data)
{
    struct be_estimate x = cell_x(frame->plot, cell);

    be_buffer_printf(data, "%zu %zu %" PRIu32, frame->panel_of_task[cell->task],
                     frame->number_of_series[cell->series], cell->workers);
    estimate_put(data, &x);
    estimate_put(data, cell_y(frame->plot, cell->summary));
    be_buffer_printf(data, " %" PRIu64 " \"", cell_limit(cell));
    be_escape_append(data, BE_ESCAPE_DATA, frame->view->tasks[cell->task].label, 0);
    be_buffer_puts(data, "\" \"");
    be_escape_append(data, BE_ESCAPE_DATA, frame->view->series[cell->series].label, 0);
    be_buffer_puts(data, "\"\n");
}

/* Series 0: the speedup that whole tasks allow, once for each panel and worker count. */
static void bound_put(const struct frame *frame, struct be_buffer *data)
{
    const struct be_view *view = frame->view;

    for (size_t task = 0; task < view->task_count; task++) {
        for (size_t w = 0; frame->panel_of_task[task] && w < view->worker_count; w++) {
            double bound = 0;
            for (size_t i = 0; i < view->cell_count; i++) {
                const struct be_view_cell *cell = &view->cells[i];
                if (cell->task == task && cell->workers == view->workers[w]) {
                    bound = fmax(bound, cell->summary->configuration->bound_order);
                }
            }
            if (bound > 0) {
                be_buffer_printf(data,
                                 "%zu 0 %" PRIu32 " %" PRIu32 " NaN NaN %.9g NaN NaN %" PRIu32,
                                 frame->panel_of_task[task], view->workers[w], view->workers[w],
                                 bound, view->workers[w]);
                be_buffer_puts(data, " \"\" \"most that whole tasks allow\"\n");
            }
        }
    }
}

static void data_put(const struct frame *frame, struct be_buffer *data)
{
    be_buffer_puts(data, "panel series workers x x_low x_high y y_low y_high limit task label\n");
    if (frame->bounded) {
        bound_put(frame, data);
    }
    for (size_t i = 0; i < frame->view->cell_count; i++) {
        if (is_drawn(frame->view, frame->plot, &frame->view->cells[i])) {
            row_put(frame, &frame->view->cells[i], data);
        }
    }
}

/* "12 of 18 series are in the tables only: …". */
static void left_out_series_put(const struct be_view *view, struct be_buffer *text)
{
    size_t left_out = 0;

    for (size_t i = 0; i < view->series_count; i++) {
        left_out += view->series[i].style == 0;
    }
    if (left_out > 0) {
        be_buffer_printf(text,
                         "%zu of %zu series are in the tables only: more than %d cannot be "
                         "told apart, so of each executor the fastest is drawn. ",
                         left_out, view->series_count, BE_VIEW_STYLES);
    }
}

/* "3 of 12 points are left out, since … is not known: processes x2, 1 us; …". */
static void left_out_points_put(const struct frame *frame, struct be_buffer *text)
{
    const struct be_view *view = frame->view;
    struct be_buffer names = {0};
    size_t left_out = 0;

    for (size_t i = 0; i < view->cell_count; i++) {
        const struct be_view_cell *cell = &view->cells[i];
        if (!in_scope(view, frame->plot, cell) || has_point(frame->plot, cell)) {
            continue;
        }
        if (left_out++ < LEFT_OUT_NAMED_MAX) {
            be_buffer_puts(&names, left_out > 1 ? "; " : "");
            be_words_cell(view, cell, &names);
        }
    }
    if (left_out > 0) {
        be_buffer_printf(text, "%zu of %zu points are left out, since %s is not known: %s%s.",
                         left_out, left_out + frame->points,
                         frame->plot->x == BE_PLOT_WORKERS ? "their value"
                                                           : "their speedup or overhead",
                         be_buffer_text(&names), left_out > LEFT_OUT_NAMED_MAX ? "; …" : "");
    }
    text->failed = text->failed || names.failed;
    be_buffer_finish(&names);
}

static enum be_status template_append(const char *plots_folder, const char *name,
                                      struct be_buffer *script, struct be_error *error)
{
    char path[PATH_MAX];
    char *text = NULL;
    size_t bytes = 0;

    snprintf(path, sizeof(path), "%s/%s.gp", plots_folder, name);
    enum be_status status = be_io_read_file(path, SCRIPT_BYTES_MAX, &text, &bytes, error);
    if (status == BE_OK) {
        be_buffer_append(script, text, bytes);
        be_buffer_puts(script, "\n");
        free(text);
    }
    return status;
}

static void drawing_fill(const struct frame *frame, const char *plots_folder,
                         struct be_drawing *drawing)
{
    be_buffer_printf(&drawing->title, "%s, strong scaling", frame->plot->title);
    if (frame->plot->x == BE_PLOT_OVERHEAD) {
        be_buffer_printf(&drawing->title, ", %" PRIu32 " workers",
                         be_view_most_workers(frame->view));
    }
    left_out_series_put(frame->view, &drawing->left_out);
    left_out_points_put(frame, &drawing->left_out);
    if (frame->points == 0) {
        be_error_fill(&drawing->error, BE_ENODATA, "no point of it is known");
        return;
    }
    head_put(frame, be_buffer_text(&drawing->title), &drawing->script);
    data_put(frame, &drawing->data);
    if (template_append(plots_folder, "common", &drawing->script, &drawing->error) != BE_OK ||
        template_append(plots_folder, frame->plot->name, &drawing->script, &drawing->error) !=
            BE_OK) {
        be_buffer_finish(&drawing->script);
    }
}

enum be_status be_drawing_create(const struct be_view *view, const struct be_plot *plot,
                                 const char *plots_folder, struct be_drawing *drawing,
                                 struct be_error *error)
{
    struct frame frame;
    enum be_status status = frame_create(view, plot, &frame);

    *drawing = (struct be_drawing){.plot = plot};
    if (status == BE_OK) {
        drawing_fill(&frame, plots_folder, drawing);
    }
    frame_finish(&frame);
    if (status != BE_OK || drawing->title.failed || drawing->script.failed ||
        drawing->data.failed || drawing->left_out.failed) {
        return be_error_set(error, BE_ENOMEM, "out of memory for plot '%s'", plot->name);
    }
    return BE_OK;
}

void be_drawing_finish(struct be_drawing *drawing)
{
    be_buffer_finish(&drawing->title);
    be_buffer_finish(&drawing->script);
    be_buffer_finish(&drawing->data);
    be_buffer_finish(&drawing->svg);
    be_buffer_finish(&drawing->left_out);
}
