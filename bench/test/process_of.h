/* What the kernel says of a process. */
#ifndef BE_TEST_PROCESS_OF_H
#define BE_TEST_PROCESS_OF_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "core/io.h"

/* The number behind `key` in a file of /proc/PID, or 0. */
static inline pid_t number_of(pid_t pid, const char *file, const char *key)
{
    char path[64];
    char *text = NULL;
    size_t bytes = 0;
    pid_t number = 0;

    snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, file);
    if (be_io_read_file(path, 1 << 14, &text, &bytes, NULL) == BE_OK) {
        const char *line = strstr(text, key);
        number = line ? (pid_t)strtol(line + strlen(key), NULL, 10) : 0;
    }
    free(text);
    return number;
}

static inline pid_t parent_of(pid_t pid)
{
    return number_of(pid, "status", "\nPPid:");
}

#endif
