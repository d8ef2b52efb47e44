#include "report/format.h"

#include <string.h>

#define BE_FORMAT(row) extern const struct be_format_ops be_format_##row;
#include "report/format.def"
#undef BE_FORMAT

const struct be_format_ops *const be_format_table[] = {
#define BE_FORMAT(row) &be_format_##row,
#include "report/format.def"
#undef BE_FORMAT
    NULL,
};

const struct be_format_ops *be_format_find(const char *name)
{
    for (size_t i = 0; be_format_table[i]; i++) {
        if (strcmp(be_format_table[i]->name, name) == 0) {
            return be_format_table[i];
        }
    }
    return NULL;
}
