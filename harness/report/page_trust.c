/* How far to trust it: flags, intervals that stayed wide, samples that were disturbed. */
#include <math.h>
#include <stdio.h>

#include "analysis/precision.h"
#include "report/page.h"
#include "report/words.h"

enum { ROWS_MAX = 100 };

/* What has rows of its own; the others say the same of every configuration, so they are counted. */
static bool is_listed(enum be_flag flag)
{
    return flag != BE_FLAG_OVERSUBSCRIBED && flag != BE_FLAG_TOO_FEW;
}

static size_t flags_count(const struct be_view *view, enum be_flag flag)
{
    size_t count = 0;

    for (size_t i = 0; i < view->summaries->count; i++) {
        count += be_flags_raised(&view->summaries->items[i].flags, flag);
    }
    return count;
}

static void flag_row(const struct be_view *view, size_t index, enum be_flag flag,
                     struct be_doc *doc)
{
    struct be_buffer text = {0};

    be_words_configuration(view, index, &text);
    be_doc_cell_words(doc, &text);
    be_doc_cell(doc, be_words_flag_name(flag));
    be_words_flag(&view->summaries->items[index], flag, &text);
    be_doc_cell_words(doc, &text);
}

static void flags_list(const struct be_view *view, size_t rows, struct be_doc *doc)
{
    static const char *const headers[] = {"configuration", "flag", "what was seen"};
    size_t shown = 0;

    be_doc_table(doc, "llt", headers, rows < ROWS_MAX ? rows : ROWS_MAX);
    for (int flag = 0; flag < BE_FLAG_COUNT; flag++) {
        for (size_t i = 0; is_listed(flag) && i < view->summaries->count; i++) {
            if (be_flags_raised(&view->summaries->items[i].flags, flag) && shown < ROWS_MAX) {
                flag_row(view, i, flag, doc);
                shown++;
            }
        }
    }
    be_doc_table_end(doc);
}

/* "The first 100 of 321; an export has all of them." */
static void cut_put(size_t rows, struct be_doc *doc)
{
    struct be_buffer words = {0};

    if (rows > ROWS_MAX) {
        be_buffer_printf(&words, "The first %d of %zu; an export has all of them.", ROWS_MAX, rows);
    }
    be_doc_paragraph_words(doc, &words);
}

void be_page_flags(const struct be_view *view, struct be_doc *doc)
{
    size_t oversubscribed = flags_count(view, BE_FLAG_OVERSUBSCRIBED);
    size_t too_few = flags_count(view, BE_FLAG_TOO_FEW);
    size_t rows = 0;
    struct be_buffer words = {0};

    for (int flag = 0; flag < BE_FLAG_COUNT; flag++) {
        rows += is_listed(flag) ? flags_count(view, flag) : 0;
    }
    if (rows + oversubscribed + too_few == 0) {
        return;
    }
    doc->ops->heading(doc, "What stands out in the samples");
    if (oversubscribed > 0) {
        be_buffer_printf(&words,
                         "Oversubscribed: %zu configuration%s more workers than the %g effective "
                         "cores. ",
                         oversubscribed, oversubscribed == 1 ? " has" : "s have",
                         view->summaries->effective_cores);
    }
    if (too_few > 0) {
        be_buffer_printf(&words, "Too few rounds for a 95 %% interval: %zu configuration%s.",
                         too_few, be_words_plural(too_few));
    }
    be_doc_paragraph_words(doc, &words);
    if (rows > 0) {
        doc->ops->paragraph(doc, "No sample was dropped for any of these.");
        flags_list(view, rows, doc);
        cut_put(rows, doc);
    }
}

/* How wide the interval of that configuration's speedup is where that is wider than wanted. */
static bool is_wide(const struct be_view *view, size_t index, double *width)
{
    const struct be_view_cell *cell = be_view_cell_of(view, index);

    *width = cell ? be_precision_half_width(&cell->summary->speedup) : NAN;
    return *width > view->precision;
}

