/* Reads what a runner answers: hello, pass records, done or error. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/array.h"
#include "core/protocol_parts.h"

static enum be_status hello_parse(const json_t *object, struct be_sample_record *record,
                                  struct be_error *error)
{
    struct be_hello_record *hello = &record->hello;
    const char *program = NULL;
    const char *version = NULL;
    const char *build_id = NULL;
    uint64_t protocol = 0;
    enum be_status status = be_json_get_count(object, "protocol", &protocol, error);

    if (status == BE_OK && protocol != BE_PROTOCOL_VERSION) {
        status = be_error_set(error, BE_EPROTOCOL, "the runner speaks protocol %" PRIu64 ", not %d",
                              protocol, BE_PROTOCOL_VERSION);
    }
    if (status == BE_OK) {
        status = be_json_get_string(object, "program", &program, error);
    }
    if (status == BE_OK) {
        status = be_json_get_string(object, "version", &version, error);
    }
    if (status == BE_OK) {
        status = be_json_get_string(object, "build_id", &build_id, error);
    }
    if (status == BE_OK) {
        hello->protocol = (uint32_t)protocol;
        snprintf(hello->program, sizeof(hello->program), "%s", program);
        snprintf(hello->version, sizeof(hello->version), "%s", version);
        snprintf(hello->build_id, sizeof(hello->build_id), "%s", build_id);
    }
    return status;
}

static enum be_status stamps_parse(const json_t *object, struct be_stamps *stamps,
                                   struct be_error *error)
{
    const struct be_count_member members[] = {{"compute_ns", &stamps->compute_ns},
                                              {"codec_ns", &stamps->codec_ns},
                                              {"send_ns", &stamps->send_ns},
                                              {"receive_ns", &stamps->receive_ns},
                                              {"merge_ns", &stamps->merge_ns},
                                              {"spin_ns", &stamps->spin_ns},
                                              {NULL, NULL}};
    return be_counts_parse(object, members, error);
}

static enum be_status stamped_parse(const json_t *object, struct be_pass_record *pass,
                                    struct be_error *error)
{
    const json_t *stamped = json_object_get(object, "stamped");

    if (stamped && !json_is_boolean(stamped)) {
        return be_error_set(error, BE_EPROTOCOL, "'stamped' is neither true nor false");
    }
    pass->stamped = json_is_true(stamped);
    return BE_OK;
}

static enum be_status pass_dispatcher_parse(const json_t *object, struct be_pass_record *pass,
                                            struct be_error *error)
{
    const json_t *dispatcher = NULL;
    enum be_status status = be_object_get_said(object, "dispatcher", &dispatcher, error);

    if (status == BE_OK && dispatcher) {
        status = be_json_get_count(dispatcher, "cpu_ns", &pass->dispatcher.cpu_ns, error);
    }
    if (status == BE_OK && dispatcher && pass->stamped) {
        status = stamps_parse(dispatcher, &pass->dispatcher.stamps, error);
    }
    return status;
}

static enum be_status pass_workers_parse(const json_t *array, struct be_pass_record *pass,
                                         struct be_error *error)
{
    size_t count = json_array_size(array);
    enum be_status status = BE_OK;

    if (count > BE_WORKERS_MAX) {
        return be_error_set(error, BE_EPROTOCOL, "'workers' has more than %d members",
                            BE_WORKERS_MAX);
    }
    if (count == 0) {
        return BE_OK;
    }
    pass->workers = calloc(count, sizeof(*pass->workers));
    if (!pass->workers) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a pass");
    }
    pass->worker_count = (uint32_t)count;
    for (size_t i = 0; status == BE_OK && i < count; i++) {
        struct be_pass_worker *worker = &pass->workers[i];
        const struct be_count_member members[] = {{"tasks", &worker->tasks},
                                                  {"cpu_ns", &worker->cpu_ns},
                                                  {"start_ns", &worker->start_ns},
                                                  {"end_ns", &worker->end_ns},
                                                  {NULL, NULL}};
        const json_t *object = json_array_get(array, i);
        status = be_counts_parse(object, members, error);
        if (status == BE_OK && pass->stamped) {
            status = stamps_parse(object, &worker->stamps, error);
        }
    }
    return status;
}

static enum be_status checksum_parse(const json_t *object, uint64_t *checksum,
                                     struct be_error *error)
{
    const char *text = NULL;
    char *end = NULL;
    enum be_status status = be_json_get_string(object, "checksum", &text, error);

    if (status != BE_OK) {
        return status;
    }
    if (strlen(text) != 16 || strspn(text, "0123456789abcdef") != 16) {
        return be_error_set(error, BE_EPROTOCOL, "'checksum' is not 16 hexadecimal digits");
    }
    *checksum = strtoull(text, &end, 16);
    return BE_OK;
}

static enum be_status pass_fill(const json_t *object, struct be_pass_record *pass,
                                struct be_error *error)
{
    const struct be_count_member members[] = {{"wall_ns", &pass->wall_ns},
                                              {"cpu_ns", &pass->cpu_ns},
                                              {"tasks", &pass->tasks},
                                              {"failed", &pass->failed},
                                              {NULL, NULL}};
    const json_t *workers = NULL;
    const char *kind = NULL;
    struct be_error cause;
    enum be_status status = be_json_get_string(object, "kind", &kind, error);

    if (status == BE_OK && be_pass_kind_parse(kind, &pass->kind, &cause) != BE_OK) {
        status = be_error_set(error, BE_EPROTOCOL, "'kind': %s", cause.message);
    }
    if (status == BE_OK) {
        status = be_counts_parse(object, members, error);
    }
    if (status == BE_OK) {
        status = checksum_parse(object, &pass->checksum, error);
    }
    if (status == BE_OK) {
        status = stamped_parse(object, pass, error);
    }
    if (status == BE_OK) {
        status = pass_dispatcher_parse(object, pass, error);
    }
    if (status == BE_OK) {
        status = be_json_get_array(object, "workers", &workers, error);
    }
    return status == BE_OK ? pass_workers_parse(workers, pass, error) : status;
}

static enum be_status pass_parse(const json_t *object, struct be_sample_record *record,
                                 struct be_error *error)
{
    struct be_pass_record *passes =
        be_array_grow(record->passes, record->pass_count, sizeof(*passes));

    if (!passes) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a pass");
    }
    record->passes = passes;
    return pass_fill(object, &passes[record->pass_count++], error);
}

/* A runner's own report of why it failed; always an error. */
static enum be_status error_parse(const json_t *object, struct be_error *error)
{
    const char *name = NULL;
    const char *message = NULL;
    enum be_status status = be_json_get_string(object, "status", &name, error);

