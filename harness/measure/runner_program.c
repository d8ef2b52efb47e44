#include "measure/runner_program.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"

/* For questions that measure nothing. */
static const uint64_t question_timeout_ns = UINT64_C(10000000000);

/* Runs `path option`; *result is the caller's to finish. */
static enum be_status runner_ask(const struct be_runner *runner, const char *option,
                                 const char *input, size_t input_bytes,
                                 struct be_launch_result *result, struct be_error *error)
{
    const char *argv[] = {runner->path, option, NULL};
    const struct be_launch launch = {.argv = argv,
                                     .input = input,
                                     .input_bytes = input_bytes,
                                     .timeout_ns = question_timeout_ns,
                                     .interrupt_fd = runner->interrupt_fd};
    return be_launch_run(&launch, result, error);
}

enum be_status be_runner_open(const char *path, int interrupt_fd, struct be_runner *runner,
                              struct be_error *error)
{
    struct be_runner opened = {.path = strdup(path), .interrupt_fd = interrupt_fd};
    struct be_launch_result result = {0};
    struct be_error cause;

    if (!opened.path) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a runner");
    }
    enum be_status status = runner_ask(&opened, "--describe", "", 0, &result, &cause);
    if (status == BE_OK) {
        status = be_catalog_parse(be_buffer_text(&result.output), result.output.length,
                                  &opened.catalog, &cause);
    }
    be_launch_result_finish(&result);
    if (status == BE_OK) {
        *runner = opened;
        return BE_OK;
    }
    free(opened.path);
    return be_error_set(error, status, "runner '%.200s' --describe: %s", path, cause.message);
}

void be_runner_finish(struct be_runner *runner)
{
    free(runner->path);
    be_catalog_finish(&runner->catalog);
    *runner = (struct be_runner){0};
}

/* Adds what the runner wrote to stderr last, which often says more than its end does. */
static enum be_status outcome_error(const struct be_outcome *outcome, const struct be_error *cause,
                                    struct be_error *error)
{
    char note[160];

    be_launch_last_note(&outcome->launch, note, sizeof(note));
    return be_error_set(error, cause->status, "%s%s%s", cause->message,
                        note[0] ? "; it said: " : "", note);
}

enum be_status be_runner_measure(const struct be_runner *runner, const struct be_spec *spec,
                                 uint64_t timeout_ns, struct be_outcome *outcome,
                                 struct be_error *error)
{
    const char *argv[] = {runner->path, NULL};
    struct be_buffer line = {0};
    struct be_error cause = {0};

    be_spec_encode(spec, &line);
    enum be_status status = be_buffer_check(&line, &cause);
    if (status == BE_OK) {
        const struct be_launch launch = {.argv = argv,
                                         .input = line.data,
                                         .input_bytes = line.length,
                                         .timeout_ns = timeout_ns,
                                         .interrupt_fd = runner->interrupt_fd};
        status = be_launch_run(&launch, &outcome->launch, &cause);
    }
    be_buffer_finish(&line);
    if (status == BE_OK) {
        status = be_sample_record_parse(be_buffer_text(&outcome->launch.output),
                                        outcome->launch.output.length, &outcome->record, &cause);
    }
    if (status == BE_OK) {
        status = be_sample_record_check(&outcome->record, spec, outcome->launch.elapsed_ns, &cause);
    }
    return status == BE_OK ? BE_OK : outcome_error(outcome, &cause, error);
}

void be_outcome_finish(struct be_outcome *outcome)
{
    be_launch_result_finish(&outcome->launch);
    be_sample_record_finish(&outcome->record);
}

static enum be_status steps_parse(char *text, size_t count, uint64_t *steps, struct be_error *error)
{
    size_t found = 0;
    struct be_error cause;

    for (char *rest = text; rest && *rest;) {
        char *line = strsep(&rest, "\n");
        if (found == count || be_units_parse_count(line, &steps[found], &cause) != BE_OK) {
            return be_error_set(error, BE_EPROTOCOL, "--count-steps: line %zu is not expected",
                                found + 1);
        }
        found++;
    }
    return found == count ? BE_OK
                          : be_error_set(error, BE_EPROTOCOL,
                                         "--count-steps: %zu numbers for %zu tasks", found, count);
}

enum be_status be_runner_count_steps(const struct be_runner *runner, const struct be_spec *spec,
                                     size_t count, uint64_t **steps, struct be_error *error)
{
    struct be_launch_result result = {0};
    struct be_buffer line = {0};
    uint64_t *values = calloc(count ? count : 1, sizeof(*values));

    be_spec_encode(spec, &line);
    enum be_status status = values ? be_buffer_check(&line, error)
                                   : be_error_set(error, BE_ENOMEM, "out of memory for steps");
    if (status == BE_OK) {
        status = runner_ask(runner, "--count-steps", line.data, line.length, &result, error);
    }
    if (status == BE_OK) {
        status = result.output.data ? steps_parse(result.output.data, count, values, error)
                                    : be_error_set(error, BE_EPROTOCOL, "--count-steps: no output");
    }
    be_buffer_finish(&line);
    be_launch_result_finish(&result);
    if (status != BE_OK) {
        free(values);
        return status;
    }
    *steps = values;
    return BE_OK;
}
