/*
 * breakeven-bench, the runner: reads a spec from stdin, measures it, writes what it measured.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/buffer.h"
#include "core/io.h"
#include "core/json.h"
#include "core/protocol.h"
#include "describe.h"
#include "identity.h"
#include "job.h"
#include "leash.h"
#include "probe_runner.h"
#include "runner.h"
#include "start/serve.h"

static const char help_text[] =
    "usage: breakeven-bench [--describe | --count-steps | --input | --help | --version]\n"
    "\n"
    "Reads one JSON line that says what to measure, and writes what it measured as JSON lines.\n"
    "\n"
    "  --describe     print the workloads, executors, counters and probes there are, as JSON\n"
    "  --count-steps  measure nothing; print the steps of each task of the input, one a line\n"
    "  --input        measure nothing; print the pair of each task, as a CSV file\n"
    "\n"
    "  echo "
    "'{\"protocol\":1,\"params\":{\"workload\":\"null\",\"executor\":\"serial\",\"tasks\":\"9\"}}' "
    "|\n"
    "    breakeven-bench\n";

/*
 * Where the protocol goes: a private copy of stdout. The program's stdout is the same as its stderr
 * from its first instruction on, so that nothing that a library prints gets in between.
 */
static int protocol_fd = -1;

static void stdout_take(int argc, char **argv, char **environment)
{
    (void)argc;
    (void)argv;
    (void)environment;
    be_io_guard_standard();
    protocol_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    dup2(STDERR_FILENO, STDOUT_FILENO);
}

/* The loader calls this before the constructors of any library; it wants the pointer writable. */
__attribute__((section(".preinit_array"),
               used)) static void (*before_libraries)(int, char **, char **) = stdout_take;

/* Writes what the buffer holds. Returns the exit code: nobody is left to hear of an error. */
static int lines_write(const struct be_buffer *lines)
{
    struct be_error error;
    enum be_status status = be_buffer_check(lines, &error);

    if (status == BE_OK) {
        status = be_io_write_all(protocol_fd, lines->data, lines->length, &error);
    }
    if (status != BE_OK) {
        fprintf(stderr, "breakeven-bench: %s\n", error.message);
    }
    return be_status_exit_code(status);
}

/* Reads one line, without its end; what follows it is left alone. */
static enum be_status line_read(struct be_buffer *line, struct be_error *error)
{
    enum { STRIDE_BYTES = 65536 };
    const char *end = NULL;

    while (!end && line->length <= BE_JSON_LINE_BYTES_MAX) {
        char *space = be_buffer_reserve(line, STRIDE_BYTES);
        if (!space) {
            return be_error_set(error, BE_ENOMEM, "out of memory for a spec");
        }
        ssize_t bytes = be_io_read_some(STDIN_FILENO, space, STRIDE_BYTES);
        if (bytes < 0) {
            return be_error_errno(error, BE_EIO, "cannot read a spec from stdin");
        }
        if (bytes == 0) {
            break;
        }
        end = memchr(space, '\n', (size_t)bytes);
        line->length += end ? (size_t)(end - space) : (size_t)bytes;
    }
    if (line->length == 0) {
        return be_error_set(error, BE_EPROTOCOL, "no spec on stdin; --help shows one");
    }
    if (line->length > BE_JSON_LINE_BYTES_MAX) {
        return be_error_set(error, BE_EPROTOCOL, "the spec is longer than 1 MiB");
    }
    return BE_OK;
}

/* *spec must be as init leaves it; the caller finishes it also after an error. */
static enum be_status spec_read(struct be_spec *spec, struct be_error *error)
{
    struct be_buffer line = {0};
    enum be_status status = line_read(&line, error);

    if (status == BE_OK) {
        status = be_spec_parse(line.data, line.length, spec, error);
    }
    be_buffer_finish(&line);
    return status;
}

/* What a call of this program puts out; on an error `lines` holds nothing. */
typedef enum be_status command(struct be_buffer *lines, struct be_error *error);

static enum be_status job_measure(struct be_spec *spec, struct be_buffer *lines,
                                  struct be_error *error)
{
    struct be_job job = {0};
    enum be_status status = be_job_init(&job, spec, error);

    if (status == BE_OK) {
        status = be_runner_run(&job, lines, error);
    }
    be_job_finish(&job);
    return status;
}

static enum be_status measure_run(struct be_buffer *lines, struct be_error *error)
{
    struct be_spec spec;

    be_spec_init(&spec);
    enum be_status status = spec_read(&spec, error);
    if (status == BE_OK && spec.leash) {
        status = be_leash_tie(error);
    }
    if (status == BE_OK) {
        status = be_probe_is_asked(&spec) ? be_probe_measure(&spec, lines, error)
                                          : job_measure(&spec, lines, error);
    }
    be_spec_finish(&spec);
    return status;
}

