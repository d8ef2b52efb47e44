#include "report/grid.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "report/escape.h"

void be_grid_put(struct be_grid *grid, const char *text)
{
    struct be_buffer cell = {0};
    char **cells = realloc(grid->cells, (grid->count + 1) * sizeof(cells[0]));

    if (!cells) {
        grid->failed = true;
        return;
    }
    grid->cells = cells;
    be_buffer_puts(&cell, "");
    be_escape_append(&cell, BE_ESCAPE_TERMINAL, text, BE_GRID_CELL_COLUMNS_MAX);
    if (cell.failed) {
        be_buffer_finish(&cell);
        grid->failed = true;
        return;
    }
    grid->cells[grid->count++] = cell.data;
}

static void blanks_put(struct be_buffer *out, size_t count)
{
    while (count-- > 0) {
        be_buffer_puts(out, " ");
    }
}

static size_t gap_before(const char *alignment, size_t column)
{
    return column == 0 ? 0 : alignment[column] == 'i' ? 1 : 2;
}

/* Fills in the width of each column; returns how many of them fit. */
static size_t grid_measure(const struct be_grid *grid, const char *alignment, size_t width,
                           size_t widths[BE_GRID_COLUMNS_MAX])
{
    size_t used = 0;

    memset(widths, 0, BE_GRID_COLUMNS_MAX * sizeof(widths[0]));
    for (size_t i = 0; i < grid->count; i++) {
        size_t columns = be_escape_columns(grid->cells[i]);
        size_t column = i % grid->columns;
        widths[column] = columns > widths[column] ? columns : widths[column];
    }
    for (size_t column = 0; column < grid->columns; column++) {
        used += gap_before(alignment, column) + widths[column];
        if (column > 0 && used > width) {
            return column;
        }
    }
    return grid->columns;
}

void be_grid_print(const struct be_grid *grid, const char *alignment, size_t width,
                   struct be_buffer *out)
{
    size_t widths[BE_GRID_COLUMNS_MAX];
    size_t fitting = grid_measure(grid, alignment, width, widths);

    out->failed = out->failed || grid->failed;
    for (size_t row = 0; row + grid->columns <= grid->count; row += grid->columns) {
        size_t owed = 0; /* blanks that are written only if text follows */
        for (size_t column = 0; column < fitting; column++) {
            const char *text = grid->cells[row + column];
            size_t pad = widths[column] - be_escape_columns(text);
            bool right = alignment[column] == 'r';
            owed += gap_before(alignment, column) + (right ? pad : 0);
            if (text[0] != '\0') {
                blanks_put(out, owed);
                be_buffer_puts(out, text);
                owed = 0;
            }
            owed += right ? 0 : pad;
        }
        be_buffer_puts(out, "\n");
    }
}

void be_grid_finish(struct be_grid *grid)
{
    for (size_t i = 0; i < grid->count; i++) {
        free(grid->cells[i]);
    }
    free(grid->cells);
    *grid = (struct be_grid){0};
}

/* Whether a blank stands between a figure and its unit: "90.0 s", "1.2 %". */
static bool is_before_unit(const char *text, const char *blank)
{
    static const char *const units[] = {"ns", "us", "ms", "s", "%"};

    for (size_t i = 0;
         blank > text && isdigit((unsigned char)blank[-1]) && i < sizeof(units) / sizeof(units[0]);
         i++) {
        size_t length = strlen(units[i]);
        if (strncmp(blank + 1, units[i], length) == 0 &&
            !isalnum((unsigned char)blank[1 + length])) {
            return true;
        }
    }
    return false;
}

/* Bytes up to the next blank where a line may end: not inside "1.93 us .. 1.95 us". */
static size_t piece_bytes(const char *text)
{
    const char *end = text + strcspn(text, " ");

    for (;;) {
        if (strncmp(end, " .. ", 4) == 0) {
            end += 4;
        } else if (*end != '\0' && is_before_unit(text, end)) {
            end++;
        } else {
            return (size_t)(end - text);
        }
        end += strcspn(end, " ");
    }
}

void be_grid_wrap(const char *text, size_t width, struct be_buffer *out)
{
    be_grid_wrap_behind(text, 0, 2, width, out);
}

void be_grid_wrap_behind(const char *text, size_t column, size_t indent, size_t width,
                         struct be_buffer *out)
{
    struct be_buffer clean = {0};
    size_t used = column;
    bool started = false;

    be_escape_append(&clean, BE_ESCAPE_TERMINAL, text, 0);
    for (char *rest = clean.data; rest && *rest;) {
        size_t bytes = piece_bytes(rest);
        char *next = rest + bytes + (rest[bytes] == ' ');
        rest[bytes] = '\0';
        size_t columns = be_escape_columns(rest);
        if (started && used + 1 + columns > width) {
            be_buffer_printf(out, "\n%*s", (int)indent, "");
            used = indent;
        } else if (started) {
            be_buffer_puts(out, " ");
            used++;
        }
        started = true;
        be_buffer_puts(out, rest);
        used += columns;
        rest = next;
    }
    be_buffer_puts(out, "\n");
    out->failed = out->failed || clean.failed;
    be_buffer_finish(&clean);
}
