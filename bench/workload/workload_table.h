/*
 * The workloads that are built in: one file work_*.c and one row of workload.def each.
 * Threads: the table is constant.
 */
#ifndef BE_BENCH_WORKLOAD_TABLE_H
#define BE_BENCH_WORKLOAD_TABLE_H

#include "breakeven/workload.h"
#include "core/params.h"

/* The table, in the order of workload.def, NULL-terminated. */
extern const struct breakeven_workload *const be_workload_table[];

/* The row of that name, or NULL. */
const struct breakeven_workload *be_workload_find(const char *name);

/*
 * What can be chosen of a row: `payload`, where its requests have no fixed size; `distribution`
 * (requests.h), where its tasks have steps to choose.
 */
const struct be_param *be_workload_params(const struct breakeven_workload *row);

#endif
