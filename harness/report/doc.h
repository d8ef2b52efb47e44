/*
 * A document that is written once and comes out as HTML or as Markdown. Inside this folder only.
 *
 * All text given is plain: each kind of document escapes it for itself. Calls append to doc->out,
 * which remembers a failed allocation. Threads: one owner at a time.
 */
#ifndef BE_REPORT_DOC_H
#define BE_REPORT_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buffer.h"
#include "report/plot.h"
#include "report/shown.h"

struct be_doc {
    const struct be_doc_ops *ops;
    struct be_buffer *out; /* borrowed */
    const char *alignment; /* of the table that is open: see be_doc_table */
    size_t columns;        /* of it */
    size_t cells;          /* written into its row so far */
    bool folded;           /* the table is shown only when asked for */
};

struct be_doc_ops {
    void (*begin)(struct be_doc *doc, const char *title);
    void (*heading)(struct be_doc *doc, const char *text);
    void (*paragraph)(struct be_doc *doc, const char *text);
    void (*emphasis)(struct be_doc *doc, const char *text); /* a paragraph that stands out */
    /* rows is how many will come; a long table comes with doc->folded set. */
    void (*table_begin)(struct be_doc *doc, const char *const *headers, size_t rows);
    void (*cell)(struct be_doc *doc, const char *text);
    void (*table_end)(struct be_doc *doc);
    void (*figure)(struct be_doc *doc, const struct be_drawing *drawing);
    void (*code)(struct be_doc *doc, const char *text);
    void (*end)(struct be_doc *doc);
};

extern const struct be_doc_ops be_doc_html;
extern const struct be_doc_ops be_doc_markdown;

/*
 * Opens a table: alignment has one letter a column, l (names), r (numbers) or t (text that may be
 * broken into lines), and as many headers go with it. Cells follow row by row.
 */
void be_doc_table(struct be_doc *doc, const char *alignment, const char *const *headers,
                  size_t rows);
void be_doc_cell(struct be_doc *doc, const char *text);
void be_doc_cell_words(struct be_doc *doc, struct be_buffer *words); /* empties *words */
void be_doc_cell_count(struct be_doc *doc, uint64_t value);
void be_doc_cell_estimate(struct be_doc *doc, enum be_shown_kind kind,
                          const struct be_estimate *estimate);
void be_doc_table_end(struct be_doc *doc);

/* A paragraph, if there are any words; empties *words. */
void be_doc_paragraph_words(struct be_doc *doc, struct be_buffer *words);

#endif
