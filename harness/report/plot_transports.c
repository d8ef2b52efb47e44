/*
 * Script and data of the plot of transports: panel 1 holds round trips in ns, panel 2 tasks a
 * second, both over payload.
 */
#include <inttypes.h>
#include <math.h>

#include "report/escape.h"
#include "report/plot_frame.h"

enum { PANELS = 2, LABEL_COLUMNS_MAX = 36 };

/* What a point shows in a panel; not known where it is not in it. */
static struct be_estimate figure_of(const struct be_transport_point *point, size_t panel)
{
    static const struct be_estimate unknown = {.known = false};

    if (panel == 1) {
        return point->rtt_ns;
    }
    return point->tasks_per_s ? *point->tasks_per_s : unknown;
}

static bool is_shown(const struct be_transport_point *point, size_t panel)
{
    struct be_estimate figure = figure_of(point, panel);

    return figure.known && figure.median > 0;
}

static void number_put(struct be_buffer *data, bool known, double value)
{
    if (known) {
        be_buffer_printf(data, " %.9g", value);
    } else {
        be_buffer_puts(data, " NaN");
    }
}

static size_t data_put(const struct be_transports *transports, struct be_buffer *data)
{
    size_t points = 0;

    be_buffer_puts(data, "panel series x y y_low y_high label\n");
    for (size_t panel = 1; panel <= PANELS; panel++) {
        for (size_t i = 0; i < transports->point_count; i++) {
            const struct be_transport_point *point = &transports->points[i];
            struct be_estimate figure = figure_of(point, panel);
            if (!is_shown(point, panel)) {
                continue;
            }
            be_buffer_printf(data, "%zu %zu %" PRIu64, panel, point->line + 1, point->payload);
            number_put(data, true, figure.median);
            number_put(data, figure.bounded, figure.low);
            number_put(data, figure.bounded, figure.high);
            be_buffer_puts(data, " \"");
            be_escape_append(data, BE_ESCAPE_DATA, transports->lines[point->line].label, 0);
            be_buffer_puts(data, "\"\n");
            points++;
        }
    }
    return points;
}

static void lines_put(const struct be_transports *transports, struct be_buffer *script)
{
    size_t count = transports->line_count;

    be_buffer_printf(script, "series = %zu\narray series_name[%zu] = [", count, count);
    for (size_t i = 0; i < count; i++) {
        be_buffer_puts(script, i > 0 ? ", " : "");
        be_frame_put_quoted(script, transports->lines[i].label, LABEL_COLUMNS_MAX);
    }
    be_buffer_printf(script, "]\narray series_style[%zu] = [", count);
    for (size_t i = 0; i < count; i++) {
        be_buffer_printf(script, "%s%zu", i > 0 ? ", " : "", i % BE_VIEW_STYLES + 1);
    }
    be_buffer_puts(script, "]\n");
}

/* x_least and x_most of all points; y_least[] and y_most[] of each panel, limits included. */
static void ranges_put(const struct be_transports *transports, struct be_buffer *script)
{
    const struct be_estimate *limits[] = {&transports->line_ns, &transports->wake_ns};
    double x[2] = {INFINITY, -INFINITY};
    double y[PANELS][2] = {{INFINITY, -INFINITY}, {INFINITY, -INFINITY}};

    for (size_t i = 0; i < transports->point_count; i++) {
        const struct be_transport_point *point = &transports->points[i];
        for (size_t panel = 1; panel <= PANELS; panel++) {
            if (is_shown(point, panel)) {
                double value = figure_of(point, panel).median;
                x[0] = fmin(x[0], (double)point->payload);
                x[1] = fmax(x[1], (double)point->payload);
                y[panel - 1][0] = fmin(y[panel - 1][0], value);
                y[panel - 1][1] = fmax(y[panel - 1][1], value);
            }
        }
    }
    for (size_t i = 0; i < 2; i++) {
        if (limits[i]->known && isfinite(y[0][0])) {
            y[0][0] = fmin(y[0][0], limits[i]->median);
            y[0][1] = fmax(y[0][1], limits[i]->median);
        }
    }
    be_buffer_printf(script, "x_least = %.9g; x_most = %.9g\n", x[0], x[1]);
    for (size_t end = 0; end < 2; end++) {
        be_buffer_printf(script, "array y_%s[%d] = [", end == 0 ? "least" : "most", PANELS);
        for (size_t panel = 0; panel < PANELS; panel++) {
            bool finite = isfinite(y[panel][end]);
            be_buffer_printf(script, "%s%.9g", panel > 0 ? ", " : "", finite ? y[panel][end] : 1);
        }
        be_buffer_puts(script, "]\n");
    }
}

