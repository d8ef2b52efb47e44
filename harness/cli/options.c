#include "cli/options.h"

#include <popt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"

enum kind { KIND_TEXT, KIND_SWITCH, KIND_LOCK, KIND_SETTING };

/* One flag. `offset` is the member of struct be_options for text and switches. */
struct flag {
    const char *name;
    enum kind kind;
    enum be_option_group group;
    size_t offset;
    bool rare; /* shown by --help all only */
    const char *argument;
    const char *help;
};

#define TEXT(name, group, member, argument, help)                                                  \
    {                                                                                              \
        name, KIND_TEXT, group, offsetof(struct be_options, member), false, argument, help         \
    }
#define SWITCH(name, group, member, help)                                                          \
    {                                                                                              \
        name, KIND_SWITCH, group, offsetof(struct be_options, member), false, NULL, help           \
    }
#define SETTING(name, argument, help)                                                              \
    {                                                                                              \
        name, KIND_SETTING, BE_OPTIONS_PLAN, 0, false, argument, help                              \
    }
#define RARE_SETTING(name, argument, help)                                                         \
    {                                                                                              \
        name, KIND_SETTING, BE_OPTIONS_PLAN, 0, true, argument, help                               \
    }

static const char counters_help[] = "default, none, BACKEND:EVENT, or by question:"
#define BE_COUNTER_GROUP(name, ...) " " #name
#include "core/counter_group.def"
#undef BE_COUNTER_GROUP
    ;

static const struct flag flags[] = {
    SETTING("workload", "NAME[,NAME]", "what one task computes"),
    SETTING("executor", "NAME[,NAME]", "how tasks are mapped onto workers"),
    SETTING("workers", "LIST", "worker counts: 1,2,4, 1..8, 1..128*2, max"),
    SETTING("placement", "NAME[,NAME]",
            "where workers are pinned: none compact spread cores smt numa"),
    SETTING("chunk", "LIST", "tasks a message: numbers, or auto, which follows their pace"),
    SETTING("grain", "LIST", "serial time of one task: 10us, 1us..1ms/4 (4 a decade)"),
    SETTING("scaling", "strong|weak", "weak: N times as many tasks for N workers"),
    SETTING("tasks", "N", "tasks a pass, instead of as many as last 50 ms"),
    SETTING("input", "FILE", "a CSV file of pairs instead of generated ones"),
    SETTING("counters", "LIST", counters_help),
    SETTING("precision", "PERCENT", "stop when speedups are known as well as this: 1%"),
    SETTING("rounds", "N", "at most so often; below 10: just so often"),
    SETTING("time-budget", "TIME", "start no block after this long"),
    SETTING("seed", "N", "of the order and of generated input"),
    SETTING("label", "NAME", "a name for the run: @NAME finds it again"),
    RARE_SETTING("inject", "LIST", "a known fault: none, serial:5%, cost:2us, imbalance:30%"),
    RARE_SETTING("steps", "N", "steps of one task, instead of a grain"),
    RARE_SETTING("pairs", "LIST", "pairs instead of generated ones: '12 18, 35 21'"),
    RARE_SETTING("passes", "N", "timed passes a sample"),
    RARE_SETTING("warmup", "N", "passes before them"),
    RARE_SETTING("cold", "on|off", "also one cold pass a sample"),
    RARE_SETTING("timeout", "TIME", "of a sample; default max(10 s, 20 x planned)"),
    TEXT("runner", BE_OPTIONS_RUNNER, runner, "FILE", "the program that is measured"),
    TEXT("db", BE_OPTIONS_STORE, db, "FILE", "the database of runs"),
    TEXT("out", BE_OPTIONS_OUT, out, "PATH", "where to write"),
    TEXT("format", BE_OPTIONS_FORMAT, format, "NAME", "what to write"),
    TEXT("cpus", BE_OPTIONS_MEASURE, cpus, "LIST", "use these CPUs only: 0-3,8"),
    SWITCH("json", BE_OPTIONS_JSON, json, "print JSON instead of text"),
    SWITCH("verbose", BE_OPTIONS_MEASURE, verbose, "also list how precise each speedup is"),
    SWITCH("quiet", BE_OPTIONS_MEASURE, quiet, "show no progress"),
    SWITCH("dry-run", BE_OPTIONS_MEASURE, dry_run, "print what would be measured, and stop"),
    SWITCH("fresh", BE_OPTIONS_MEASURE, fresh, "start anew instead of resuming"),
    SWITCH("fast", BE_OPTIONS_DOCTOR, fast, "leave out what takes seconds: floors and noise"),
    SWITCH("strict", BE_OPTIONS_DOCTOR, strict, "exit 4 when something spoils"),
    {"lock", KIND_LOCK, BE_OPTIONS_MEASURE, 0, true, "fail|wait|off",
     "when another harness measures on these CPUs"},
};

