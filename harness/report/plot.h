/*
 * Plots: one row of plot.def and one .gp each. A plot's script and its data stand beside each other
 * and need nothing else. Inside this folder only. Threads: no shared state.
 */
#ifndef BE_REPORT_PLOT_H
#define BE_REPORT_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buffer.h"
#include "core/status.h"
#include "report/view.h"

/* What runs along x; all but the first show the most workers only. */
enum be_plot_x {
    BE_PLOT_WORKERS,
    BE_PLOT_OVERHEAD,
    BE_PLOT_GRAIN,       /* w */
    BE_PLOT_GRANULARITY, /* T·C/N */
    BE_PLOT_PAYLOAD,     /* bytes of a request: of transports, with points of their own */
    BE_PLOT_STAGES,      /* the time of a message, in parts: bars (plot_bars.h), as the next */
    BE_PLOT_BUDGET,      /* the core time of a configuration */
    BE_PLOT_COUNTED,     /* workers again: with points of their own, where any were counted */
};

enum {
#define BE_PLOT(name, x, title, reference, caption) BE_PLOT_ROW_##name,
#include "report/plot.def"
#undef BE_PLOT
    BE_PLOT_COUNT
};

struct be_plot {
    const char *name;
    enum be_plot_x x;
    const char *title;
    const char *reference;
    const char *caption;
};

/* The table, in the order of plot.def. */
extern const struct be_plot be_plots[BE_PLOT_COUNT];

/* What a plot of one run is made of. init with {0}; finish frees. */
struct be_drawing {
    const struct be_plot *plot;
    bool applies; /* false: its axis needs what this run does not vary, so there is no such plot */
    struct be_buffer title;    /* with its scaling and workers: for people */
    struct be_buffer script;   /* NAME.gp */
    struct be_buffer data;     /* NAME.dat */
    struct be_buffer svg;      /* NAME.svg; empty when it was not drawn */
    struct be_buffer left_out; /* "3 of 12 points are left out: …", or empty */
    struct be_error error;     /* why it was not drawn; status BE_OK when it was */
};

/*
 * Writes script and data. plots_folder holds common.gp and NAME.gp. A plot without a single point,
 * or whose scripts cannot be read, has the reason in drawing->error and no script.
 * *drawing is finished by the caller, also after an error.
 */
enum be_status be_drawing_create(const struct be_view *view, const struct be_plot *plot,
                                 const char *plots_folder, struct be_drawing *drawing,
                                 struct be_error *error);
void be_drawing_finish(struct be_drawing *drawing);

/* What every script of a run begins with: name, title, subtitle, reference (plot_script.c). */
void be_script_begin(const struct be_view *view, const struct be_plot *plot, const char *title,
                     struct be_buffer *script);

/* Lets gnuplot draw it into drawing->svg, or leaves the reason in drawing->error (draw.c). */
void be_drawing_draw(struct be_drawing *drawing);

/* The same in plain ASCII: appends it to out, or leaves the reason in drawing->error. */
void be_drawing_draw_text(struct be_drawing *drawing, size_t columns, size_t rows,
                          struct be_buffer *out);

#endif
