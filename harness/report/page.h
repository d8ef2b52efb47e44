/*
 * What a report says, in order. Inside this folder only. Threads: no shared state.
 */
#ifndef BE_REPORT_PAGE_H
#define BE_REPORT_PAGE_H

#include "report/doc.h"
#include "report/plot.h"
#include "report/view.h"

/* Appends the whole report to doc->out; a drawing for each row of be_plots. */
void be_page_write(const struct be_view *view, const struct be_drawing *drawings,
                   struct be_doc *doc);

/* The name of a cell in a table, three columns: executor, workers, task. */
void be_page_cell(const struct be_view *view, const struct be_view_cell *cell, struct be_doc *doc);

/* Its parts: what was found (page_results.c) … */
void be_page_speedups(const struct be_view *view, struct be_doc *doc);
void be_page_configurations(const struct be_view *view, struct be_doc *doc);
void be_page_overheads(const struct be_view *view, struct be_doc *doc);
void be_page_starts(const struct be_view *view, struct be_doc *doc);
void be_page_published(const struct be_view *view, struct be_doc *doc);

/* … from which task on it pays (page_grain.c) … */
void be_page_breakeven(const struct be_view *view, struct be_doc *doc);
void be_page_metg(const struct be_view *view, struct be_doc *doc);

/* … where the rest went, and what that predicts (page_cost.c) … */
void be_page_budget(const struct be_view *view, struct be_doc *doc);
void be_page_model(const struct be_view *view, struct be_doc *doc);

/* … what a message takes by its payload (page_transports.c) … */
void be_page_transports(const struct be_view *view, struct be_doc *doc);

/* … how it grows with workers (page_scaling.c), and how these fared (page_workers.c) … */
void be_page_scaling(const struct be_view *view, struct be_doc *doc);
void be_page_latency(const struct be_view *view, struct be_doc *doc);
void be_page_memory(const struct be_view *view, struct be_doc *doc);
void be_page_start_steps(const struct be_view *view, struct be_doc *doc);
void be_page_stages(const struct be_view *view, struct be_doc *doc);
void be_page_claims(const struct be_view *view, struct be_doc *doc);
void be_page_balance(const struct be_view *view, struct be_doc *doc);

/* … how far to trust it (page_trust.c) … */
void be_page_flags(const struct be_view *view, struct be_doc *doc);
void be_page_precision(const struct be_view *view, struct be_doc *doc);
void be_page_quality(const struct be_view *view, struct be_doc *doc);

/* … how it came about (page_counters.c, page_evidence.c) … */
void be_page_counters(const struct be_view *view, struct be_doc *doc);
void be_page_placements(const struct be_view *view, struct be_doc *doc);

/* … and what it stands on (page_context.c, page_reproduce.c). */
void be_page_environment(const struct be_view *view, struct be_doc *doc);
void be_page_reproduce(const struct be_view *view, struct be_doc *doc);
void be_page_definitions(struct be_doc *doc);

#endif
