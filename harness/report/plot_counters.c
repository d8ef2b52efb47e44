/*
 * Script and data of the plot of counters: instructions a task on the left, instructions per cycle
 * on the right, both over workers; above of the shortest task that the plan names, below of the
 * longest.
 */
#include <inttypes.h>
#include <math.h>

#include "report/escape.h"
#include "report/plot_frame.h"

enum { FIGURES = 2, TASKS_MAX = 2, PANELS_MAX = FIGURES * TASKS_MAX, NAME_COLUMNS_MAX = 36 };

static const char *const figure_names[FIGURES] = {"instructions a task", "instructions per cycle"};

/* Panels go by task, then figure. Borrowed. */
struct counters_plot {
    const struct be_view *view;
    size_t tasks[TASKS_MAX];
    size_t task_count;
    size_t panels;
    size_t series; /* that are shown */
};

static const struct be_estimate *figure_of(const struct be_summary *summary, size_t panel)
{
    return panel % FIGURES == 0 ? &summary->instructions_per_task
                                : &summary->instructions_per_cycle;
}

static size_t task_of(const struct counters_plot *plot, size_t panel)
{
    return plot->tasks[panel / FIGURES];
}

/* Whether a cell is drawn in a panel, counted from 0. */
static bool is_shown(const struct counters_plot *plot, const struct be_view_cell *cell,
                     size_t panel)
{
    const struct be_estimate *figure = figure_of(cell->summary, panel);

    return cell->task == task_of(plot, panel) && plot->view->series[cell->series].style > 0 &&
           figure->known && figure->median > 0;
}

static bool series_is_shown(const struct counters_plot *plot, size_t series, bool bounded)
{
    for (size_t panel = 0; panel < plot->panels; panel++) {
        for (size_t i = 0; i < plot->view->cell_count; i++) {
            const struct be_view_cell *cell = &plot->view->cells[i];
            if (cell->series == series && is_shown(plot, cell, panel) &&
                (!bounded || figure_of(cell->summary, panel)->bounded)) {
                return true;
            }
        }
    }
    return false;
}

/* The number of a series among those that are shown, from 1. */
static size_t series_number(const struct counters_plot *plot, size_t series)
{
    size_t number = 1;

    for (size_t i = 0; i < series; i++) {
        number += series_is_shown(plot, i, false);
    }
    return number;
}

static struct counters_plot plot_of(const struct be_view *view)
{
    struct counters_plot plot = {.view = view};

    if (view->planned_count > 0) {
        plot.tasks[plot.task_count++] = view->planned[0];
    }
    if (view->planned_count > 1) {
        plot.tasks[plot.task_count++] = view->planned[view->planned_count - 1];
    }
    plot.panels = FIGURES * plot.task_count;
    for (size_t i = 0; i < view->series_count; i++) {
        plot.series += series_is_shown(&plot, i, false);
    }
    return plot;
}

bool be_frame_has_counters(const struct be_view *view)
{
    return plot_of(view).series > 0;
}

static void number_put(struct be_buffer *data, bool known, double value)
{
    if (known) {
        be_buffer_printf(data, " %.9g", value);
    } else {
        be_buffer_puts(data, " NaN");
    }
}

static void row_put(const struct counters_plot *plot, const struct be_view_cell *cell, size_t panel,
                    struct be_buffer *data)
{
    const struct be_estimate *figure = figure_of(cell->summary, panel);

    be_buffer_printf(data, "%zu %zu %" PRIu32, panel + 1, series_number(plot, cell->series),
                     cell->workers);
    number_put(data, true, figure->median);
    number_put(data, figure->bounded, figure->low);
    number_put(data, figure->bounded, figure->high);
    be_buffer_puts(data, " \"");
    be_escape_append(data, BE_ESCAPE_DATA, plot->view->tasks[cell->task].label, 0);
    be_buffer_puts(data, "\" \"");
    be_escape_append(data, BE_ESCAPE_DATA, plot->view->series[cell->series].label, 0);
    be_buffer_puts(data, "\"\n");
}

