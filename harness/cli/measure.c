#include "cli/measure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/precision.h"
#include "cli/finish.h"
#include "cli/intervals.h"
#include "cli/progress.h"
#include "core/units.h"
#include "measure/sweep.h"

static struct be_sweep sweep_make(struct be_context *context, struct be_progress *progress)
{
    return (struct be_sweep){
        .plan = &context->plan,
        .runner = &context->runner,
        .topology = context->topology,
        .machine = &context->machine,
        .store = context->store,
        .root = "",
        .fresh = context->options.fresh,
        .interrupt_fd = context->interrupt_fd,
        .progress = progress ? be_progress_show : NULL,
        .context = progress,
    };
}

/* Whether another configuration of the run has another value for that. */
static bool is_varied(const struct be_run *run, const struct be_params_entry *entry)
{
    for (size_t i = 0; i < run->configuration_count; i++) {
        const char *value = be_params_get(&run->configurations[i].params, entry->key);
        if (value && strcmp(value, entry->value) != 0) {
            return true;
        }
    }
    return false;
}

/* What the plan varies beside what has a column. */
static void varied_print(const struct be_run *run, const struct be_params *params)
{
    static const char *const columns[] = {"workload",  "executor", "workers",
                                          "placement", "steps",    "tasks"};
    const char *before = "  ";

    for (size_t i = 0; i < params->count; i++) {
        const struct be_params_entry *entry = &params->entries[i];
        bool has_column = false;
        for (size_t k = 0; k < sizeof(columns) / sizeof(columns[0]); k++) {
            has_column = has_column || strcmp(entry->key, columns[k]) == 0;
        }
        if (!has_column && is_varied(run, entry)) {
            printf("%s%s %s", before, entry->key, entry->value);
            before = ", ";
        }
    }
}

/* One line a configuration: what it is, before anything is spent on it. */
static void configuration_print(const struct be_run *run,
                                const struct be_configuration *configuration)
{
    char grain[BE_UNITS_TEXT_BYTES] = "-";
    char bound[BE_UNITS_TEXT_BYTES] = "-";

    if (configuration->grain_asked_ns > 0) {
        be_units_format_exact_duration(grain, configuration->grain_asked_ns);
    }
    if (configuration->bound_order > 0) {
        snprintf(bound, sizeof(bound), "%.3f", configuration->bound_order);
    }
    printf("%s  %5" PRIu32 "  %-9s  %-11s  %-20s  %7" PRIu32 "  %-8s  %6s  %10" PRIu64 "  %8" PRIu64
           "  %6s",
           configuration->id, configuration->block, be_role_name(configuration->role),
           configuration->workload, configuration->executor, configuration->workers,
           configuration->placement, grain, configuration->steps, configuration->tasks, bound);
    varied_print(run, &configuration->params);
    putchar('\n');
}

static void plan_print(const struct be_run *run)
{
    printf("%-16s  block  %-9s  %-11s  %-20s  workers  %-8s  %6s  %10s  %8s  %6s  varied\n", "id",
           "role", "workload", "executor", "place", "grain", "steps", "tasks", "bound");
    for (size_t i = 0; i < run->configuration_count; i++) {
        configuration_print(run, &run->configurations[i]);
    }
    printf("%zu configurations x %" PRIu32 " rounds%s; nothing was measured or stored\n",
           run->configuration_count, run->rounds,
           run->rounds > be_precision_next_look(0) ? " at most" : "");
}

static enum be_status json_print(const struct be_results *results, struct be_error *error)
{
    struct be_buffer text = {0};
    enum be_status status = be_finish_export(results, "json", &text, error);

    if (status == BE_OK) {
        status = be_finish_write(&text, error);
    }
    be_buffer_finish(&text);
    return status;
}

static enum be_status plan_export(const struct be_run *run, struct be_error *error)
{
    struct be_results results = {0};
    enum be_status status = be_results_create(run, &results, error);

    if (status == BE_OK) {
        status = json_print(&results, error);
    }
    be_results_finish(&results);
    return status;
}

static enum be_status plan_show(struct be_context *context, struct be_error *error)
{
    struct be_run run = {0};
    struct be_sweep sweep = sweep_make(context, NULL);
    enum be_status status = be_sweep_plan(&sweep, &run, error);

