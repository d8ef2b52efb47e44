#include "measure/runner_program.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/io.h"
#include "core/units.h"
#include "measure/peer.h"

/* For questions that measure nothing. */
static const uint64_t question_timeout_ns = UINT64_C(10000000000);

/* Runs `path option`; *result is the caller's to finish. */
static enum be_status program_ask(const char *path, const char *option, int interrupt_fd,
                                  const struct be_buffer *input, struct be_launch_result *result,
                                  struct be_error *error)
{
    const char *argv[] = {path, option, NULL};
    const struct be_launch launch = {.argv = argv,
                                     .input = be_buffer_text(input),
                                     .input_bytes = input->length,
                                     .timeout_ns = question_timeout_ns,
                                     .interrupt_fd = interrupt_fd};
    return be_launch_run(&launch, result, error);
}

enum be_status be_runner_describe(const char *path, int interrupt_fd, struct be_catalog *catalog,
                                  struct be_error *error)
{
    static const struct be_buffer nothing = {0};
    struct be_launch_result result = {0};
    char note[160];
    enum be_status status = program_ask(path, "--describe", interrupt_fd, &nothing, &result, error);

    if (status == BE_OK && result.output.length == 0) {
        be_launch_last_note(&result, note, sizeof(note));
        status = be_error_set(error, BE_EPROTOCOL, "%s", note[0] ? note : "it said nothing");
    } else if (status == BE_OK) {
        status =
            be_catalog_parse(be_buffer_text(&result.output), result.output.length, catalog, error);
    }
    be_launch_result_finish(&result);
    return status;
}

enum be_status be_runner_open(const char *path, int interrupt_fd, struct be_runner *runner,
                              struct be_error *error)
{
    struct be_runner opened = {.path = strdup(path), .interrupt_fd = interrupt_fd};
    struct be_error cause;

    if (!opened.path) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a runner");
    }
    enum be_status status = be_runner_describe(path, interrupt_fd, &opened.catalog, &cause);
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
    be_peers_finish(runner);
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

/* The program that has the spec's executor; what nobody has, the runner itself refuses. */
static const char *program_of(const struct be_runner *runner, const struct be_spec *spec)
{
    const char *executor = be_params_get(&spec->params, "executor");
    const struct be_catalog_row *row =
        executor ? be_catalog_find(&runner->catalog, BE_CATALOG_EXECUTOR, executor) : NULL;

    return row && row->program ? row->program : runner->path;
}

enum be_status be_runner_measure(const struct be_runner *runner, const struct be_spec *spec,
                                 uint64_t timeout_ns, struct be_outcome *outcome,
                                 struct be_error *error)
{
    const char *argv[] = {program_of(runner, spec), NULL};
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

/* Asks the runner itself something about a spec; *result is the caller's to finish. */
static enum be_status spec_ask(const struct be_runner *runner, const char *option,
                               const struct be_spec *spec, struct be_launch_result *result,
                               struct be_error *error)
{
    struct be_buffer line = {0};
    char note[160];

    be_spec_encode(spec, &line);
    enum be_status status = be_buffer_check(&line, error);
    if (status == BE_OK) {
        status = program_ask(runner->path, option, runner->interrupt_fd, &line, result, error);
    }
    be_buffer_finish(&line);
    if (status == BE_OK && result->output.length == 0) {
        be_launch_last_note(result, note, sizeof(note));
        status = be_error_set(error, BE_EPROTOCOL, "%s: %s", option, note[0] ? note : "no output");
    }
    return status;
}

enum be_status be_runner_make_input(const struct be_runner *runner, const struct be_spec *spec,
                                    int *fd, struct be_error *error)
{
    struct be_launch_result result = {0};
    enum be_status status = spec_ask(runner, "--input", spec, &result, error);
    int made = -1;

    if (status == BE_OK) {
        made = memfd_create("input", MFD_CLOEXEC);
        status = made >= 0 ? BE_OK : be_error_errno(error, BE_ESYSTEM, "memfd_create");
    }
    if (status == BE_OK) {
        status = be_io_write_all(made, result.output.data, result.output.length, error);
    }
    be_launch_result_finish(&result);
    if (status != BE_OK && made >= 0) {
        close(made);
        return status;
    }
    *fd = made;
    return status;
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
    uint64_t *values = calloc(count ? count : 1, sizeof(*values));
    enum be_status status = values ? spec_ask(runner, "--count-steps", spec, &result, error)
                                   : be_error_set(error, BE_ENOMEM, "out of memory for steps");

    if (status == BE_OK) {
        status = steps_parse(result.output.data, count, values, error);
    }
    be_launch_result_finish(&result);
    if (status != BE_OK) {
        free(values);
        return status;
    }
    *steps = values;
    return BE_OK;
}
