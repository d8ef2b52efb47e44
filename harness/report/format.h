/*
 * Export formats: a run as text for other programs.
 *
 * A format is one file fmt_*.c and one row of format.def. What was not measured is written as
 * unknown (null, an empty cell), never as 0. Threads: no shared state.
 */
#ifndef BE_REPORT_FORMAT_H
#define BE_REPORT_FORMAT_H

#include "core/buffer.h"
#include "core/status.h"
#include "report/results.h"

struct be_format_ops {
    const char *name;
    const char *summary;   /* one line, without a full stop */
    const char *extension; /* of its files, without the point */

    /*
     * Appends the whole run, the last line ended. Borrowed for the length of the call.
     * Errors: BE_ENOMEM, BE_ECORRUPT for text of the run that is not what it should be.
     */
    enum be_status (*write)(const struct be_results *results, struct be_buffer *out,
                            struct be_error *error);
};

/* The table, in the order of format.def, NULL-terminated. */
extern const struct be_format_ops *const be_format_table[];

/* The row of that name, or NULL. */
const struct be_format_ops *be_format_find(const char *name);

#endif
