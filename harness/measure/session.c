#include "measure/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/values.h"
#include "machine/placement.h"

enum {
    TRUTH_TRIES = 3,
    FAILED_TRANSCRIPT_BYTES_MAX = 64 << 10, /* kept to see what went wrong */
};

static const uint64_t timeout_min_ns = UINT64_C(10000000000);
static const uint64_t peer_task_ns = UINT64_C(1000000); /* five times what the slowest pool takes */

/* Of its executor; NULL: a stored run has one that nobody has. */
static const struct be_catalog_row *row_of(const struct be_session *session,
                                           const struct be_configuration *configuration)
{
    return be_catalog_find(&session->sweep->runner->catalog, BE_CATALOG_EXECUTOR,
                           configuration->executor);
}

/* The spec of one configuration, with everything that the harness adds to the plan's. */
static enum be_status spec_fill(const struct be_session *session,
                                const struct be_configuration *configuration, struct be_spec *spec,
                                struct be_error *error)
{
    struct be_placement_result placed = {0};
    enum be_status status = be_plan_spec(session->sweep->plan, configuration, spec, error);

    if (status == BE_OK) {
        status = be_placement_plan(session->sweep->topology, configuration->placement,
                                   configuration->workers, &placed, error);
    }
    if (status != BE_OK) {
        return status;
    }
    /* The spec takes the list of PUs over. */
    spec->pus = placed.pus;
    spec->pu_count = placed.workers;
    spec->dispatcher_pu = placed.dispatcher_pu;
    spec->leash = true;
    spec->topology_xml = strdup(session->topology_xml);
    return spec->topology_xml ? BE_OK : be_error_set(error, BE_ENOMEM, "out of memory for a spec");
}

/* Turns a spec into the same tasks done serially. */
static enum be_status spec_make_serial(const struct be_session *session,
                                       const struct be_configuration *configuration,
                                       struct be_spec *spec, struct be_error *error)
{
    const struct be_catalog_row *row = row_of(session, configuration);

    for (size_t i = 0; row && i < row->param_count; i++) {
        be_params_remove(&spec->params, row->params[i].name);
    }
    be_params_remove(&spec->params, "inject");
    spec->pu_count = spec->pu_count > 0 ? 1 : 0;
    enum be_status status = be_params_set(&spec->params, "executor", "serial", error);
    return status == BE_OK ? be_params_set_count(&spec->params, "workers", 1, error) : status;
}

/*
 * A peer generates no tasks: it is handed those that the runner would have made of the same spec,
 * in a file that *fd keeps alive. -1: there is none to hand over.
 */
static enum be_status input_hand_over(const struct be_session *session,
                                      const struct be_configuration *configuration,
                                      struct be_spec *spec, int *fd, struct be_error *error)
{
    const struct be_sweep *sweep = session->sweep;
    const struct be_catalog_row *row = row_of(session, configuration);
    struct be_pairs pairs = {0};
    struct be_spec serial;

    *fd = -1;
    if (!row || !row->program || spec->pairs.count > 0 || spec->input_path) {
        return BE_OK;
    }
    be_spec_init(&serial);
    enum be_status status = be_plan_spec(sweep->plan, configuration, &serial, error);
    if (status == BE_OK) {
        status = spec_make_serial(session, configuration, &serial, error);
    }
    if (status == BE_OK) {
        status = be_runner_make_input(sweep->runner, &serial, fd, error);
    }
    be_spec_finish(&serial);
    if (status == BE_OK && asprintf(&spec->input_path, "/proc/%d/fd/%d", getpid(), *fd) < 0) {
        spec->input_path = NULL;
        status = be_error_set(error, BE_ENOMEM, "out of memory for a path");
    }
    if (status == BE_OK) {
        status = be_pairs_read(spec->input_path, &pairs, error);
    }
    spec->input_hash = be_pairs_hash(&pairs);
    be_pairs_finish(&pairs);
    /* It says how tasks are generated. */
    be_params_remove(&spec->params, "distribution");
    return status;
}

/* One serial launch whose results samples are held against. */
static enum be_status truth_measure(const struct be_session *session,
                                    const struct be_configuration *configuration,
                                    struct be_truth *truth, struct be_error *error)
{
    struct be_outcome outcome = {0};
    struct be_spec spec;