/* What is printed of a task: one line. */
typedef void task_print(const struct breakeven_workload *workload, const void *request,
                        struct be_buffer *lines);

static enum be_status tasks_print(task_print *print, struct be_buffer *lines,
                                  struct be_error *error)
{
    struct be_spec spec;
    struct be_job job = {0};

    be_spec_init(&spec);
    enum be_status status = spec_read(&spec, error);
    if (status == BE_OK) {
        status = be_job_init(&job, &spec, error);
    }
    for (uint64_t i = 0; status == BE_OK && i < job.tasks; i++) {
        print(job.workload, (const char *)job.memory.requests + i * job.workload->request_bytes,
              lines);
    }
    be_job_finish(&job);
    be_spec_finish(&spec);
    return status;
}

static void steps_print(const struct breakeven_workload *workload, const void *request,
                        struct be_buffer *lines)
{
    be_buffer_printf(lines, "%" PRIu64 "\n", workload->count_steps(request));
}

static enum be_status steps_count(struct be_buffer *lines, struct be_error *error)
{
    return tasks_print(steps_print, lines, error);
}

/* Every workload's request begins with a pair. */
static void pair_print(const struct breakeven_workload *workload, const void *request,
                       struct be_buffer *lines)
{
    const struct breakeven_pair *pair = request;
    (void)workload;

    be_buffer_printf(lines, "%" PRIu64 ",%" PRIu64 "\n", pair->a, pair->b);
}

static enum be_status input_print(struct be_buffer *lines, struct be_error *error)
{
    return tasks_print(pair_print, lines, error);
}

static enum be_status tables_describe(struct be_buffer *lines, struct be_error *error)
{
    (void)error;
    be_describe(lines);
    return BE_OK;
}

static enum be_status help_print(struct be_buffer *lines, struct be_error *error)
{
    (void)error;
    be_buffer_puts(lines, help_text);
    return BE_OK;
}

static enum be_status version_print(struct be_buffer *lines, struct be_error *error)
{
    struct be_hello_record hello;
    (void)error;

    be_identity_fill(&hello);
    be_buffer_printf(lines, "%s %s (build %s)\n", hello.program, hello.version, hello.build_id);
    return BE_OK;
}

/* A pool of processes takes two descriptors a worker: use what the system allows at most. */
static void descriptors_raise(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* Speaks the protocol: hello at once, then what came of it. */
static int protocol_speak(void)
{
    struct be_hello_record hello;
    struct be_buffer lines = {0};
    struct be_error error;

    descriptors_raise();
    be_identity_fill(&hello);
    be_hello_encode(&hello, &lines);
    int exit_code = lines_write(&lines);
    be_buffer_finish(&lines);
    if (exit_code == 0) {
        enum be_status status = measure_run(&lines, &error);
        if (status != BE_OK) {
            be_error_encode(&error, &lines);
        }
        exit_code = lines_write(&lines);
        be_buffer_finish(&lines);
        exit_code = exit_code == 0 ? be_status_exit_code(status) : exit_code;
    }
    return exit_code;
}

/* Answers a person or a planner: text, or an error on stderr. */
static int option_answer(command *answer)
{
    struct be_buffer lines = {0};
    struct be_error error;
    enum be_status status = answer(&lines, &error);
    int exit_code = be_status_exit_code(status);

    if (status == BE_OK) {
        exit_code = lines_write(&lines);
    } else {
        fprintf(stderr, "breakeven-bench: %s\n", error.message);
    }
    be_buffer_finish(&lines);
    return exit_code;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        command *answer;
    } options[] = {
        {"--count-steps", steps_count}, {"--describe", tables_describe}, {"--help", help_print},
        {"--input", input_print},       {"--version", version_print},
    };

    /* A reader that left and a file that would be too large are errors of calls, not signals. */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    if (argc == 1) {
        return protocol_speak();
    }
    if (argc == 2 && strcmp(argv[1], "--worker") == 0) {
        be_serve(NULL);
        fprintf(stderr,
                "breakeven-bench: --worker is how it starts its own workers, not for use by "
                "hand\n");
        return be_status_exit_code(BE_EUSAGE);
    }
    for (size_t i = 0; argc == 2 && i < sizeof(options) / sizeof(options[0]); i++) {
        if (strcmp(argv[1], options[i].name) == 0) {
            return option_answer(options[i].answer);
        }
    }
    fprintf(stderr, "breakeven-bench: '%s' is not what it takes; --help says what is\n", argv[1]);
    return be_status_exit_code(BE_EUSAGE);
}
