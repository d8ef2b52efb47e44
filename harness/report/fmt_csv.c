/*
 * CSV: a header, then one row a sample, in the order stored. Cells are quoted by RFC 4180; rows end
 * in a line feed. A text that a spreadsheet would take for a formula gets a ' before it. An empty
 * cell is unknown. The last columns are the events that were asked for, two each: the count of
 * a pass, and the share of the time it was scaled from, if it was.
 */
#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/values.h"
#include "report/format.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Numbers of a sample, after the columns of text. */
static const struct column {
    const char *name;
    size_t offset;
    bool zero_is_known;
} columns[] = {
    {"started_ns", offsetof(struct be_sample, started_ns), true},
    {"elapsed_ns", offsetof(struct be_sample, elapsed_ns), false},
    {"overhead_ns", offsetof(struct be_sample, overhead_ns), false},
    {"commit_ns", offsetof(struct be_sample, commit_ns), false},
    {"wall_ns", offsetof(struct be_sample, wall_ns), false},
    {"cold_wall_ns", offsetof(struct be_sample, cold_wall_ns), false},
    {"cpu_ns", offsetof(struct be_sample, cpu_ns), false},
};

/* Figures of a sample that follow from its counters and its block's. */
static const struct {
    const char *name;
    enum be_figure figure;
} figures[] = {
    {"instructions_per_task", BE_FIGURE_INSTRUCTIONS_PER_TASK},
    {"instructions_per_cycle", BE_FIGURE_INSTRUCTIONS_PER_CYCLE},
    {"clock_ghz", BE_FIGURE_CLOCK_GHZ},
    {"clock_ratio", BE_FIGURE_CLOCK},
    {"cache_misses_per_task", BE_FIGURE_CACHE_MISSES_PER_TASK},
    {"branch_misses_per_task", BE_FIGURE_BRANCH_MISSES_PER_TASK},
    {"switches_per_task", BE_FIGURE_SWITCHES_PER_TASK},
    {"equal_frequency_speedup", BE_FIGURE_EQUAL_SPEEDUP},
};

static void text_append(struct be_buffer *out, const char *text)
{
    bool formula = text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL;
    /* The semicolon, since in half of Europe it separates cells. */
    bool quoted = strpbrk(text, ",;\"\r\n") != NULL;

    be_buffer_puts(out, quoted ? "\"" : "");
    be_buffer_puts(out, formula ? "'" : "");
    for (const char *c = text; *c; c++) {
        /* What could command the terminal that somebody prints this on. */
        bool harmful = ((unsigned char)*c < ' ' && !strchr("\t\r\n", *c)) || *c == 0x7f;
        be_buffer_append(out, "\"", *c == '"');
        be_buffer_append(out, harmful ? "?" : c, 1);
    }
    be_buffer_puts(out, quoted ? "\"" : "");
}

/* key=value;key=value as one cell, with a backslash before a ';' or '\' of a value. */
static enum be_status params_append(struct be_buffer *out, const struct be_params *params,
                                    struct be_error *error)
{
    struct be_buffer text = {0};

    for (size_t i = 0; i < params->count; i++) {
        be_buffer_printf(&text, "%s%s=", i > 0 ? ";" : "", params->entries[i].key);
        for (const char *c = params->entries[i].value; *c; c++) {
            be_buffer_append(&text, "\\", *c == ';' || *c == '\\');
            be_buffer_append(&text, c, 1);
        }
    }
    text_append(out, be_buffer_text(&text));
    enum be_status status = be_buffer_check(&text, error);
    be_buffer_finish(&text);
    return status;
}

static void number_append(struct be_buffer *out, const struct be_sample *sample,
                          const struct column *column)
{
    uint64_t value = 0;

    memcpy(&value, (const char *)sample + column->offset, sizeof(value));
    be_buffer_puts(out, ",");
    if (value > 0 || column->zero_is_known) {
        be_buffer_printf(out, "%" PRIu64, value);
    }
}

static void real_append(struct be_buffer *out, double value)
{
    be_buffer_puts(out, ",");
    if (isfinite(value)) {
        be_buffer_printf(out, "%.15g", value);
    }
}

