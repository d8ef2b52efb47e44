#include "report/plot_frame.h"

#include <math.h>
#include <stdlib.h>

/* An estimate in another unit. */
static struct be_estimate scaled(struct be_estimate estimate, double factor)
{
    estimate.median *= factor;
    estimate.low *= factor;
    estimate.high *= factor;
    return estimate;
}

struct be_estimate be_frame_x(const struct be_frame *frame, const struct be_view_cell *cell)
{
    const struct be_summary *summary = cell->summary;
    struct be_estimate x = {.known = true, .median = cell->workers};

    switch (frame->plot->x) {
    case BE_PLOT_WORKERS:
    case BE_PLOT_PAYLOAD:
    case BE_PLOT_COUNTED:
        return x;
    case BE_PLOT_OVERHEAD:
        x = summary->ipc_overhead_ratio;
        break;
    case BE_PLOT_GRAIN:
        x = summary->grain_ns;
        break;
    case BE_PLOT_GRANULARITY:
        x = scaled(summary->wall_ns,
                   (double)summary->distinct_pus / (double)summary->configuration->tasks);
        break;
    case BE_PLOT_STAGES:
    case BE_PLOT_BUDGET:
        break;
    }
    x.bounded = x.bounded && x.low > 0; /* these axes are logarithmic */
    return x;
}

struct be_estimate be_frame_y(const struct be_frame *frame, const struct be_view_cell *cell)
{
    const struct be_summary *summary = cell->summary;

    if (frame->plot->x == BE_PLOT_GRANULARITY) {
        return scaled(summary->speedup, 1 / (double)summary->distinct_pus);
    }
    return summary->speedup;
}

bool be_frame_wants(const struct be_frame *frame, const struct be_view_cell *cell)
{
    const struct be_view *view = frame->view;
    bool searched = view->tasks[cell->task].searched;
    bool most = cell->workers == be_view_most_workers(view);

    if (view->series[cell->series].style == 0) {
        return false;
    }
    switch (frame->plot->x) {
    case BE_PLOT_WORKERS:
        return !searched;
    case BE_PLOT_OVERHEAD:
        return most && !searched; /* the search measures no messages apart */
    case BE_PLOT_GRAIN:
    case BE_PLOT_GRANULARITY:
    case BE_PLOT_PAYLOAD:
    case BE_PLOT_STAGES:
    case BE_PLOT_BUDGET:
    case BE_PLOT_COUNTED:
        break;
    }
    return most;
}

bool be_frame_shows(const struct be_frame *frame, const struct be_view_cell *cell)
{
    struct be_estimate x = be_frame_x(frame, cell);
    struct be_estimate y = be_frame_y(frame, cell);

    return be_frame_wants(frame, cell) && x.known && isfinite(x.median) && x.median > 0 &&
           y.known && isfinite(y.median) && y.median > 0;
}

uint64_t be_frame_limit(const struct be_view_cell *cell)
{
    size_t pus = cell->summary->distinct_pus;
    return pus > 0 && pus < cell->workers ? pus : cell->workers;
}

const struct be_scaling *be_frame_fit(const struct be_frame *frame, size_t task, size_t series)
{
    const struct be_findings *findings = frame->view->findings;

    for (size_t i = 0; i < findings->scaling_series.count; i++) {
        uint32_t first = findings->scaling_series.items[i].members[0];
        const struct be_view_cell *cell = be_view_cell_of(frame->view, first);
        if (cell && cell->task == task && cell->series == series) {
            return findings->scalings[i].fitted >= BE_SCALING_POINTS_MIN ? &findings->scalings[i]
                                                                         : NULL;
        }
    }
    return NULL;
}

size_t be_frame_marks(const struct be_frame *frame, size_t series,
                      struct be_mark marks[BE_FRAME_MARKS_MAX])
{
    uint32_t workers = be_view_most_workers(frame->view);
    const struct be_breakeven *breakeven = be_view_breakeven(frame->view, series, workers);
    const struct be_metg *metg = be_view_metg(frame->view, series, workers);
    struct be_mark all[BE_FRAME_MARKS_MAX] = {{0}};
    size_t count = 0;

    if (breakeven && frame->plot->x == BE_PLOT_GRAIN) {
        all[0] = (struct be_mark){&breakeven->warm, 1};
    } else if (metg && frame->plot->x == BE_PLOT_GRANULARITY) {
        all[0] = (struct be_mark){&metg->half, .5};
        all[1] = (struct be_mark){&metg->ninety, .9};
    }
    for (size_t i = 0; i < BE_FRAME_MARKS_MAX; i++) {
        if (frame->number_of_series[series] > 0 && all[i].crossing &&
            all[i].crossing->state == BE_CROSSING_INSIDE) {
            marks[count++] = all[i];
        }
    }
    return count;
}

static bool is_bounded(const struct be_view_cell *cell)
{
    double bound = cell->summary->configuration->bound_order;
    return bound > 0 && bound < 0.99 * cell->workers;
}

static void frame_count(struct be_frame *frame)
{
    const struct be_view *view = frame->view;
    bool by_workers = frame->plot->x == BE_PLOT_WORKERS;

    for (size_t i = 0; i < view->cell_count; i++) {
        const struct be_view_cell *cell = &view->cells[i];
        if (be_frame_shows(frame, cell)) {
            frame->panel_of_task[cell->task] = 1;
            frame->number_of_series[cell->series] = 1;
            frame->points++;
            frame->bounded = frame->bounded || (by_workers && is_bounded(cell));
            frame->fitted =
                frame->fitted || (by_workers && be_frame_fit(frame, cell->task, cell->series));
        }
    }
    for (size_t i = 0; i < view->task_count; i++) {
        frame->panel_of_task[i] = frame->panel_of_task[i] ? ++frame->panels : 0;
    }
    for (size_t i = 0; i < view->series_count; i++) {
        frame->number_of_series[i] = frame->number_of_series[i] ? ++frame->series : 0;
    }
    frame->fitted = frame->fitted && frame->series <= BE_FRAME_FITTED_SERIES_MAX;
    if (!by_workers) {
        frame->panels = frame->panels > 0;
        for (size_t i = 0; i < view->task_count; i++) {
            frame->panel_of_task[i] = frame->panels;
        }
    }
}

enum be_status be_frame_create(const struct be_view *view, const struct be_plot *plot,
                               struct be_frame *frame)
{
    *frame = (struct be_frame){.view = view, .plot = plot};
    frame->panel_of_task = calloc(view->task_count + 1, sizeof(size_t));
    frame->number_of_series = calloc(view->series_count + 1, sizeof(size_t));
    if (!frame->panel_of_task || !frame->number_of_series) {
        return BE_ENOMEM;
    }
    frame_count(frame);
    return BE_OK;
}

void be_frame_finish(struct be_frame *frame)
{
    free(frame->panel_of_task);
    free(frame->number_of_series);
}
