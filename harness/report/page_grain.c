/* From which task on it pays, and from which on its cores are put to use. */
#include <stdlib.h>
#include <string.h>

#include "analysis/leverage.h"
#include "core/units.h"
#include "report/page.h"
#include "report/words.h"

/* A series over task lengths, with the first of its cells. */
struct row {
    const struct be_view_cell *cell;
    const struct be_breakeven *breakeven;
    const struct be_metg *metg;
};

/* Rows in the order of the cells; owned. */
struct rows {
    struct row *items;
    size_t count;
};

static int rows_compare(const void *a, const void *b)
{
    const struct be_view_cell *x = ((const struct row *)a)->cell;
    const struct be_view_cell *y = ((const struct row *)b)->cell;

    if (x->series != y->series) {
        return x->series < y->series ? -1 : 1;
    }
    if (x->workers != y->workers) {
        return x->workers < y->workers ? -1 : 1;
    }
    return (x > y) - (x < y);
}

static bool has_most_workers(const struct be_view *view, const struct be_view_cell *cell)
{
    for (size_t i = 0; i < view->cell_count; i++) {
        if (view->cells[i].series == cell->series && view->cells[i].workers > cell->workers) {
            return false;
        }
    }
    return true;
}

/* All series with more than one length, or those with the most workers of their executor only. */
static struct rows rows_find(const struct be_view *view, bool most_workers, struct be_doc *doc)
{
    const struct be_findings *findings = view->findings;
    struct rows rows = {.items = calloc(findings->grain_series.count + 1, sizeof(rows.items[0]))};

    doc->out->failed = doc->out->failed || !rows.items;
    for (size_t i = 0; rows.items && i < findings->grain_series.count; i++) {
        const struct be_series *series = &findings->grain_series.items[i];
        const struct be_view_cell *cell = be_view_cell_of(view, series->members[0]);
        if (cell && series->count > 1 && (!most_workers || has_most_workers(view, cell))) {
            rows.items[rows.count++] = (struct row){
                .cell = cell,
                .breakeven = &findings->breakevens[i],
                .metg = &findings->metgs[i],
            };
        }
    }
    if (rows.count > 0) {
        qsort(rows.items, rows.count, sizeof(rows.items[0]), rows_compare);
    }
    return rows;
}

/* Whether the run has more than one workload, so that a series needs it in its name. */
static bool has_workloads(const struct be_view *view)
{
    const struct be_view_task *last = view->tasks + view->task_count;

    return view->task_count > 0 && strcmp(view->tasks[0].reference->configuration->workload,
                                          last[-1].reference->configuration->workload) != 0;
}

/* Executor with its payload, chunk and workers. */
static void name_cells(const struct be_view *view, const struct row *row, struct be_doc *doc)
{
    const struct be_configuration *configuration = row->cell->summary->configuration;
    struct be_buffer name = {0};
    const char *chunk = be_params_get(&configuration->params, "chunk");

    be_buffer_puts(&name, view->series[row->cell->series].label);
    if (has_workloads(view)) {
        be_buffer_printf(&name, ", %s", configuration->workload);
    }
    if (be_leverage_bytes(configuration) > 0) {
        char payload[BE_UNITS_TEXT_BYTES];
        be_units_format_size(payload, be_params_get_count(&configuration->params, "payload", 0));
        be_buffer_printf(&name, ", payload %s", payload);
    }
    be_doc_cell_words(doc, &name);
    be_doc_cell(doc, chunk ? chunk : "-");
    be_doc_cell_count(doc, configuration->workers);
}

static void crossing_cell(const struct be_crossing *crossing, struct be_doc *doc)
{
    struct be_buffer text = {0};

    be_words_crossing(crossing, &text);
    be_doc_cell_words(doc, &text);
}

static void ground_cell(const struct be_crossing *crossing, struct be_doc *doc)
{
    struct be_buffer text = {0};

    be_words_ground(crossing, &text);
    be_doc_cell_words(doc, &text);
}

