/* What it takes to start a worker process, by start method. */
#include <string.h>

#include "core/units.h"
#include "report/words.h"

/* How the workers of a cell came to be; NULL: nobody says, or what it took is not known. */
static const char *start_of(const struct be_view *view, const struct be_view_cell *cell)
{
    const struct be_estimate *values = cell->summary->values;
    bool known = values[BE_VALUE_start_process_ns].known && values[BE_VALUE_start_ready_ns].known;

    return known ? be_params_get(&view->series[cell->series].params, "start") : NULL;
}

/* Whether a cell before this one has the same. */
static bool is_told(const struct be_view *view, size_t cell, const char *start)
{
    for (size_t i = 0; i < cell; i++) {
        const char *before = start_of(view, &view->cells[i]);
        if (before && strcmp(before, start) == 0) {
            return true;
        }
    }
    return false;
}

static void start_put(const struct be_summary *summary, const char *start, struct be_buffer *out)
{
    const struct be_estimate *values = summary->values;
    const struct be_estimate *import = &values[BE_VALUE_start_import_ns];
    double import_ns = import->known ? import->median : 0;
    char text[BE_UNITS_TEXT_BYTES];

    be_buffer_printf(out, "%s (%s",
                     be_units_format_duration(text, values[BE_VALUE_start_process_ns].median +
                                                        import_ns +
                                                        values[BE_VALUE_start_ready_ns].median),
                     start);
    if (import->known) {
        be_buffer_printf(out, ", of which %s to import", be_units_format_duration(text, import_ns));
    }
    be_buffer_puts(out, ")");
}

void be_words_start(const struct be_view *view, struct be_buffer *out)
{
    size_t told = 0;

    for (size_t i = 0; i < view->cell_count; i++) {
        const char *start = start_of(view, &view->cells[i]);
        if (start && !is_told(view, i, start)) {
            be_buffer_puts(out, told++ > 0 ? ", " : "A worker process is ready after ");
            start_put(view->cells[i].summary, start, out);
        }
    }
    if (told > 0) {
        be_buffer_puts(out, ".");
    }
}

bool be_words_starts_vary(const struct be_view *view)
{
    const char *first = NULL;

    for (size_t i = 0; i < view->cell_count; i++) {
        const char *start = start_of(view, &view->cells[i]);
        if (first && start && strcmp(first, start) != 0) {
            return true;
        }
        first = first ? first : start;
    }
    return false;
}