    if (status == BE_OK) {
        status = be_json_get_string(object, "message", &message, error);
    }
    if (status != BE_OK) {
        return status;
    }
    status = be_status_from_name(name);
    if (status == BE_OK) {
        return be_error_set(error, BE_EPROTOCOL, "an error line whose status is BE_OK");
    }
    return be_error_set(error, status, "%s", message);
}

/* One line, of the kind that may follow what came before. */
static enum be_status line_parse(const json_t *object, struct be_sample_record *record,
                                 struct be_error *error)
{
    const char *type = NULL;
    enum be_status status = be_json_get_string(object, "type", &type, error);
    bool greeted = record->hello.protocol != 0;

    if (status != BE_OK) {
        return status;
    }
    if (record->complete) {
        return be_error_set(error, BE_EPROTOCOL, "a line after 'done'");
    }
    if (strcmp(type, "error") == 0) {
        return error_parse(object, error);
    }
    if (!greeted && strcmp(type, "hello") == 0) {
        return hello_parse(object, record, error);
    }
    if (greeted && strcmp(type, "pass") == 0) {
        return pass_parse(object, record, error);
    }
    if (greeted && strcmp(type, "done") == 0) {
        return be_done_parse(object, record, error);
    }
    return be_error_set(error, BE_EPROTOCOL, "a line of type '%.32s' where '%s' belongs", type,
                        greeted ? "pass', 'done' or 'error" : "hello");
}

enum be_status be_sample_record_parse(const char *text, size_t bytes,
                                      struct be_sample_record *record, struct be_error *error)
{
    struct be_error cause;
    size_t number = 0;

    for (size_t at = 0; at < bytes;) {
        const char *newline = memchr(text + at, '\n', bytes - at);
        size_t length = newline ? (size_t)(newline - text) - at : bytes - at;
        json_t *object = NULL;
        number++;
        if (!newline) {
            return be_error_set(error, BE_EPROTOCOL, "line %zu is cut short", number);
        }
        enum be_status status = be_json_parse(text + at, length, &object, &cause);
        if (status == BE_OK) {
            status = line_parse(object, record, &cause);
        }
        json_decref(object);
        if (status == BE_EPROTOCOL) {
            return be_error_set(error, status, "line %zu: %s", number, cause.message);
        }
        if (status != BE_OK) {
            return be_error_set(error, status, "%s", cause.message);
        }
        at += length + 1;
    }
    return record->complete ? BE_OK
                            : be_error_set(error, BE_EPROTOCOL, "it ended without a 'done' line");
}