/* Events have a column a name, where the first of that name stands. */
static bool event_has_column(const struct be_run *run, size_t event)
{
    for (size_t i = 0; i < event; i++) {
        if (strcmp(run->events[i].name, run->events[event].name) == 0) {
            return false;
        }
    }
    return true;
}

static struct be_counter_sum event_sum(const struct be_run *run, const struct be_sample *sample,
                                       const char *name)
{
    for (uint32_t i = 0; i < sample->counter_count; i++) {
        if (strcmp(run->events[sample->counters[i].event].name, name) == 0) {
            return sample->counters[i];
        }
    }
    return (struct be_counter_sum){.value = NAN, .share = NAN};
}

static void counts_append(struct be_buffer *out, const struct be_results *results, size_t index)
{
    const struct be_run *run = results->run;
    const struct be_figures *of_sample = &results->summaries.figures[index];

    for (size_t i = 0; i < COUNT_OF(figures); i++) {
        bool used = of_sample->use == BE_SAMPLE_USED;
        real_append(out, used ? of_sample->values[figures[i].figure] : NAN);
    }
    for (size_t i = 0; i < run->event_count; i++) {
        if (event_has_column(run, i)) {
            struct be_counter_sum sum = event_sum(run, &run->samples[index], run->events[i].name);
            real_append(out, sum.value);
            real_append(out, sum.share);
        }
    }
}

static enum be_status sample_append(struct be_buffer *out, const struct be_results *results,
                                    size_t index, struct be_error *error)
{
    const struct be_run *run = results->run;
    const struct be_sample *sample = &run->samples[index];
    const struct be_configuration *configuration = &run->configurations[sample->configuration];

    be_buffer_printf(out, "%" PRId64 ",%s,%s,%" PRIu32 ",", run->id, configuration->id,
                     be_role_name(configuration->role), configuration->block);
    text_append(out, configuration->workload);
    be_buffer_puts(out, ",");
    text_append(out, configuration->executor);
    be_buffer_printf(out, ",%" PRIu32 ",", configuration->workers);
    enum be_status status = params_append(out, &configuration->params, error);
    if (status != BE_OK) {
        return status;
    }
    be_buffer_printf(out, ",%" PRIu32 ",%s,", sample->round, be_sample_state_name(sample->state));
    text_append(out, sample->reason ? sample->reason : "");
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        number_append(out, sample, &columns[i]);
    }
    for (size_t i = 0; i < BE_VALUE_COUNT; i++) {
        real_append(out, sample->values[i]);
    }
    counts_append(out, results, index);
    be_buffer_puts(out, "\n");
    return BE_OK;
}

static void header_append(struct be_buffer *out, const struct be_run *run)
{
    be_buffer_puts(
        out, "run,configuration,role,block,workload,executor,workers,params,round,state,reason");
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        be_buffer_printf(out, ",%s", columns[i].name);
    }
    for (size_t i = 0; i < BE_VALUE_COUNT; i++) {
        be_buffer_printf(out, ",%s", be_value_name((enum be_value)i));
    }
    for (size_t i = 0; i < COUNT_OF(figures); i++) {
        be_buffer_printf(out, ",%s", figures[i].name);
    }
    for (size_t i = 0; i < run->event_count; i++) {
        if (event_has_column(run, i)) {
            char share[BE_COUNTER_NAME_BYTES + sizeof(" share")];
            snprintf(share, sizeof(share), "%s share", run->events[i].name);
            be_buffer_puts(out, ",");
            text_append(out, run->events[i].name);
            be_buffer_puts(out, ",");
            text_append(out, share);
        }
    }
    be_buffer_puts(out, "\n");
}

static enum be_status csv_write(const struct be_results *results, struct be_buffer *out,
                                struct be_error *error)
{
    enum be_status status = BE_OK;

    header_append(out, results->run);
    for (size_t i = 0; status == BE_OK && i < results->run->sample_count; i++) {
        status = sample_append(out, results, i, error);
    }
    return status == BE_OK ? be_buffer_check(out, error) : status;
}

const struct be_format_ops be_format_csv = {
    .name = "csv",
    .summary = "one row a sample, for a spreadsheet or a data frame",
    .extension = "csv",
    .write = csv_write,
};