enum { FLAG_COUNT = sizeof(flags) / sizeof(flags[0]), VAL_HELP = 1, VAL_FLAG = 2 };

/* popt's table for one command: the flags of its groups, then the catalogue's parameters. */
struct table {
    struct poptOption *items; /* owned */
    size_t count;
};

static size_t catalog_param_count(const struct be_catalog *catalog)
{
    size_t count = 0;

    for (int kind = 0; catalog && kind < BE_CATALOG_KINDS; kind++) {
        for (size_t i = 0; i < catalog->rows[kind].count; i++) {
            count += catalog->rows[kind].items[i].param_count;
        }
    }
    return count;
}

static bool table_has(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->items[i].longName, name) == 0) {
            return true;
        }
    }
    return false;
}

static void table_add(struct table *table, const char *name, bool takes_argument, bool hidden,
                      const char *help, const char *argument)
{
    struct poptOption *option = &table->items[table->count];

    *option = (struct poptOption){
        .longName = name,
        .argInfo = (takes_argument ? (unsigned)POPT_ARG_STRING : (unsigned)POPT_ARG_NONE) |
                   (hidden ? (unsigned)POPT_ARGFLAG_DOC_HIDDEN : 0U),
        .val = VAL_FLAG + (int)table->count,
        .descrip = help,
        .argDescrip = argument,
    };
    table->count++;
}

/* Two rows may share a parameter: it is one flag then. */
static void table_add_catalog(struct table *table, const struct be_catalog *catalog, bool all)
{
    for (int kind = 0; kind < BE_CATALOG_KINDS; kind++) {
        for (size_t i = 0; i < catalog->rows[kind].count; i++) {
            const struct be_catalog_row *row = &catalog->rows[kind].items[i];
            for (size_t j = 0; j < row->param_count; j++) {
                if (!table_has(table, row->params[j].name)) {
                    table_add(table, row->params[j].name, true, !all, row->params[j].help, "LIST");
                }
            }
        }
    }
}

static enum be_status table_create(unsigned groups, const struct be_catalog *catalog, bool all,
                                   struct table *table, struct be_error *error)
{
    size_t room = FLAG_COUNT + catalog_param_count(catalog) + 2;

    *table = (struct table){.items = calloc(room, sizeof(*table->items))};
    if (!table->items) {
        return be_error_set(error, BE_ENOMEM, "out of memory for flags");
    }
    for (size_t i = 0; i < FLAG_COUNT; i++) {
        if (flags[i].group & groups) {
            table_add(table, flags[i].name, flags[i].kind != KIND_SWITCH, flags[i].rare && !all,
                      flags[i].help, flags[i].argument);
        }
    }
    if (catalog && (groups & BE_OPTIONS_PLAN)) {
        table_add_catalog(table, catalog, all);
    }
    table_add(table, "help", false, false, "print this; --help all prints every flag", NULL);
    table->items[table->count - 1].val = VAL_HELP;
    return BE_OK;
}

static enum be_status setting_add(struct be_options *options, const char *key, char *value,
                                  struct be_error *error)
{
    struct be_setting *settings =
        realloc(options->settings, (options->setting_count + 1) * sizeof(*settings));

    if (!settings) {
        free(value);
        return be_error_set(error, BE_ENOMEM, "out of memory for flags");
    }
    options->settings = settings;
    options->settings[options->setting_count++] = (struct be_setting){key, value};
    return BE_OK;
}

static const struct flag *flag_find(const char *name)
{
    for (size_t i = 0; i < FLAG_COUNT; i++) {
        if (strcmp(flags[i].name, name) == 0) {
            return &flags[i];
        }
    }
    return NULL;
}

