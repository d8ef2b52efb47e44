/*
 * For end-to-end tests: a sweep of the real programs, loaded and analysed. Tests run wherever and
 * beside each other: `calm` says how much to expect of what was measured.
 */
#ifndef BE_TEST_MEASURED_RUN_H
#define BE_TEST_MEASURED_RUN_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/findings.h"
#include "analysis/summary.h"
#include "command_run.h"
#include "scratch_folder.h"
#include "store/store.h"

struct measured_run {
    struct be_run run;
    struct be_summaries summaries;
    struct be_findings findings;
    bool calm; /* as the programs judge it: what was disturbed is little, or was left out */
};

/* Sweeps with these flags and loads what was stored. */
static inline void measured_run_load(struct be_run *run, const char *flags)
{
    char command[2048];
    char path[256];
    struct be_buffer output = {0};
    struct be_error error = {BE_OK, ""};
    struct be_store *store = NULL;

    snprintf(path, sizeof(path), "%s/runs.db", folder);
    snprintf(command, sizeof(command),
             "cd '%s' && rm -f runs.db && '%s' sweep %s --db '%s' --lock off --counters none 2>&1",
             folder, BE_BREAKEVEN, flags, path);
    int code = command_run(command, &output);
    /* The second: all of it was disturbed, so that the program itself judges nothing. */
    if (code != 0 && code != be_status_exit_code(BE_ENODATA)) {
        fail_msg("%s ended with %d: %s", command, code, be_buffer_text(&output));
    }
    be_buffer_finish(&output);
    enum be_status status = be_store_open(path, BE_STORE_READ, &store, &error);
    if (status == BE_OK) {
        status = be_store_load_run(store, 1, BE_STORE_VALUES, run, &error);
    }
    be_store_close(store);
    if (status != BE_OK) {
        fail_msg("%s", error.message);
    }
}

/* Lets every sample count, and says whether hardly any was disturbed. */
static inline bool samples_pass(struct be_run *run)
{
    size_t disturbed = 0;

    for (size_t i = 0; i < run->sample_count; i++) {
        assert_int_not_equal(run->samples[i].state, BE_SAMPLE_FAILED);
        disturbed += run->samples[i].state != BE_SAMPLE_CLEAN;
        run->samples[i].state = BE_SAMPLE_CLEAN;
    }
    return disturbed * 20 <= run->sample_count;
}

static inline bool all_is_measurable(const struct be_summaries *summaries)
{
    for (size_t i = 0; i < summaries->count; i++) {
        if (be_flags_raised(&summaries->items[i].flags, BE_FLAG_UNMEASURABLE)) {
            return false;
        }
    }
    return true;
}

/*
 * Measures with these flags. asleep: the tasks need no core, so every sample counts, whatever else
 * ran, and fits may use so many workers; 0: all is as the programs judge it themselves.
 */
static inline void measured_run_make(struct measured_run *measured, const char *flags,
                                     uint32_t asleep)
{
    struct be_error error = {BE_OK, ""};

    *measured = (struct measured_run){0};
    measured_run_load(&measured->run, flags);
    if (asleep > 0) {
        measured->calm = samples_pass(&measured->run);
    }
    enum be_status status = be_summaries_create(&measured->run, &measured->summaries, &error);
    if (status == BE_OK && asleep > 0) {
        measured->summaries.effective_cores = asleep;
    } else if (status == BE_OK) {
        measured->calm = all_is_measurable(&measured->summaries);
    }
    if (status == BE_OK) {
        status =
            be_findings_create(&measured->run, &measured->summaries, &measured->findings, &error);
    }
    if (status != BE_OK) {
        fail_msg("%s", error.message);
    }
}

static inline void measured_run_finish(struct measured_run *measured)
{
    be_findings_finish(&measured->findings);
    be_summaries_finish(&measured->summaries);
    be_run_finish(&measured->run);
}

/* Ten times less exact where others took the cores. */
static inline void expect_near(const struct measured_run *measured, const char *what, double value,
                               double expected, double tolerance)
{
    tolerance *= measured->calm ? 1 : 10;
    if (!(fabs(value - expected) <= tolerance)) {
        fail_msg("%s is %g, not %g within %g", what, value, expected, tolerance);
    }
}

/* Whether this configuration was told so: "none" where it was told nothing. */
static inline bool configuration_has(const struct be_configuration *configuration, const char *key,
                                     const char *value)
{
    const char *text = be_params_get(&configuration->params, key);
    return strcmp(text ? text : "none", value) == 0;
}

/* The one measured configuration of these; fails the test without one. */
static inline const struct be_summary *summary_of(const struct measured_run *measured,
                                                  const char *executor, uint32_t workers,
                                                  const char *inject)
{
    for (size_t i = 0; i < measured->summaries.count; i++) {
        const struct be_summary *summary = &measured->summaries.items[i];
        const struct be_configuration *configuration = summary->configuration;
        if (configuration->role == BE_ROLE_MEASURED && configuration->workers == workers &&
            strcmp(configuration->executor, executor) == 0 &&
            configuration_has(configuration, "inject", inject)) {
            return summary;
        }
    }
    fail_msg("no %s with %u workers and %s", executor, workers, inject);
    return NULL;
}

/* The scaling series with this injection. */
static inline const struct be_scaling *scaling_of(const struct measured_run *measured,
                                                  const char *inject)
{
    for (size_t i = 0; i < measured->findings.scaling_series.count; i++) {
        const struct be_scaling *scaling = &measured->findings.scalings[i];
        uint32_t first = scaling->points[0].configuration;
        if (configuration_has(&measured->run.configurations[first], "inject", inject)) {
            return scaling;
        }
    }
    fail_msg("no scaling with %s", inject);
    return NULL;
}

#endif