    be_spec_init(&spec);
    enum be_status status = spec_fill(session, configuration, &spec, error);
    if (status == BE_OK && configuration->role != BE_ROLE_REFERENCE) {
        status = spec_make_serial(session, configuration, &spec, error);
    }
    spec.passes = 1;
    spec.warmup = 0;
    spec.cold = false;
    if (status == BE_OK) {
        uint64_t timeout_ns = session->sweep->plan->timeout_ns;
        status = be_runner_measure(session->sweep->runner, &spec,
                                   timeout_ns ? timeout_ns : 60 * timeout_min_ns, &outcome, error);
    }
    if (status == BE_OK) {
        truth->known = true;
        truth->checksum = outcome.record.passes[0].checksum;
        truth->pass_ns = outcome.record.passes[0].wall_ns;
        truth->launch_ns = outcome.launch.elapsed_ns - truth->pass_ns;
    }
    be_outcome_finish(&outcome);
    be_spec_finish(&spec);
    return status;
}

/* A failure of the runner is not one of the sweep: samples that cannot be checked say so. */
static bool status_is_runners(enum be_status status)
{
    return be_status_exit_code(status) == 4 || status == BE_EINVAL || status == BE_EINPUT;
}

static const struct be_truth *truth_of(const struct be_session *session,
                                       const struct be_configuration *configuration)
{
    return &session->truths[configuration - session->run->configurations];
}

static enum be_status truth_find(const struct be_session *session,
                                 const struct be_configuration *configuration,
                                 struct be_truth *truth, struct be_error *error)
{
    enum be_status status = BE_OK;

    for (int i = 0; i < TRUTH_TRIES; i++) {
        status = truth_measure(session, configuration, truth, error);
        if (status == BE_OK || !status_is_runners(status)) {
            return status;
        }
    }
    return BE_OK;
}

/* A companion's tasks are others than those of its block, and as many in all companions. */
static bool tasks_equal(const struct be_configuration *a, const struct be_configuration *b)
{
    return a->block == b->block && a->tasks == b->tasks &&
           (a->role == BE_ROLE_OVERHEAD) == (b->role == BE_ROLE_OVERHEAD);
}

/* What is usual for each configuration, from the samples of earlier sessions too. */
static enum be_status usuals_extend(struct be_session *session, struct be_error *error)
{
    const struct be_run *run = session->run;
    struct be_usual *usuals =
        realloc(session->usuals, (run->configuration_count + 1) * sizeof(*usuals));

    if (!usuals) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a session");
    }
    session->usuals = usuals;
    for (size_t i = session->usual_count; i < run->configuration_count; i++) {
        usuals[i] = (struct be_usual){0};
    }
    for (size_t i = 0; session->usual_count == 0 && i < run->sample_count; i++) {
        if (be_sample_is_measured(&run->samples[i])) {
            be_usual_add(&usuals[run->samples[i].configuration], run->samples[i].values);
        }
    }
    session->usual_count = run->configuration_count;
    return BE_OK;
}

enum be_status be_session_extend(struct be_session *session, struct be_error *error)
{
    const struct be_run *run = session->run;
    struct be_truth *truths =
        realloc(session->truths, (run->configuration_count + 1) * sizeof(*truths));
    size_t block_begin = 0;
    enum be_status status = BE_OK;

    if (!truths) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a session");
    }
    session->truths = truths;
    for (size_t i = session->truth_count; status == BE_OK && i < run->configuration_count; i++) {
        const struct be_configuration *configuration = &run->configurations[i];
        if (configuration->role == BE_ROLE_REFERENCE) {
            block_begin = i;
        }
        size_t same = block_begin;
        while (same < i && !tasks_equal(&run->configurations[same], configuration)) {
            same++;
        }
        truths[i] = same < i ? truths[same] : (struct be_truth){0};
        if (same == i) {
            status = truth_find(session, configuration, &truths[i], error);
        }
    }
    session->truth_count = run->configuration_count;
    return status == BE_OK ? usuals_extend(session, error) : status;
}

/* A harness that was killed has not stored how long it worked; its last sample says it nearly. */
static uint64_t earlier_find(const struct be_run *run)
{
    uint64_t last_ns = 0;

    if (run->sample_count > 0) {
        const struct be_sample *last = &run->samples[run->sample_count - 1];
        last_ns = last->started_ns + last->elapsed_ns;
    }
    return last_ns > run->elapsed_ns ? last_ns : run->elapsed_ns;
}

