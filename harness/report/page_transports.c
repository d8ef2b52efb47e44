/* What a message takes on each transport, and how far that is from what the machine allows. */
#include <inttypes.h>

#include "core/units.h"
#include "report/page.h"

static void limit_put(const char *name, const struct be_estimate *limit, struct be_buffer *out)
{
    struct be_shown shown = be_shown_of(BE_SHOWN_GRAIN, limit);

    be_buffer_printf(out, "%s %s%s%s", name, shown.value, shown.interval[0] ? " " : "",
                     shown.interval);
}

static void limits_words(const struct be_transports *transports, struct be_buffer *out)
{
    if (!transports->line_ns.known && !transports->wake_ns.known) {
        be_buffer_puts(out, "Limits are unavailable: they were not measured between two cores.");
        return;
    }
    be_buffer_puts(out,
                   "Measured before the first round between the two cores of the round trips: ");
    limit_put("2c", &transports->line_ns, out);
    limit_put(", 2(W+S)", &transports->wake_ns, out);
    be_buffer_puts(out, ".");
}

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
    static const char *const headers[] = {"transport", "payload", "round trip",     "limit",
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
        "another core than the dispatcher and one message at a time. Its limit is 2c, a cache line "
        "there and back, where both ends look in shared memory, and 2(W+S), two wake-ups and two "
        "system calls, where they sleep; distance is the round trip over that.");
    limits_words(transports, &words);
    be_doc_paragraph_words(doc, &words);
    be_doc_table(doc, "lrrlrrr", headers, transports->point_count);
    for (size_t i = 0; i < transports->point_count; i++) {
        const struct be_transport_point *point = &transports->points[i];
        const struct be_transport_line *line = &transports->lines[point->line];
        char payload[BE_UNITS_TEXT_BYTES];
        be_doc_cell(doc, line->label);
        be_doc_cell(doc, be_units_format_size(payload, point->payload));
        be_doc_cell_estimate(doc, BE_SHOWN_GRAIN, &point->rtt_ns);
        be_doc_cell(doc, line->spins ? "2c" : "2(W+S)");
        be_doc_cell_estimate(doc, BE_SHOWN_RATIO, &point->distance);
        many_cells(point, doc);
    }
    be_doc_table_end(doc);
}
