/*
 * Configurations of a run that differ in one thing only, so that a curve can be drawn or fitted
 * through them. Pure functions. Errors: BE_ENOMEM.
 *
 * Role `measured` only, and not executor `null`, which computes nothing. Every other parameter is
 * part of what makes a series, whatever its name.
 */
#ifndef BE_ANALYSIS_SERIES_H
#define BE_ANALYSIS_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/run.h"
#include "core/status.h"

/*
 * Whether a parameter says what a task is and how many there are: workload, payload, distribution,
 * steps, tasks, input. The others say how tasks are run.
 */
bool be_key_describes_task(const char *key);

/* Indices into the run's configurations, at least one. */
struct be_series {
    const uint32_t *members; /* owned by the list */
    size_t count;
};

/* Each configuration that can be in one is in exactly one. In the order of their first members. */
struct be_series_list {
    struct be_series *items; /* owned */
    size_t count;
    uint32_t *members; /* owned: of all items */
};

/* One block, and equal but for workers (and tasks, when scaling is weak); ascending in workers. */
enum be_status be_series_scaling(const struct be_run *run, struct be_series_list *list,
                                 struct be_error *error);

/* Equal but for steps and tasks, so for what a task takes; ascending in steps. */
enum be_status be_series_grain(const struct be_run *run, struct be_series_list *list,
                               struct be_error *error);

/*
 * Equal but for workers, steps and tasks: an executor with parameters of its own; ascending in
 * workers.
 */
enum be_status be_series_executor(const struct be_run *run, struct be_series_list *list,
                                  struct be_error *error);

void be_series_list_finish(struct be_series_list *list);

#endif