enum be_status be_session_init(const struct be_sweep *sweep, struct be_run *run,
                               uint64_t started_ns, struct be_session *session,
                               struct be_error *error)
{
    *session = (struct be_session){
        .sweep = sweep, .run = run, .started_ns = started_ns, .earlier_ns = earlier_find(run)};
    enum be_status status = be_quality_create(sweep->root, &session->quality, error);
    if (status == BE_OK) {
        status = be_topology_export_lean_xml(sweep->topology, &session->topology_xml, error);
    }
    if (status == BE_OK) {
        status = be_session_extend(session, error);
    }
    if (status != BE_OK) {
        be_session_finish(session);
    }
    return status;
}

void be_session_finish(struct be_session *session)
{
    be_quality_destroy(session->quality);
    free(session->topology_xml);
    free(session->truths);
    free(session->usuals);
    *session = (struct be_session){0};
}

uint64_t be_session_expected_ns(const struct be_session *session,
                                const struct be_configuration *configuration)
{
    const struct be_catalog_row *row = row_of(session, configuration);

    return be_price_sample_ns(session->sweep->plan, configuration, truth_of(session, configuration),
                              row && row->program);
}

/*
 * max(10 s, 20 x planned), where planned is all passes at serial speed and their messages. A peer's
 * tasks are those of another language, and what it takes to hand one out is not planned for.
 */
static uint64_t timeout_choose(const struct be_session *session,
                               const struct be_configuration *configuration)
{
    const struct be_plan *plan = session->sweep->plan;
    uint64_t passes = plan->passes + plan->warmup + (plan->cold ? 1 : 0);
    const struct be_catalog_row *row = row_of(session, configuration);
    uint64_t pass_ns = 20 * truth_of(session, configuration)->pass_ns;

    if (row && row->program) {
        pass_ns = 10 * pass_ns + configuration->tasks * peer_task_ns;
    } else {
        pass_ns += (uint64_t)(20 * be_price_messages_ns(configuration, false));
    }
    if (plan->timeout_ns > 0) {
        return plan->timeout_ns;
    }
    return passes * pass_ns > timeout_min_ns ? passes * pass_ns : timeout_min_ns;
}

static enum be_status checksum_check(const struct be_session *session,
                                     const struct be_configuration *configuration,
                                     const struct be_sample_record *record, struct be_error *error)
{
    const struct be_truth *truth = truth_of(session, configuration);
    const struct be_catalog_row *row = row_of(session, configuration);

    if (!row || !row->computes) {
        return BE_OK;
    }
    if (!truth->known) {
        return be_error_set(error, BE_EWRONG,
                            "its results could not be checked: the serial reference failed");
    }
    if (record->passes[0].checksum != truth->checksum) {
        return be_error_set(error, BE_EWRONG,
                            "wrong checksum: %016" PRIx64 ", serial has %016" PRIx64,
                            record->passes[0].checksum, truth->checksum);
    }
    return BE_OK;
}

static uint64_t passes_sum_ns(const struct be_sample_record *record)
{
    uint64_t sum_ns = 0;

    for (size_t i = 0; i < record->pass_count; i++) {
        sum_ns += record->passes[i].wall_ns;
    }
    return sum_ns;
}

/* From what the runner said to the sample's figures; a failed one keeps none. */
static enum be_status figures_fill(struct be_run *run, struct be_sample *sample,
                                   struct be_outcome *outcome, struct be_error *error)
{
    enum be_status status = be_sample_fill(sample, &outcome->record, run, error);

    sample->record = malloc(sizeof(*sample->record));
    if (!sample->record) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a sample");
    }
    *sample->record = outcome->record;
    outcome->record = (struct be_sample_record){0};
    return status;
}

/* The verdict is complete once the sample is held against the configuration's others. */
static enum be_status sample_fill(struct be_session *session, struct be_sample *sample,
                                  struct be_outcome *outcome, struct be_quality_verdict *verdict,
                                  const struct be_error *cause, struct be_error *error)
{
    struct be_usual *usual = &session->usuals[sample->configuration];
    const char *reason = cause->message;
    enum be_status status;

    sample->elapsed_ns = outcome->launch.elapsed_ns;
    if (cause->status == BE_OK) {
        status = figures_fill(session->run, sample, outcome, error);
        be_usual_judge(usual, sample, verdict);
        be_usual_add(usual, sample->values);
        sample->state = verdict->state;
        reason = verdict->reason;
    } else {
        status = be_sample_fill(sample, NULL, session->run, error);
        sample->state = cause->status == BE_EUNAVAILABLE ? BE_SAMPLE_UNAVAILABLE : BE_SAMPLE_FAILED;
    }
    if (status == BE_OK && sample->state != BE_SAMPLE_CLEAN) {
        sample->reason = strdup(reason);
        if (!sample->reason) {
            status = be_error_set(error, BE_ENOMEM, "out of memory for a sample");
        }
    }
    return status;
}

