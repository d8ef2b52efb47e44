/*
 * What a plot shows of a run: which points, in which panels, as which series. Inside this folder
 * only. Threads: no shared state.
 */
#ifndef BE_REPORT_PLOT_FRAME_H
#define BE_REPORT_PLOT_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/plot.h"
#include "report/view.h"

/* The numbers that tasks and series have in the data of a plot; 0: it does not show them. */
struct be_frame {
    const struct be_view *view;
    const struct be_plot *plot;
    size_t *panel_of_task;    /* owned */
    size_t *number_of_series; /* owned */
    size_t panels;
    size_t series;
    size_t points;
    bool bounded; /* whole tasks allow less than the workers */
    bool fitted;  /* fits are drawn through the points */
};

/* More lines than this hide their fits. */
enum { BE_FRAME_FITTED_SERIES_MAX = 4 };

/* The caller finishes *frame also after an error. Errors: BE_ENOMEM. */
enum be_status be_frame_create(const struct be_view *view, const struct be_plot *plot,
                               struct be_frame *frame);
void be_frame_finish(struct be_frame *frame);

struct be_estimate be_frame_x(const struct be_frame *frame, const struct be_view_cell *cell);
struct be_estimate be_frame_y(const struct be_frame *frame, const struct be_view_cell *cell);

/* Whether the plot is about this cell; it may still lack a figure. */
bool be_frame_wants(const struct be_frame *frame, const struct be_view_cell *cell);

/* Whether it is about this cell, and both figures of the point are known. */
bool be_frame_shows(const struct be_frame *frame, const struct be_view_cell *cell);

/* The scaling of a task and a series that is drawn as fits, or NULL. */
const struct be_scaling *be_frame_fit(const struct be_frame *frame, size_t task, size_t series);

/* A place where the line of a series reaches a level. */
struct be_mark {
    const struct be_crossing *crossing; /* borrowed from the findings */
    double level;
};

enum { BE_FRAME_MARKS_MAX = 2 };

/* Fills in those that a plot shows of a series; returns how many. */
size_t be_frame_marks(const struct be_frame *frame, size_t series,
                      struct be_mark marks[BE_FRAME_MARKS_MAX]);

/* P workers have C units at most: what a prediction starts from. */
uint64_t be_frame_limit(const struct be_view_cell *cell);

/* A text as gnuplot reads it back, and a variable that is set to it (plot_script.c). */
void be_frame_put_quoted(struct be_buffer *script, const char *text, size_t columns_max);
void be_frame_put_assign(struct be_buffer *script, const char *variable, const char *text,
                         size_t columns_max);

/*
 * Script and data of the plot over payloads, which has points of its own; returns how many, and
 * leaves both empty without any (plot_transports.c).
 */
size_t be_frame_put_transports(const struct be_view *view, const char *title,
                               struct be_buffer *script, struct be_buffer *data);

/*
 * Script and data of the plot of what was counted, which has two figures of its own; and whether
 * there is any to draw (plot_counters.c).
 */
bool be_frame_has_counters(const struct be_view *view);
void be_frame_put_counters(const struct be_view *view, const struct be_plot *row, const char *title,
                           struct be_buffer *script, struct be_buffer *data);

/* Appends what the scripts of the project need to know of this run (plot_script.c). */
void be_frame_put_script(const struct be_frame *frame, const char *title, struct be_buffer *script);

/* Appends the table of points, marks and fits (plot_data.c). */
void be_frame_put_data(const struct be_frame *frame, struct be_buffer *data);

#endif
