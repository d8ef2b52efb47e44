/*
 * Plots whose points are bars: a configuration each, in parts one behind the other. Data is a table
 * of parts; part 0 is what stands written behind a bar.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "core/units.h"
#include "report/escape.h"
#include "report/plot_bars.h"

enum {
    BARS_MAX = 24, /* more are too thin to be read */
    NAME_COLUMNS_MAX = 44,
    TASK_COLUMNS_MAX = 16,
};

struct part {
    const char *name;
    unsigned style; /* a linetype of common.gp */
    int index;      /* enum be_value or enum be_budget_part */
};

/* What goes to a worker, and the same on its way back in a lighter colour; computing is no part. */
static const struct part stages[] = {
    {"take and encode", 11, BE_VALUE_stage_encode_ns},
    {"send", 12, BE_VALUE_stage_send_ns},
    {"wire, wake worker", 13, BE_VALUE_stage_wake_ns},
    {"decode", 14, BE_VALUE_stage_decode_ns},
    {"encode result", 15, BE_VALUE_stage_encode_result_ns},
    {"send result", 16, BE_VALUE_stage_send_result_ns},
    {"wire, wake dispatcher", 17, BE_VALUE_stage_wake_dispatcher_ns},
    {"decode result", 18, BE_VALUE_stage_decode_result_ns},
    {"merge in order", 19, BE_VALUE_stage_merge_ns},
};

static const struct part budget[] = {
    {"compute", 13, BE_BUDGET_COMPUTE},           {"encode and decode", 11, BE_BUDGET_CODEC},
    {"send and receive", 12, BE_BUDGET_MESSAGES}, {"merge", 14, BE_BUDGET_MERGE},
    {"idle, waiting", 20, BE_BUDGET_IDLE},        {"remainder", 19, BE_BUDGET_REMAINDER},
};

static size_t parts_of(const struct be_plot *plot, const struct part **parts)
{
    *parts = plot->x == BE_PLOT_STAGES ? stages : budget;
    return plot->x == BE_PLOT_STAGES ? sizeof(stages) / sizeof(stages[0])
                                     : sizeof(budget) / sizeof(budget[0]);
}

/* NAN when it is not known. */
static double part_value(const struct be_plot *plot, const struct be_summary *summary,
                         const struct part *part)
{
    if (plot->x == BE_PLOT_BUDGET) {
        return summary->budget.known ? summary->budget.parts[part->index] : NAN;
    }
    const struct be_estimate *stage = &summary->values[part->index];
    return stage->known ? stage->median / 1000 : NAN; /* us */
}

/* A bar whose first part is known has them all. */
static bool is_bar(const struct be_plot *plot, const struct be_view *view,
                   const struct be_view_cell *cell)
{
    const struct part *parts;

    parts_of(plot, &parts);
    return !view->tasks[cell->task].searched &&
           isfinite(part_value(plot, cell->summary, &parts[0]));
}

size_t be_bars_count(const struct be_view *view, const struct be_plot *plot)
{
    size_t count = 0;

    for (size_t i = 0; i < view->cell_count; i++) {
        count += is_bar(plot, view, &view->cells[i]);
    }
    return count;
}

/* What stands behind a bar: how long it is without computing, and that; or what nobody took. */
static void note_put(const struct be_plot *plot, const struct be_summary *summary, double whole,
                     struct be_buffer *data)
{
    char text[BE_UNITS_TEXT_BYTES];

    if (plot->x == BE_PLOT_BUDGET) {
        struct be_budget rounded = summary->budget;
        be_budget_round(&rounded);
        be_buffer_printf(data, "remainder %.1f %%", rounded.parts[BE_BUDGET_REMAINDER] + 0.0);
        return;
    }
    be_buffer_printf(data, "%s", be_units_format_duration(text, whole * 1000));
    be_buffer_printf(
        data, " + compute %s",
        be_units_format_duration(text, summary->values[BE_VALUE_stage_compute_ns].median));
}

/* One behind the other; what is below 0 goes back from the end. */
static double bar_put(const struct be_plot *plot, const struct be_view_cell *cell, size_t number,
                      struct be_buffer *data)
{
    const struct part *parts;
    size_t count = parts_of(plot, &parts);
    double end = 0;
    double farthest = 0;

