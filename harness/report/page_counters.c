/* What was counted, what follows from it, what could not be counted and why. */
#include <string.h>

#include "report/page.h"
#include "report/words.h"

enum { EVENTS_MAX = BE_COUNTERS_MAX };

/* Figures that follow from counters, as columns of two tables: of a task, and of the clock. */
static const struct column {
    const char *name;
    enum be_shown_kind kind;
    size_t offset; /* of the estimate in a summary */
} columns[] = {
    {"instructions a task", BE_SHOWN_RATE, offsetof(struct be_summary, instructions_per_task)},
    {"cache misses a task", BE_SHOWN_RATIO, offsetof(struct be_summary, cache_misses_per_task)},
    {"branch misses a task", BE_SHOWN_RATIO, offsetof(struct be_summary, branch_misses_per_task)},
    {"switches a task", BE_SHOWN_RATIO, offsetof(struct be_summary, switches_per_task)},
    {"instructions per cycle", BE_SHOWN_RATIO, offsetof(struct be_summary, instructions_per_cycle)},
    {"GHz", BE_SHOWN_RATIO, offsetof(struct be_summary, clock_ghz)},
    {"clock over serial", BE_SHOWN_PERCENT, offsetof(struct be_summary, clock_ratio)},
    {"speedup", BE_SHOWN_RATIO, offsetof(struct be_summary, speedup)},
    {"at equal frequency", BE_SHOWN_RATIO, offsetof(struct be_summary, equal_speedup)},
};

enum {
    COLUMNS = sizeof(columns) / sizeof(columns[0]),
    COLUMN_CLOCK = COLUMNS - 3,
    COLUMN_SECOND_TABLE = COLUMNS - 5,
};

/* Calls put for each serial reference and each cell, in the order of tables. */
static void rows_put(const struct be_view *view, struct be_doc *doc,
                     void (*put)(const struct be_summary *summary, const void *context,
                                 struct be_doc *doc),
                     const void *context)
{
    for (size_t task = 0, i = 0; task < view->task_count; task++) {
        const struct be_summary *reference = view->tasks[task].reference;
        struct be_buffer name = {0};
        be_buffer_printf(&name, "%s, %s", reference->configuration->executor,
                         view->tasks[task].label);
        be_doc_cell_words(doc, &name);
        put(reference, context, doc);
        for (; i < view->cell_count && view->cells[i].task == task; i++) {
            be_words_cell(view, &view->cells[i], &name);
            be_doc_cell_words(doc, &name);
            put(view->cells[i].summary, context, doc);
        }
    }
}

static const struct be_estimate *column_estimate(const struct be_summary *summary, size_t column)
{
    const void *estimate = (const char *)summary + columns[column].offset;
    return estimate;
}

/* Whether it is known of any; the speedup is there to be compared with. */
static bool column_is_known(const struct be_view *view, size_t column)
{
    column = column > COLUMN_CLOCK ? COLUMN_CLOCK : column;
    for (size_t i = 0; i < view->cell_count; i++) {
        if (column_estimate(view->cells[i].summary, column)->known) {
            return true;
        }
    }
    for (size_t i = 0; i < view->task_count && column < COLUMN_CLOCK; i++) {
        if (column_estimate(view->tasks[i].reference, column)->known) {
            return true;
        }
    }
    return false;
}

static void figures_put(const struct be_summary *summary, const void *context, struct be_doc *doc)
{
    const bool *known = context;

    static const struct be_estimate none = {.known = false};
    bool is_reference = summary->configuration->role == BE_ROLE_REFERENCE; /* the 1 of ratios */

    for (size_t i = 0; i < COLUMNS; i++) {
        if (known[i]) {
            bool empty = is_reference && i >= COLUMN_CLOCK;
            be_doc_cell_estimate(doc, columns[i].kind, empty ? &none : column_estimate(summary, i));
        }
    }
}