    if (status == BE_OK && context->options.json) {
        status = plan_export(&run, error);
    } else if (status == BE_OK) {
        plan_print(&run);
    }
    be_run_finish(&run);
    return status;
}

/* folder: that of the report, NULL when there is none, and how many plots are in it. */
static void where_print(const struct be_run *run, const char *database, const char *folder,
                        size_t plots)
{
    printf("\nrun %" PRId64 " in %s", run->id, be_finish_shorten(database));
    if (folder) {
        printf(" · report %s/report.html%s", be_finish_shorten(folder),
               plots > 0 ? " · plots beside it (.svg .gp .dat)" : "");
    }
    printf("\nnext: breakeven report --format term   shows it again · "
           "breakeven export --format csv   one row a sample\n");
}

static enum be_status intervals_print(const struct be_context *context,
                                      const struct be_results *results, struct be_error *error)
{
    struct be_buffer text = {0};
    enum be_status status =
        be_intervals_list(&results->summaries, context->plan.precision, &text, error);

    if (status == BE_OK) {
        status = be_finish_write(&text, error);
    }
    be_buffer_finish(&text);
    return status;
}

static enum be_status results_print(const struct be_context *context,
                                    const struct be_results *results, struct be_error *error)
{
    char *folder = NULL;
    size_t plots = 0;
    const char *database = be_store_path(context->store);
    enum be_status status =
        be_finish_folder(context->options.out, database, results->run, &folder, error);

    if (status != BE_OK) {
        return status;
    }
    /* What took so long to measure is shown also where its report cannot be written. */
    enum be_status written = be_finish_report(results, folder, &plots, error);
    if (context->options.json) {
        status = json_print(results, written == BE_OK ? error : NULL);
    } else {
        status = be_finish_print(results, written == BE_OK ? error : NULL);
        if (status == BE_OK && context->options.verbose) {
            status = intervals_print(context, results, written == BE_OK ? error : NULL);
        }
        where_print(results->run, database, written == BE_OK ? folder : NULL, plots);
    }
    free(folder);
    return written == BE_OK ? status : written;
}

static enum be_status run_tell(const struct be_context *context, const struct be_run *run,
                               struct be_error *error)
{
    struct be_results results = {0};
    enum be_status status = be_results_create(run, &results, error);

    if (status == BE_OK) {
        status = results_print(context, &results, error);
    }
    be_results_finish(&results);
    return status;
}

/* Instead of an error's message. */
static void interrupted_tell(const struct be_run *run, const struct be_progress *progress,
                             struct be_error *error)
{
    error->message[0] = '\0';
    fprintf(stderr,
            "stopped at %zu of %zu; all kept; no process left behind\n"
            "the same command resumes run %" PRId64
            " (same plan, build, machine and boot); --fresh starts anew\n",
            progress->done, progress->total, run->id);
}

static enum be_status plan_measure(struct be_context *context, struct be_error *error)
{
    struct be_progress progress;
    struct be_run run = {0};
    struct be_error late;
    be_progress_init(&progress, context->options.quiet);
    struct be_sweep sweep = sweep_make(context, &progress);
    enum be_status status = be_sweep_measure(&sweep, &run, error);

    be_progress_end(&progress);
    bool measured = status == BE_OK || status == BE_EINTERRUPTED || status == BE_ENODATA;
    if (measured && run.sample_count > 0) {
        enum be_status printed = run_tell(context, &run, &late);
        if (printed != BE_OK && status != BE_EINTERRUPTED) {
            status = printed;
            *error = late;
        }
    }
    if (status == BE_EINTERRUPTED && run.id > 0) {
        interrupted_tell(&run, &progress, error);
    }
    be_run_finish(&run);
    return status;
}

enum be_status be_measure_plan(struct be_context *context, struct be_error *error)
{
    enum be_status status = be_context_check_plan(context, error);

    if (status != BE_OK) {
        return status;
    }
    if (context->options.dry_run) {
        return plan_show(context, error);
    }
    status = be_context_open_store(context, error);
    return status == BE_OK ? plan_measure(context, error) : status;
}
