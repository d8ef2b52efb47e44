#include "cli/safe.h"

#include "core/buffer.h"
#include "report/escape.h"

void be_safe_print(FILE *stream, const char *text)
{
    struct be_buffer safe = {0};

    be_escape_append(&safe, BE_ESCAPE_TERMINAL, text, 0);
    fputs(be_buffer_text(&safe), stream);
    be_buffer_finish(&safe);
}
