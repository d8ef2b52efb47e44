#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"
#include "cli/context.h"
#include "cli/safe.h"
#include "core/counter_group.h"
#include "machine/placement.h"
#include "measure/peer.h"
#include "report/format.h"
#include "report/plot.h"

/* What a listing may need. */
struct listing {
    const struct be_options *options;
    const struct be_catalog *catalog;
};

static void row_print(const char *name, const char *summary, const char *unavailable)
{
    printf("  %-20s ", name);
    be_safe_print(stdout, summary);
    if (unavailable) {
        printf("\n  %-20s unavailable: ", "");
        be_safe_print(stdout, unavailable);
    }
    putchar('\n');
}

static void catalog_print(const struct be_catalog *catalog, enum be_catalog_kind kind)
{
    for (size_t i = 0; i < catalog->rows[kind].count; i++) {
        const struct be_catalog_row *row = &catalog->rows[kind].items[i];
        row_print(row->name, row->summary, row->unavailable);
        for (size_t j = 0; j < row->param_count; j++) {
            printf("  %-20s   --%s %s (default %s)\n", "", row->params[j].name, row->params[j].help,
                   row->params[j].fallback);
        }
        for (size_t j = 0; j < row->event_count; j++) {
            printf("  %-20s   %s:%s\n", "", row->name, row->events[j]);
        }
    }
}

/* Backends with their events, then groups with theirs. */
static enum be_status counters_list(const struct listing *listing, struct be_error *error)
{
    (void)error;
    catalog_print(listing->catalog, BE_CATALOG_COUNTER);
    puts("\ngroups of counters, by question");
    for (const struct be_counter_group *group = be_counter_groups; group->name; group++) {
        row_print(group->name, group->question, NULL);
        for (const char *const *event = group->events; *event; event++) {
            printf("  %-20s   %s\n", "", *event);
        }
    }
    return BE_OK;
}

static enum be_status placements_list(const struct listing *listing, struct be_error *error)
{
    (void)listing;
    (void)error;
    for (size_t i = 0; be_placement_table[i]; i++) {
        row_print(be_placement_table[i]->name, be_placement_table[i]->summary, NULL);
    }
    return BE_OK;
}

static enum be_status formats_list(const struct listing *listing, struct be_error *error)
{
    (void)listing;
    (void)error;
    for (size_t i = 0; be_format_table[i]; i++) {
        row_print(be_format_table[i]->name, be_format_table[i]->summary, NULL);
    }
    return BE_OK;
}

static enum be_status plots_list(const struct listing *listing, struct be_error *error)
{
    (void)listing;
    (void)error;
    for (size_t i = 0; i < BE_PLOT_COUNT; i++) {
        row_print(be_plots[i].name, be_plots[i].title, NULL);
    }
    return BE_OK;
}

/* One plan's summary, or what is wrong with its file. */
static enum be_status plan_print(const char *name, struct be_error *error)
{
    struct be_plan plan;
    struct be_error cause;
    enum be_status status = be_plan_init(&plan, error);

    if (status != BE_OK) {
        return status;
    }
    if (be_plan_load(&plan, name, BE_PLANS_FOLDER, &cause) == BE_OK) {
        row_print(name, plan.summary, NULL);
    } else {
        row_print(name, "", cause.message);
    }
    be_plan_finish(&plan);
    return BE_OK;
}

static enum be_status plans_list(const struct listing *listing, struct be_error *error)
{
    struct be_texts names = {0};
    enum be_status status = be_plan_list(BE_PLANS_FOLDER, &names, error);
    (void)listing;

    for (size_t i = 0; status == BE_OK && i < names.count; i++) {
        status = plan_print(names.items[i], error);
    }
    be_texts_finish(&names);
    return status;
}

static void run_print(const struct be_store_row *row)
{
    char when[32] = "?";
    time_t started = (time_t)row->started_at;
    struct tm local;

    if (localtime_r(&started, &local)) {
        strftime(when, sizeof(when), "%Y-%m-%d %H:%M", &local);
    }
    printf("  %5" PRId64 "  %s  %-11s %4" PRIu64 " configurations %7" PRIu64 " samples %8.1f s  ",
           row->id, when, be_run_status_name(row->status), row->configuration_count,
           row->sample_count, (double)row->elapsed_ns / 1e9);
    be_safe_print(stdout, row->plan);
    if (row->label) {
        printf("  @");
        be_safe_print(stdout, row->label);
    }
    putchar('\n');
}