/* The columns from `first` to before `end` of which anything is known. */
static void figures_table(const struct be_view *view, size_t first, size_t end, struct be_doc *doc)
{
    const char *headers[COLUMNS + 1] = {"configuration"};
    char alignment[COLUMNS + 2] = "l";
    bool known[COLUMNS] = {false};
    size_t count = 1;

    for (size_t i = first; i < end; i++) {
        known[i] = column_is_known(view, i);
        if (known[i]) {
            alignment[count] = 'r';
            headers[count++] = columns[i].name;
        }
    }
    if (count == 1) {
        return;
    }
    be_doc_table(doc, alignment, headers, view->task_count + view->cell_count);
    rows_put(view, doc, figures_put, known);
    be_doc_table_end(doc);
}

/* The distinct events that were counted anywhere. */
struct events {
    size_t count;
    const char *names[EVENTS_MAX];
};

static void events_find(const struct be_view *view, struct events *events)
{
    for (size_t i = 0; i < view->summaries->count; i++) {
        const struct be_summary *summary = &view->summaries->items[i];
        for (size_t k = 0; k < summary->counter_count; k++) {
            const struct be_counter_summary *counter = &summary->counters[k];
            size_t found = 0;
            while (found < events->count && strcmp(events->names[found], counter->name) != 0) {
                found++;
            }
            if (be_words_is_counted(counter) && found == events->count && found < EVENTS_MAX) {
                events->names[events->count++] = counter->name;
            }
        }
    }
}

static void counter_cell(const struct be_summary *summary, const char *name, struct be_doc *doc)
{
    const struct be_counter_summary *counter = be_words_counter_find(summary, name);
    struct be_buffer text = {0};

    if (counter && be_words_is_counted(counter)) {
        be_words_counter(counter, &text);
    } else {
        be_buffer_puts(&text, counter ? be_counter_state_name(counter->state) : "-");
    }
    be_doc_cell_words(doc, &text);
}

static void counts_put(const struct be_summary *summary, const void *context, struct be_doc *doc)
{
    const struct events *events = context;

    for (size_t i = 0; i < events->count; i++) {
        counter_cell(summary, events->names[i], doc);
    }
}

static void counts_table(const struct be_view *view, struct be_doc *doc)
{
    const char *headers[EVENTS_MAX + 1] = {"a pass"};
    char alignment[EVENTS_MAX + 2] = "l";
    struct events events = {0};

    events_find(view, &events);
    if (events.count == 0) {
        return;
    }
    for (size_t i = 0; i < events.count; i++) {
        headers[i + 1] = events.names[i];
        alignment[i + 1] = 'r';
    }
    be_doc_table(doc, alignment, headers, view->task_count + view->cell_count);
    rows_put(view, doc, counts_put, &events);
    be_doc_table_end(doc);
}

static bool any_is_there(const struct be_view *view)
{
    for (size_t i = 0; i < view->summaries->count; i++) {
        if (view->summaries->items[i].counter_count > 0) {
            return true;
        }
    }
    return false;
}

void be_page_counters(const struct be_view *view, struct be_doc *doc)
{
    struct be_buffer words = {0};

    doc->ops->heading(doc, "Counters");
    if (any_is_there(view)) {
        doc->ops->paragraph(doc, "Opened inside each worker and summed over them. What could not "
                                 "be counted has its reason here and never a zero.");
    } else {
        bool asked = json_array_size(json_object_get(view->plan, "counters")) > 0;
        doc->ops->paragraph(doc, asked ? "Unavailable: no good sample holds any."
                                       : "None were asked for.");
    }
    be_words_uncounted(view, &words);
    be_doc_paragraph_words(doc, &words);
    be_words_scaled(view, &words);
    be_doc_paragraph_words(doc, &words);
    be_words_counting_cost(view, &words);
    be_doc_paragraph_words(doc, &words);
    figures_table(view, 0, COLUMN_SECOND_TABLE, doc);
    figures_table(view, COLUMN_SECOND_TABLE, COLUMNS, doc);
    counts_table(view, doc);
}
