/*
 * A run arranged for people: series (rows of a table, lines of a plot) over tasks (columns, panels)
 * and worker counts. Inside this folder only. Threads: no shared state.
 *
 * A series is an executor with its own parameters; a task is a block, known by its serial
 * reference, since the members of a block compute the same. Workload `null` and executor `null`
 * compute nothing and are in no series.
 */
#ifndef BE_REPORT_VIEW_H
#define BE_REPORT_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/transports.h"
#include "core/json.h"
#include "core/status.h"
#include "report/results.h"

/* More lines than this cannot be told apart in a picture, nor followed in a sentence. */
enum { BE_VIEW_STYLES = 8 };

struct be_view_series {
    char *label;             /* owned: "processes, chunk 16" */
    struct be_params params; /* owned: executor, placement, chunk and the executor's own */
    char id[BE_ID_BYTES];    /* be_params_id(&params) */

    /*
     * 1 .. BE_VIEW_STYLES: how it is drawn. 0: it is in tables only, since there are too many and
     * another series of its executor is faster.
     */
    unsigned style;
};

struct be_view_task {
    char *label;                        /* owned: "10 us", "4 tasks" */
    const struct be_summary *reference; /* borrowed */
    bool searched; /* the plan does not name it: it was measured to find where break-even is */
};

struct be_view_cell {
    size_t task;
    size_t series;
    uint32_t workers;
    const struct be_summary *summary; /* borrowed */
};

/* Everything is owned but what is borrowed above. init with {0}; finish frees. */
struct be_view {
    const struct be_run *run;
    const struct be_summaries *summaries;
    const struct be_findings *findings;
    json_t *plan;    /* plan_text; NULL when it is no JSON object */
    json_t *machine; /* machine_json; NULL when it is no JSON object */
    char *workloads; /* "gcd-trial", joined by ", " */
    char *place;     /* the machine in a few words */

    struct be_view_series *series; /* in the order they were planned */
    size_t series_count;
    struct be_view_task *tasks; /* by workload, then from short to long */
    size_t task_count;
    size_t *planned; /* indices of the tasks that the plan names, in their order */
    size_t planned_count;
    uint32_t *workers; /* ascending */
    size_t worker_count;
    struct be_view_cell *cells; /* by task, then series, then workers */
    size_t cell_count;
    size_t *cell_of; /* of each configuration of the run: its place in cells, from 1; 0: in none */

    struct be_transports transports; /* without points where the run is not about them */

    bool messages_only; /* no task computes anything, so that speedups say nothing */
    bool weak;          /* scaling: tasks grow with workers */
    double precision;   /* wanted of speedups: half their interval over them, .01 is 1 % */
};

/* *view must be empty; the caller finishes it also after an error. Errors: BE_ENOMEM. */
enum be_status be_view_create(const struct be_results *results, struct be_view *view,
                              struct be_error *error);
void be_view_finish(struct be_view *view);

/* For be_view_create: fills in `transports` and `messages_only` (view_transports.c). Errors:
 * BE_ENOMEM. */
enum be_status be_view_add_transports(struct be_view *view);

/* The summary of that cell, or NULL. */
const struct be_summary *be_view_find(const struct be_view *view, size_t task, size_t series,
                                      uint32_t workers);

/* The cell of a configuration of the run, or NULL. */
const struct be_view_cell *be_view_cell_of(const struct be_view *view, size_t configuration);

/*
 * Where the series breaks even with that many workers, and its METG. NULL: it was not measured with
 * them, or it ran several workloads and so has one each.
 */
const struct be_breakeven *be_view_breakeven(const struct be_view *view, size_t series,
                                             uint32_t workers);
const struct be_metg *be_view_metg(const struct be_view *view, size_t series, uint32_t workers);

/* The largest worker count, 0 when there is none. */
uint32_t be_view_most_workers(const struct be_view *view);

/* What others published for this plan: their wall time, 0 when there is none. */
uint64_t be_view_published_ns(const struct be_view *view, const char *executor);

/* Where it was published, or NULL when nothing was. Owned by the view. */
const char *be_view_published_source(const struct be_view *view);

#endif
