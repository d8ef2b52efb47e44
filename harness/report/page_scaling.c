/* What limits a pool as workers are added. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/page.h"
#include "report/words.h"

/* The cell that a series is known by; NULL: it is in no table, or has one point. */
static const struct be_view_cell *scaling_cell(const struct be_view *view, size_t index)
{
    const struct be_series *series = &view->findings->scaling_series.items[index];

    return series->count > 1 ? be_view_cell_of(view, series->members[0]) : NULL;
}

static size_t rows_count(const struct be_view *view, bool fitted)
{
    size_t count = 0;

    for (size_t i = 0; i < view->findings->scaling_series.count; i++) {
        count += scaling_cell(view, i) &&
                 (!fitted || view->findings->scalings[i].fitted >= BE_SCALING_POINTS_MIN);
    }
    return count;
}

static void name_cells(const struct be_view *view, const struct be_view_cell *cell,
                       struct be_doc *doc)
{
    be_doc_cell(doc, view->series[cell->series].label);
    be_doc_cell(doc, view->tasks[cell->task].label);
}

/* The serial fraction that the speedup with each worker count shows. */
static void karp_flatt_row(const struct be_view *view, const struct be_scaling *scaling,
                           struct be_doc *doc)
{
    static const struct be_estimate unknown = {.known = false};

    for (size_t w = 0; w < view->worker_count; w++) {
        const struct be_estimate *found = &unknown;
        for (size_t i = 0; i < scaling->count; i++) {
            if (scaling->points[i].workers == view->workers[w]) {
                found = &scaling->points[i].karp_flatt;
            }
        }
        if (view->workers[w] > 1) {
            be_doc_cell_estimate(doc, BE_SHOWN_PERCENT, found);
        }
    }
}

static void karp_flatt_put(const struct be_view *view, size_t rows, struct be_doc *doc)
{
    size_t columns = 2;
    const char **headers = calloc(view->worker_count + 2, sizeof(headers[0]));
    char *alignment = calloc(view->worker_count + 3, 1);
    char(*titles)[24] = calloc(view->worker_count + 1, sizeof(titles[0]));

    doc->out->failed = doc->out->failed || !headers || !alignment || !titles;
    if (headers && alignment && titles) {
        headers[0] = "executor";
        headers[1] = "task";
        alignment[0] = alignment[1] = 'l';
        for (size_t w = 0; w < view->worker_count; w++) {
            if (view->workers[w] > 1) {
                snprintf(titles[w], sizeof(titles[w]), "P = %" PRIu32, view->workers[w]);
                alignment[columns] = 'r';
                headers[columns++] = titles[w];
            }
        }
        be_doc_table(doc, alignment, headers, rows);
        for (size_t i = 0; i < view->findings->scaling_series.count; i++) {
            const struct be_view_cell *cell = scaling_cell(view, i);
            if (cell) {
                name_cells(view, cell, doc);
                karp_flatt_row(view, &view->findings->scalings[i], doc);
            }
        }
        be_doc_table_end(doc);
    }
    free(headers);
    free(alignment);
    free(titles);
}

static void fit_row(const struct be_scaling *scaling, struct be_doc *doc)
{
    struct be_buffer words = {0};

    be_doc_cell_estimate(doc, BE_SHOWN_PERCENT, &scaling->serial_fraction);
    be_doc_cell_estimate(doc, BE_SHOWN_PERCENT, &scaling->usl_contention);
    be_doc_cell_estimate(doc, BE_SHOWN_PERCENT, &scaling->usl_coherency);
    be_doc_cell_estimate(doc, BE_SHOWN_RATE, &scaling->usl_tasks_per_s);
    be_doc_cell_estimate(doc, BE_SHOWN_RATIO, &scaling->usl_peak_workers);
    be_words_fit(scaling, &words);
    be_doc_cell_words(doc, &words);
}

static void fits_put(const struct be_view *view, size_t rows, struct be_doc *doc)
{
    static const char *const headers[] = {"executor",       "task",
                                          "Amdahl, serial", "USL, contention",
                                          "USL, coherency", "USL, tasks a s of one worker",
                                          "USL, N*",        "to know"};

    be_doc_table(doc, "llrrrrrt", headers, rows);
    for (size_t i = 0; i < view->findings->scaling_series.count; i++) {
        const struct be_view_cell *cell = scaling_cell(view, i);
        const struct be_scaling *scaling = &view->findings->scalings[i];
        if (cell && scaling->fitted >= BE_SCALING_POINTS_MIN) {
            name_cells(view, cell, doc);
            fit_row(scaling, doc);
        }
    }
    be_doc_table_end(doc);
}

/* Why no curve was fitted through the others, by the first of them. */
static void unfitted_put(const struct be_view *view, size_t unfitted, struct be_doc *doc)
{
    struct be_buffer words = {0};

    for (size_t i = 0; i < view->findings->scaling_series.count; i++) {
        if (scaling_cell(view, i) && view->findings->scalings[i].fitted < BE_SCALING_POINTS_MIN) {
            be_buffer_printf(&words, "Amdahl and USL: %zu series not fitted, ", unfitted);
            be_words_fit(&view->findings->scalings[i], &words);
            be_buffer_puts(&words, ".");
            break;
        }
    }
    be_doc_paragraph_words(doc, &words);
}

void be_page_scaling(const struct be_view *view, struct be_doc *doc)
{
    size_t rows = rows_count(view, false);
    size_t fitted = rows_count(view, true);

    if (rows == 0) {
        return;
    }
    doc->ops->heading(doc, view->weak ? "Scaling (weak: tasks grow with workers)" : "Scaling");
    doc->ops->paragraph(
        doc, "Karp-Flatt: the part of the work that would have to be serial for the speedup over "
             "one worker of the same pool that was seen. Where it grows with P, something other "
             "than serial work limits.");
    karp_flatt_put(view, rows, doc);
    if (fitted > 0) {
        doc->ops->paragraph(
            doc, "Fits, least squares on medians, intervals by bootstrap over rounds. Amdahl: one "
                 "serial part for all P. Universal scalability law: contention (waiting for each "
                 "other), coherency (telling each other), throughput of one worker, and N*, the "
                 "worker count beyond which throughput falls.");
        fits_put(view, fitted, doc);
    }
    if (fitted < rows) {
        unfitted_put(view, rows - fitted, doc);
    }
}
