/* The first part of a plot's script: the names and numbers of one run. */
#include <inttypes.h>
#include <math.h>

#include "report/escape.h"
#include "report/plot_frame.h"

enum { NAME_COLUMNS_MAX = 36, POINTS_NAMED_MAX = 24 };

void be_frame_put_quoted(struct be_buffer *script, const char *text, size_t columns_max)
{
    be_buffer_puts(script, "'");
    be_escape_append(script, BE_ESCAPE_GNUPLOT, text, columns_max);
    be_buffer_puts(script, "'");
}

void be_frame_put_assign(struct be_buffer *script, const char *variable, const char *text,
                         size_t columns_max)
{
    be_buffer_printf(script, "%s = ", variable);
    be_frame_put_quoted(script, text, columns_max);
    be_buffer_puts(script, "\n");
}

/* The distinct limits of the points, ascending, as an array of gnuplot. */
static void limits_put(const struct be_frame *frame, struct be_buffer *script)
{
    struct be_buffer list = {0};
    size_t count = 0;
    uint64_t before = 0;

    for (;;) {
        uint64_t next = UINT64_MAX;
        for (size_t i = 0; i < frame->view->cell_count; i++) {
            const struct be_view_cell *cell = &frame->view->cells[i];
            uint64_t limit = be_frame_limit(cell);
            if (be_frame_shows(frame, cell) && limit > before && limit < next) {
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
static bool has_interval(const struct be_frame *frame, size_t series)
{
    for (size_t i = 0; i < frame->view->cell_count; i++) {
        const struct be_view_cell *cell = &frame->view->cells[i];
        if (cell->series == series && be_frame_shows(frame, cell) &&
            be_frame_y(frame, cell).bounded &&
            (frame->plot->x == BE_PLOT_WORKERS || be_frame_x(frame, cell).bounded)) {
            return true;
        }
    }
    return false;
}

static bool has_mark(const struct be_frame *frame, size_t series)
{
    struct be_mark marks[BE_FRAME_MARKS_MAX];
    return be_frame_marks(frame, series, marks) > 0;
}

/* Whether any mark of the series has an interval. */
static bool has_band(const struct be_frame *frame, size_t series)
{
    struct be_mark marks[BE_FRAME_MARKS_MAX];
    size_t count = be_frame_marks(frame, series, marks);

    while (count > 0 && !marks[count - 1].crossing->bounded) {
        count--;
    }
    return count > 0;
}

static bool has_fit(const struct be_frame *frame, size_t series)
{
    for (size_t task = 0; frame->fitted && task < frame->view->task_count; task++) {
        if (frame->panel_of_task[task] > 0 && be_frame_fit(frame, task, series)) {
            return true;
        }
    }
    return false;
}

static void series_put(const struct be_frame *frame, struct be_buffer *script)
{
    const struct be_view *view = frame->view;
    size_t before = 0;

    be_buffer_printf(script, "series = %zu\narray series_name[%zu] = [", frame->series,
                     frame->series);
    for (size_t i = 0; i < view->series_count; i++) {
        if (frame->number_of_series[i]) {
            be_buffer_puts(script, before++ > 0 ? ", " : "");
            be_frame_put_quoted(script, view->series[i].label, NAME_COLUMNS_MAX);
        }
    }
    before = 0;
    be_buffer_printf(script, "]\narray series_style[%zu] = [", frame->series);
    for (size_t i = 0; i < view->series_count; i++) {
        if (frame->number_of_series[i]) {
            be_buffer_printf(script, "%s%u", before++ > 0 ? ", " : "", view->series[i].style);
        }
    }
    be_buffer_puts(script, "]\n");
}

/* name = '1 3': the numbers of the series that it is true of. */
static void numbers_put(const struct be_frame *frame, const char *name,
                        bool (*is_one)(const struct be_frame *frame, size_t series),
                        struct be_buffer *script)
{
    size_t before = 0;

    be_buffer_printf(script, "%s = '", name);
    for (size_t i = 0; i < frame->view->series_count; i++) {
        if (frame->number_of_series[i] > 0 && is_one(frame, i)) {
            be_buffer_printf(script, "%s%zu", before++ > 0 ? " " : "", frame->number_of_series[i]);
        }
    }
    be_buffer_puts(script, "'\n");
}

static void panels_put(const struct be_frame *frame, struct be_buffer *script)
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
            be_frame_put_quoted(script, be_buffer_text(&label), NAME_COLUMNS_MAX);
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
static void ranges_put(const struct be_frame *frame, struct be_buffer *script)
{
    double x_least = INFINITY;
    double x_most = -INFINITY;
    double y_least = INFINITY;
    double y_most = -INFINITY;

    for (size_t i = 0; i < frame->view->cell_count; i++) {
        const struct be_view_cell *cell = &frame->view->cells[i];
        if (be_frame_shows(frame, cell)) {
            struct be_estimate x = be_frame_x(frame, cell);
            struct be_estimate y = be_frame_y(frame, cell);
            range_add(&x, &x_least, &x_most);
            range_add(&y, &y_least, &y_most);
        }
    }
    be_buffer_printf(script, "x_least = %.9g; x_most = %.9g\n", x_least, x_most);
    be_buffer_printf(script, "y_least = %.9g; y_most = %.9g\n", y_least, y_most);
}

void be_script_begin(const struct be_view *view, const struct be_plot *plot, const char *title,
                     struct be_buffer *script)
{
    struct be_buffer subtitle = {0};

    be_buffer_printf(script, "# Written by breakeven: `gnuplot %s.gp` here draws %s.svg again.\n\n",
                     plot->name, plot->name);
    be_frame_put_assign(script, "name", plot->name, 0);
    be_frame_put_assign(script, "title", title, 100);
    be_buffer_printf(&subtitle, "%s on %s", view->workloads, view->place);
    be_frame_put_assign(script, "subtitle", be_buffer_text(&subtitle), 120);
    be_frame_put_assign(script, "reference", plot->reference, 0);
    script->failed = script->failed || subtitle.failed;
    be_buffer_finish(&subtitle);
}

/* What the scripts of the project need to know of this run. */
void be_frame_put_script(const struct be_frame *frame, const char *title, struct be_buffer *script)
{
    const struct be_view *view = frame->view;

    be_script_begin(view, frame->plot, title, script);
    be_frame_put_assign(script, "bound", frame->bounded ? "most that whole tasks allow" : "", 0);
    panels_put(frame, script);
    series_put(frame, script);
    numbers_put(frame, "barred", has_interval, script);
    numbers_put(frame, "marked", has_mark, script);
    numbers_put(frame, "banded", has_band, script);
    numbers_put(frame, "fitted", has_fit, script);
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
}
