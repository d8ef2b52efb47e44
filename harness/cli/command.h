/*
 * Subcommands: one file cmd_*.c and one row of cmd.def each. Only cli/ prints.
 */
#ifndef BE_CLI_COMMAND_H
#define BE_CLI_COMMAND_H

#include "core/status.h"

struct be_command {
    const char *name;
    const char *usage;   /* what may follow the name, such as "[PLAN] [options]" */
    const char *summary; /* one line, without a full stop */

    /* argv[0] is the command's name. The error's message is printed by the caller. */
    enum be_status (*run)(int argc, const char **argv, struct be_error *error);
};

/* The table, in the order of cmd.def, NULL-terminated. */
extern const struct be_command *const be_command_table[];

/* The row of that name, or NULL. */
const struct be_command *be_command_find(const char *name);

/* `breakeven` without a subcommand: what this is, what was found last, what to type. */
enum be_status be_home_print(struct be_error *error);

#endif
