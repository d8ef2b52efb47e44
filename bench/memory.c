#include "memory.h"

#include <stdlib.h>
#include <string.h>

#include "core/io.h"

enum { TEXT_BYTES_MAX = 16384 };

/* The number behind `key` in a file of /proc/self, whose unit is kB. */
static uint64_t bytes_read(const char *path, const char *key)
{
    char *text = NULL;
    size_t length = 0;
    uint64_t kib = 0;

    if (be_io_read_file(path, TEXT_BYTES_MAX, &text, &length, NULL) == BE_OK) {
        const char *line = strstr(text, key);
        kib = line ? strtoull(line + strlen(key), NULL, 10) : 0;
    }
    free(text);
    return kib * 1024;
}

uint64_t be_memory_pss_bytes(void)
{
    return bytes_read("/proc/self/smaps_rollup", "\nPss:");
}

uint64_t be_memory_peak_bytes(void)
{
    return bytes_read("/proc/self/status", "\nVmHWM:");
}
