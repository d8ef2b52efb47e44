/*
 * Reports: what a run found, for people. HTML, Markdown, text for a terminal, and plots that
 * gnuplot draws.
 *
 * Every figure comes from the results; nothing is computed here that a figure's definition does
 * not name, and what was not measured is not printed. Strings from outside are escaped for where
 * they go. Threads: no shared state. Borrowed: `results`, for the length of a call.
 * Errors: BE_ENOMEM, and what each function adds.
 */
#ifndef BE_REPORT_REPORT_H
#define BE_REPORT_REPORT_H

#include <stddef.h>

#include "core/buffer.h"
#include "core/status.h"
#include "report/results.h"

/* What came of the plots. A report without them is still a report: it says why. */
struct be_report_result {
    size_t plots_drawn;
    size_t plots_missing;
    struct be_error plot_error; /* why the first missing one is; status BE_OK when none is */
};

/*
 * Writes into folder (made if need be) report.html, report.md and, for each row of plot.def, its
 * .gp, .dat and .svg, so that `gnuplot NAME.gp` inside the folder draws the picture again. Each
 * file is replaced whole. plots_folder is where the *.gp of this project are; result may be NULL.
 *
 * Errors: BE_EIO when a file cannot be written. A plot that cannot be drawn is no error.
 */
enum be_status be_report_write(const struct be_results *results, const char *folder,
                               const char *plots_folder, struct be_report_result *result,
                               struct be_error *error);

/*
 * Appends the screen that ends `run` and `sweep`: what was measured on what, one table, the answer
 * and the quality line. The caller adds where it is stored and what to type next. No line is wider
 * than `width` columns (at least 80) but for a name that is longer itself.
 */
enum be_status be_report_term(const struct be_results *results, size_t width, struct be_buffer *out,
                              struct be_error *error);

/* Appends the answer alone: one sentence, with its full stop, on one line. */
enum be_status be_report_answer(const struct be_results *results, struct be_buffer *out,
                                struct be_error *error);

/*
 * Appends the speedup curve, drawn by gnuplot in plain ASCII `width` columns wide from the same
 * speedup.gp, or one line "speedup curve unavailable: REASON". A single point makes no
 * curve: nothing is appended.
 */
enum be_status be_report_curve(const struct be_results *results, const char *plots_folder,
                               size_t width, struct be_buffer *out, struct be_error *error);

#endif