void be_page_precision(const struct be_view *view, struct be_doc *doc)
{
    static const char *const headers[] = {"configuration", "interval", "good samples"};
    size_t rows = 0;
    size_t shown = 0;
    double width = NAN;

    for (size_t i = 0; i < view->summaries->count; i++) {
        rows += is_wide(view, i, &width);
    }
    if (rows == 0) {
        return;
    }
    doc->ops->heading(doc, "Precision not reached");
    be_doc_table(doc, "lrr", headers, rows < ROWS_MAX ? rows : ROWS_MAX);
    for (size_t i = 0; i < view->summaries->count && shown < ROWS_MAX; i++) {
        struct be_buffer text = {0};
        if (is_wide(view, i, &width)) {
            be_words_configuration(view, i, &text);
            be_doc_cell_words(doc, &text);
            if (isfinite(width)) {
                be_buffer_printf(&text, "±%.1f %%", 100 * width);
            } else {
                be_buffer_puts(&text, "none");
            }
            be_doc_cell_words(doc, &text);
            be_doc_cell_count(doc, view->summaries->items[i].samples);
            shown++;
        }
    }
    be_doc_table_end(doc);
    cut_put(rows, doc);
}

/* What is unavailable here is no accident. */
static bool is_incident(const struct be_sample *sample)
{
    return sample->state != BE_SAMPLE_CLEAN && sample->state != BE_SAMPLE_UNAVAILABLE;
}

static void incidents_put(const struct be_view *view, size_t incidents, struct be_doc *doc)
{
    static const char *const headers[] = {"configuration", "round", "sample", "reason"};
    const struct be_run *run = view->run;
    size_t shown = 0;

    be_doc_table(doc, "lrlt", headers, incidents < ROWS_MAX ? incidents : ROWS_MAX);
    for (size_t i = 0; i < run->sample_count && shown < ROWS_MAX; i++) {
        const struct be_sample *sample = &run->samples[i];
        struct be_buffer name = {0};
        if (!is_incident(sample)) {
            continue;
        }
        be_words_configuration(view, sample->configuration, &name);
        be_doc_cell_words(doc, &name);
        be_doc_cell_count(doc, sample->round + UINT64_C(1));
        be_doc_cell(doc, be_sample_state_name(sample->state));
        be_doc_cell(doc, sample->reason ? sample->reason : "not said");
        shown++;
    }
    be_doc_table_end(doc);
}

static void cost_put(const struct be_view *view, struct be_doc *doc)
{
    const struct be_summaries *summaries = view->summaries;
    struct be_shown own = be_shown_of(BE_SHOWN_TIME, &summaries->harness_overhead_ns);
    struct be_shown commit = be_shown_of(BE_SHOWN_TIME, &summaries->commit_ns);
    struct be_buffer text = {0};

    be_buffer_printf(&text,
                     "What the harness itself took: %s %s a sample, from launching the runner to "
                     "having its result, less all passes; storing it took %s %s more.",
                     own.value, own.interval, commit.value, commit.interval);
    be_doc_paragraph_words(doc, &text);
}

void be_page_quality(const struct be_view *view, struct be_doc *doc)
{
    struct be_buffer words = {0};
    struct be_buffer precision = {0};
    size_t incidents = 0;

    for (size_t i = 0; i < view->run->sample_count; i++) {
        incidents += is_incident(&view->run->samples[i]);
    }
    doc->ops->heading(doc, "Quality");
    be_words_quality(view, &words);
    be_buffer_puts(&words, ".");
    be_doc_paragraph_words(doc, &words);
    be_words_precision(view, &precision);
    if (precision.length > 0) {
        be_buffer_printf(&words, "Intervals: %s.", precision.data);
    }
    be_doc_paragraph_words(doc, &words);
    be_buffer_finish(&precision);
    if (incidents > 0) {
        incidents_put(view, incidents, doc);
        cut_put(incidents, doc);
    }
    cost_put(view, doc);
}
