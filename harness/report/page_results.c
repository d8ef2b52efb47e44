#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/page.h"
#include "report/words.h"

void be_page_cell(const struct be_view *view, const struct be_view_cell *cell, struct be_doc *doc)
{
    be_doc_cell(doc, view->series[cell->series].label);
    be_doc_cell_count(doc, cell->workers);
    be_doc_cell(doc, view->tasks[cell->task].label);
}

static void speedup_row(const struct be_view *view, size_t series, struct be_doc *doc)
{
    static const struct be_estimate unknown = {.known = false};

    be_doc_cell(doc, view->series[series].label);
    for (size_t i = 0; i < view->planned_count; i++) {
        const struct be_summary *summary =
            be_view_find(view, view->planned[i], series, be_view_most_workers(view));
        be_doc_cell_estimate(doc, BE_SHOWN_RATIO, summary ? &summary->speedup : &unknown);
    }
}

void be_page_speedups(const struct be_view *view, struct be_doc *doc)
{
    size_t columns = view->planned_count + 1;
    const char **headers = calloc(columns, sizeof(headers[0]));
    char *alignment = malloc(columns + 1);
    char title[120];

    doc->out->failed = doc->out->failed || !headers || !alignment;
    if (headers && alignment && view->cell_count > 0) {
        snprintf(title, sizeof(title), "Speedup over serial with %" PRIu32 " worker%s%s",
                 be_view_most_workers(view), be_words_plural(be_view_most_workers(view)),
                 view->weak ? ", weak scaling: tasks grow with workers" : "");
        doc->ops->heading(doc, title);
        memset(alignment, 'r', columns);
        alignment[0] = 'l';
        alignment[columns] = '\0';
        headers[0] = "executor";
        for (size_t i = 0; i < view->planned_count; i++) {
            headers[i + 1] = view->tasks[view->planned[i]].label;
        }
        be_doc_table(doc, alignment, headers, view->series_count);
        for (size_t series = 0; series < view->series_count; series++) {
            speedup_row(view, series, doc);
        }
        be_doc_table_end(doc);
        doc->ops->paragraph(doc, "Times as fast as one task after the other in one process; in "
                                 "brackets the 95 % interval. Above 1 going parallel pays.");
        if (view->tasks[0].reference->configuration->grain_asked_ns > 0) {
            doc->ops->paragraph(doc, "Tasks are named by the length that was asked for; what they "
                                     "took here is the compute time w below.");
        }
    }
    free(headers);
    free(alignment);
}

static void configuration_row(const struct be_summary *summary, struct be_doc *doc)
{
    be_doc_cell_estimate(doc, BE_SHOWN_TIME, &summary->wall_ns);
    be_doc_cell_estimate(doc, BE_SHOWN_RATE, &summary->tasks_per_s);
    if (summary->configuration->role == BE_ROLE_REFERENCE) {
        be_doc_cell(doc, "1");
        be_doc_cell(doc, "");
    } else {
        be_doc_cell_estimate(doc, BE_SHOWN_RATIO, &summary->speedup);
        be_doc_cell_estimate(doc, BE_SHOWN_PERCENT, &summary->efficiency);
    }
    be_doc_cell_estimate(doc, BE_SHOWN_TIME, &summary->cpu_ns);
    be_doc_cell_count(doc, summary->samples);
}

void be_page_configurations(const struct be_view *view, struct be_doc *doc)
{
    static const char *const headers[] = {"executor",           "workers",         "task",
                                          "time a pass (warm)", "tasks a s",       "speedup",
                                          "efficiency",         "CPU time a pass", "good samples"};

    doc->ops->heading(doc, "Time of a pass");
    be_doc_table(doc, "lrlrrrrrr", headers, view->task_count + view->cell_count);
    for (size_t task = 0, i = 0; task < view->task_count; task++) {
        const struct be_summary *reference = view->tasks[task].reference;
        be_doc_cell(doc, reference->configuration->executor);
        be_doc_cell_count(doc, reference->configuration->workers);
        be_doc_cell(doc, view->tasks[task].label);
        configuration_row(reference, doc);
        for (; i < view->cell_count && view->cells[i].task == task; i++) {
            be_page_cell(view, &view->cells[i], doc);
            configuration_row(view->cells[i].summary, doc);
        }
    }
    be_doc_table_end(doc);
}

