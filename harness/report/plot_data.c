/* The data of a plot: one table of points, marks and fits. */
#include <inttypes.h>
#include <math.h>

#include "report/escape.h"
#include "report/plot_frame.h"
#include "report/shown.h"

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

static void row_put(const struct be_frame *frame, const struct be_view_cell *cell,
                    struct be_buffer *data)
{
    struct be_estimate x = be_frame_x(frame, cell);
    struct be_estimate y = be_frame_y(frame, cell);

    be_buffer_printf(data, "%zu %zu %" PRIu32, frame->panel_of_task[cell->task],
                     frame->number_of_series[cell->series], cell->workers);
    estimate_put(data, &x);
    estimate_put(data, &y);
    be_buffer_printf(data, " %" PRIu64 " \"", be_frame_limit(cell));
    be_escape_append(data, BE_ESCAPE_DATA, frame->view->tasks[cell->task].label, 0);
    be_buffer_puts(data, "\" \"");
    be_escape_append(data, BE_ESCAPE_DATA, frame->view->series[cell->series].label, 0);
    be_buffer_puts(data, "\"\n");
}

/* Series 0: the speedup that whole tasks allow, once for each panel and worker count. */
static void bound_put(const struct be_frame *frame, struct be_buffer *data)
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

/* Panel 0: where the line of a series reaches a level, named by where that is. */
static void mark_put(size_t number, const struct be_mark *mark, uint32_t workers,
                     struct be_buffer *data)
{
    const struct be_crossing *crossing = mark->crossing;

    be_buffer_printf(data, "0 %zu %" PRIu32, number, workers);
    number_put(data, crossing->at_ns);
    number_put(data, crossing->bounded ? crossing->low_ns : NAN);
    number_put(data, crossing->bounded ? crossing->high_ns : NAN);
    be_buffer_printf(data, " %g NaN NaN NaN \"%s\" \"\"\n", mark->level,
                     be_shown_of_crossing(crossing).value);
}

static void marks_put(const struct be_frame *frame, struct be_buffer *data)
{
    for (size_t i = 0; i < frame->view->series_count; i++) {
        struct be_mark marks[BE_FRAME_MARKS_MAX];
        size_t count = be_frame_marks(frame, i, marks);
        for (size_t k = 0; k < count; k++) {
            mark_put(frame->number_of_series[i], &marks[k], be_view_most_workers(frame->view),
                     data);
        }
    }
}

/* Amdahl's law, times the speedup that the pool has with one worker. */
static double amdahl_speedup(const struct be_scaling *scaling, double alone, double workers)
{
    double serial = scaling->serial_fraction.median;
    return scaling->serial_fraction.known ? alone / (serial + (1 - serial) / workers) : NAN;
}

/* Throughput by the universal scalability law, over that of the serial reference. */
static double usl_speedup(const struct be_scaling *scaling, double grain_ns, double workers)
{
    double slowed = 1 + scaling->usl_contention.median * (workers - 1) +
                    scaling->usl_coherency.median * workers * (workers - 1);
    double tasks_per_s = scaling->usl_tasks_per_s.median * workers / slowed;
    return scaling->usl_tasks_per_s.known ? tasks_per_s * grain_ns / 1e9 : NAN;
}

/* Series 100 + s and 200 + s: curves fitted through the points of series s, in FIT_STEPS steps. */
static void fit_put(const struct be_frame *frame, const struct be_view_cell *first,
                    const struct be_scaling *scaling, struct be_buffer *data)
{
    enum { FIT_STEPS = 24 };
    const struct be_summary *summary = first->summary;
    size_t panel = frame->panel_of_task[first->task];
    size_t number = frame->number_of_series[first->series];
    double alone = scaling->relative ? summary->speedup.median : 1;

    for (int kind = 1; kind <= 2; kind++) {
        for (int step = 0; step <= FIT_STEPS; step++) {
            double workers = pow(scaling->fitted_workers_max, (double)step / FIT_STEPS);
            double y = kind == 1 ? amdahl_speedup(scaling, alone, workers)
                                 : usl_speedup(scaling, summary->grain_ns.median, workers);
            be_buffer_printf(data, "%zu %zu NaN %.9g NaN NaN", panel, 100 * (size_t)kind + number,
                             workers);
            number_put(data, y);
            be_buffer_printf(data, " NaN NaN NaN \"\" \"%s fit\"\n", kind == 1 ? "Amdahl" : "USL");
        }
    }
}

static void fits_put(const struct be_frame *frame, struct be_buffer *data)
{
    const struct be_view *view = frame->view;

    for (size_t i = 0; i < view->cell_count; i++) {
        const struct be_view_cell *cell = &view->cells[i];
        bool first = i == 0 || cell[-1].task != cell->task || cell[-1].series != cell->series;
        const struct be_scaling *scaling = first && be_frame_shows(frame, cell)
                                               ? be_frame_fit(frame, cell->task, cell->series)
                                               : NULL;
        if (scaling) {
            fit_put(frame, cell, scaling, data);
        }
    }
}

void be_frame_put_data(const struct be_frame *frame, struct be_buffer *data)
{
    be_buffer_puts(data, "panel series workers x x_low x_high y y_low y_high limit task label\n");
    marks_put(frame, data);
    if (frame->fitted) {
        fits_put(frame, data);
    }
    if (frame->bounded) {
        bound_put(frame, data);
    }
    for (size_t i = 0; i < frame->view->cell_count; i++) {
        if (be_frame_shows(frame, &frame->view->cells[i])) {
            row_put(frame, &frame->view->cells[i], data);
        }
    }
}