static void breakeven_table(const struct be_view *view, const struct rows *rows, struct be_doc *doc)
{
    static const char *const headers[] = {"executor",        "chunk",
                                          "workers",         "pays from, warm",
                                          "pays from, cold", "what the warm one stands on"};

    be_doc_table(doc, "lrrrrt", headers, rows->count);
    for (size_t i = 0; i < rows->count; i++) {
        const struct row *row = &rows->items[i];
        name_cells(view, row, doc);
        crossing_cell(&row->breakeven->warm, doc);
        crossing_cell(&row->breakeven->cold, doc);
        ground_cell(&row->breakeven->warm, doc);
    }
    be_doc_table_end(doc);
}

/* Of tasks with a payload: what moving it asks of the computing. */
static void leverage_put(const struct be_view *view, const struct rows *rows, struct be_doc *doc)
{
    static const char *const headers[] = {"executor", "chunk", "workers", "bytes moved", "lambda*"};
    size_t count = 0;

    for (size_t i = 0; i < rows->count; i++) {
        count += be_leverage_bytes(rows->items[i].cell->summary->configuration) > 0;
    }
    if (count == 0) {
        return;
    }
    doc->ops->paragraph(doc, "Leverage, lambda* = w* / b: the compute time a byte moved, request "
                             "and reply, that pays for the move when the workers are there.");
    be_doc_table(doc, "lrrrr", headers, count);
    for (size_t i = 0; i < rows->count; i++) {
        const struct row *row = &rows->items[i];
        uint64_t bytes = be_leverage_bytes(row->cell->summary->configuration);
        if (bytes > 0) {
            struct be_crossing leverage = be_leverage_of(&row->breakeven->warm, bytes);
            name_cells(view, row, doc);
            be_doc_cell_count(doc, bytes);
            crossing_cell(&leverage, doc);
        }
    }
    be_doc_table_end(doc);
}

void be_page_breakeven(const struct be_view *view, struct be_doc *doc)
{
    struct rows rows = rows_find(view, true, doc);

    doc->ops->heading(doc, "Break-even");
    if (rows.count == 0) {
        doc->ops->paragraph(doc, "Not measured: it needs two lengths of task, such as breakeven "
                                 "sweep --grain 1us..1ms/4.");
    } else {
        doc->ops->paragraph(
            doc,
            "The compute time of a task from which on going parallel pays: where speedup crosses "
            "1, on a straight line over the logarithm of the length between the two lengths "
            "around it. Warm: the workers are already there. Cold: they are started for one "
            "pass.");
        breakeven_table(view, &rows, doc);
        leverage_put(view, &rows, doc);
    }
    if (rows.count > 0 && view->planned_count < view->task_count) {
        doc->ops->paragraph(doc, "Lengths that the plan does not name were measured to find these "
                                 "places, with the most workers only.");
    }
    free(rows.items);
}

static void metg_table(const struct be_view *view, const struct rows *rows, struct be_doc *doc)
{
    static const char *const headers[] = {"executor",        "chunk",           "workers",
                                          "METG(50 %)",      "METG(90 %)",      "cold METG(50 %)",
                                          "cold METG(90 %)", "break-even, warm"};

    be_doc_table(doc, "lrrrrrrr", headers, rows->count);
    for (size_t i = 0; i < rows->count; i++) {
        const struct row *row = &rows->items[i];
        name_cells(view, row, doc);
        crossing_cell(&row->metg->half, doc);
        crossing_cell(&row->metg->ninety, doc);
        crossing_cell(&row->metg->cold_half, doc);
        crossing_cell(&row->metg->cold_ninety, doc);
        crossing_cell(&row->breakeven->warm, doc);
    }
    be_doc_table_end(doc);
}

void be_page_metg(const struct be_view *view, struct be_doc *doc)
{
    struct rows rows = rows_find(view, false, doc);

    if (rows.count > 0) {
        doc->ops->heading(doc, "Smallest tasks that use the cores (METG)");
        doc->ops->paragraph(
            doc, "Minimum effective task granularity: the least core time a task, T x C / N, at "
                 "which efficiency S / C is still 50 % or 90 %. The dispatcher's core counts too. "
                 "Last, from which compute time on it pays with that many workers.");
        metg_table(view, &rows, doc);
    }
    free(rows.items);
}