static enum be_status sample_store(struct be_session *session, struct be_sample *sample,
                                   const struct be_outcome *outcome, uint64_t launched_ns,
                                   struct be_error *error)
{
    uint64_t spent_ns = be_clock_now_ns() - launched_ns;
    struct be_buffer transcript = outcome->launch.output; /* borrowed */

    sample->commit_ns = session->commit_ns;
    if (be_sample_is_measured(sample)) {
        sample->overhead_ns = spent_ns - passes_sum_ns(sample->record);
    } else if (transcript.length > FAILED_TRANSCRIPT_BYTES_MAX) {
        transcript.length = FAILED_TRANSCRIPT_BYTES_MAX;
    }
    enum be_status status = be_store_add_sample(session->sweep->store, session->run, sample,
                                                &transcript, &session->commit_ns, error);
    return status == BE_OK ? be_run_add_sample(session->run, sample, error) : status;
}

/* On purpose: then losses are what is measured. */
static bool has_faults(const struct be_configuration *configuration)
{
    const char *fault = be_params_get(&configuration->params, "fault");

    return fault && strcmp(fault, "none") != 0;
}

/* Launches and judges; the status is the runner's, its reason in *cause. */
static enum be_status sample_measure(struct be_session *session,
                                     const struct be_configuration *configuration,
                                     struct be_outcome *outcome, struct be_quality_verdict *verdict,
                                     struct be_error *cause)
{
    struct be_quality_reading before;
    struct be_quality_reading after;
    struct be_spec spec;
    int input_fd = -1;

    be_spec_init(&spec);
    enum be_status status = spec_fill(session, configuration, &spec, cause);
    if (status == BE_OK) {
        status = input_hand_over(session, configuration, &spec, &input_fd, cause);
    }
    if (status == BE_OK) {
        be_quality_read(session->quality, spec.pus, spec.pu_count, spec.dispatcher_pu, &before);
        status = be_runner_measure(session->sweep->runner, &spec,
                                   timeout_choose(session, configuration), outcome, cause);
        be_quality_read(session->quality, spec.pus, spec.pu_count, spec.dispatcher_pu, &after);
    }
    if (status == BE_OK) {
        be_quality_judge(&before, &after, verdict);
        be_quality_judge_places(&outcome->record, verdict);
        be_quality_judge_delays(&outcome->record, verdict);
        if (!has_faults(configuration)) {
            be_quality_judge_losses(&outcome->record, verdict);
        }
        status = checksum_check(session, configuration, &outcome->record, cause);
    }
    if (input_fd >= 0) {
        close(input_fd);
    }
    be_spec_finish(&spec);
    return status;
}

enum be_status be_session_sample(struct be_session *session, uint32_t configuration, uint32_t round,
                                 struct be_error *error)
{
    uint64_t launched_ns = be_clock_now_ns();
    struct be_quality_verdict verdict = {0};
    struct be_outcome outcome = {0};
    struct be_error cause = {0};
    struct be_sample sample = {
        .configuration = configuration,
        .round = round,
        .started_ns = session->earlier_ns + (launched_ns - session->started_ns),
    };
    enum be_status measured = sample_measure(session, &session->run->configurations[configuration],
                                             &outcome, &verdict, &cause);
    enum be_status status = BE_OK;

    if (measured == BE_EINTERRUPTED || measured == BE_ENOMEM) {
        status = be_error_set(error, measured, "%s", cause.message);
    }
    if (status == BE_OK) {
        status = sample_fill(session, &sample, &outcome, &verdict, &cause, error);
    }
    if (status == BE_OK) {
        status = sample_store(session, &sample, &outcome, launched_ns, error);
    }
    if (status != BE_OK) {
        be_sample_finish(&sample);
    }
    be_outcome_finish(&outcome);
    return status;
}
