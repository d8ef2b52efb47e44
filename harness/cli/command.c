#include "cli/command.h"

#include <stddef.h>
#include <string.h>

#define BE_COMMAND(row) extern const struct be_command be_command_##row;
#include "cli/cmd.def"
#undef BE_COMMAND

const struct be_command *const be_command_table[] = {
#define BE_COMMAND(row) &be_command_##row,
#include "cli/cmd.def"
#undef BE_COMMAND
    NULL,
};

const struct be_command *be_command_find(const char *name)
{
    for (size_t i = 0; be_command_table[i]; i++) {
        if (strcmp(be_command_table[i]->name, name) == 0) {
            return be_command_table[i];
        }
    }
    return NULL;
}
