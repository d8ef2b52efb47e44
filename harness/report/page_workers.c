/* What the workers saw: how long tasks took, how evenly they were spread, what memory they held. */
#include "report/page.h"

enum { COLUMNS_MAX = 10 };

/* Figures of all samples (core/value.def), a column each. */
struct columns {
    size_t count;
    struct column {
        const char *header;
        enum be_value value;
        enum be_shown_kind kind;
    } items[COLUMNS_MAX];
};

static bool has_any(const struct be_summary *summary, const struct columns *columns)
{
    for (size_t i = 0; i < columns->count; i++) {
        if (summary->values[columns->items[i].value].known) {
            return true;
        }
    }
    return false;
}

static size_t rows_count(const struct be_view *view, const struct columns *columns)
{
    size_t rows = 0;

    for (size_t i = 0; i < view->cell_count; i++) {
        rows += has_any(view->cells[i].summary, columns);
    }
    return rows;
}

static void section_put(const struct be_view *view, const char *title, const char *text,
                        const struct columns *columns, struct be_doc *doc)
{
    const char *headers[3 + COLUMNS_MAX] = {"executor", "workers", "task"};
    char alignment[] = "lrlrrrrrrrrrr";
    size_t rows = rows_count(view, columns);

    if (view->cell_count == 0) {
        return;
    }
    doc->ops->heading(doc, title);
    if (rows == 0) {
        doc->ops->paragraph(doc, "Unavailable: no sample holds it.");
        return;
    }
    doc->ops->paragraph(doc, text);
    for (size_t i = 0; i < columns->count; i++) {
        headers[3 + i] = columns->items[i].header;
    }
    alignment[3 + columns->count] = '\0';
    be_doc_table(doc, alignment, headers, rows);
    for (size_t i = 0; i < view->cell_count; i++) {
        const struct be_summary *summary = view->cells[i].summary;
        if (has_any(summary, columns)) {
            be_page_cell(view, &view->cells[i], doc);
            for (size_t k = 0; k < columns->count; k++) {
                be_doc_cell_estimate(doc, columns->items[k].kind,
                                     &summary->values[columns->items[k].value]);
            }
        }
    }
    be_doc_table_end(doc);
}

void be_page_latency(const struct be_view *view, struct be_doc *doc)
{
    static const struct columns columns = {
        4,
        {{"p50", BE_VALUE_latency_p50_ns, BE_SHOWN_TIME},
         {"p99", BE_VALUE_latency_p99_ns, BE_SHOWN_TIME},
         {"p99.9", BE_VALUE_latency_p999_ns, BE_SHOWN_TIME},
         {"longest", BE_VALUE_latency_max_ns, BE_SHOWN_TIME}},
    };

    section_put(view, "How long a task takes to come back",
                "Service time, from submission to result, over a part of the messages. The loop is "
                "closed: a task is submitted when there is room for it, so what waits in the "
                "window is in this time, and what would have queued before it is not.",
                &columns, doc);
}

void be_page_stages(const struct be_view *view, struct be_doc *doc)
{
    static const struct columns columns = {
        10,
        {{"take, encode", BE_VALUE_stage_encode_ns, BE_SHOWN_TIME},
         {"send", BE_VALUE_stage_send_ns, BE_SHOWN_TIME},
         {"wire, wake worker", BE_VALUE_stage_wake_ns, BE_SHOWN_TIME},
         {"decode", BE_VALUE_stage_decode_ns, BE_SHOWN_TIME},
         {"compute", BE_VALUE_stage_compute_ns, BE_SHOWN_TIME},
         {"encode result", BE_VALUE_stage_encode_result_ns, BE_SHOWN_TIME},
         {"send result", BE_VALUE_stage_send_result_ns, BE_SHOWN_TIME},
         {"wire, wake dispatcher", BE_VALUE_stage_wake_dispatcher_ns, BE_SHOWN_TIME},
         {"decode result", BE_VALUE_stage_decode_result_ns, BE_SHOWN_TIME},
         {"merge", BE_VALUE_stage_merge_ns, BE_SHOWN_TIME}},
    };

    section_put(view, "Where the time of a message goes",
                "Medians over a part of the messages, from submission to the result in order. Only "
                "at window 1 is this known: at a wider one messages wait in line. What is sent is "
                "what the other side has, so a stage may be 0 where it was woken at once.",
                &columns, doc);
}

void be_page_claims(const struct be_view *view, struct be_doc *doc)
{
    static const struct columns columns = {
        3,
        {{"claim", BE_VALUE_stage_claim_ns, BE_SHOWN_TIME},
         {"wake at the beginning", BE_VALUE_stage_pass_wake_ns, BE_SHOWN_TIME},
         {"wake at the end", BE_VALUE_stage_pass_end_ns, BE_SHOWN_TIME}},
    };

    if (rows_count(view, &columns) > 0) {
        section_put(view, "Where the time of threads goes",
                    "Threads have no messages: a worker claims the next chunk by itself, which is "
                    "the time from one computed to the next one begun. They sleep between passes "
                    "only, and are woken once for each; so is the dispatcher by the last result.",
                    &columns, doc);
    }
}

void be_page_balance(const struct be_view *view, struct be_doc *doc)
{
    static const struct columns columns = {
        3,
        {{"balance", BE_VALUE_balance, BE_SHOWN_PERCENT},
         {"tail", BE_VALUE_tail_ns, BE_SHOWN_TIME},
         {"start skew", BE_VALUE_start_skew_ns, BE_SHOWN_TIME}},
    };

    section_put(view, "How evenly work was spread",
                "Balance: mean compute time of a worker over the longest one; not busy time, which "
                "a worker that spins while it waits has as much of as one that computes. Tail: "
                "from the first worker that ran out of tasks to the end of the pass. Start skew: "
                "from the first worker's first task to the last worker's.",
                &columns, doc);
}

void be_page_memory(const struct be_view *view, struct be_doc *doc)
{
    static const struct columns columns = {
        3,
        {{"PSS a worker", BE_VALUE_worker_pss_bytes, BE_SHOWN_BYTES},
         {"peak RSS", BE_VALUE_peak_rss_bytes, BE_SHOWN_BYTES},
         {"start of the pool", BE_VALUE_pool_start_ns, BE_SHOWN_TIME}},
    };

    section_put(view, "What workers take",
                "PSS: memory with what is shared divided among those who share it, where each "
                "worker is a process. Peak RSS: the largest process. Start: until every worker is "
                "ready.",
                &columns, doc);
}

void be_page_start_steps(const struct be_view *view, struct be_doc *doc)
{
    static const struct columns columns = {
        3,
        {{"process", BE_VALUE_start_process_ns, BE_SHOWN_TIME},
         {"import", BE_VALUE_start_import_ns, BE_SHOWN_TIME},
         {"ready", BE_VALUE_start_ready_ns, BE_SHOWN_TIME}},
    };

    if (rows_count(view, &columns) > 0) {
        section_put(view, "How a worker process starts",
                    "Process: from asking for it to its first instruction. Import: from there "
                    "until it has loaded what it computes tasks with, where it is not born with "
                    "that. Ready: from there until it is bound and takes tasks. Medians over the "
                    "workers of a pool that stays.",
                    &columns, doc);
    }
}
