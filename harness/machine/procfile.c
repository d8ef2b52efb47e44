#include "machine/procfile.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/io.h"
#include "core/units.h"

enum { FILE_BYTES_MAX = 16 << 20 };

char *be_procfile_read(const char *root, const char *path)
{
    char full[PATH_MAX];
    char *text = NULL;
    size_t bytes = 0;

    if (snprintf(full, sizeof(full), "%s%s", root, path) >= (int)sizeof(full) ||
        be_io_read_file(full, FILE_BYTES_MAX, &text, &bytes, NULL) != BE_OK) {
        return NULL;
    }
    while (bytes > 0 && strchr(" \t\n", text[bytes - 1])) {
        text[--bytes] = '\0';
    }
    if (bytes == 0) {
        free(text);
        return NULL;
    }
    return text;
}

int64_t be_procfile_read_count(const char *root, const char *path)
{
    char *text = be_procfile_read(root, path);
    uint64_t value = 0;
    bool known = text && be_units_parse_count(text, &value, NULL) == BE_OK && value <= INT64_MAX;

    free(text);
    return known ? (int64_t)value : -1;
}
