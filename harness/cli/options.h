/*
 * The flags of all subcommands, one table; each command takes the groups that it names.
 *
 * Plan flags are kept as key and value, since a plan file is read before they apply, and a row's
 * own parameters become flags from the runner's catalogue. Threads: main thread.
 */
#ifndef BE_CLI_OPTIONS_H
#define BE_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"
#include "measure/lock.h"
#include "plan/catalog.h"
#include "plan/plan.h"

enum be_option_group {
    BE_OPTIONS_STORE = 1 << 0,   /* --db */
    BE_OPTIONS_RUNNER = 1 << 1,  /* --runner */
    BE_OPTIONS_OUT = 1 << 2,     /* --out */
    BE_OPTIONS_FORMAT = 1 << 3,  /* --format */
    BE_OPTIONS_JSON = 1 << 4,    /* --json */
    BE_OPTIONS_MEASURE = 1 << 5, /* --quiet --verbose --dry-run --fresh … */
    BE_OPTIONS_PLAN = 1 << 6,    /* what a plan holds, and the rows' own parameters */
    BE_OPTIONS_DOCTOR = 1 << 7,  /* --fast --strict */

    /* What a command takes that measures a plan. */
    BE_OPTIONS_MEASURING = BE_OPTIONS_STORE | BE_OPTIONS_RUNNER | BE_OPTIONS_OUT | BE_OPTIONS_JSON |
                           BE_OPTIONS_MEASURE | BE_OPTIONS_PLAN,
};

struct be_setting {
    const char *key;
    char *value; /* owned */
};

/* init with {0}; finish frees. Strings are owned; NULL when the flag was not given. */
struct be_options {
    char *db;
    char *runner;
    char *out;
    char *format;
    char *cpus;
    bool json;
    bool quiet;
    bool verbose;
    bool dry_run;
    bool fresh;
    bool fast;
    bool strict;
    bool helped; /* --help was printed: there is nothing left to do */
    enum be_lock_mode lock;
    struct be_setting *settings; /* owned; plan flags in the order they were written */
    size_t setting_count;
    char *argument; /* the one positional argument, or NULL */
};

/*
 * Parses argv[1 ..]; argv[0] is the command's name. catalog (may be NULL) adds the rows' parameters
 * to BE_OPTIONS_PLAN; its strings must outlive the options. Errors: BE_EUSAGE, BE_EINVAL,
 * BE_ENOMEM.
 */
enum be_status be_options_parse(int argc, const char **argv, unsigned groups,
                                const struct be_catalog *catalog, struct be_options *options,
                                struct be_error *error);
void be_options_finish(struct be_options *options);

/* Applies the plan flags. Errors: those of be_plan_set, naming the flag. */
enum be_status be_options_apply(const struct be_options *options, struct be_plan *plan,
                                struct be_error *error);

/*
 * The value of a flag that is needed before the others can be parsed, such as --runner: it points
 * into argv; NULL when it is not there.
 */
const char *be_options_peek(int argc, const char **argv, const char *name);

#endif
