/* On the screen: what a message takes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "report/escape.h"
#include "report/grid.h"
#include "report/shown.h"
#include "report/term.h"
#include "report/words.h"

/* Columns of payloads, in ascending order, each as wide as a rate and a gap. */
enum { PAYLOADS_MAX = 16, PAYLOAD_COLUMNS = 11, FLOOR_COLUMNS = 19 };

struct payloads {
    uint64_t bytes[PAYLOADS_MAX];
    size_t count;
    size_t all;
};

/* The smallest payload of any point above one; 0: there is none. */
static uint64_t payload_next(const struct be_transports *transports, uint64_t above)
{
    uint64_t next = 0;

    for (size_t i = 0; i < transports->point_count; i++) {
        uint64_t payload = transports->points[i].payload;
        if (payload > above && (next == 0 || payload < next)) {
            next = payload;
        }
    }
    return next;
}

/* As many as fit, the first and the last among them. */
static struct payloads payloads_choose(const struct be_transports *transports, size_t width)
{
    struct payloads chosen = {0};
    size_t first = sizeof("round trip, one at a time") - 1;
    size_t index = 0;

    for (size_t i = 0; i < transports->line_count; i++) {
        size_t label = be_escape_columns(transports->lines[i].label) + 1;
        first = label > first ? label : first;
    }
    first = first < BE_GRID_CELL_COLUMNS_MAX ? first : BE_GRID_CELL_COLUMNS_MAX;
    size_t room = (width - first - FLOOR_COLUMNS) / PAYLOAD_COLUMNS;
    room = room < 2 ? 2 : room > PAYLOADS_MAX ? PAYLOADS_MAX : room;
    for (uint64_t p = payload_next(transports, 0); p > 0; p = payload_next(transports, p)) {
        chosen.all++;
    }
    size_t wanted = chosen.all < room ? chosen.all : room;
    for (uint64_t p = payload_next(transports, 0); p > 0; p = payload_next(transports, p)) {
        if (wanted < 2 || index == chosen.count * (chosen.all - 1) / (wanted - 1)) {
            chosen.bytes[chosen.count++] = p;
        }
        index++;
    }
    return chosen;
}

static const struct be_transport_point *point_find(const struct be_transports *transports,
                                                   size_t line, uint64_t payload)
{
    for (size_t i = 0; i < transports->point_count; i++) {
        if (transports->points[i].line == line && transports->points[i].payload == payload) {
            return &transports->points[i];
        }
    }
    return NULL;
}

static void head_put(const struct payloads *payloads, const char *title, const char *last,
                     struct be_grid *grid)
{
    char size[BE_UNITS_TEXT_BYTES];

    be_grid_put(grid, title);
    for (size_t i = 0; i < payloads->count; i++) {
        be_grid_put(grid, be_units_format_size(size, payloads->bytes[i]));
    }
    be_grid_put(grid, last);
}

static void name_put(const struct be_transports *transports, size_t line, struct be_grid *grid)
{
    struct be_buffer name = {0};

    be_buffer_printf(&name, " %s", transports->lines[line].label);
    be_grid_put(grid, be_buffer_text(&name));
    be_buffer_finish(&name);
}

/* "3.17 x 2c": the round trip of the smallest payload over its floor. */
static void distance_put(const struct be_transports *transports, size_t line,
                         const struct payloads *payloads, struct be_grid *grid)
{
    const struct be_transport_point *point = point_find(transports, line, payloads->bytes[0]);
    char text[80] = "";

    if (point && point->distance.known) {
        snprintf(text, sizeof(text), "%s x %s", be_shown_of(BE_SHOWN_RATIO, &point->distance).value,
                 transports->lines[line].spins ? "2c" : "2(W+S)");
    }
    be_grid_put(grid, text);
}

static void round_trips_put(const struct be_transports *transports, const struct payloads *payloads,
                            struct be_grid *grid)
{
    char size[BE_UNITS_TEXT_BYTES];
    char last[BE_UNITS_TEXT_BYTES + 16];

