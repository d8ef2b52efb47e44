#include "report/page.h"

#include <inttypes.h>
#include <time.h>

#include "report/words.h"

typedef void words(const struct be_view *view, struct be_buffer *out);

static void sentence_put(struct be_doc *doc, void (*put)(struct be_doc *doc, const char *text),
                         const struct be_view *view, words *write)
{
    struct be_buffer text = {0};

    write(view, &text);
    if (text.length > 0) {
        put(doc, text.data);
    }
    doc->out->failed = doc->out->failed || text.failed;
    be_buffer_finish(&text);
}

/* What was measured on what, and when. */
static void subject_words(const struct be_view *view, struct be_buffer *out)
{
    struct tm utc;
    char text[32] = "an unknown day";
    time_t started = (time_t)view->run->started_at;

    if (gmtime_r(&started, &utc)) {
        strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", &utc);
    }
    be_buffer_printf(out, "%s on %s. ", view->workloads, view->place);
    be_words_task(view, out);
    be_words_constants(view, "; ", out);
    be_buffer_printf(out, ". %zu configurations, ", view->run->configuration_count);
    be_words_rounds(view, out);
    be_buffer_printf(out, ", begun %s.", text);
}

static void title_words(const struct be_view *view, struct be_buffer *out)
{
    be_buffer_printf(out, "breakeven run %" PRId64 ", plan %s%s: %s", view->run->id,
                     view->run->plan, view->weak ? ", weak scaling: tasks grow with workers" : "",
                     view->messages_only ? "what does a message take?"
                                         : "when does going parallel pay?");
}

static void flags_words(const struct be_view *view, struct be_buffer *out)
{
    struct be_buffer flags = {0};

    be_words_flags(view, &flags);
    if (flags.length > 0) {
        be_buffer_printf(out, "To know before trusting it: %s.", flags.data);
    }
    out->failed = out->failed || flags.failed;
    be_buffer_finish(&flags);
}

static void unavailable_words(const struct be_view *view, struct be_buffer *out)
{
    struct be_buffer what = {0};

    be_words_unavailable(view, &what);
    if (what.length > 0) {
        be_buffer_printf(out, "Unavailable here: %s.", what.data);
    }
    out->failed = out->failed || what.failed;
    be_buffer_finish(&what);
}

static void title_put(struct be_doc *doc, const char *text)
{
    doc->ops->begin(doc, text);
}

void be_page_write(const struct be_view *view, const struct be_drawing *drawings,
                   struct be_doc *doc)
{
    sentence_put(doc, title_put, view, title_words);
    sentence_put(doc, doc->ops->paragraph, view, subject_words);
    sentence_put(doc, doc->ops->emphasis, view, be_words_answer);
    sentence_put(doc, doc->ops->paragraph, view, be_words_bound);
    sentence_put(doc, doc->ops->paragraph, view, be_words_clock);
    sentence_put(doc, doc->ops->paragraph, view, be_words_chunk);
    sentence_put(doc, doc->ops->paragraph, view, be_words_losses);
    sentence_put(doc, doc->ops->paragraph, view, unavailable_words);
    sentence_put(doc, doc->ops->paragraph, view, flags_words);
    if (view->messages_only) {
        be_page_transports(view, doc);
    } else {
        be_page_speedups(view, doc);
        be_page_breakeven(view, doc);
        be_page_published(view, doc);
    }
    doc->ops->heading(doc, "Pictures");
    for (size_t i = 0; i < BE_PLOT_COUNT; i++) {
        if (drawings[i].applies) {
            doc->ops->figure(doc, &drawings[i]);
        }
    }
    be_page_budget(view, doc);
    if (!view->messages_only) {
        be_page_metg(view, doc);
        be_page_scaling(view, doc);
        be_page_model(view, doc);
        be_page_transports(view, doc);
    }
    be_page_latency(view, doc);
    be_page_stages(view, doc);
    be_page_claims(view, doc);
    be_page_balance(view, doc);
    be_page_memory(view, doc);
    be_page_configurations(view, doc);
    if (!view->messages_only) {
        be_page_overheads(view, doc);
        be_page_starts(view, doc);
    }
    be_page_start_steps(view, doc);
    be_page_flags(view, doc);
    be_page_precision(view, doc);
    be_page_quality(view, doc);
    be_page_counters(view, doc);
    be_page_placements(view, doc);
    be_page_environment(view, doc);
    be_page_reproduce(view, doc);
    be_page_definitions(doc);
    doc->ops->end(doc);
}
