/*
 * Plots of bars: where the time of a message goes, and where the core time of a configuration.
 * Inside this folder only. Threads: no shared state.
 */
#ifndef BE_REPORT_PLOT_BARS_H
#define BE_REPORT_PLOT_BARS_H

#include "report/plot.h"

/* How many bars the plot has of this run. */
size_t be_bars_count(const struct be_view *view, const struct be_plot *plot);

/* Writes script and data of the drawing, and what it leaves out. */
void be_bars_put(const struct be_view *view, const struct be_plot *plot, const char *title,
                 struct be_drawing *drawing);

#endif
