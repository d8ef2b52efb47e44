/*
 * Runs breakeven-bench, or what BENCH_PROGRAM names, to its end with a given stdin and keeps what
 * it said. A failure to do so fails the test.
 */
#ifndef BE_TEST_BENCH_PROCESS_H
#define BE_TEST_BENCH_PROCESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/buffer.h"
#include "core/io.h"
#include "core/protocol.h"

#ifndef BENCH_PROGRAM
#define BENCH_PROGRAM BE_RUNNER
#endif

struct bench_said {
    int exit_code; /* -1: ended by a signal */
    char *output;  /* stdout */
    char *notes;   /* stderr */
};

static inline void bench_said_finish(struct bench_said *said)
{
    free(said->output);
    free(said->notes);
}

static inline char *bench_read_back(int fd)
{
    struct stat status;

    assert_int_equal(fstat(fd, &status), 0);
    char *text = calloc(1, (size_t)status.st_size + 1);
    assert_non_null(text);
    assert_int_equal(pread(fd, text, (size_t)status.st_size, 0), status.st_size);
    close(fd);
    return text;
}

/* option: NULL for none. preload: a library to load first, or NULL. */
static inline struct bench_said bench_run(const char *option, const char *preload,
                                          const void *input, size_t input_bytes)
{
    struct bench_said said = {0};
    int in = memfd_create("stdin", MFD_CLOEXEC);
    int out = memfd_create("stdout", MFD_CLOEXEC);
    int notes = memfd_create("stderr", MFD_CLOEXEC);
    int wait_status = 0;

    assert_true(in >= 0 && out >= 0 && notes >= 0);
    assert_int_equal(be_io_write_all(in, input, input_bytes, NULL), BE_OK);
    assert_int_equal(lseek(in, 0, SEEK_SET), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(in, STDIN_FILENO);
        dup2(out, STDOUT_FILENO);
        dup2(notes, STDERR_FILENO);
        if (preload) {
            setenv("LD_PRELOAD", preload, 1);
            /* A sanitizer wants to be first otherwise. */
            setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
        }
        execl(BENCH_PROGRAM, BENCH_PROGRAM, option, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(child, &wait_status, 0), child);
    said.exit_code = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -1;
    said.output = bench_read_back(out);
    said.notes = bench_read_back(notes);
    close(in);
    return said;
}

/* Runs a spec and parses what came back; *error (may be NULL) gets an `error` line. */
static inline enum be_status bench_measure(const char *spec, struct be_sample_record *record,
                                           struct be_error *error)
{
    struct bench_said said = bench_run(NULL, NULL, spec, strlen(spec));
    *record = (struct be_sample_record){0};
    enum be_status status = be_sample_record_parse(said.output, strlen(said.output), record, error);

    assert_int_equal(said.exit_code, be_status_exit_code(status));
    bench_said_finish(&said);
    return status;
}

#endif
