#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "report/page.h"
#include "report/words.h"

enum { EVENTS_MAX = BE_COUNTERS_MAX };

/* The distinct events of a run, and how their values came out. */
struct events {
    size_t count;
    struct event {
        const char *name;
        size_t counted;
        size_t asked;
        const struct be_counter_summary *missing; /* the first that was not counted, or NULL */
    } items[EVENTS_MAX];
};

static const struct be_counter_summary *counter_find(const struct be_summary *summary,
                                                     const char *name)
{
    for (size_t i = 0; i < summary->counter_count; i++) {
        if (strcmp(summary->counters[i].name, name) == 0) {
            return &summary->counters[i];
        }
    }
    return NULL;
}

static bool is_counted(const struct be_counter_summary *counter)
{
    return counter && (counter->state == BE_COUNTER_COUNTED || counter->state == BE_COUNTER_SCALED);
}

static void events_add(struct events *events, const struct be_counter_summary *counter)
{
    size_t i = 0;

    while (i < events->count && strcmp(events->items[i].name, counter->name) != 0) {
        i++;
    }
    if (i == EVENTS_MAX) {
        return;
    }
    struct event *event = &events->items[i];
    if (i == events->count) {
        *event = (struct event){.name = counter->name};
        events->count++;
    }
    event->asked++;
    if (is_counted(counter)) {
        event->counted++;
    } else if (!event->missing) {
        event->missing = counter;
    }
}

static void event_row(const struct event *event, struct be_doc *doc)
{
    struct be_buffer text = {0};

    if (!event->missing) {
        be_buffer_puts(&text, "counted");
    } else {
        if (event->counted > 0) {
            be_buffer_printf(&text, "counted in %zu of %zu configurations; else ", event->counted,
                             event->asked);
        }
        be_words_counter(event->missing, &text);
    }
    be_doc_cell(doc, event->name);
    be_doc_cell_words(doc, &text);
}

static void counter_cell(const struct be_summary *summary, const char *name, struct be_doc *doc)
{
    const struct be_counter_summary *counter = counter_find(summary, name);
    struct be_buffer text = {0};

    if (is_counted(counter)) {
        be_words_counter(counter, &text);
    } else {
        be_buffer_puts(&text, counter ? be_counter_state_name(counter->state) : "-");
    }
    be_doc_cell_words(doc, &text);
}

static void counters_table(const struct be_view *view, const struct events *events,
                           struct be_doc *doc)
{
    const char *headers[EVENTS_MAX + 1] = {"a pass"};
    char alignment[EVENTS_MAX + 2] = "l";
    size_t columns = 1;

    for (size_t i = 0; i < events->count; i++) {
        if (events->items[i].counted > 0) {
            alignment[columns] = 'r';
            headers[columns++] = events->items[i].name;
        }
    }
    if (columns == 1) {
        return;
    }
    be_doc_table(doc, alignment, headers, view->task_count + view->cell_count);
    for (size_t task = 0, i = 0; task < view->task_count; task++) {
        const struct be_summary *reference = view->tasks[task].reference;
        struct be_buffer name = {0};
        be_buffer_printf(&name, "%s, %s", reference->configuration->executor,
                         view->tasks[task].label);
        be_doc_cell(doc, be_buffer_text(&name));
        for (size_t k = 1; k < columns; k++) {
            counter_cell(reference, headers[k], doc);
        }
        for (; i < view->cell_count && view->cells[i].task == task; i++) {
            be_buffer_finish(&name);
            be_words_cell(view, &view->cells[i], &name);
            be_doc_cell(doc, be_buffer_text(&name));
            for (size_t k = 1; k < columns; k++) {
                counter_cell(view->cells[i].summary, headers[k], doc);
            }
        }
        be_buffer_finish(&name);
    }
    be_doc_table_end(doc);
}

void be_page_counters(const struct be_view *view, struct be_doc *doc)
{
    static const char *const headers[] = {"counter", "state"};
    struct events events = {0};

    for (size_t i = 0; i < view->summaries->count; i++) {
        const struct be_summary *summary = &view->summaries->items[i];
        for (size_t k = 0; k < summary->counter_count; k++) {
            events_add(&events, &summary->counters[k]);
        }
    }
    doc->ops->heading(doc, "Counters");
    if (events.count == 0) {
        bool asked = json_array_size(json_object_get(view->plan, "counters")) > 0;
        doc->ops->paragraph(doc, asked ? "Unavailable: no good sample holds any."
                                       : "None were asked for.");
        return;
    }
    doc->ops->paragraph(doc, "Opened inside each worker and summed over them. What could not be "
                             "counted has its reason here and never a zero.");
    be_doc_table(doc, "lt", headers, events.count);
    for (size_t i = 0; i < events.count; i++) {
        event_row(&events.items[i], doc);
    }
    be_doc_table_end(doc);
    counters_table(view, &events, doc);
}

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
