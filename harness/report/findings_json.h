/*
 * What follows from a run, as JSON. Units are in the names; unknown is null. NULL when out of
 * memory. Inside this folder only. Threads: pure functions.
 */
#ifndef BE_REPORT_FINDINGS_JSON_H
#define BE_REPORT_FINDINGS_JSON_H

#include "core/json.h"
#include "report/results.h"

/* Of one configuration. */
json_t *be_findings_json_counted(const struct be_summary *summary);
json_t *be_findings_json_values(const struct be_summary *summary); /* medians, by be_value_name */
json_t *be_findings_json_budget(const struct be_budget *budget);
json_t *be_findings_json_model(const struct be_model *model);
json_t *be_findings_json_flags(const struct be_flags *flags);

/* How many speedups are as precise as the plan wanted. */
json_t *be_findings_json_precision(const struct be_results *results);

/* Break-even and METG of each series over task lengths; fits through each series over workers. */
json_t *be_findings_json_grains(const struct be_results *results);
json_t *be_findings_json_scalings(const struct be_results *results);

#endif
