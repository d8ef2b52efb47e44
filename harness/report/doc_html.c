#include <stdbool.h>
#include <string.h>

#include "report/doc.h"
#include "report/escape.h"

static const char style[] =
    "body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;padding:1rem;max-width:72rem;"
    "color:#222;background:#fff}\n"
    "h1{font-size:1.5rem;line-height:1.25}\n"
    "h2{font-size:1.2rem;margin-top:2.5rem;border-bottom:1px solid #ccc}\n"
    "h3{font-size:1rem;margin:1.5rem 0 .5rem}\n"
    "h1,p,pre{overflow-wrap:anywhere}\n"
    "p,figure{max-width:60rem}\n"
    ".answer{font-size:1.15rem;padding:.75rem 1rem;border-left:4px solid #0072b2;"
    "background:#eef5fb}\n"
    ".wide{overflow-x:auto;margin:1rem 0}\n"
    "table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums}\n"
    "th,td{padding:.25rem .75rem .25rem 0;text-align:left;vertical-align:top;"
    "border-bottom:1px solid #ddd;white-space:nowrap}\n"
    ".t{white-space:normal;min-width:12rem;max-width:40rem;overflow-wrap:anywhere}\n"
    "th{font-weight:600}\n"
    ".r{text-align:right}\n"
    "figure{margin:1rem 0}\n"
    "figure .wide{background:#fff;border:1px solid #ddd;border-radius:4px}\n"
    "svg{display:block;width:100%;min-width:40rem;height:auto}\n"
    "figcaption,.small{font-size:.875rem;color:#555}\n"
    "pre{font-size:.875rem;padding:.75rem;background:#f4f4f4;white-space:pre-wrap}\n"
    "summary{cursor:pointer}\n"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}"
    "h2,th,td{border-color:#444}.answer{background:#1d2b36}pre{background:#262626}"
    "figcaption,.small{color:#aaa}figure .wide{border-color:#444}}\n"
    "@media print{body{max-width:none;font-size:11pt}.wide{overflow:visible}"
    "svg{min-width:0}}\n";

static void text_put(struct be_doc *doc, const char *text)
{
    be_escape_append(doc->out, BE_ESCAPE_HTML, text, 0);
}

static void element_put(struct be_doc *doc, const char *open, const char *text, const char *close)
{
    be_buffer_puts(doc->out, open);
    text_put(doc, text);
    be_buffer_printf(doc->out, "%s\n", close);
}

static void html_begin(struct be_doc *doc, const char *title)
{
    be_buffer_puts(doc->out,
                   "<!DOCTYPE html>\n"
                   "<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n"
                   "<meta charset=\"utf-8\"/>\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                   "<meta name=\"color-scheme\" content=\"light dark\"/>\n");
    element_put(doc, "<title>", title, "</title>");
    be_buffer_printf(doc->out, "<style>\n%s</style>\n</head>\n<body>\n", style);
    element_put(doc, "<h1>", title, "</h1>");
}

static void html_heading(struct be_doc *doc, const char *text)
{
    element_put(doc, "<h2>", text, "</h2>");
}

static void html_paragraph(struct be_doc *doc, const char *text)
{
    element_put(doc, "<p>", text, "</p>");
}

static void html_emphasis(struct be_doc *doc, const char *text)
{
    element_put(doc, "<p class=\"answer\">", text, "</p>");
}

static void class_put(struct be_doc *doc, const char *element, char alignment)
{
    if (alignment == 'l') {
        be_buffer_printf(doc->out, "<%s>", element);
    } else {
        be_buffer_printf(doc->out, "<%s class=\"%c\">", element, alignment);
    }
}

static void html_table_begin(struct be_doc *doc, const char *const *headers, size_t rows)
{
    if (doc->folded) {
        be_buffer_printf(doc->out, "<details><summary>All %zu rows</summary>\n", rows);
    }
    be_buffer_puts(doc->out, "<div class=\"wide\"><table>\n<thead><tr>");
    for (size_t i = 0; i < doc->columns; i++) {
        class_put(doc, "th", doc->alignment[i]);
        text_put(doc, headers[i]);
        be_buffer_puts(doc->out, "</th>");
    }
    be_buffer_puts(doc->out, "</tr></thead>\n<tbody>\n");
}

