/*
 * For end-to-end tests: runs a shell command, keeps what it printed, and knows its exit code.
 */
#ifndef BE_TEST_COMMAND_RUN_H
#define BE_TEST_COMMAND_RUN_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "core/buffer.h"

/* stdout, and stderr where the command redirects it; the caller finishes *output. */
static inline int command_run(const char *command, struct be_buffer *output)
{
    char block[4096];
    FILE *pipe = popen(command, "r");
    size_t n;

    if (!pipe) {
        return -1;
    }
    while ((n = fread(block, 1, sizeof(block), pipe)) > 0) {
        be_buffer_append(output, block, n);
    }
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/*
 * Whether a sweep that succeeded ends like this: 4 when all was measured on a machine so busy that
 * nothing can be judged.
 */
static inline bool command_measured(int code)
{
    return code == 0 || code == 4;
}

#endif
