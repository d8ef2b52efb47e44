#include <string.h>

#include "report/doc.h"
#include "report/escape.h"

static void text_put(struct be_doc *doc, const char *text)
{
    be_escape_append(doc->out, BE_ESCAPE_MARKDOWN, text, 0);
}

/* A line of text between two fixed ones, and an empty line behind it. */
static void block_put(struct be_doc *doc, const char *before, const char *text, const char *after)
{
    be_buffer_puts(doc->out, before);
    text_put(doc, text);
    be_buffer_printf(doc->out, "%s\n\n", after);
}

static void markdown_begin(struct be_doc *doc, const char *title)
{
    block_put(doc, "# ", title, "");
}

static void markdown_heading(struct be_doc *doc, const char *text)
{
    block_put(doc, "## ", text, "");
}

static void markdown_paragraph(struct be_doc *doc, const char *text)
{
    block_put(doc, "", text, "");
}

static void markdown_emphasis(struct be_doc *doc, const char *text)
{
    block_put(doc, "**", text, "**");
}

static void markdown_table_begin(struct be_doc *doc, const char *const *headers, size_t rows)
{
    if (doc->folded) {
        be_buffer_printf(doc->out, "<details><summary>All %zu rows</summary>\n\n", rows);
    }
    for (size_t i = 0; i < doc->columns; i++) {
        be_buffer_puts(doc->out, "| ");
        text_put(doc, headers[i]);
        be_buffer_puts(doc->out, " ");
    }
    be_buffer_puts(doc->out, "|\n");
    for (size_t i = 0; i < doc->columns; i++) {
        be_buffer_puts(doc->out, doc->alignment[i] == 'r' ? "| ---: " : "| --- ");
    }
    be_buffer_puts(doc->out, "|\n");
}

static void markdown_cell(struct be_doc *doc, const char *text)
{
    be_buffer_puts(doc->out, "| ");
    text_put(doc, text);
    be_buffer_puts(doc->out, doc->cells + 1 == doc->columns ? " |\n" : " ");
}

static void markdown_table_end(struct be_doc *doc)
{
    be_buffer_puts(doc->out, doc->folded ? "\n</details>\n\n" : "\n");
}

static void markdown_figure(struct be_doc *doc, const struct be_drawing *drawing)
{
    block_put(doc, "### ", be_buffer_text(&drawing->title), "");
    if (drawing->error.status == BE_OK) {
        be_buffer_puts(doc->out, "![");
        text_put(doc, be_buffer_text(&drawing->title));
        be_buffer_printf(doc->out, "](%s.svg)\n\n", drawing->plot->name);
    } else {
        block_put(doc, "Unavailable: ", drawing->error.message, "");
    }
    markdown_paragraph(doc, drawing->plot->caption);
    if (drawing->left_out.length > 0) {
        markdown_paragraph(doc, drawing->left_out.data);
    }
}

/* A fence is longer than any run of backticks inside it. */
static void markdown_code(struct be_doc *doc, const char *text)
{
    size_t longest = 2;

    for (const char *p = text; *p;) {
        size_t run = strspn(p, "`");
        longest = run > longest ? run : longest;
        p += run > 0 ? run : 1;
    }
    for (int line = 0; line < 2; line++) {
        for (size_t i = 0; i <= longest; i++) {
            be_buffer_puts(doc->out, "`");
        }
        be_buffer_puts(doc->out, "\n");
        if (line == 0) {
            be_escape_append(doc->out, BE_ESCAPE_TERMINAL, text, 0);
            be_buffer_puts(doc->out, "\n");
        }
    }
    be_buffer_puts(doc->out, "\n");
}

static void markdown_end(struct be_doc *doc)
{
    (void)doc;
}

const struct be_doc_ops be_doc_markdown = {
    .begin = markdown_begin,
    .heading = markdown_heading,
    .paragraph = markdown_paragraph,
    .emphasis = markdown_emphasis,
    .table_begin = markdown_table_begin,
    .cell = markdown_cell,
    .table_end = markdown_table_end,
    .figure = markdown_figure,
    .code = markdown_code,
    .end = markdown_end,
};