static void html_cell(struct be_doc *doc, const char *text)
{
    be_buffer_puts(doc->out, doc->cells == 0 ? "<tr>" : "");
    class_put(doc, "td", doc->alignment[doc->cells]);
    text_put(doc, text);
    be_buffer_puts(doc->out, doc->cells + 1 == doc->columns ? "</td></tr>\n" : "</td>");
}

static void html_table_end(struct be_doc *doc)
{
    be_buffer_puts(doc->out, "</tbody>\n</table></div>\n");
    be_buffer_puts(doc->out, doc->folded ? "</details>\n" : "");
}

/* Where a name that must be unique in the whole document begins, 0 if it does not here. */
static size_t id_prefix(const char *p)
{
    static const char *const openings[] = {"id='", "id=\"", "href='#", "href=\"#", "url(#"};

    for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
        size_t length = strlen(openings[i]);
        if (strncmp(p, openings[i], length) == 0) {
            return length;
        }
    }
    return 0;
}

/*
 * The picture as a part of this document: without its own first lines, and with the name of the
 * plot before every id, since all pictures by gnuplot use the same ones.
 */
static void svg_put(struct be_doc *doc, const struct be_drawing *drawing)
{
    const char *root = strstr(be_buffer_text(&drawing->svg), "<svg");
    const char *canvas = root ? strstr(root, "<g ") : NULL;
    const char *open = root ? strchr(root, '>') : NULL;
    bool in_tag = false;

    if (!canvas || !open || open > canvas) {
        return;
    }
    be_buffer_append(doc->out, root, (size_t)(open - root));
    be_buffer_puts(doc->out, " role=\"img\" aria-label=\"");
    text_put(doc, be_buffer_text(&drawing->title));
    be_buffer_puts(doc->out, "\">\n");
    for (const char *p = canvas; *p;) {
        size_t prefix = in_tag ? id_prefix(p) : 0;
        in_tag = *p == '<' || (in_tag && *p != '>');
        be_buffer_append(doc->out, p, prefix > 0 ? prefix : 1);
        if (prefix > 0) {
            be_buffer_printf(doc->out, "%s-", drawing->plot->name);
        }
        p += prefix > 0 ? prefix : 1;
    }
}

static void html_figure(struct be_doc *doc, const struct be_drawing *drawing)
{
    element_put(doc, "<h3>", be_buffer_text(&drawing->title), "</h3>");
    be_buffer_puts(doc->out, "<figure>\n");
    if (drawing->error.status == BE_OK) {
        be_buffer_puts(doc->out, "<div class=\"wide\">");
        svg_put(doc, drawing);
        be_buffer_puts(doc->out, "</div>\n");
    } else {
        element_put(doc, "<p>Unavailable: ", drawing->error.message, "</p>");
    }
    be_buffer_puts(doc->out, "<figcaption>");
    text_put(doc, drawing->plot->caption);
    be_buffer_puts(doc->out, drawing->left_out.length > 0 ? " " : "");
    text_put(doc, be_buffer_text(&drawing->left_out));
    if (drawing->error.status == BE_OK) {
        be_buffer_printf(doc->out, " Beside this page: %s.svg, %s.gp, %s.dat.", drawing->plot->name,
                         drawing->plot->name, drawing->plot->name);
    }
    be_buffer_puts(doc->out, "</figcaption>\n</figure>\n");
}

static void html_code(struct be_doc *doc, const char *text)
{
    element_put(doc, "<pre>", text, "</pre>");
}

static void html_end(struct be_doc *doc)
{
    be_buffer_puts(doc->out, "</body>\n</html>\n");
}

const struct be_doc_ops be_doc_html = {
    .begin = html_begin,
    .heading = html_heading,
    .paragraph = html_paragraph,
    .emphasis = html_emphasis,
    .table_begin = html_table_begin,
    .cell = html_cell,
    .table_end = html_table_end,
    .figure = html_figure,
    .code = html_code,
    .end = html_end,
};
