#include "report/results.h"

#include <string.h>

#include "core/json.h"

/* What a run is held to whose plan does not say. */
#define PRECISION_DEFAULT .01

static void plan_read(struct be_results *results)
{
    const char *text = results->run->plan_text;
    json_t *plan = NULL;

    results->precision = PRECISION_DEFAULT;
    if (text && be_json_parse(text, strlen(text), &plan, NULL) == BE_OK) {
        const json_t *precision = json_object_get(plan, "precision");
        const char *scaling = json_string_value(json_object_get(plan, "scaling"));
        results->precision =
            json_is_number(precision) ? json_number_value(precision) : PRECISION_DEFAULT;
        results->weak = scaling && strcmp(scaling, "weak") == 0;
        json_decref(plan);
    }
}

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
    plan_read(&made);
    *results = made;
    return BE_OK;
}

void be_results_finish(struct be_results *results)
{
    be_findings_finish(&results->findings);
    be_summaries_finish(&results->summaries);
    *results = (struct be_results){0};
}