/* Takes value over. */
static enum be_status flag_take(struct be_options *options, const char *name, char *value,
                                struct be_error *error)
{
    const struct flag *flag = flag_find(name);

    if (!flag || flag->kind == KIND_SETTING) {
        return setting_add(options, name, value, error);
    }
    if (flag->kind == KIND_SWITCH) {
        *(bool *)((char *)options + flag->offset) = true;
        return BE_OK;
    }
    if (flag->kind == KIND_LOCK) {
        enum be_status status = be_lock_mode_parse(value, &options->lock, error);
        free(value);
        return status;
    }
    char **member = (char **)((char *)options + flag->offset);
    free(*member);
    *member = value;
    return BE_OK;
}

static enum be_status positional_take(poptContext context, struct be_options *options,
                                      struct be_error *error)
{
    const char *first = poptGetArg(context);
    const char *second = first ? poptGetArg(context) : NULL;

    if (second) {
        return be_error_set(error, BE_EUSAGE, "'%s' is one argument too many", second);
    }
    options->argument = first ? strdup(first) : NULL;
    return !first || options->argument ? BE_OK
                                       : be_error_set(error, BE_ENOMEM, "out of memory for flags");
}

static enum be_status context_read(poptContext context, const struct table *table,
                                   struct be_options *options, struct be_error *error)
{
    int val;

    while ((val = poptGetNextOpt(context)) > 0) {
        if (val == VAL_HELP) {
            poptPrintHelp(context, stdout, 0);
            options->helped = true;
            return BE_OK;
        }
        enum be_status status = flag_take(options, table->items[val - VAL_FLAG].longName,
                                          poptGetOptArg(context), error);
        if (status != BE_OK) {
            return status;
        }
    }
    if (val < -1) {
        return be_error_set(error, BE_EUSAGE, "%s: %s; --help all lists every flag",
                            poptBadOption(context, 0), poptStrerror(val));
    }
    return positional_take(context, options, error);
}

static bool help_all_asked(int argc, const char **argv)
{
    for (int i = 1; i + 1 < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 && strcmp(argv[i + 1], "all") == 0) {
            return true;
        }
    }
    return false;
}

enum be_status be_options_parse(int argc, const char **argv, unsigned groups,
                                const struct be_catalog *catalog, struct be_options *options,
                                struct be_error *error)
{
    struct table table;
    char name[64];
    enum be_status status =
        table_create(groups, catalog, help_all_asked(argc, argv), &table, error);

    if (status != BE_OK) {
        return status;
    }
    /* popt's help begins with the program's name, which here is two words. */
    const char *command = argv[0];
    snprintf(name, sizeof(name), "breakeven %s", command);
    argv[0] = name;
    poptContext context = poptGetContext(NULL, argc, argv, table.items, 0);
    if (context) {
        poptSetOtherOptionHelp(context, be_command_find(command)->usage);
        status = context_read(context, &table, options, error);
        poptFreeContext(context);
    } else {
        status = be_error_set(error, BE_ENOMEM, "out of memory for flags");
    }
    argv[0] = command;
    free(table.items);
    if (status != BE_OK) {
        be_options_finish(options);
    }
    return status;
}

void be_options_finish(struct be_options *options)
{
    free(options->db);
    free(options->runner);
    free(options->out);
    free(options->format);
    free(options->cpus);
    free(options->argument);
    for (size_t i = 0; i < options->setting_count; i++) {
        free(options->settings[i].value);
    }
    free(options->settings);
    *options = (struct be_options){0};
}

enum be_status be_options_apply(const struct be_options *options, struct be_plan *plan,
                                struct be_error *error)
{
    enum be_status status = BE_OK;

    for (size_t i = 0; status == BE_OK && i < options->setting_count; i++) {
        status = be_plan_set(plan, options->settings[i].key, options->settings[i].value, error);
    }
    return status;
}

const char *be_options_peek(int argc, const char **argv, const char *name)
{
    size_t length = strlen(name);

    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) != 0 || strncmp(argv[i] + 2, name, length) != 0) {
            continue;
        }
        const char *rest = argv[i] + 2 + length;
        if (*rest == '=') {
            return rest + 1;
        }
        if (*rest == '\0' && i + 1 < argc) {
            return argv[i + 1];
        }
    }
    return NULL;
}
