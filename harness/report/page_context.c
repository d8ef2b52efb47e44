#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "report/page.h"

/* A scalar of JSON as text; null is unknown. */
static void scalar_put(const json_t *value, struct be_buffer *text)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        be_buffer_puts(text, json_string_value(value));
        break;
    case JSON_INTEGER:
        be_buffer_printf(text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL:
        be_buffer_printf(text, "%g", json_real_value(value));
        break;
    case JSON_TRUE:
        be_buffer_puts(text, "yes");
        break;
    case JSON_FALSE:
        be_buffer_puts(text, "no");
        break;
    default:
        be_buffer_puts(text, "unknown");
        break;
    }
}

static void value_put(const json_t *value, struct be_buffer *text)
{
    if (!json_is_array(value)) {
        scalar_put(value, text);
        return;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *item = json_array_get(value, i);
        be_buffer_puts(text, i > 0 ? ", " : "");
        if (json_is_array(item) || json_is_object(item)) {
            be_buffer_puts(text, "…");
        } else {
            scalar_put(item, text);
        }
    }
    be_buffer_puts(text, json_array_size(value) == 0 ? "none" : "");
}

/* "counts" and "pu_count" become "counts, pu count". */
static void key_put(const char *group, const char *key, struct be_buffer *text)
{
    be_buffer_printf(text, "%s%s%s", group, group[0] ? ", " : "", key);
    for (size_t i = 0; i < text->length; i++) {
        if (text->data[i] == '_') {
            text->data[i] = ' ';
        }
    }
}

/* The boot id tells machines apart for a resume, and says nothing to a reader. */
static bool is_shown(const char *key)
{
    return strcmp(key, "boot_id") != 0;
}

static size_t environment_rows(const json_t *machine)
{
    const char *key = NULL;
    json_t *value = NULL;
    size_t rows = 0;

    json_object_foreach((json_t *)machine, key, value)
    {
        rows += json_is_object(value) ? json_object_size(value) : is_shown(key);
    }
    return rows;
}

static void environment_group(const char *group, json_t *object, struct be_doc *doc)
{
    const char *key = NULL;
    json_t *value = NULL;

    json_object_foreach(object, key, value)
    {
        struct be_buffer text = {0};
        if (json_is_object(value) && group[0] == '\0') {
            environment_group(key, value, doc);
            continue;
        }
        if (!is_shown(key)) {
            continue;
        }
        key_put(group, key, &text);
        be_doc_cell(doc, be_buffer_text(&text));
        be_buffer_finish(&text);
        value_put(value, &text);
        be_doc_cell(doc, be_buffer_text(&text));
        be_buffer_finish(&text);
    }
}

void be_page_environment(const struct be_view *view, struct be_doc *doc)
{
    static const char *const headers[] = {"of this machine", "value"};

    doc->ops->heading(doc, "Environment");
    if (!view->machine) {
        doc->ops->paragraph(doc, "Unknown: the run holds nothing about its machine.");
        return;
    }
    be_doc_table(doc, "lt", headers, environment_rows(view->machine));
    environment_group("", view->machine, doc);
    be_doc_table_end(doc);
}

static const char *const definitions[][2] = {
    {"task", "one call of the workload on one input"},
    {"pass", "all tasks of a configuration once, from the first handed out to the last result "
             "merged in input order"},
    {"sample", "one launch of the runner; its value is the median of its timed passes"},
    {"round", "every configuration once, in random order; those that are compared run right "
              "after each other"},
    {"value and (low .. high)",
     "the median over samples, and the interval that holds the true median in 95 % of such "
     "measurements, whatever the shape of the noise"},
    {"serial", "the same tasks, one after the other, in one process without any pool"},
    {"speedup", "time of a serial pass over time of a parallel pass, both of the same round"},
    {"efficiency", "speedup divided by workers"},
    {"w, compute time", "time of a serial pass divided by its tasks"},
    {"o, messages",
     "CPU time a task, of dispatcher and workers, on tasks that compute nothing: what handing "
     "out and merging costs by itself"},
    {"o / w, IPC overhead",
     "inter-process communication overhead: CPU time for messages over compute time. It has "
     "nothing to do with instructions per cycle"},
    {"O, lost in total",
     "(time of a pass x C - tasks x w) / tasks: core time a task that did not compute, for "
     "whatever reason; below 0 when tasks ran faster than in the serial pass"},
    {"predicted speedup", "min(P, C) / (1 + o/w): what messages alone would leave"},
    {"break-even", "the compute time w of a task at which speedup is 1. \"<\" or \">\" before "
                   "an end of its interval: that end is beyond what was measured; \"always\" "
                   "and \"never\": so at every length that was measured"},
    {"METG(50 %), METG(90 %)",
     "minimum effective task granularity: the least T x C / N, core time a task, at which "
     "efficiency S / C is still that"},
    {"coarse", "fewer than 4 lengths of task a decade around the place: a straight line between "
               "them may be off"},
    {"Karp-Flatt, serial fraction", "(1/S - 1/P) / (1 - 1/P), S over one worker of the same pool"},
    {"Amdahl", "S = 1 / (f + (1 - f) / P), one serial fraction f for all P"},
    {"USL", "universal scalability law: throughput = a P / (1 + c (P - 1) + k P (P - 1)), "
            "contention c, coherency k, largest at N* = sqrt((1 - c) / k)"},
    {"includes clock loss", "many busy cores may run at a lower clock than one; what that costs "
                            "is in the figure, since cycles were not counted; else fits are at "
                            "equal frequency"},
    {"at equal frequency", "speedup over what the workers' clock is of the serial one: as if all "
                           "that a pass takes were cycles of its workers"},
    {"switches a task", "voluntary and involuntary context switches of workers and dispatcher"},
    {"d, v, occupancy", "core time a task that the dispatcher takes, and that workers take "
                        "beside computing; N x d / T, the part of a pass that the dispatcher "
                        "is busy"},
    {"trend, two modes, outliers",
     "times that grow or shrink (Kendall, p below .001, by 1 % or more); that gather around "
     "two "
     "values; that lie beyond 5 deviations (1.4826 MAD) from the median"},
    {"P and C", "workers, and the distinct processing units that workers and dispatcher ran on"},
    {"clean, suspect, rejected, failed, unavailable",
     "nothing disturbed the sample; something else ran, it is kept; too much did, its block of "
     "that round is left out; no measurement came out; there is no such thing here"},
};

void be_page_definitions(struct be_doc *doc)
{
    static const char *const headers[] = {"word", "meaning"};

    doc->ops->heading(doc, "What the words mean");
    be_doc_table(doc, "lt", headers, 0);
    for (size_t i = 0; i < sizeof(definitions) / sizeof(definitions[0]); i++) {
        be_doc_cell(doc, definitions[i][0]);
        be_doc_cell(doc, definitions[i][1]);
    }
    be_doc_table_end(doc);
}