    for (size_t i = 0; i < count; i++) {
        double from = end;
        end += part_value(plot, cell->summary, &parts[i]);
        farthest = fmax(farthest, end);
        be_buffer_printf(data, "%zu %zu %.6g %.6g \"\"\n", number, i + 1, from, end);
    }
    be_buffer_printf(data, "%zu 0 %.6g %.6g \"", number, farthest, farthest);
    note_put(plot, cell->summary, end, data);
    be_buffer_puts(data, "\"\n");
    return farthest;
}

/* What a label may begin with and go without: the executor, where all series have the same. */
static size_t executor_columns(const struct be_view *view)
{
    const char *executor = be_params_get(&view->series[0].params, "executor");
    size_t length = strlen(executor);

    for (size_t i = 0; i < view->series_count; i++) {
        if (strcmp(be_params_get(&view->series[i].params, "executor"), executor) != 0 ||
            strncmp(view->series[i].label + length, ", ", 2) != 0) {
            return 0;
        }
    }
    return length + 2;
}

/* "processes, pipe x2, 10 us"; a long one is cut in the middle. */
static void name_put(const struct be_view *view, const struct be_view_cell *cell,
                     struct be_buffer *names)
{
    be_buffer_puts(names, "'");
    be_escape_append(names, BE_ESCAPE_GNUPLOT,
                     view->series[cell->series].label + executor_columns(view), NAME_COLUMNS_MAX);
    be_buffer_printf(names, " x%" PRIu32, cell->workers);
    if (view->task_count > 1) {
        be_buffer_puts(names, ", ");
        be_escape_append(names, BE_ESCAPE_GNUPLOT, view->tasks[cell->task].label, TASK_COLUMNS_MAX);
    }
    be_buffer_puts(names, "'");
}

static void parts_put(const struct be_plot *plot, struct be_buffer *script)
{
    const struct part *parts;
    size_t count = parts_of(plot, &parts);

    be_buffer_printf(script, "series = %zu\narray series_name[%zu] = [", count, count);
    for (size_t i = 0; i < count; i++) {
        be_buffer_printf(script, "%s'%s'", i > 0 ? ", " : "", parts[i].name);
    }
    be_buffer_printf(script, "]\narray series_style[%zu] = [", count);
    for (size_t i = 0; i < count; i++) {
        be_buffer_printf(script, "%s%u", i > 0 ? ", " : "", parts[i].style);
    }
    be_buffer_puts(script, "]\n");
}

void be_bars_put(const struct be_view *view, const struct be_plot *plot, const char *title,
                 struct be_drawing *drawing)
{
    struct be_buffer *script = &drawing->script;
    struct be_buffer names = {0};
    size_t all = be_bars_count(view, plot);
    size_t bars = 0;
    double x_most = 0;

    be_buffer_puts(&drawing->data, "bar part from to text\n");
    for (size_t i = 0; i < view->cell_count && bars < BARS_MAX; i++) {
        if (is_bar(plot, view, &view->cells[i])) {
            be_buffer_puts(&names, bars++ > 0 ? ", " : "");
            name_put(view, &view->cells[i], &names);
            x_most = fmax(x_most, bar_put(plot, &view->cells[i], bars, &drawing->data));
        }
    }
    be_script_begin(view, plot, title, script);
    be_buffer_printf(script, "bars_most = %zu\narray bar_name[%zu] = [%s]\nx_most = %.6g\n", bars,
                     bars, be_buffer_text(&names), x_most);
    parts_put(plot, script);
    /* common.gp asks for these; bars have none. */
    be_buffer_puts(script, "panels = 1\narray panel_name[1] = ['']\nbound = ''\nbarred = ''\n"
                           "marked = ''\nbanded = ''\nfitted = ''\nworkers = 1\n"
                           "array worker_count[1] = [1]\n\n");
    if (all > bars) {
        be_buffer_printf(&drawing->left_out, "%zu of %zu bars are left out: more cannot be read.",
                         all - bars, all);
    }
    script->failed = script->failed || names.failed;
    be_buffer_finish(&names);
}