void be_page_overheads(const struct be_view *view, struct be_doc *doc)
{
    static const char *const headers[] = {
        "executor",        "workers",           "task",
        "compute time w",  "messages o",        "o / w",
        "lost in total O", "predicted speedup", "measured speedup"};

    doc->ops->heading(doc, "What it costs a task");
    doc->ops->paragraph(
        doc, "Messages were measured apart, on tasks that compute nothing, so the predicted "
             "speedup min(P, C) / (1 + o/w) does not come from the measured one. Where the "
             "measured speedup is lower, something other than messages took the time.");
    be_doc_table(doc, "lrlrrrrrr", headers, view->cell_count);
    for (size_t i = 0; i < view->cell_count; i++) {
        const struct be_summary *summary = view->cells[i].summary;
        be_page_cell(view, &view->cells[i], doc);
        be_doc_cell_estimate(doc, BE_SHOWN_TIME, &summary->grain_ns);
        be_doc_cell_estimate(doc, BE_SHOWN_TIME, &summary->ipc_overhead_ns);
        be_doc_cell_estimate(doc, BE_SHOWN_PERCENT, &summary->ipc_overhead_ratio);
        be_doc_cell_estimate(doc, BE_SHOWN_TIME, &summary->overhead_ns_per_task);
        be_doc_cell(doc, be_shown_of_value(BE_SHOWN_RATIO, summary->predicted_speedup).value);
        be_doc_cell_estimate(doc, BE_SHOWN_RATIO, &summary->speedup);
    }
    be_doc_table_end(doc);
}

void be_page_starts(const struct be_view *view, struct be_doc *doc)
{
    static const char *const headers[] = {"executor", "workers",      "task",        "warm",
                                          "cold",     "speedup warm", "speedup cold"};
    size_t rows = 0;

    for (size_t i = 0; i < view->cell_count; i++) {
        rows += view->cells[i].summary->cold_wall_ns.known;
    }
    if (rows == 0) {
        return;
    }
    doc->ops->heading(doc, "Warm and cold");
    doc->ops->paragraph(doc, "Warm: the workers are already there. Cold: they are started for this "
                             "one pass and joined after it.");
    be_doc_table(doc, "lrlrrrr", headers, rows);
    for (size_t i = 0; i < view->cell_count; i++) {
        const struct be_summary *summary = view->cells[i].summary;
        if (summary->cold_wall_ns.known) {
            be_page_cell(view, &view->cells[i], doc);
            be_doc_cell_estimate(doc, BE_SHOWN_TIME, &summary->wall_ns);
            be_doc_cell_estimate(doc, BE_SHOWN_TIME, &summary->cold_wall_ns);
            be_doc_cell_estimate(doc, BE_SHOWN_RATIO, &summary->speedup);
            be_doc_cell_estimate(doc, BE_SHOWN_RATIO, &summary->cold_speedup);
        }
    }
    be_doc_table_end(doc);
}

/* One executor: what others published beside what was measured here, warm and cold. */
static void published_row(const struct be_view *view, const char *label, const char *executor,
                          const struct be_summary *summary, struct be_doc *doc)
{
    const char *serial = view->tasks[0].reference->configuration->executor;
    double serial_ns = (double)be_view_published_ns(view, serial);
    double wall_ns = (double)be_view_published_ns(view, executor);
    bool is_serial = strcmp(executor, serial) == 0;

    be_doc_cell(doc, label);
    be_doc_cell(doc, be_shown_of_value(BE_SHOWN_TIME, wall_ns > 0 ? wall_ns : NAN).value);
    be_doc_cell(doc, is_serial ? ""
                               : be_shown_of_value(BE_SHOWN_RATIO, serial_ns > 0 && wall_ns > 0
                                                                       ? serial_ns / wall_ns
                                                                       : NAN)
                                     .value);
    be_doc_cell_estimate(doc, BE_SHOWN_TIME, &summary->cold_wall_ns);
    be_doc_cell_estimate(doc, BE_SHOWN_TIME, &summary->wall_ns);
    if (is_serial) {
        be_doc_cell(doc, "");
        be_doc_cell(doc, "");
    } else {
        be_doc_cell_estimate(doc, BE_SHOWN_RATIO, &summary->cold_speedup);
        be_doc_cell_estimate(doc, BE_SHOWN_RATIO, &summary->speedup);
    }
}

void be_page_published(const struct be_view *view, struct be_doc *doc)
{
    static const char *const headers[] = {"executor",    "published",  "published speedup",
                                          "here, cold",  "here, warm", "speedup cold",
                                          "speedup warm"};
    const char *source = be_view_published_source(view);

    if (!source || view->task_count != 1) {
        return;
    }
    const struct be_summary *reference = view->tasks[0].reference;
    doc->ops->heading(doc, "Beside what was published");
    doc->ops->paragraph(doc, source);
    be_doc_table(doc, "lrrrrrr", headers, view->cell_count + 1);
    published_row(view, reference->configuration->executor, reference->configuration->executor,
                  reference, doc);
    for (size_t i = 0; i < view->cell_count; i++) {
        struct be_buffer name = {0};
        be_words_cell(view, &view->cells[i], &name);
        published_row(view, be_buffer_text(&name),
                      be_params_get(&view->series[view->cells[i].series].params, "executor"),
                      view->cells[i].summary, doc);
        be_buffer_finish(&name);
    }
    be_doc_table_end(doc);
}
