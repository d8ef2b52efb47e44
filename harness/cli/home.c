/* What `breakeven` alone shows. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cli/command.h"
#include "cli/context.h"
#include "cli/safe.h"
#include "report/report.h"

static void machine_print(void)
{
    struct be_topology *topology = NULL;
    struct be_machine machine = {0};
    char text[BE_MACHINE_TEXT_BYTES];
    struct be_error error;
    enum be_status status = be_topology_load(&topology, &error);

    if (status == BE_OK) {
        status = be_machine_capture("", topology, &machine, &error);
    }
    printf("this machine   %s\n",
           status == BE_OK ? be_machine_describe(&machine, text) : error.message);
    be_machine_finish(&machine);
    be_topology_destroy(topology);
}

static void age_print(int64_t started_at)
{
    int64_t minutes = ((int64_t)time(NULL) - started_at) / 60;

    if (minutes < 0) {
        printf("at a time that this clock has not reached");
    } else if (minutes < 120) {
        printf("%lld min ago", (long long)minutes);
    } else if (minutes < INT64_C(48) * 60) {
        printf("%lld h ago", (long long)(minutes / 60));
    } else {
        printf("%lld days ago", (long long)(minutes / 60 / 24));
    }
}

/* Errors: those of the store and of the summaries; BE_ENOTFOUND when nothing was measured yet. */
static enum be_status last_answer_print(struct be_error *error)
{
    struct be_run run = {0};
    struct be_results results = {0};
    struct be_buffer text = {0};
    enum be_status status = be_context_load_run(NULL, NULL, &run, error);

    if (status == BE_OK) {
        status = be_results_create(&run, &results, error);
    }
    if (status == BE_OK) {
        status = be_report_answer(&results, &text, error);
    }
    if (status == BE_OK) {
        printf("last answer    run %lld (@last), ", (long long)run.id);
        be_safe_print(stdout, run.plan);
        printf(", ");
        age_print(run.started_at);
        printf(":\n               %s", be_buffer_text(&text));
    }
    be_buffer_finish(&text);
    be_results_finish(&results);
    be_run_finish(&run);
    return status;
}

enum be_status be_home_print(struct be_error *error)
{
    printf("breakeven " BE_VERSION ": when does going parallel pay here, and what does talking "
           "between\nprocesses cost?\n\n");
    machine_print();
    enum be_status status = last_answer_print(error);
    if (status == BE_ENOTFOUND) {
        printf("last answer    nothing was measured here yet\n");
        status = BE_OK;
    }
    printf("\n"
           "  breakeven sweep quick        this machine in one picture, under 90 s on 2 cores\n"
           "  breakeven sweep seed         four pairs, serial, threads, processes: the experiment\n"
           "                               that this program grew from\n"
           "  breakeven run --executor processes --workers 2 --grain 50us\n"
           "                               one configuration beside its serial reference\n"
           "  breakeven report             the last run as HTML and Markdown\n"
           "  breakeven doctor             what would spoil a measurement here; how to mend it\n"
           "  breakeven list               what can be measured, and what was\n"
           "\nmore: breakeven --help · breakeven COMMAND --help\n");
    return status;
}