static enum be_status runs_list(const struct listing *listing, struct be_error *error)
{
    struct be_store *store = NULL;
    struct be_store_row *rows = NULL;
    size_t count = 0;
    char *path = NULL;
    enum be_status status = be_store_default_path(listing->options->db, &path, error);

    if (status == BE_OK) {
        status = be_store_open(path, BE_STORE_READ, &store, error);
    }
    if (status == BE_OK) {
        status = be_store_list_runs(store, &rows, &count, error);
    }
    for (size_t i = 0; status == BE_OK && i < count; i++) {
        run_print(&rows[i]);
    }
    if (status == BE_ENOTFOUND || (status == BE_OK && count == 0)) {
        printf("  none yet\n");
        status = BE_OK;
    }
    be_store_rows_finish(rows, count);
    be_store_close(store);
    free(path);
    return status;
}

static const struct {
    const char *name;
    enum be_status (*list)(const struct listing *listing, struct be_error *error);
    enum be_catalog_kind rows; /* where there is no `list`: these, of the catalogue */
} kinds[] = {
    {"executors", NULL, BE_CATALOG_EXECUTOR}, {"transports", NULL, BE_CATALOG_TRANSPORT},
    {"codecs", NULL, BE_CATALOG_CODEC},       {"starts", NULL, BE_CATALOG_START},
    {"workloads", NULL, BE_CATALOG_WORKLOAD}, {.name = "counters", .list = counters_list},
    {"probes", NULL, BE_CATALOG_PROBE},       {.name = "placements", .list = placements_list},
    {.name = "plans", .list = plans_list},    {.name = "formats", .list = formats_list},
    {.name = "plots", .list = plots_list},    {.name = "runs", .list = runs_list},
};

enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

static enum be_status kind_list(const struct listing *listing, size_t kind, struct be_error *error)
{
    if (kinds[kind].list) {
        return kinds[kind].list(listing, error);
    }
    catalog_print(listing->catalog, kinds[kind].rows);
    return BE_OK;
}

static enum be_status kinds_list(const struct listing *listing, struct be_error *error)
{
    const char *asked = listing->options->argument;
    enum be_status status = BE_OK;
    bool found = false;

    for (size_t i = 0; status == BE_OK && i < KIND_COUNT; i++) {
        if (!asked || strcmp(asked, kinds[i].name) == 0) {
            found = true;
            printf("%s%s\n", !asked && i > 0 ? "\n" : "", kinds[i].name);
            status = kind_list(listing, i, error);
        }
    }
    if (!found) {
        return be_error_set(
            error, BE_EUSAGE,
            "'%s' cannot be listed; executors, transports, codecs, starts, workloads, counters, "
            "probes, placements, plans, formats, plots and runs can",
            asked);
    }
    return status;
}

/* Asking them takes longer than all the rest, so only their executors are worth it. */
static enum be_status peers_open(struct be_runner *runner, const char *asked,
                                 struct be_error *error)
{
    if (asked && strcmp(asked, "executors") != 0) {
        return BE_OK;
    }
    enum be_status status = be_peers_add(runner, BE_PEERS_FOLDER, error);
    return status == BE_OK ? be_peers_ask(runner, NULL, error) : status;
}

static enum be_status list_run(int argc, const char **argv, struct be_error *error)
{
    char path[PATH_MAX];
    struct be_options options = {0};
    struct be_runner runner = {0};
    enum be_status status =
        be_options_parse(argc, argv, BE_OPTIONS_STORE | BE_OPTIONS_RUNNER, NULL, &options, error);

    if (status == BE_OK && !options.helped) {
        be_context_find_runner(options.runner, path, sizeof(path));
        status = be_launch_prepare(error);
        if (status == BE_OK) {
            status = be_runner_open(path, -1, &runner, error);
        }
        if (status == BE_OK) {
            status = peers_open(&runner, options.argument, error);
        }
        if (status == BE_OK) {
            const struct listing listing = {&options, &runner.catalog};
            status = kinds_list(&listing, error);
        }
    }
    be_runner_finish(&runner);
    be_options_finish(&options);
    return status;
}

const struct be_command be_command_list = {
    .name = "list",
    .usage = "[KIND] [options]",
    .summary =
        "executors, transports, codecs, starts, workloads, counters, probes, placements, plans, "
        "formats, plots, runs",
    .run = list_run,
};
