#include "report/doc.h"

#include <stdio.h>
#include <string.h>

#include "core/units.h"

void be_doc_table(struct be_doc *doc, const char *alignment, const char *const *headers,
                  size_t rows)
{
    doc->alignment = alignment;
    doc->columns = strlen(alignment);
    doc->cells = 0;
    doc->ops->table_begin(doc, headers, rows);
}

void be_doc_cell(struct be_doc *doc, const char *text)
{
    doc->ops->cell(doc, text);
    doc->cells = (doc->cells + 1) % doc->columns;
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
