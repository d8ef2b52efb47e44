/*
 * A folder of the test program's own, made before its first case and removed after its last.
 */
#ifndef BE_TEST_SCRATCH_FOLDER_H
#define BE_TEST_SCRATCH_FOLDER_H

#include <stdio.h>
#include <stdlib.h>

static char folder[] = "/tmp/breakeven-test-XXXXXX";

static inline int folder_make(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static inline int folder_remove(void **state)
{
    char command[64];
    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return system(command);
}

#endif
