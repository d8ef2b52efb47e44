#include "report/doc.h"

#include <stdio.h>
#include <string.h>

#include "core/units.h"

/* Tables with more rows than this are folded: a reader opens them. */
enum { ROWS_UNFOLDED_MAX = 24 };

void be_doc_table(struct be_doc *doc, const char *alignment, const char *const *headers,
                  size_t rows)
{
    doc->alignment = alignment;
    doc->columns = strlen(alignment);
    doc->cells = 0;
    doc->folded = rows > ROWS_UNFOLDED_MAX;
    doc->ops->table_begin(doc, headers, rows);
}

void be_doc_cell(struct be_doc *doc, const char *text)
{
    doc->ops->cell(doc, text);
    doc->cells = (doc->cells + 1) % doc->columns;
}

void be_doc_cell_words(struct be_doc *doc, struct be_buffer *words)
{
    be_doc_cell(doc, be_buffer_text(words));
    doc->out->failed = doc->out->failed || words->failed;
    be_buffer_finish(words);
}

void be_doc_cell_count(struct be_doc *doc, uint64_t value)
{
    char text[BE_UNITS_TEXT_BYTES];
    be_doc_cell(doc, be_units_format_count(text, value));
}

void be_doc_cell_estimate(struct be_doc *doc, enum be_shown_kind kind,
                          const struct be_estimate *estimate)
{
    struct be_shown shown = be_shown_of(kind, estimate);
    char text[sizeof(shown.value) + sizeof(shown.interval) + 1];

    snprintf(text, sizeof(text), "%s%s%s", shown.value, shown.interval[0] ? " " : "",
             shown.interval);
    be_doc_cell(doc, text);
}

void be_doc_table_end(struct be_doc *doc)
{
    doc->ops->table_end(doc);
}

void be_doc_paragraph_words(struct be_doc *doc, struct be_buffer *words)
{
    if (words->length > 0) {
        doc->ops->paragraph(doc, words->data);
    }
    doc->out->failed = doc->out->failed || words->failed;
    be_buffer_finish(words);
}
