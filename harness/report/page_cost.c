/* Where core time went, and what that predicts. */
#include <math.h>
#include <stdio.h>

#include "core/units.h"
#include "report/page.h"
#include "report/words.h"

/* What the answer is about: the tasks that the plan names, with the most workers. */
static bool is_main(const struct be_view *view, const struct be_view_cell *cell)
{
    return cell->workers == be_view_most_workers(view) && !view->tasks[cell->task].searched;
}

static void verdicts_put(const struct be_view *view, bool main, struct be_doc *doc)
{
    static const char *const headers[] = {"executor", "workers", "task", "verdict"};
    size_t rows = 0;

    for (size_t i = 0; i < view->cell_count; i++) {
        rows += is_main(view, &view->cells[i]) == main;
    }
    if (rows == 0) {
        return;
    }
    if (!main) {
        doc->ops->paragraph(doc, "With fewer workers, and of tasks that the plan does not name:");
    }
    be_doc_table(doc, "lrlt", headers, rows);
    for (size_t i = 0; i < view->cell_count; i++) {
        struct be_buffer words = {0};
        if (is_main(view, &view->cells[i]) == main) {
            be_page_cell(view, &view->cells[i], doc);
            be_words_verdict(view->cells[i].summary, &words);
            be_doc_cell_words(doc, &words);
        }
    }
    be_doc_table_end(doc);
}

static void part_cell(double percent, struct be_doc *doc)
{
    char text[32];

    snprintf(text, sizeof(text), "%.1f %%", percent + 0.0); /* + 0: no "-0.0" */
    be_doc_cell(doc, text);
}

static void parts_put(const struct be_view *view, size_t rows, struct be_doc *doc)
{
    static const char *const headers[] = {
        "executor",         "workers", "task", "compute",  "encode and decode",
        "send and receive", "merge",   "idle", "remainder"};

    be_doc_table(doc, "lrlrrrrrr", headers, rows);
    for (size_t i = 0; i < view->cell_count; i++) {
        struct be_budget budget = view->cells[i].summary->budget;
        if (budget.known) {
            be_page_cell(view, &view->cells[i], doc);
            be_budget_round(&budget);
            for (int part = 0; part < BE_BUDGET_PART_COUNT; part++) {
                part_cell(budget.parts[part], doc);
            }
        }
    }
    be_doc_table_end(doc);
}

void be_page_budget(const struct be_view *view, struct be_doc *doc)
{
    size_t known = 0;

    for (size_t i = 0; i < view->cell_count; i++) {
        known += view->cells[i].summary->budget.known;
    }
    if (view->cell_count == 0) {
        return;
    }
    doc->ops->heading(doc, "Where the core time goes");
    doc->ops->paragraph(
        doc,
        "Of T x C, the time of a pass times the cores that workers and dispatcher ran on, in "
        "per cent that add up to 100. Reached is what the serial pass takes. Slower compute is "
        "a lower clock, caches or a shared core; a late start is idle before a worker's first "
        "task, imbalance after its last; waiting is all other idle time of workers. A dispatcher "
        "on a core of its own idles there. Unexplained is what is left.");
    verdicts_put(view, true, doc);
    verdicts_put(view, false, doc);
    if (known > 0) {
        doc->ops->paragraph(doc, "The same time by what the cores did, from stamps around a part "
                                 "of the tasks; the remainder is what no part accounts for.");
        parts_put(view, known, doc);
    }
}

/* From how many workers on the dispatcher is the limit. */
static void saturation_cell(const struct be_model *model, struct be_doc *doc)
{
    double workers = ceil(model->saturation_workers);

    if (workers < 1e15) {
        be_doc_cell_count(doc, (uint64_t)workers);
    } else {
        be_doc_cell(doc, "-");
    }
}

static void model_row(const struct be_model *model, struct be_doc *doc)
{
    const double times_ns[] = {model->task_ns, model->predicted_task_ns, model->cold_task_ns,
                               model->predicted_cold_task_ns};

    be_doc_cell(doc, be_shown_of_value(BE_SHOWN_GRAIN, model->dispatcher_ns).value);
    be_doc_cell(doc, be_shown_of_value(BE_SHOWN_GRAIN, model->worker_ns).value);
    be_doc_cell(doc, be_shown_of_value(BE_SHOWN_PERCENT, model->occupancy).value);
    saturation_cell(model, doc);
    for (size_t i = 0; i < sizeof(times_ns) / sizeof(times_ns[0]); i++) {
        be_doc_cell(doc, be_shown_of_value(BE_SHOWN_GRAIN, times_ns[i]).value);
    }
    be_doc_cell(doc, model->never_pays
                         ? "never"
                         : be_shown_of_value(BE_SHOWN_GRAIN, model->predicted_breakeven_ns).value);
}

void be_page_model(const struct be_view *view, struct be_doc *doc)
{
    static const char *const headers[] = {
        "executor",           "workers",         "task",
        "d, dispatcher",      "v, workers",      "occupancy",
        "dispatcher full at", "measured",        "predicted",
        "measured, cold",     "predicted, cold", "predicted break-even"};

    if (view->cell_count == 0) {
        return;
    }
    doc->ops->heading(doc, "What a model predicts");
    doc->ops->paragraph(
        doc,
        "From the core time a task that dispatcher (d) and workers (v) spend beside computing: "
        "time a task = max(d, (w + v) / P, (w + v + d) / C), and the pool's start over its "
        "tasks when cold. Occupancy is the part of the pass that the dispatcher was busy; it "
        "is full at (w + v) / d workers. Measured is beside predicted: what differs is in no "
        "term of the model.");
    be_doc_table(doc, "lrlrrrrrrrrr", headers, view->cell_count);
    for (size_t i = 0; i < view->cell_count; i++) {
        const struct be_summary *summary = view->cells[i].summary;
        be_page_cell(view, &view->cells[i], doc);
        model_row(&view->findings->models[summary - view->summaries->items], doc);
    }
    be_doc_table_end(doc);
}