static void data_put(const struct counters_plot *plot, struct be_buffer *data)
{
    be_buffer_puts(data, "panel series x y y_low y_high task label\n");
    for (size_t panel = 0; panel < plot->panels; panel++) {
        for (size_t i = 0; i < plot->view->cell_count; i++) {
            if (is_shown(plot, &plot->view->cells[i], panel)) {
                row_put(plot, &plot->view->cells[i], panel, data);
            }
        }
    }
}

static void panels_put(const struct counters_plot *plot, struct be_buffer *script)
{
    be_buffer_printf(script, "panels = %zu\narray panel_name[%zu] = [", plot->panels, plot->panels);
    for (size_t panel = 0; panel < plot->panels; panel++) {
        struct be_buffer name = {0};
        be_buffer_printf(&name, "%s, %s", figure_names[panel % FIGURES],
                         plot->view->tasks[task_of(plot, panel)].label);
        be_buffer_puts(script, panel > 0 ? ", " : "");
        be_frame_put_quoted(script, be_buffer_text(&name), 0);
        script->failed = script->failed || name.failed;
        be_buffer_finish(&name);
    }
    be_buffer_puts(script, "]\n");
}

/* What the serial reference of each panel has: a line to hold the others against; NaN: unknown. */
static void serial_put(const struct counters_plot *plot, struct be_buffer *script)
{
    be_buffer_printf(script, "array serial[%zu] = [", plot->panels);
    for (size_t panel = 0; panel < plot->panels; panel++) {
        const struct be_summary *reference = plot->view->tasks[task_of(plot, panel)].reference;
        const struct be_estimate *figure = figure_of(reference, panel);
        be_buffer_puts(script, panel > 0 ? "," : "");
        number_put(script, figure->known, figure->median);
    }
    be_buffer_puts(script, "]\n");
}

static void series_put(const struct counters_plot *plot, struct be_buffer *script)
{
    const struct be_view *view = plot->view;
    const char *separator = "";

    be_buffer_printf(script, "series = %zu\narray series_name[%zu] = [", plot->series,
                     plot->series);
    for (size_t i = 0; i < view->series_count; i++) {
        if (series_is_shown(plot, i, false)) {
            be_buffer_puts(script, separator);
            be_frame_put_quoted(script, view->series[i].label, NAME_COLUMNS_MAX);
            separator = ", ";
        }
    }
    separator = "";
    be_buffer_printf(script, "]\narray series_style[%zu] = [", plot->series);
    for (size_t i = 0; i < view->series_count; i++) {
        if (series_is_shown(plot, i, false)) {
            be_buffer_printf(script, "%s%u", separator, view->series[i].style);
            separator = ", ";
        }
    }
    separator = "";
    be_buffer_puts(script, "]\nbarred = '");
    for (size_t i = 0; i < view->series_count; i++) {
        if (series_is_shown(plot, i, true)) {
            be_buffer_printf(script, "%s%zu", separator, series_number(plot, i));
            separator = " ";
        }
    }
    be_buffer_puts(script, "'; marked = ''; banded = ''; fitted = ''; bound = ''\n");
}

static void workers_put(const struct be_view *view, struct be_buffer *script)
{
    be_buffer_printf(script, "workers = %zu\narray worker_count[%zu] = [", view->worker_count,
                     view->worker_count);
    for (size_t i = 0; i < view->worker_count; i++) {
        be_buffer_printf(script, "%s%" PRIu32, i > 0 ? ", " : "", view->workers[i]);
    }
    be_buffer_puts(script, "]\n\n");
}

void be_frame_put_counters(const struct be_view *view, const struct be_plot *row, const char *title,
                           struct be_buffer *script, struct be_buffer *data)
{
    struct counters_plot plot = plot_of(view);

    be_script_begin(view, row, title, script);
    panels_put(&plot, script);
    serial_put(&plot, script);
    series_put(&plot, script);
    workers_put(view, script);
    data_put(&plot, data);
}
