#include <string.h>

#include "report/escape.h"
#include "report/plot.h"
#include "report/report.h"
#include "report/view.h"

enum { ROWS = 24 };

/* Line by line, without the blanks at their ends, form feeds and what is not ASCII. */
static void ascii_put(struct be_buffer *drawn, struct be_buffer *out)
{
    for (char *rest = drawn->data, *line; rest && (line = strsep(&rest, "\n"));) {
        size_t length = strlen(line);
        while (length > 0 && line[length - 1] == ' ') {
            length--;
        }
        for (size_t i = 0; i < length; i++) {
            if (line[i] >= ' ' && line[i] <= '~') {
                be_buffer_append(out, &line[i], 1);
            } else if ((line[i] & 0xc0) == 0xc0) {
                be_buffer_puts(out, "?"); /* the first byte of a character */
            }
        }
        if (length > 0) {
            be_buffer_puts(out, "\n");
        }
    }
}

static enum be_status curve_put(const struct be_view *view, const char *plots_folder, size_t width,
                                struct be_buffer *out, struct be_error *error)
{
    struct be_drawing drawing = {0};
    struct be_buffer drawn = {0};
    enum be_status status =
        be_drawing_create(view, &be_plots[BE_PLOT_ROW_speedup], plots_folder, &drawing, error);

    if (status == BE_OK) {
        be_drawing_draw_text(&drawing, width, ROWS, &drawn);
        if (drawing.error.status == BE_OK) {
            ascii_put(&drawn, out);
        } else {
            be_buffer_puts(out, "speedup curve unavailable: ");
            be_escape_append(out, BE_ESCAPE_TERMINAL, drawing.error.message, 0);
            be_buffer_puts(out, "\n");
        }
        status = be_buffer_check(out, error);
    }
    be_buffer_finish(&drawn);
    be_drawing_finish(&drawing);
    return status;
}

enum be_status be_report_curve(const struct be_results *results, const char *plots_folder,
                               size_t width, struct be_buffer *out, struct be_error *error)
{
    struct be_view view = {0};
    enum be_status status = be_view_create(results, &view, error);

    if (status == BE_OK && view.cell_count > 1 && !view.messages_only) {
        status = curve_put(&view, plots_folder, width, out, error);
    }
    be_view_finish(&view);
    return status;
}
