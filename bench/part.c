#include "part.h"

#include <string.h>

#include "codec/codec.h"
#include "start/start.h"
#include "transport/transport.h"

static const struct be_row *transport_row(size_t index)
{
    return be_transport_table[index] ? &be_transport_table[index]->row : NULL;
}

static const struct be_row *codec_row(size_t index)
{
    return be_codec_table[index] ? &be_codec_table[index]->row : NULL;
}

static const struct be_row *start_row(size_t index)
{
    return be_start_table[index] ? &be_start_table[index]->row : NULL;
}

const struct be_part be_part_table[] = {
    {"transport", transport_row},
    {"codec", codec_row},
    {"start", start_row},
    {NULL, NULL},
};

const struct be_part *be_part_find(const char *param)
{
    for (const struct be_part *part = be_part_table; part->name; part++) {
        if (strcmp(part->name, param) == 0) {
            return part;
        }
    }
    return NULL;
}

const struct be_row *be_part_row(const struct be_part *part, const char *name)
{
    const struct be_row *row;

    for (size_t i = 0; (row = part->row(i)); i++) {
        if (strcmp(row->name, name) == 0) {
            return row;
        }
    }
    return NULL;
}

void be_part_names(const struct be_part *part, struct be_buffer *names)
{
    const struct be_row *row;

    for (size_t i = 0; (row = part->row(i)); i++) {
        be_buffer_printf(names, "%s%s", i > 0 ? " " : "", row->name);
    }
}
