/* What a message takes on each transport, and how far that is from what the machine allows. */
#include <inttypes.h>

#include "core/units.h"
#include "report/page.h"
#include "report/words.h"

static void many_cells(const struct be_transport_point *point, struct be_doc *doc)
{
    struct be_buffer text = {0};

    if (!point->many) {
        be_doc_cell(doc, "-");
        be_doc_cell(doc, "-");
        return;
    }
    const struct be_configuration *configuration = point->many->configuration;
    be_doc_cell_estimate(doc, BE_SHOWN_RATE, point->tasks_per_s);
    be_buffer_printf(&text, "%s, %" PRIu32, be_params_get(&configuration->params, "window"),
                     configuration->workers);
    be_doc_cell_words(doc, &text);
}

void be_page_transports(const struct be_view *view, struct be_doc *doc)
{
    static const char *const headers[] = {"transport", "payload", "round trip",     "floor",
                                          "distance",  "tasks/s", "window, workers"};
    const struct be_transports *transports = &view->transports;
    struct be_buffer words = {0};

    if (transports->point_count == 0) {
        return;
    }
    doc->ops->heading(doc, "Transports");
    doc->ops->paragraph(
        doc,
        "Of messages that nobody computes anything for. A round trip is T / N with one worker on "
        "another core than the dispatcher and one message at a time. Its floor is 2c, a cache line "
        "there and back, where both ends look in shared memory, and 2(W+S), two wake-ups and two "
        "system calls, where they sleep; distance is the round trip over that.");
    be_buffer_puts(&words, "Floors: ");
    be_words_floors(view, &words);
    be_buffer_puts(&words, ".");
    be_doc_paragraph_words(doc, &words);
    be_doc_table(doc, "lrrlrrr", headers, transports->point_count);
    for (size_t i = 0; i < transports->point_count; i++) {
        const struct be_transport_point *point = &transports->points[i];
        const struct be_transport_line *line = &transports->lines[point->line];
        char payload[BE_UNITS_TEXT_BYTES];
        be_doc_cell(doc, line->label);
        be_doc_cell(doc, be_units_format_size(payload, point->payload));
        if (point->why_unavailable) {
            be_doc_cell(doc, "unavailable");
        } else {
            be_doc_cell_estimate(doc, BE_SHOWN_GRAIN, &point->rtt_ns);
        }
        be_doc_cell(doc, line->spins ? "2c" : "2(W+S)");
        be_doc_cell_estimate(doc, BE_SHOWN_RATIO, &point->distance);
        many_cells(point, doc);
    }
    be_doc_table_end(doc);
}
