/*
 * Columns of text for a terminal. Inside this folder only. Threads: one owner at a time.
 */
#ifndef BE_REPORT_GRID_H
#define BE_REPORT_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buffer.h"

enum { BE_GRID_COLUMNS_MAX = 64, BE_GRID_CELL_COLUMNS_MAX = 40 };

/* init with {.columns = n}; finish frees. */
struct be_grid {
    size_t columns;
    char **cells; /* owned, each too; row by row */
    size_t count;
    bool failed; /* out of memory: cells are missing */
};

/* Adds the next cell, cleaned for a terminal and cut at BE_GRID_CELL_COLUMNS_MAX. */
void be_grid_put(struct be_grid *grid, const char *text);

/*
 * Appends the rows. alignment has a letter a column: l or r, or i for one that stands close behind
 * the column before it. Columns that do not fit into `width` are left out from the right.
 */
void be_grid_print(const struct be_grid *grid, const char *alignment, size_t width,
                   struct be_buffer *out);

void be_grid_finish(struct be_grid *grid);

/*
 * Appends text cleaned for a terminal, broken at blanks so that no line is wider than `width`;
 * intervals stay whole, and lines after the first begin with two blanks.
 */
void be_grid_wrap(const char *text, size_t width, struct be_buffer *out);

/* The same for text that begins in `column`; lines after the first begin with `indent` blanks. */
void be_grid_wrap_behind(const char *text, size_t column, size_t indent, size_t width,
                         struct be_buffer *out);

#endif