    snprintf(last, sizeof(last), "%s, of its floor",
             be_units_format_size(size, payloads->bytes[0]));
    head_put(payloads, "round trip, one at a time", last, grid);
    for (size_t line = 0; line < transports->line_count; line++) {
        name_put(transports, line, grid);
        for (size_t i = 0; i < payloads->count; i++) {
            const struct be_transport_point *point =
                point_find(transports, line, payloads->bytes[i]);
            be_grid_put(grid, point ? be_shown_of(BE_SHOWN_GRAIN, &point->rtt_ns).value : "-");
        }
        distance_put(transports, line, payloads, grid);
    }
}

static void rates_put(const struct be_transports *transports, const struct payloads *payloads,
                      struct be_grid *grid)
{
    head_put(payloads, "tasks/s, many under way", "", grid);
    for (size_t line = 0; line < transports->line_count; line++) {
        name_put(transports, line, grid);
        for (size_t i = 0; i < payloads->count; i++) {
            const struct be_transport_point *point =
                point_find(transports, line, payloads->bytes[i]);
            be_grid_put(grid, point && point->tasks_per_s
                                  ? be_shown_of(BE_SHOWN_RATE, point->tasks_per_s).value
                                  : "-");
        }
        be_grid_put(grid, "");
    }
}

static void transports_put(const struct be_transports *transports, size_t width,
                           struct be_buffer *out)
{
    char alignment[PAYLOADS_MAX + 3];
    struct payloads payloads = payloads_choose(transports, width);
    struct be_grid grid = {.columns = payloads.count + 2};
    bool single = false;
    bool many = false;

    for (size_t i = 0; i < transports->point_count; i++) {
        single = single || transports->points[i].rtt_ns.known;
        many = many || (transports->points[i].many && transports->points[i].tasks_per_s->known);
    }
    memset(alignment, 'r', grid.columns);
    alignment[0] = 'l';
    alignment[grid.columns - 1] = 'l';
    if (single) {
        round_trips_put(transports, &payloads, &grid);
    }
    if (many) {
        rates_put(transports, &payloads, &grid);
    }
    be_grid_print(&grid, alignment, width, out);
    if (payloads.all > payloads.count) {
        be_buffer_printf(out, " %zu of %zu payloads; the report has all\n", payloads.count,
                         payloads.all);
    }
    be_grid_finish(&grid);
}

/* Pools that move nothing: a row for each configuration. */
static void tasks_put(const struct be_view *view, size_t width, struct be_buffer *out)
{
    static const char *const titles[] = {"empty tasks", "time a task", "tasks/s", "", "CPU a task"};
    struct be_grid grid = {.columns = sizeof(titles) / sizeof(titles[0])};

    for (size_t i = 0; i < grid.columns; i++) {
        be_grid_put(&grid, titles[i]);
    }
    for (size_t i = 0; i < view->cell_count; i++) {
        const struct be_summary *summary = view->cells[i].summary;
        double tasks = (double)summary->configuration->tasks;
        struct be_shown rate = be_shown_of(BE_SHOWN_RATE, &summary->tasks_per_s);
        struct be_buffer name = {0};
        be_words_cell(view, &view->cells[i], &name);
        be_grid_put(&grid, be_buffer_text(&name));
        be_buffer_finish(&name);
        be_grid_put(
            &grid,
            be_shown_of_value(BE_SHOWN_GRAIN, be_estimate_value(&summary->wall_ns) / tasks).value);
        be_grid_put(&grid, rate.value);
        be_grid_put(&grid, rate.interval);
        be_grid_put(
            &grid,
            be_shown_of_value(BE_SHOWN_GRAIN, be_estimate_value(&summary->cpu_ns) / tasks).value);
    }
    be_grid_print(&grid, "lrrir", width, out);
    be_grid_finish(&grid);
}

void be_term_messages(const struct be_view *view, size_t width, struct be_buffer *out)
{
    struct be_buffer words = {0};

    if (!be_words_of_transports(view)) {
        tasks_put(view, width, out);
        return;
    }
    transports_put(&view->transports, width, out);
    be_buffer_puts(&words, "floors: ");
    be_words_floors(view, &words);
    be_grid_wrap(be_buffer_text(&words), width, out);
    out->failed = out->failed || words.failed;
    be_buffer_finish(&words);
}
