/*
 * Runs one child program to its end: spec in, transcript out, never longer than allowed.
 *
 * The child gets a process group of its own and dies with its parent; whatever it leaves behind in
 * that group has three seconds to clear up, and is killed and reaped before be_launch_run returns.
 * While the child works the parent only polls: it moves bytes, and parses, draws and commits
 * nothing. Threads: one caller, the main thread, since PR_SET_PDEATHSIG fires when the forking
 * thread ends.
 */
#ifndef BE_MEASURE_LAUNCH_H
#define BE_MEASURE_LAUNCH_H

#include <stddef.h>
#include <stdint.h>

#include "core/buffer.h"
#include "core/status.h"

struct be_launch {
    const char *const
        *argv;         /* program and arguments, NULL-terminated; argv[0] is searched in PATH */
    const char *input; /* written to its stdin, which stays open until it ends */
    size_t input_bytes;
    uint64_t timeout_ns;
    int interrupt_fd; /* readable when the user wants to stop; -1: never */
};

/* init with {0}; finish frees. */
struct be_launch_result {
    struct be_buffer output; /* stdout */
    struct be_buffer notes;  /* stderr, its first 64 KiB */
    uint64_t elapsed_ns;     /* fork to exit; 0: there was none */
};

/* Makes the calling process the reaper of its descendants' orphans. Errors: BE_ESYSTEM. */
enum be_status be_launch_prepare(struct be_error *error);

/*
 * Errors: BE_ENOTFOUND when the program cannot be executed, BE_ETIMEOUT, BE_EINTERRUPTED, BE_ECRASH
 * for an end by a signal, BE_EPROTOCOL for more than 32 MiB of output, BE_ESYSTEM. An exit code is
 * not judged: the transcript tells. *result holds what was read, also after an error.
 */
enum be_status be_launch_run(const struct be_launch *launch, struct be_launch_result *result,
                             struct be_error *error);

void be_launch_result_finish(struct be_launch_result *result);

/* The last line the child wrote to stderr, for an error message; "" when there is none. */
const char *be_launch_last_note(const struct be_launch_result *result, char *text, size_t bytes);

#endif
