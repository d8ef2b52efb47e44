#include "measure/twin.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/rng.h"
#include "machine/topology.h"

enum { STEPS = 5000, FIRST_TASKS = 100, TASKS_MAX = 100000 };

/* With four of them a sample lasts 40 ms and a launch. */
static const double pass_ns = 10e6;

static const uint64_t timeout_ns = UINT64_C(30000000000);

struct twin {
    const struct be_runner *runner;
    char *topology_xml;
    int32_t pu;
    uint64_t tasks;
};

static enum be_status spec_fill(const struct twin *twin, struct be_spec *spec,
                                struct be_error *error)
{
    static const char *const words[][2] = {{"workload", "gcd-trial"}, {"executor", "serial"}};
    enum be_status status = BE_OK;

    spec->passes = 3;
    spec->warmup = 1;
    spec->leash = true;
    spec->topology_xml = strdup(twin->topology_xml);
    spec->pus = malloc(sizeof(*spec->pus));
    if (!spec->topology_xml || !spec->pus) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a spec");
    }
    spec->pus[0] = twin->pu;
    spec->pu_count = 1;
    for (size_t i = 0; status == BE_OK && i < sizeof(words) / sizeof(words[0]); i++) {
        status = be_params_set(&spec->params, words[i][0], words[i][1], error);
    }
    if (status == BE_OK) {
        status = be_params_set_count(&spec->params, "steps", STEPS, error);
    }
    return status == BE_OK ? be_params_set_count(&spec->params, "tasks", twin->tasks, error)
                           : status;
}

/* The median pass of one launch. Errors: those of be_runner_measure. */
static enum be_status sample_take(const struct twin *twin, double *wall_ns, struct be_error *error)
{
    struct be_outcome outcome = {0};
    struct be_spec spec;

    be_spec_init(&spec);
    enum be_status status = spec_fill(twin, &spec, error);
    if (status == BE_OK) {
        status = be_runner_measure(twin->runner, &spec, timeout_ns, &outcome, error);
    }
    if (status == BE_OK) {
        *wall_ns = (double)be_sample_record_wall_ns(&outcome.record);
    }
    be_outcome_finish(&outcome);
    be_spec_finish(&spec);
    return status;
}

static enum be_status pair_take(const struct twin *twin, bool swapped, double *log_ratio,
                                struct be_error *error)
{
    double wall_ns[2];
    enum be_status status = sample_take(twin, &wall_ns[swapped], error);

    if (status == BE_OK) {
        status = sample_take(twin, &wall_ns[!swapped], error);
    }
    if (status == BE_OK) {
        *log_ratio = log(wall_ns[1] / wall_ns[0]);
    }
    return status;
}

static enum be_status pairs_take(struct twin *twin, uint32_t rounds, uint64_t seed,
                                 double *log_ratios, struct be_error *error)
{
    struct be_rng coin;
    double wall_ns = 0;
    enum be_status status = sample_take(twin, &wall_ns, error);

    twin->tasks = (uint64_t)fmin(fmax(ceil(pass_ns / wall_ns * FIRST_TASKS), 1), TASKS_MAX);
    be_rng_init(&coin, seed);
    for (uint32_t i = 0; status == BE_OK && i < rounds; i++) {
        status = pair_take(twin, be_rng_below(&coin, 2) != 0, &log_ratios[i], error);
    }
    return status;
}

enum be_status be_twin_measure(const struct be_runner *runner, const struct be_topology *topology,
                               uint32_t rounds, uint64_t seed, struct be_noise *noise,
                               struct be_error *error)
{
    struct twin twin = {
        .runner = runner, .pu = be_topology_pus(topology)[0].os_index, .tasks = FIRST_TASKS};
    struct be_error cause = {0};
    double *log_ratios = calloc(rounds, sizeof(*log_ratios));
    enum be_status status = log_ratios
                                ? be_topology_export_lean_xml(topology, &twin.topology_xml, &cause)
                                : be_error_set(&cause, BE_ENOMEM, "out of memory for pairs");

    if (status == BE_OK) {
        status = pairs_take(&twin, rounds, seed, log_ratios, &cause);
    }
    if (status == BE_OK) {
        status = be_noise_judge(log_ratios, rounds, noise, &cause);
    }
    free(log_ratios);
    free(twin.topology_xml);
    if (status == BE_EINTERRUPTED || status == BE_ENOMEM) {
        return be_error_set(error, status, "%s", cause.message);
    }
    if (status != BE_OK) {
        *noise = (struct be_noise){.known = false};
        snprintf(noise->reason, sizeof(noise->reason), "%.150s", cause.message);
    }
    return BE_OK;
}
