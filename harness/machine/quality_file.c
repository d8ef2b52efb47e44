/* Small files that stay open and are read again and again. */
#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine/quality_parts.h"

int be_quality_open(const char *root, const char *path)
{
    char full[PATH_MAX];

    if (snprintf(full, sizeof(full), "%s%s", root, path) >= (int)sizeof(full)) {
        return -1;
    }
    return open(full, O_RDONLY | O_CLOEXEC);
}

bool be_quality_text_read(int fd, char *text, size_t bytes)
{
    size_t length = 0;
    ssize_t n = 1;

    if (fd < 0) {
        return false;
    }
    while (n > 0 && length < bytes - 1) {
        n = pread(fd, text + length, bytes - 1 - length, (off_t)length);
        length += n > 0 ? (size_t)n : 0;
    }
    text[length] = '\0';
    return n >= 0 && length > 0;
}

bool be_quality_number_read(int fd, uint64_t *value)
{
    char text[32];
    ssize_t length = fd >= 0 ? pread(fd, text, sizeof(text) - 1, 0) : -1;

    if (length <= 0 || !isdigit((unsigned char)text[0])) {
        return false;
    }
    text[length] = '\0';
    *value = strtoull(text, NULL, 10);
    return true;
}

uint64_t be_quality_text_value(const char *text, const char *key)
{
    const char *found = strstr(text, key);
    return found ? strtoull(found + strlen(key), NULL, 10) : 0;
}
