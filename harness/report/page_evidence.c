#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "report/page.h"
#include "report/words.h"

/* "0-3, 8": runs of ascending PUs in the order of the workers. */
static void pus_put(const struct be_summary *summary, struct be_buffer *text)
{
    for (size_t i = 0; i < summary->pu_count;) {
        size_t end = i + 1;
        while (summary->pus[i] >= 0 && end < summary->pu_count &&
               summary->pus[end] == summary->pus[end - 1] + 1) {
            end++;
        }
        be_buffer_puts(text, i > 0 ? ", " : "");
        if (summary->pus[i] < 0) {
            be_buffer_puts(text, "any");
        } else if (end - i > 1) {
            be_buffer_printf(text, "%" PRId32 "-%" PRId32, summary->pus[i], summary->pus[end - 1]);
        } else {
            be_buffer_printf(text, "%" PRId32, summary->pus[i]);
        }
        i = end;
    }
    be_buffer_puts(text, summary->pu_count == 0 ? "-" : "");
}

static void placement_row(const char *name, const struct be_summary *summary, struct be_doc *doc)
{
    struct be_buffer pus = {0};
    char text[16] = "any";

    be_doc_cell(doc, name);
    be_doc_cell(doc, summary->configuration->placement);
    pus_put(summary, &pus);
    be_doc_cell_words(doc, &pus);
    if (summary->dispatcher_pu >= 0) {
        snprintf(text, sizeof(text), "%" PRId32, summary->dispatcher_pu);
    }
    be_doc_cell(doc, text);
    be_doc_cell_count(doc, summary->distinct_pus);
}

void be_page_placements(const struct be_view *view, struct be_doc *doc)
{
    static const char *const headers[] = {"configuration", "placement", "workers on PUs",
                                          "dispatcher on PU", "distinct PUs C"};

    doc->ops->heading(doc, "Where the workers ran");
    doc->ops->paragraph(doc, "Processing units (PUs) as read back from the kernel after binding; "
                             "\"any\" means bound to more than one.");
    be_doc_table(doc, "lltrr", headers, view->task_count + view->cell_count);
    for (size_t task = 0, i = 0; task < view->task_count; task++) {
        struct be_buffer name = {0};
        be_buffer_printf(&name, "%s, %s", view->tasks[task].reference->configuration->executor,
                         view->tasks[task].label);
        placement_row(be_buffer_text(&name), view->tasks[task].reference, doc);
        for (; i < view->cell_count && view->cells[i].task == task; i++) {
            be_buffer_finish(&name);
            be_words_cell(view, &view->cells[i], &name);
            placement_row(be_buffer_text(&name), view->cells[i].summary, doc);
        }
        be_buffer_finish(&name);
    }
    be_doc_table_end(doc);
}
