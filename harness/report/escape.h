/*
 * Text from outside, made harmless for where it goes. For report and cli.
 *
 * For every target: line ends and tabs become blanks; control characters, those that turn the
 * direction of writing, and bytes that are no UTF-8 become '?'. Threads: pure functions.
 */
#ifndef BE_REPORT_ESCAPE_H
#define BE_REPORT_ESCAPE_H

#include <stddef.h>

#include "core/buffer.h"

enum be_escape_target {
    BE_ESCAPE_TERMINAL, /* nothing more */
    BE_ESCAPE_HTML,     /* text, or an attribute's value in quotes */
    BE_ESCAPE_MARKDOWN, /* text or a table's cell */
    BE_ESCAPE_GNUPLOT,  /* between single quotes in a script */
    BE_ESCAPE_DATA,     /* between double quotes in a data file of gnuplot */
};

/* Appends at most columns_max characters, the last three "..." when it is cut; 0: all of it. */
void be_escape_append(struct be_buffer *out, enum be_escape_target target, const char *text,
                      size_t columns_max);

/* How many characters be_escape_append(BE_ESCAPE_TERMINAL) makes of it. */
size_t be_escape_columns(const char *text);

#endif