/* Whether a panel shows a line, or an interval of it. */
static bool has_line(const struct be_transports *transports, size_t panel, size_t line,
                     bool bounded)
{
    for (size_t i = 0; i < transports->point_count; i++) {
        const struct be_transport_point *point = &transports->points[i];
        if (point->line == line && is_shown(point, panel) &&
            (!bounded || figure_of(point, panel).bounded)) {
            return true;
        }
    }
    return false;
}

/* name[panel] = '1 3': the numbers of the lines that it shows, or shows intervals of. */
static void numbers_put(const struct be_transports *transports, const char *name, bool bounded,
                        struct be_buffer *script)
{
    be_buffer_printf(script, "array %s[%d] = [", name, PANELS);
    for (size_t panel = 1; panel <= PANELS; panel++) {
        be_buffer_puts(script, panel > 1 ? "', '" : "'");
        for (size_t line = 0; line < transports->line_count; line++) {
            if (has_line(transports, panel, line, bounded)) {
                be_buffer_printf(script, " %zu", line + 1);
            }
        }
    }
    be_buffer_puts(script, "']\n");
}

static void limit_put(struct be_buffer *script, const char *name, const struct be_estimate *limit)
{
    be_buffer_printf(script, "%s = %.9g\n", name, limit->known ? limit->median : 0);
}

size_t be_frame_put_transports(const struct be_view *view, const char *title,
                               struct be_buffer *script, struct be_buffer *data)
{
    const struct be_transports *transports = &view->transports;
    struct be_buffer subtitle = {0};
    size_t points = data_put(transports, data);

    if (points == 0) {
        be_buffer_finish(data);
        return 0;
    }
    be_buffer_puts(script, "# Written by breakeven: `gnuplot transports.gp` here draws "
                           "transports.svg again.\n\n");
    be_frame_put_assign(script, "name", "transports", 0);
    be_frame_put_assign(script, "title", title, 100);
    be_buffer_printf(&subtitle, "workload null on %s", view->place);
    be_frame_put_assign(script, "subtitle", be_buffer_text(&subtitle), 120);
    be_frame_put_assign(script, "reference",
                        transports->line_ns.known ? "2c: a cache line there and back" : "", 0);
    be_frame_put_assign(script, "bound",
                        transports->wake_ns.known ? "2(W+S): two wake-ups, two system calls" : "",
                        0);
    limit_put(script, "limit_line", &transports->line_ns);
    limit_put(script, "limit_wake", &transports->wake_ns);
    be_buffer_printf(script,
                     "panels = %d\narray panel_name[%d] = ['round trip', "
                     "'tasks a second, many under way']\n",
                     PANELS, PANELS);
    lines_put(transports, script);
    numbers_put(transports, "lines_in", false, script);
    numbers_put(transports, "bars_in", true, script);
    be_buffer_puts(script, "barred = ''; marked = ''; banded = ''; fitted = ''\n");
    be_buffer_puts(script, "workers = 1\narray worker_count[1] = [1]\n");
    ranges_put(transports, script);
    be_buffer_puts(script, "\n");
    script->failed = script->failed || subtitle.failed;
    be_buffer_finish(&subtitle);
    return points;
}
