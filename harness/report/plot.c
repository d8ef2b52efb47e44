#include "report/plot.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/io.h"
#include "report/plot_bars.h"
#include "report/plot_frame.h"
#include "report/words.h"

enum { SCRIPT_BYTES_MAX = 1 << 20, LEFT_OUT_NAMED_MAX = 4 };

const struct be_plot be_plots[BE_PLOT_COUNT] = {
#define BE_PLOT(name, x, title, reference, caption) {#name, BE_PLOT_##x, title, reference, caption},
#include "report/plot.def"
#undef BE_PLOT
};

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
static void left_out_points_put(const struct be_frame *frame, struct be_buffer *text)
{
    const struct be_view *view = frame->view;
    struct be_buffer names = {0};
    size_t left_out = 0;

    for (size_t i = 0; i < view->cell_count; i++) {
        const struct be_view_cell *cell = &view->cells[i];
        if (!be_frame_wants(frame, cell) || be_frame_shows(frame, cell)) {
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
                         frame->plot->x == BE_PLOT_OVERHEAD ? "their speedup or overhead"
                                                            : "their value",
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

static bool is_of_bars(const struct be_plot *plot)
{
    return plot->x == BE_PLOT_STAGES || plot->x == BE_PLOT_BUDGET;
}

static void title_put(const struct be_view *view, const struct be_plot *plot,
                      struct be_buffer *title)
{
    uint32_t workers = be_view_most_workers(view);

    if (plot->x == BE_PLOT_PAYLOAD || is_of_bars(plot)) {
        be_buffer_puts(title, plot->title);
        return;
    }
    be_buffer_printf(title, "%s, %s", plot->title,
                     view->weak ? "weak scaling: tasks grow with workers" : "strong scaling");
    if (plot->x != BE_PLOT_WORKERS && plot->x != BE_PLOT_COUNTED) {
        be_buffer_printf(title, ", %" PRIu32 " worker%s", workers, be_words_plural(workers));
    }
}

static void templates_append(const char *plots_folder, struct be_drawing *drawing)
{
    if (template_append(plots_folder, "common", &drawing->script, &drawing->error) != BE_OK ||
        template_append(plots_folder, drawing->plot->name, &drawing->script, &drawing->error) !=
            BE_OK) {
        be_buffer_finish(&drawing->script);
    }
}

static void transports_fill(const struct be_view *view, const char *plots_folder,
                            struct be_drawing *drawing)
{
    title_put(view, drawing->plot, &drawing->title);
    if (!drawing->applies) {
        be_error_fill(&drawing->error, BE_ENODATA, "one payload is no line");
    } else if (be_frame_put_transports(view, be_buffer_text(&drawing->title), &drawing->script,
                                       &drawing->data) == 0) {
        be_error_fill(&drawing->error, BE_ENODATA, "no point is known");
    } else {
        templates_append(plots_folder, drawing);
    }
}

static void counters_fill(const struct be_view *view, const char *plots_folder,
                          struct be_drawing *drawing)
{
    title_put(view, drawing->plot, &drawing->title);
    left_out_series_put(view, &drawing->left_out);
    if (!drawing->applies) {
        be_error_fill(&drawing->error, BE_ENODATA, "no instructions were counted");
        return;
    }
    be_frame_put_counters(view, drawing->plot, be_buffer_text(&drawing->title), &drawing->script,
                          &drawing->data);
    templates_append(plots_folder, drawing);
}

static void bars_fill(const struct be_view *view, const char *plots_folder,
                      struct be_drawing *drawing)
{
    title_put(view, drawing->plot, &drawing->title);
    if (be_bars_count(view, drawing->plot) == 0) {
        be_error_fill(&drawing->error, BE_ENODATA,
                      drawing->applies ? "no pass was stamped"
                                       : "no pool of processes ran at window 1");
        return;
    }
    be_bars_put(view, drawing->plot, be_buffer_text(&drawing->title), drawing);
    templates_append(plots_folder, drawing);
}

static void drawing_fill(const struct be_frame *frame, const char *plots_folder,
                         struct be_drawing *drawing)
{
    title_put(frame->view, frame->plot, &drawing->title);
    left_out_series_put(frame->view, &drawing->left_out);
    left_out_points_put(frame, &drawing->left_out);
    if (frame->points == 0 || !drawing->applies) {
        be_error_fill(&drawing->error, BE_ENODATA,
                      drawing->applies             ? "no point is known"
                      : frame->view->messages_only ? "tasks compute nothing"
                                                   : "one length of task is no line");
        return;
    }
    be_frame_put_script(frame, be_buffer_text(&drawing->title), &drawing->script);
    be_frame_put_data(frame, &drawing->data);
    templates_append(plots_folder, drawing);
}

/* Whether any line of the transports has points at several payloads. */
static bool has_payloads(const struct be_transports *transports)
{
    for (size_t i = 1; i < transports->point_count; i++) {
        if (transports->points[i].line == transports->points[i - 1].line) {
            return true;
        }
    }
    return false;
}

/*
 * A line over task lengths, or payloads, needs two of them, stages need a window of 1, and what was
 * counted needs to have been.
 */
static bool applies(const struct be_view *view, const struct be_plot *plot)
{
    if (plot->x == BE_PLOT_PAYLOAD) {
        return has_payloads(&view->transports);
    }
    if (plot->x == BE_PLOT_STAGES) {
        return be_bars_count(view, plot) > 0;
    }
    if (plot->x == BE_PLOT_COUNTED) {
        return be_frame_has_counters(view);
    }
    if (view->messages_only && !is_of_bars(plot)) {
        return false;
    }
    bool over_tasks = plot->x == BE_PLOT_GRAIN || plot->x == BE_PLOT_GRANULARITY;
    return !over_tasks || be_words_has_scale(view);
}

enum be_status be_drawing_create(const struct be_view *view, const struct be_plot *plot,
                                 const char *plots_folder, struct be_drawing *drawing,
                                 struct be_error *error)
{
    struct be_frame frame;
    enum be_status status = be_frame_create(view, plot, &frame);

    *drawing = (struct be_drawing){.plot = plot, .applies = applies(view, plot)};
    if (status == BE_OK && plot->x == BE_PLOT_PAYLOAD) {
        transports_fill(view, plots_folder, drawing);
    } else if (status == BE_OK && is_of_bars(plot)) {
        bars_fill(view, plots_folder, drawing);
    } else if (status == BE_OK && plot->x == BE_PLOT_COUNTED) {
        counters_fill(view, plots_folder, drawing);
    } else if (status == BE_OK) {
        drawing_fill(&frame, plots_folder, drawing);
    }
    be_frame_finish(&frame);
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
