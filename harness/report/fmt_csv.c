/*
 * CSV: a header, then one row a sample, in the order stored. Cells are quoted by RFC 4180; rows end
 * in a line feed. A text that a spreadsheet would take for a formula gets a ' before it. An empty
 * cell is unknown.
 */
#include <inttypes.h>
#include <math.h>
#include <stddef.h>
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

static enum be_status sample_append(struct be_buffer *out, const struct be_run *run,
                                    const struct be_sample *sample, struct be_error *error)
{
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
        be_buffer_puts(out, ",");
        if (isfinite(sample->values[i])) {
            be_buffer_printf(out, "%.15g", sample->values[i]);
        }
    }
    be_buffer_puts(out, "\n");
    return BE_OK;
}

static enum be_status csv_write(const struct be_results *results, struct be_buffer *out,
                                struct be_error *error)
{
    enum be_status status = BE_OK;

    const struct be_run *run = results->run;

    be_buffer_puts(
        out, "run,configuration,role,block,workload,executor,workers,params,round,state,reason");
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        be_buffer_printf(out, ",%s", columns[i].name);
    }
    for (size_t i = 0; i < BE_VALUE_COUNT; i++) {
        be_buffer_printf(out, ",%s", be_value_name((enum be_value)i));
    }
    be_buffer_puts(out, "\n");
    for (size_t i = 0; status == BE_OK && i < run->sample_count; i++) {
        status = sample_append(out, run, &run->samples[i], error);
    }
    return status == BE_OK ? be_buffer_check(out, error) : status;
}

const struct be_format_ops be_format_csv = {
    .name = "csv",
    .summary = "one row a sample, for a spreadsheet or a data frame",
    .extension = "csv",
    .write = csv_write,
};
