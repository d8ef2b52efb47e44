#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/context.h"
#include "cli/finish.h"
#include "measure/floors_launch.h"
#include "measure/twin.h"
#include "report/doctor.h"

enum { FLOOR_LAUNCHES = 9, NOISE_ROUNDS = 20 };

/* Long enough for 100 ticks of the kernel's accounting on two CPUs. */
static const uint64_t moment_ns = UINT64_C(500000000);

/* Shows a piece of the text at once; the JSON comes in one piece, at the end. */
static enum be_status piece_show(const struct be_context *context, struct be_buffer *text,
                                 struct be_error *error)
{
    enum be_status status = context->options.json ? BE_OK : be_finish_write(text, error);

    be_buffer_finish(text);
    return status;
}

/* Why the runner cannot count instructions; NULL: it can. */
static const char *counters_missing(const struct be_catalog *catalog)
{
    const struct be_catalog_row *row = be_catalog_find(catalog, BE_CATALOG_COUNTER, "papi");
    return row ? row->unavailable : "the runner has no hardware counters";
}

static enum be_status machine_check(struct be_context *context, struct be_doctor *doctor,
                                    struct be_error *error)
{
    char host[HOST_NAME_MAX + 1] = "";
    struct be_buffer text = {0};
    struct be_facts *facts = &doctor->facts;

    be_facts_capture("", (const char *const *)environ, context->topology, &context->machine, facts);
    facts->counters_unavailable = counters_missing(&context->runner.catalog);
    gethostname(host, sizeof(host) - 1);
    be_doctor_put_head(facts, host[0] ? host : NULL, &text);
    enum be_status status = piece_show(context, &text, error);
    if (status == BE_OK) {
        status =
            be_facts_watch("", context->topology, moment_ns, context->interrupt_fd, facts, error);
    }
    for (size_t i = 0; status == BE_OK && i < BE_CHECK_COUNT; i++) {
        be_check_run(&be_checks[i], facts, &doctor->checks[i]);
        be_doctor_put_check(be_checks[i].name, &doctor->checks[i], &text);
        status = piece_show(context, &text, error);
    }
    return status;
}

/* Floors and noise are for a machine that nobody else measures on. */
static enum be_status lock_take(struct be_context *context, struct be_doctor *doctor,
                                struct be_error *error)
{
    struct be_error cause;
    enum be_status status =
        be_lock_take(BE_LOCK_FAIL, context->interrupt_fd, NULL, &context->lock_fd, &cause);

    if (status == BE_EUNAVAILABLE) {
        /* Its advice to wait is for who cannot do without. */
        snprintf(doctor->unmeasured, sizeof(doctor->unmeasured), "not measured: %.*s",
                 (int)strcspn(cause.message, ";"), cause.message);
        return BE_OK;
    }
    return status == BE_OK ? BE_OK : be_error_set(error, status, "%s", cause.message);
}

static enum be_status floors_take(struct be_context *context, struct be_doctor *doctor,
                                  struct be_error *error)
{
    struct be_buffer text = {0};
    enum be_status status = BE_OK;

    if (!doctor->unmeasured[0]) {
        status = be_floors_measure(&context->runner, context->topology, FLOOR_LAUNCHES,
                                   &doctor->floors, error);
    }
    if (status == BE_OK) {
        be_doctor_put_floors(doctor, &text);
        status = piece_show(context, &text, error);
    }
    return status;
}

static enum be_status noise_take(struct be_context *context, struct be_doctor *doctor,
                                 struct be_error *error)
{
    struct be_buffer text = {0};
    enum be_status status = BE_OK;

    if (!doctor->unmeasured[0]) {
        status = be_twin_measure(&context->runner, context->topology, NOISE_ROUNDS, 1,
                                 &doctor->noise, error);
    }
    if (status == BE_OK) {
        be_doctor_put_noise(doctor, &text);
        status = piece_show(context, &text, error);
    }
    return status;
}

/* What is left to say once all is known. */
static enum be_status result_show(const struct be_context *context, const struct be_doctor *doctor,
                                  struct be_error *error)
{
    struct be_buffer text = {0};
    enum be_status status = BE_OK;

    if (context->options.json) {
        status = be_doctor_put_json(doctor, &text, error);
    } else {
        be_doctor_put_end(doctor, &text);
    }
    if (status == BE_OK) {
        status = be_finish_write(&text, error);
    }
    be_buffer_finish(&text);
    size_t spoils = be_doctor_count(doctor, BE_CHECK_SPOILS);
    if (status == BE_OK && doctor->strict && spoils > 0) {
        status = be_error_set(error, BE_ENODATA, "--strict: %zu of the checks above %s", spoils,
                              spoils == 1 ? "spoils" : "spoil");
    }
    return status;
}

static enum be_status machine_examine(struct be_context *context, struct be_error *error)
{
    struct be_doctor doctor = {.fast = context->options.fast, .strict = context->options.strict};
    enum be_status status = machine_check(context, &doctor, error);

    if (doctor.fast) {
        snprintf(doctor.unmeasured, sizeof(doctor.unmeasured), "not measured: --fast");
    } else if (status == BE_OK) {
        status = lock_take(context, &doctor, error);
    }
    if (status == BE_OK) {
        status = floors_take(context, &doctor, error);
    }
    if (status == BE_OK) {
        status = noise_take(context, &doctor, error);
    }
    if (status == BE_OK) {
        status = result_show(context, &doctor, error);
    }
    be_doctor_finish(&doctor);
    return status;
}

static enum be_status doctor_run(int argc, const char **argv, struct be_error *error)
{
    struct be_context context;
    enum be_status status = be_context_init(
        &context, BE_OPTIONS_RUNNER | BE_OPTIONS_JSON | BE_OPTIONS_DOCTOR, argc, argv, error);

    if (status == BE_OK && !context.options.helped) {
        status = context.options.argument
                     ? be_error_set(error, BE_EUSAGE, "'%s': breakeven doctor takes no argument",
                                    context.options.argument)
                     : machine_examine(&context, error);
    }
    status = be_context_conclude(&context, status, error);
    be_context_finish(&context);
    return status;
}

const struct be_command be_command_doctor = {
    .name = "doctor",
    .usage = "[options]",
    .summary = "what here would spoil a measurement, how to mend it, floors, noise",
    .run = doctor_run,
};
