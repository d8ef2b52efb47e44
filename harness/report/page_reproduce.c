/* The command that measures a run again. */
#include <inttypes.h>
#include <string.h>

#include "core/json.h"
#include "core/units.h"
#include "report/page.h"

/* A word of a command line that people paste into a shell. */
static void shell_word_put(const char *word, struct be_buffer *text)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,:%";

    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        be_buffer_puts(text, word);
        return;
    }
    be_buffer_puts(text, "'");
    for (const char *p = word; *p; p++) {
        be_buffer_append(text, *p == '\'' ? "'\\''" : p, *p == '\'' ? 4 : 1);
    }
    be_buffer_puts(text, "'");
}

static void flag_put(const char *key, const char *value, struct be_buffer *text)
{
    be_buffer_puts(text, " --");
    shell_word_put(key, text);
    be_buffer_puts(text, " ");
    shell_word_put(value, text);
}

/* A list of texts, or of the pairs of an input. */
static void flag_put_list(const char *key, const json_t *values, struct be_buffer *text)
{
    struct be_buffer joined = {0};
    const json_t *value;
    size_t i;

    json_array_foreach(values, i, value)
    {
        be_buffer_puts(&joined, i > 0 ? "," : "");
        if (json_is_string(value)) {
            be_buffer_puts(&joined, json_string_value(value));
        } else {
            be_buffer_printf(&joined, "%" JSON_INTEGER_FORMAT " %" JSON_INTEGER_FORMAT,
                             json_integer_value(json_array_get(value, 0)),
                             json_integer_value(json_array_get(value, 1)));
        }
    }
    if (joined.length > 0) {
        flag_put(key, be_buffer_text(&joined), text);
    }
    text->failed = text->failed || joined.failed;
    be_buffer_finish(&joined);
}

/* 0: not set. */
static void flag_put_duration(const char *key, const json_t *value, struct be_buffer *text)
{
    char duration[BE_UNITS_TEXT_BYTES];

    if (json_integer_value(value) > 0) {
        be_units_format_exact_duration(duration, (uint64_t)json_integer_value(value));
        flag_put(key, duration, text);
    }
}

static void flags_put_input(const json_t *input, struct be_buffer *text)
{
    static const char *const counts[] = {"steps", "tasks"};
    const char *kind = json_string_value(json_object_get(input, "kind"));

    if (kind && strcmp(kind, "file") == 0) {
        flag_put("input", "FILE", text);
        return;
    }
    flag_put_list("pairs", json_object_get(input, "pairs"), text);
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        json_int_t count = json_integer_value(json_object_get(input, counts[i]));
        if (count > 0) {
            be_buffer_printf(text, " --%s %" JSON_INTEGER_FORMAT, counts[i], count);
        }
    }
}

/* The plan as flags: what it was once read from may be gone, or have had flags over it. */
static void flags_put(json_t *plan, struct be_buffer *text)
{
    static const char *const counts[] = {"passes", "warmup", "rounds"};
    const char *scaling = json_string_value(json_object_get(plan, "scaling"));
    const json_t *cold = json_object_get(plan, "cold");
    const json_t *precision = json_object_get(plan, "precision");
    const char *key;
    json_t *values;

    json_object_foreach(json_object_get(plan, "axes"), key, values)
    {
        flag_put_list(key, values, text);
    }
    flags_put_input(json_object_get(plan, "input"), text);
    flag_put_list("counters", json_object_get(plan, "counters"), text);
    if (scaling) {
        flag_put("scaling", scaling, text);
    }
    if (cold) {
        flag_put("cold", json_is_true(cold) ? "on" : "off", text);
    }
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        const json_t *count = json_object_get(plan, counts[i]);
        if (count) {
            be_buffer_printf(text, " --%s %" JSON_INTEGER_FORMAT, counts[i],
                             json_integer_value(count));
        }
    }
    if (precision) {
        be_buffer_printf(text, " --precision %g%%", json_number_value(precision) * 100);
    }
    flag_put_duration("time-budget", json_object_get(plan, "time_budget_ns"), text);
    flag_put_duration("timeout", json_object_get(plan, "timeout_ns"), text);
}

void be_page_reproduce(const struct be_view *view, struct be_doc *doc)
{
    const struct be_run *run = view->run;
    struct be_buffer text = {0};
    json_t *plan = run->plan_text ? json_loads(run->plan_text, 0, NULL) : NULL;

    doc->ops->heading(doc, "To measure it again");
    be_buffer_puts(&text, "breakeven sweep");
    if (plan) {
        flags_put(plan, &text);
    } else {
        be_buffer_puts(&text, " ");
        shell_word_put(run->plan, &text);
    }
    json_decref(plan);
    be_buffer_printf(&text, " --seed %" PRIu64 " --fresh", run->seed);
    doc->ops->code(doc, be_buffer_text(&text));
    be_buffer_finish(&text);
    be_buffer_printf(&text,
                     "The same seed gives the same inputs and the same order. This run used a "
                     "runner with build-id %s and the plan below, with all flags applied.",
                     run->build_id && run->build_id[0] ? run->build_id : "unknown");
    doc->ops->paragraph(doc, be_buffer_text(&text));
    doc->out->failed = doc->out->failed || text.failed;
    be_buffer_finish(&text);
    doc->ops->code(doc, run->plan_text ? run->plan_text : "unknown");
}
