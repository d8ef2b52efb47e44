#include "migrations.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/io.h"

enum { FILE_BYTES_MAX = 1 << 16 };

bool be_migrations_parse(const char *text, uint64_t *count)
{
    static const char key[] = "\nse.nr_migrations";
    const char *line = strstr(text, key);

    if (!line) {
        return false;
    }
    const char *number = line + strlen(key);
    number += strspn(number, " :");
    if (!isdigit((unsigned char)*number)) {
        return false;
    }
    *count = strtoull(number, NULL, 10);
    return true;
}

bool be_migrations_read(uint64_t *count)
{
    char *text = NULL;
    size_t bytes = 0;

    if (be_io_read_file("/proc/thread-self/sched", FILE_BYTES_MAX, &text, &bytes, NULL) != BE_OK) {
        return false;
    }
    bool known = be_migrations_parse(text, count);
    free(text);
    return known;
}
