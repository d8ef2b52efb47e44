#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/safe.h"
#include "core/io.h"

static void help_print(void)
{
    printf("usage: breakeven COMMAND [options]\n\n");
    for (size_t i = 0; be_command_table[i]; i++) {
        char head[64];
        snprintf(head, sizeof(head), "%s %s", be_command_table[i]->name,
                 be_command_table[i]->usage);
        printf("  %-36s %s\n", head, be_command_table[i]->summary);
    }
    printf(
        "\nbreakeven COMMAND --help lists a command's flags.\n"
        "exit: 0 good, 1 internal or I/O, 2 usage, 4 nothing could be judged, 5 not comparable,\n"
        "      6 corrupt data, 130 and 143 interrupted\n");
}

static void error_print(const struct be_error *error)
{
    fputs("breakeven: ", stderr);
    be_safe_print(stderr, error->message);
    fputc('\n', stderr);
}

static int command_run(const struct be_command *command, int argc, const char **argv)
{
    struct be_error error = {0};
    enum be_status status = command->run(argc, argv, &error);

    /* An interrupted sweep has said what it kept, and leaves no message. */
    if (status != BE_OK && error.message[0] != '\0') {
        error_print(&error);
    }
    return be_status_exit_code(status);
}

/* Returns the exit code. */
static int program_run(int argc, const char **argv)
{
    struct be_error error = {0};

    if (argc < 2) {
        if (be_home_print(&error) != BE_OK) {
            error_print(&error);
        }
        return be_status_exit_code(BE_EUSAGE);
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("breakeven %s\n", BE_VERSION);
        return 0;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        help_print();
        return 0;
    }
    const struct be_command *command = be_command_find(argv[1]);
    if (!command) {
        be_error_fill(&error, BE_EUSAGE, "'%s' is not a command; breakeven --help lists them",
                      argv[1]);
        error_print(&error);
        return be_status_exit_code(BE_EUSAGE);
    }
    return command_run(command, argc - 1, argv + 1);
}

/* What was printed and never arrived is a failure, unless another one was told already. */
static int output_end(int exit_code)
{
    struct be_error error;

    errno = EIO; /* for a failure that stdio remembers without its cause */
    if (exit_code != 0 || (fflush(stdout) == 0 && !ferror(stdout))) {
        return exit_code;
    }
    be_error_fill_errno(&error, BE_EIO, "cannot write to standard output");
    error_print(&error);
    return be_status_exit_code(BE_EIO);
}

int main(int argc, const char **argv)
{
    be_io_guard_standard();
    /* A reader that left and a file that may not grow are errors of write, not signals. */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    return output_end(program_run(argc, argv));
}
