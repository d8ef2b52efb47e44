/* What chunk auto chose. */
#include <math.h>
#include <string.h>

#include "core/units.h"
#include "report/words.h"

/* Of all cells of a series. */
struct chosen {
    double low; /* of the means */
    double high;
    double most;
};

/* False: its chunk was given, or what was chosen is not known. */
static bool chosen_find(const struct be_view *view, size_t series, struct chosen *chosen)
{
    const char *chunk = be_params_get(&view->series[series].params, "chunk");

    *chosen = (struct chosen){.low = INFINITY};
    for (size_t i = 0; chunk && strcmp(chunk, "auto") == 0 && i < view->cell_count; i++) {
        const struct be_estimate *values = view->cells[i].summary->values;
        if (view->cells[i].series == series && values[BE_VALUE_chunk_mean].known &&
            values[BE_VALUE_chunk_most].known) {
            chosen->low = fmin(chosen->low, values[BE_VALUE_chunk_mean].median);
            chosen->high = fmax(chosen->high, values[BE_VALUE_chunk_mean].median);
            chosen->most = fmax(chosen->most, values[BE_VALUE_chunk_most].median);
        }
    }
    return chosen->high > 0;
}

static void tasks_put(double tasks, struct be_buffer *out)
{
    char text[BE_UNITS_TEXT_BYTES];

    if (tasks < 10) {
        be_buffer_printf(out, "%.1f", tasks);
    } else {
        be_buffer_puts(out, be_units_format_count(text, (uint64_t)(tasks + .5)));
    }
}

void be_words_chunk(const struct be_view *view, struct be_buffer *out)
{
    size_t told = 0;

    for (size_t i = 0; i < view->series_count; i++) {
        struct chosen chosen;
        char text[BE_UNITS_TEXT_BYTES];
        if (!chosen_find(view, i, &chosen)) {
            continue;
        }
        be_buffer_puts(out, told++ > 0 ? "; " : "Chunk auto chose ");
        tasks_put(chosen.low, out);
        if (chosen.high - chosen.low >= .05) {
            be_buffer_puts(out, " .. ");
            tasks_put(chosen.high, out);
        }
        be_buffer_printf(out, " tasks a message on average, %s at most (%s)",
                         be_units_format_count(text, (uint64_t)(chosen.most + .5)),
                         view->series[i].label);
    }
    if (told > 0) {
        be_buffer_puts(out, ".");
    }
}
