#include "report/results.h"

enum be_status be_results_create(const struct be_run *run, struct be_results *results,
                                 struct be_error *error)
{
    struct be_results made = {.run = run};
    enum be_status status = be_summaries_create(run, &made.summaries, error);

    if (status != BE_OK) {
        return status;
    }
    status = be_findings_create(run, &made.summaries, &made.findings, error);
    if (status != BE_OK) {
        be_summaries_finish(&made.summaries);
        return status;
    }
    *results = made;
    return BE_OK;
}

void be_results_finish(struct be_results *results)
{
    be_findings_finish(&results->findings);
    be_summaries_finish(&results->summaries);
    *results = (struct be_results){0};
}
